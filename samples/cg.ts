// Solves a system of linear equations by the method of conjugate gradients, with the rows spread over the ranks.
//   tsmpi run -np 5 sample:cg [number of equations, 10000 by default] [seed, 1 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

const [equations = 10_000, seed = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(equations) || equations < size || !Number.isSafeInteger(seed)) {
  throw new RangeError("Cannot solve: expected whole numbers, at least one equation for each rank, and a seed");
}

// This rank has the rows from `begin` to `end`, and the same elements of every vector.
const begin = Math.floor((rank * equations) / size);
const end = Math.floor(((rank + 1) * equations) / size);
const above = rank > 0 ? rank - 1 : MPI.PROC_NULL;
const below = rank + 1 < size ? rank + 1 : MPI.PROC_NULL;

/**
 * A vector times the matrix that has 3 on its diagonal and −1 beside it. That takes the element before the first and the
 * one after the last of this rank, which its neighbours have; from PROC_NULL nothing comes.
 */
async function times(x: Float64Array): Promise<Float64Array> {
  const before = await comm.sendrecv<number | undefined>(x.at(-1), { dest: below, source: above });
  const after = await comm.sendrecv<number | undefined>(x[0], { dest: above, source: below });
  return x.map((value, i) => 3 * value - (x[i - 1] ?? before ?? 0) - (x[i + 1] ?? after ?? 0));
}

/** The scalar product of two vectors: every rank adds up its own elements, `allreduce` those sums. */
async function dot(a: Float64Array, b: Float64Array): Promise<number> {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += value * b[i]!;
  return comm.allreduce(sum, { op: MPI.SUM });
}

/** The right-hand side: the same random numbers on any number of ranks (xorshift). */
function rightHandSide(): Float64Array {
  let state = seed | 0 || 1;
  const all = new Float64Array(equations).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  });
  return all.subarray(begin, end);
}

const b = rightHandSide();
const length = await dot(b, b);
let x = new Float64Array(b.length);
let residual = b.slice();
let direction = b.slice();
let left = length;
let steps = 0;
while (left > 1e-24 * length && steps < 100) {
  const image = await times(direction);
  const far = left / (await dot(direction, image));
  x = x.map((value, i) => value + far * direction[i]!);
  residual = residual.map((value, i) => value - far * image[i]!);
  const before = left;
  left = await dot(residual, residual);
  direction = residual.map((value, i) => value + (left / before) * direction[i]!);
  steps++;
}

// Not what the steps say is left, but what is.
const product = await times(x);
const difference = b.map((value, i) => value - product[i]!);
const error = Math.sqrt((await dot(difference, difference)) / length);
if (rank === 0) {
  console.log(`Solved ${equations} equations in ${steps} steps (seed: ${seed}, ranks: ${size})`);
  console.log(`The residual is ${error.toExponential(1)} of the right-hand side`);
}
assert.ok(error < 1e-11);
