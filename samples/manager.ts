// Counts prime numbers: rank 0 hands out pieces of work to whoever asks for more.
//   tsmpi run -np 5 sample:manager
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

const pieces = 50;
const width = 2000;

function isPrime(n: number): boolean {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return n > 1;
}

/** The number of primes in a piece, which is so many numbers in a row. */
function primesIn(piece: number): number {
  let count = 0;
  for (let n = piece * width; n < (piece + 1) * width; n++) if (isPrime(n)) count++;
  return count;
}

/** Rank 0: whoever reports gets the next piece, or null when there is none left. */
async function manage(): Promise<number> {
  let total = 0;
  let next = 0;
  let working = size - 1;
  const status = new MPI.Status();
  while (working > 0) {
    total += await comm.recv<number>({ source: MPI.ANY_SOURCE, status });
    const piece = next < pieces ? next++ : null;
    if (piece === null) working--;
    await comm.send(piece, { dest: status.source });
  }
  // Where there is nobody to hand it to, the manager does the work.
  while (next < pieces) total += primesIn(next++);
  return total;
}

/** The other ranks: report what was found, at first nothing, and do what comes back. */
async function work(): Promise<void> {
  let found = 0;
  for (let done = 0; ; done++) {
    await comm.send(found, { dest: 0 });
    const piece = await comm.recv<number | null>({ source: 0 });
    if (piece === null) {
      console.log(`Rank ${rank} did ${done} of the ${pieces} pieces`);
      return;
    }
    found = primesIn(piece);
  }
}

if (rank === 0) {
  const total = await manage();
  console.log(`There are ${total} primes below ${pieces * width}`);
  assert.equal(total, 9592);
} else {
  await work();
}
