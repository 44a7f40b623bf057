// Collects what every rank has on rank 0: first any values, then the numbers of typed arrays.
//   tsmpi run -np 5 sample:gather
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

// Rank 0 gets an array ordered by rank; the other ranks get null.
const reports = await comm.gather({ rank, square: rank * rank });
if (reports !== null) {
  for (const report of reports) console.log(`Rank ${report.rank} reports ${report.square}`);
  assert.deepEqual(
    reports,
    Array.from({ length: size }, (_, i) => ({ rank: i, square: i * i })),
  );
}

// With `into`, the blocks stand one behind the other in one typed array. `allgather` fills it on every rank.
const all = await comm.allgather(Float64Array.of(rank, rank / 2), { into: new Float64Array(2 * size) });
if (rank === 0) console.log(`All ranks have ${all.join(" ")}`);
assert.deepEqual([...all], Array.from({ length: size }, (_, i) => [i, i / 2]).flat());
