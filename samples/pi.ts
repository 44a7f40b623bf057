// Computes π as the area under 4 / (1 + x²) from 0 to 1, in strips that the ranks share.
//   tsmpi run -np 5 sample:pi [number of strips, 1000000 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

const strips = Number(process.argv[2] ?? 1_000_000);
if (!Number.isSafeInteger(strips) || strips < 1) {
  throw new RangeError(`Cannot divide the area into ${process.argv[2]} strips: expected a whole number from 1`);
}

// Rank r takes the strips r, r + size, r + 2 · size, …
const width = 1 / strips;
let area = 0;
for (let i = rank; i < strips; i += size) {
  const x = (i + 0.5) * width;
  area += (width * 4) / (1 + x * x);
}

const pi = await comm.reduce(area, { op: MPI.SUM });
if (pi !== null) {
  const error = Math.abs(pi - Math.PI);
  console.log(`π is about ${pi}, off by ${error.toExponential(1)} (strips: ${strips}, ranks: ${size})`);
  // The midpoint rule is off by width² / 12 here; the rest is rounding.
  assert.ok(error < (width * width) / 11 + 1e-10);
}
