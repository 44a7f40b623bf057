// transport/home-core: layer 3. Where ranks share cores, takes each that waits back to a core of its own from time to time, so
// that they are spread evenly. To the kernel a rank that looks again and again is busy wherever it is: it leaves five on one
// core and three on another, and wakes the two of a pair on the same one, where they never run at the same time. None is
// bound: who computes goes where the kernel puts it. A barrier of 8 ranks on 2 cores took 13 µs in place of 16.
// Called by runtime.ts.
import { ptr } from "bun:ffi";
import { cFunctions } from "./c-library.ts";

/** Words to the scheduler between two looks at where the rank is. */
const PAUSES_PER_LOOK = 64;
/** Bytes of a set of cores, a bit for each. */
const SET = 128;

/**
 * `pause`, which also takes the process home now and then; only `pause` where the system cannot do that.
 * @param rank this one of the `count` ranks of the host: neighbours have the same core, or cores that are neighbours
 */
export function homeward(pause: () => void, rank: number, count: number): () => void {
  const library = cFunctions({
    sched_getcpu: { args: [], returns: "i32" },
    sched_getaffinity: { args: ["i32", "usize", "ptr"], returns: "i32" },
    sched_setaffinity: { args: ["i32", "usize", "ptr"], returns: "i32" },
  });
  if (!library) return pause;
  const { sched_getcpu, sched_getaffinity, sched_setaffinity } = library;
  const allowed = new Uint8Array(SET);
  const home = new Uint8Array(SET);
  let core = -1;
  let pauses = 0;

  /** Chooses anew, as the cores that are allowed may be others now; and leaves them allowed. */
  const go = () => {
    if (sched_getaffinity(0, SET, ptr(allowed)) !== 0) return;
    const cores = members(allowed);
    core = cores[Math.floor((rank * cores.length) / count)]!;
    if (sched_getcpu() === core) return;
    home.fill(0);
    home[core >> 3] = 1 << (core & 7);
    sched_setaffinity(0, SET, ptr(home));
    sched_setaffinity(0, SET, ptr(allowed));
  };
  return () => {
    if (++pauses % PAUSES_PER_LOOK === 0 && sched_getcpu() !== core) go();
    pause();
  };
}

/** The cores of a set. */
function members(set: Uint8Array): number[] {
  return Array.from({ length: SET * 8 }, (_, core) => core).filter((core) => set[core >> 3]! & (1 << (core & 7)));
}
