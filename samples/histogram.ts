// Counts how often each sum of three dice comes up: the bins are dealt to the ranks, and everybody adds to those of all others.
//   tsmpi run -np 5 sample:histogram [throws of each rank, 2000 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const throws = Number(process.argv[2] ?? 2000);
if (!Number.isSafeInteger(throws) || throws < 1) {
  throw new RangeError(`Cannot throw ${process.argv[2]} times: expected a whole number from 1`);
}

/** Dice that fall as if by chance, but on every run in the same way. */
let seed = rank + 1;
function die(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return 1 + Math.floor((seed / 2 ** 32) * 6);
}

// Sums are 3 to 18. Bin b is at rank b % size, as its number floor(b / size).
const sums = Array.from({ length: 16 }, (_, bin) => bin + 3);
const room = Math.ceil(sums.length / size);
await using win = await MPI.Win.allocate(4 * room, { dispUnit: 4, comm });

// Between two fences everybody adds to whatever bin there is. No addition is lost, and no rank has to expect any.
await win.fence();
const own = new Int32Array(sums.length);
for (let i = 0; i < throws; i++) {
  const bin = die() + die() + die() - 3;
  own[bin]!++;
  await win.accumulate(Int32Array.of(1), { target: bin % size, disp: Math.floor(bin / size), op: MPI.SUM });
}
await win.fence();

// Rank 0 reads all bins.
const counts: number[] = [];
for (const bin of sums.keys()) {
  if (rank > 0) break;
  const [count] = await win.get(new Int32Array(1), { target: bin % size, disp: Math.floor(bin / size) });
  counts.push(count!);
}
await win.fence(MPI.MODE_NOSUCCEED);

// What each rank has counted by itself must have the same sum.
const expected = await comm.reduce(own);
if (expected) {
  assert.deepEqual(counts, [...expected]);
  const most = Math.max(...counts);
  for (const [bin, sum] of sums.entries()) {
    console.log(`${`${sum}`.padStart(2)} ${"█".repeat(Math.round((40 * counts[bin]!) / most))} ${counts[bin]}`);
  }
  console.log(`${throws * size} throws of three dice (ranks: ${size})`);
}
