// Sorts random numbers that are spread over the ranks, with one alltoallv (a sample sort).
//   tsmpi run -np 5 sample:sort [numbers per rank, 10000 by default] [seed, 1 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

const [count = 10_000, seed = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  throw new RangeError("Cannot sort: expected whole numbers, how many to sort from 1, and a seed");
}

/** The same random numbers from 0 to 1 for the same seed, others on every rank (xorshift). */
function randomNumbers(): Float64Array {
  let state = (seed * 1_000_003 + rank * 7919) | 0 || 1;
  return new Float64Array(count).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  });
}

const numbers = randomNumbers().sort();

// Every rank shows a few of its numbers. Together they tell what belongs to whom: rank r gets all below its bound that
// are not below the bound of rank r − 1.
const shown = Float64Array.from({ length: size }, (_, i) => numbers[Math.floor((i * count) / size)]!);
const samples = (await comm.allgather(shown, { into: new Float64Array(size * size) })).sort();
const bounds = Array.from({ length: size }, (_, i) =>
  i + 1 < size ? samples[(i + 1) * size]! : Number.POSITIVE_INFINITY,
);

// The numbers are sorted, so those for one rank stand side by side.
const sendcounts = bounds.map(() => 0);
let owner = 0;
for (const number of numbers) {
  while (number >= bounds[owner]!) owner++;
  sendcounts[owner]!++;
}
const mine = (await comm.alltoallv(numbers, { sendcounts })).sort();
const from = mine.length > 0 ? `, from ${mine[0]!.toFixed(3)} to ${mine.at(-1)!.toFixed(3)}` : "";
console.log(`Rank ${rank} has ${mine.length} numbers${from}`);

// Rank 0 sorts all of them by itself: that must be the ranks' numbers, one rank behind the other.
const given = await comm.gatherv(numbers);
const sorted = await comm.gatherv(mine);
if (rank === 0) {
  assert.deepEqual(sorted, given!.sort());
  console.log(`Sorted ${sorted!.length} numbers (seed: ${seed}, ranks: ${size})`);
}
