// Bench near, which is not for users: how long a cache line takes from one core to another, by two ranks that are bound to one
// core each and answer each other in memory that they share. It tells how quiet the machine is. See ../noise.ts.
import { ptr } from "bun:ffi";
import { MPI } from "tsmpi";
import { cFunctions } from "../../../src/transport/c-library.ts";

interface NearTask {
  /** A file of some bytes, all 0, for nothing else. */
  readonly file: string;
  /** Of rank 0 and of rank 1. */
  readonly cores: readonly number[];
}

/** Milliseconds of measuring, after as many of warming up. */
const MS = 40;
const EXCHANGES_PER_LOOK = 256;
const OVER = -1;

const { rank } = MPI.COMM_WORLD;
const task: NearTask = JSON.parse(process.argv[2]!);

/** Binds this thread to a core. */
function bind(core: number): void {
  const library = cFunctions({ sched_setaffinity: { args: ["i32", "u64", "ptr"], returns: "i32" } });
  const mask = new Uint8Array(128);
  mask[core >> 3] = 1 << (core & 7);
  if (library?.sched_setaffinity(0, mask.length, ptr(mask)) === 0) return;
  throw new Error(`Cannot bind to core ${core}: the system does not let it`);
}

/** Exchanges for so long. @returns nanoseconds one way */
function lead(words: Int32Array, ms: number): number {
  const begin = Bun.nanoseconds();
  let [turn, now, exchanges] = [Atomics.load(words, 0), begin, 0];
  while (now - begin < ms * 1e6) {
    for (let i = 0; i < EXCHANGES_PER_LOOK; i++) {
      Atomics.store(words, 0, ++turn);
      turn++;
      while (Atomics.load(words, 0) !== turn) {}
    }
    exchanges += EXCHANGES_PER_LOOK;
    now = Bun.nanoseconds();
  }
  return (now - begin) / exchanges / 2;
}

function follow(words: Int32Array): void {
  for (let turn = 1; ; turn += 2) {
    for (let seen = -2; seen !== turn; ) {
      seen = Atomics.load(words, 0);
      if (seen === OVER) return;
    }
    Atomics.store(words, 0, turn + 1);
  }
}

const memory = Bun.mmap(task.file, { shared: true });
const words = new Int32Array(memory.buffer, memory.byteOffset, 1);
bind(task.cores[rank]!);
await MPI.COMM_WORLD.barrier();
if (rank === 0) {
  lead(words, MS);
  const nanoseconds = lead(words, MS);
  Atomics.store(words, 0, OVER);
  console.log(JSON.stringify({ nanoseconds }));
} else follow(words);
