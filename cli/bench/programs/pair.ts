// cli/bench/programs/pair: layer 10. Two ranks that measure between themselves: rank i of the lower half with rank i + N/2; the
// last of an odd number of ranks only takes part in barriers. Used by the point-to-point programs.

import { MPI } from "tsmpi";
import type { Size } from "../task.ts";
import { pattern, verifyArray, verifyValue } from "./verify.ts";

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

/** Sends different contents both ways, and compares what arrives. */
export async function verifyPair(peer: number, size: Size): Promise<void> {
  const what = `messages of ${size === "object" ? "an object" : `${size} bytes`} from rank ${peer}`;
  const sent = Array.from({ length: ROUNDS }, (_, i) => comm.isend(content(size, comm.rank, i), { dest: peer }));
  for (let i = 0; i < ROUNDS; i++) {
    const expected = content(size, peer, i);
    if (expected instanceof Uint8Array) {
      verifyArray(what, await comm.recv({ source: peer, into: new Uint8Array(expected.length) }), expected);
    } else verifyValue(what, await comm.recv({ source: peer }), expected);
  }
  await MPI.Request.waitall(sent);
}

function content(size: Size, rank: number, round: number): Uint8Array | object {
  const seed = rank * ROUNDS + round + 1;
  return size === "object" ? { k: seed } : pattern(size, seed);
}

/** Does `work` so often as the clock does not count and then so often as it does; returns the seconds that it counted. */
export async function timed(
  work: (times: number) => Promise<void>,
  { warmup, iterations }: { warmup: number; iterations: number },
): Promise<number> {
  if (peer !== undefined) await work(warmup);
  await comm.barrier();
  const start = MPI.wtime();
  if (peer !== undefined) await work(iterations);
  return MPI.wtime() - start;
}

/** The sum over all pairs of a number that the first rank of each pair has; 0 except on rank 0. */
export async function sumOfPairs(value: number): Promise<number> {
  return (await comm.reduce(first ? value : 0)) ?? 0;
}
