// Doubles a number on its way through all ranks: 2, 4, 8, and so on.
//   tsmpi run -np 5 sample:double
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

let number = 2;
if (rank > 0) number = 2 * (await comm.recv<number>({ source: rank - 1 }));
console.log(`Rank ${rank} has ${number}`);
if (rank + 1 < size) await comm.send(number, { dest: rank + 1 });

assert.equal(number, 2 ** (rank + 1));
