// transport/cores: layer 3. On which core this process runs, and how it comes to another one without being bound to it. Made by
// runtime.ts, used by home-core.ts and own-core.ts.
import { ptr } from "bun:ffi";
import { cFunctions } from "./c-library.ts";

/** Bytes of a set of cores, a bit for each. */
const SET = 128;

export interface Cores {
  /** The core that the caller runs on: 6 ns. Undefined where the system does not say. */
  current(): number | undefined;
  /** The cores that it may run on, which may be others at any time. */
  allowed(): number[];
  /** Goes to one of them, and may go to all of them afterwards: some 50 µs, or as long as the core has others to run. */
  go(core: number): void;
}

/** The system's. Asked for when they are used: a rank that never waits starts 0.1 ms sooner. */
export function cores(): Cores {
  let known: Cores | undefined;
  const get = () => {
    known ??= systemCores() ?? { current: () => undefined, allowed: () => [], go: () => {} };
    return known;
  };
  return {
    current: () => get().current(),
    allowed: () => get().allowed(),
    go: (core) => get().go(core),
  };
}

function systemCores(): Cores | undefined {
  const library = cFunctions({
    sched_getcpu: { args: [], returns: "i32" },
    sched_getaffinity: { args: ["i32", "usize", "ptr"], returns: "i32" },
    sched_setaffinity: { args: ["i32", "usize", "ptr"], returns: "i32" },
  });
  if (!library) return undefined;
  const { sched_getcpu, sched_getaffinity, sched_setaffinity } = library;
  const allowed = new Uint8Array(SET);
  const one = new Uint8Array(SET);
  // It fails where the system has more cores than there is room for.
  const ask = () => sched_getaffinity(0, SET, ptr(allowed)) >= 0;
  return {
    current: sched_getcpu,
    allowed: () => (ask() ? members(allowed) : []),
    go: (core) => {
      if (!ask()) return;
      one.fill(0);
      one[core >> 3] = 1 << (core & 7);
      sched_setaffinity(0, SET, ptr(one));
      sched_setaffinity(0, SET, ptr(allowed));
    },
  };
}

function members(set: Uint8Array): number[] {
  return Array.from({ length: SET * 8 }, (_, core) => core).filter((core) => set[core >> 3]! & (1 << (core & 7)));
}
