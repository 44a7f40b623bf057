// Sends a token round and round all ranks, with requests that are made once and started anew in every round.
//   tsmpi run -np 5 sample:ring [number of rounds, 3 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

const rounds = Number(process.argv[2] ?? 3);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  throw new RangeError(`Cannot go round ${process.argv[2]} times: expected a whole number from 1`);
}

// The token counts how often it has been passed on. Each start of a request reads, or fills, the same array again.
const came = new Int32Array(1);
const goes = new Int32Array(1);
const receive = comm.recvInit({ source: (rank + size - 1) % size, into: came });
const send = comm.sendInit(goes, { dest: (rank + 1) % size });

for (let round = 1; round <= rounds; round++) {
  receive.start();
  // Rank 0 begins the round, and ends it; the others pass on what has come.
  if (rank > 0) await receive.wait();
  goes[0] = came[0]! + 1;
  send.start();
  await send.wait();
  if (rank === 0) {
    await receive.wait();
    console.log(`Round ${round}: the token has come back, and counts ${came[0]}`);
  }
  assert.equal(came[0], rank === 0 ? round * size : (round - 1) * size + rank);
}

receive.free();
send.free();
