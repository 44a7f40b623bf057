// Hands out the parts of what rank 0 has: one value for each rank, then equal blocks of a typed array.
//   tsmpi run -np 5 sample:scatter
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

// An array with one value for each rank; the other ranks have nothing to give.
const jobs = rank === 0 ? Array.from({ length: size }, (_, i) => ({ id: i, word: "ab".repeat(i + 1) })) : null;
const job = await comm.scatter(jobs);
console.log(`Rank ${rank} does job ${job.id}: ${job.word}`);
assert.deepEqual(job, { id: rank, word: "ab".repeat(rank + 1) });

// A typed array is cut into blocks of the same length: here three numbers for each rank.
const numbers = rank === 0 ? Float64Array.from({ length: 3 * size }, (_, i) => i) : null;
const mine = await comm.scatter(numbers, { into: new Float64Array(3) });
console.log(`Rank ${rank} has the numbers ${mine.join(" ")}`);
assert.deepEqual([...mine], [3 * rank, 3 * rank + 1, 3 * rank + 2]);
