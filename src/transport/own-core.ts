// transport/own-core: layer 3. Where there is a core for each rank of the host, takes one that waits away from a core on which
// another rank is awake. The kernel leaves two on one for long, most likely since what gives up its core every microsecond looks too
// hot to be moved. Each rank tells the others where it is, and the higher one of two goes, to a core that has nobody to run: to
// share with a rank, which gives up the core when it waits, is better than with a compiler's thread, which does not. None is bound.
// A barrier of 4 ranks on 4 cores took 1.6 µs in place of 1.9. To look first at how idle the cores have been takes 20 ms, which is
// too late: in allreduces two shared a core for 7 % of the time as without all this, in place of 2. Called by runtime.ts.
import type { Cores } from "./cores.ts";

/** Words to the scheduler between two looks at where the rank is. */
const PAUSES_PER_LOOK = 8;
/** Looks in a row that find another rank there: that one may be about to tell that it is elsewhere. */
const LOOKS_TO_BELIEVE = 3;
/** Nanoseconds to go to a core and give it up there once, if nobody else wants it: it takes some 50 µs, or with one that computes
 * 3 ms. Up to 300 ms were seen where a core had many to run. */
const AT_ONCE = 500_000;
/** Nanoseconds between two attempts, and how many times as long as an attempt has taken. */
const REST = 1_000_000;
const TIMES = 4;

/** What the ranks of a host know of each other. */
export interface Whereabouts {
  /** This rank is on that core. */
  tell(core: number): void;
  /** A lower rank that does not sleep is there, as far as it has told. */
  lowerAt(core: number): boolean;
  /** Any other one is. */
  otherAt(core: number): boolean;
}

/** `pause`, which also takes the process to a core of its own now and then. */
export function apart(pause: () => void, here: Cores, ranks: Whereabouts): () => void {
  let core: number | undefined;
  let pauses = 0;
  let shared = 0;
  let next = 0;

  const leave = (core: number) => {
    const all = here.allowed();
    const at = all.indexOf(core);
    for (let i = 1; i < all.length; i++) {
      const other = all[(at + i) % all.length]!;
      if (ranks.otherAt(other)) continue;
      const begin = Bun.nanoseconds();
      here.go(other);
      pause();
      if (Bun.nanoseconds() - begin < AT_ONCE) return;
    }
    if (here.current() !== core) here.go(core);
  };
  const look = () => {
    const now = here.current();
    if (now === undefined) return;
    if (now !== core) {
      core = now;
      ranks.tell(core);
    }
    shared = ranks.lowerAt(core) ? shared + 1 : 0;
    if (shared < LOOKS_TO_BELIEVE) return;
    shared = 0;
    const begin = Bun.nanoseconds();
    if (begin < next) return;
    leave(core);
    const end = Bun.nanoseconds();
    next = end + REST + TIMES * (end - begin);
  };
  return () => {
    if (++pauses % PAUSES_PER_LOOK === 0) look();
    pause();
  };
}
