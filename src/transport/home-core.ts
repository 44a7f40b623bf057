// transport/home-core: layer 3. Where ranks share cores, takes each that waits back to a core of its own from time to time, so
// that they are spread evenly. To the kernel a rank that looks again and again is busy wherever it is: it leaves five on one
// core and three on another, and wakes the two of a pair on the same one, where they never run at the same time. None is
// bound: who computes goes where the kernel puts it. A barrier of 8 ranks on 2 cores took 13 µs in place of 16.
// Called by runtime.ts.
import type { Cores } from "./cores.ts";

/** Words to the scheduler between two looks at where the rank is. */
const PAUSES_PER_LOOK = 64;

/**
 * `pause`, which also takes the process home now and then.
 * @param rank this one of the `count` ranks of the host: neighbours have the same core, or cores that are neighbours
 */
export function homeward(pause: () => void, here: Cores, rank: number, count: number): () => void {
  let core: number | undefined;
  let pauses = 0;

  /** Chooses anew, as the cores that are allowed may be others now; and leaves them allowed. */
  const go = () => {
    const all = here.allowed();
    if (all.length === 0) return;
    core = all[Math.floor((rank * all.length) / count)]!;
    if (here.current() !== core) here.go(core);
  };
  return () => {
    if (++pauses % PAUSES_PER_LOOK === 0 && here.current() !== core) go();
    pause();
  };
}
