// cli/bench/programs/pair: layer 10. Two ranks that measure between themselves: rank i of the lower half with rank i + N/2; the
// last of an odd number of ranks only takes part in barriers. Used by the point-to-point programs.

import { MPI } from "tsmpi";
import type { Row } from "../task.ts";
import { pattern, verifyArray, verifyValue } from "./verify.ts";
import { warmUp } from "./warm-up.ts";

const comm = MPI.COMM_WORLD;
const half = Math.floor(comm.size / 2);

/** How many pairs there are. */
export const pairs: number = half;
/** True on the rank that begins, and whose clock counts. */
export const first: boolean = comm.rank < half;
/** The other rank of the pair; undefined on a rank without one. */
export const peer: number | undefined = comm.rank < 2 * half ? (comm.rank + half) % (2 * half) : undefined;

/** Messages to verify in each direction: enough to see two in the wrong order. */
const ROUNDS = 4;

/** What a message holds that is only verified; another one for every seed. */
export type Content = (row: Row, seed: number) => unknown;

const plain: Content = ({ size }, seed) => (typeof size === "number" ? pattern(size, seed) : { k: seed });

/** Sends different contents both ways, and compares what arrives. */
async function verify(peer: number, row: Row, content: Content): Promise<void> {
  const what = `messages of ${typeof row.size === "number" ? `${row.size} bytes` : "an object"} from rank ${peer}`;
  const seed = (rank: number, i: number) => rank * ROUNDS + i + 1;
  const sent = Array.from({ length: ROUNDS }, (_, i) => {
    return comm.isend(content(row, seed(comm.rank, i)), { dest: peer });
  });
  for (let i = 0; i < ROUNDS; i++) {
    const expected = content(row, seed(peer, i));
    if (expected instanceof Uint8Array) {
      verifyArray(what, await comm.recv({ source: peer, into: new Uint8Array(expected.length) }), expected);
    } else verifyValue(what, await comm.recv({ source: peer }), expected);
  }
  await MPI.Request.waitall(sent);
}

/**
 * Does `work` so often as the clock does not count and then so often as it does; returns the seconds that it counted.
 * What the messages hold is verified before, and again when all code has run often.
 */
export async function timed(
  work: (times: number) => Promise<void>,
  row: Row,
  content: Content = plain,
): Promise<number> {
  // With its barrier, also in the warm-up: who waits there for another pair sees code that is new, and what has been compiled
  // without it is thrown away. With one barrier, behind the warm-up, 4 pairs on 2 cores took 12 us for an object in place of 5,
  // 2 ranks on 2 cores 1.1 us in place of 0.9, and sent 1.5 million objects a second in place of 2.1.
  const together = async (times: number) => {
    await comm.barrier();
    const start = MPI.wtime();
    if (peer !== undefined) await work(times);
    return MPI.wtime() - start;
  };
  if (peer !== undefined) await verify(peer, row, content);
  await warmUp(together, row.warmup);
  const seconds = await together(row.iterations);
  if (peer !== undefined) await verify(peer, row, content);
  return seconds;
}

/** The sum over all pairs of a number that the first rank of each pair has; 0 except on rank 0. */
export async function sumOfPairs(value: number): Promise<number> {
  return (await comm.reduce(first ? value : 0)) ?? 0;
}
