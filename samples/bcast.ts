// Gives every rank what rank 0 has: first any value, then the numbers of a typed array.
//   tsmpi run -np 5 sample:bcast
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank } = comm;

// What the other ranks pass does not matter; they receive.
const settings = await comm.bcast(rank === 0 ? { name: "waves", steps: [1, 2, 4], since: new Date(0) } : null);
console.log(`Rank ${rank} has the settings "${settings?.name}" with steps ${settings?.steps}`);
assert.deepEqual(settings, { name: "waves", steps: [1, 2, 4], since: new Date(0) });

// With `into` the numbers land in memory that is already there.
const squares = new Float64Array(100);
if (rank === 0) for (let i = 0; i < squares.length; i++) squares[i] = i * i;
await comm.bcast(squares, { into: squares });
console.log(`Rank ${rank} has ${squares.length} squares, the last one is ${squares.at(-1)}`);
assert.equal(squares[99], 99 * 99);
