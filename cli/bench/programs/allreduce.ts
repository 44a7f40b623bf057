// Bench allreduce: the time that each rank spends in an allreduce with SUM: of a number, and of 32-bit floats.
import { MPI } from "tsmpi";
import { timeCollective } from "./collective.ts";
import { task } from "./report.ts";
import { verifyArray, verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;

/** What rank `rank` contributes: small whole numbers, whose sums are exact in any order. */
function contribution(length: number, rank: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (rank % 7) + (i % 16));
}

/** The sum of all contributions, by plain addition. */
function sumOfContributions(length: number): Float32Array {
  const sum = new Float32Array(length);
  for (let rank = 0; rank < comm.size; rank++) for (let i = 0; i < length; i++) sum[i]! += (rank % 7) + (i % 16);
  return sum;
}

for (const row of task.rows) {
  const { size } = row;
  if (size === "object") {
    const expected = (comm.size * (comm.size + 1)) / 2;
    verifyValue("an allreduce of a number", await comm.allreduce(comm.rank + 1), expected);
    await timeCollective(row, () => comm.allreduce(comm.rank + 1));
    continue;
  }
  const length = size / Float32Array.BYTES_PER_ELEMENT;
  const data = contribution(length, comm.rank);
  const into = new Float32Array(length);
  verifyArray(`an allreduce of ${size} bytes`, await comm.allreduce(data, { into }), sumOfContributions(length));
  await timeCollective(row, () => comm.allreduce(data, { into }));
}
