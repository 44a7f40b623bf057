// Bench allreduce: the time that each rank spends in an allreduce with SUM: of a number, and of 64-bit floats.
import { MPI } from "tsmpi";
import { timeCollective } from "./collective.ts";
import { task } from "./report.ts";
import { verifyArray, verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;

/** What rank `rank` contributes: small whole numbers, whose sums are exact in any order. */
function contribution(length: number, rank: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => (rank % 7) + (i % 16));
}

/** The sum of all contributions, by plain addition. */
function sumOfContributions(length: number): Float64Array {
  const sum = new Float64Array(length);
  for (let rank = 0; rank < comm.size; rank++) for (let i = 0; i < length; i++) sum[i]! += (rank % 7) + (i % 16);
  return sum;
}

for (const row of task.rows) {
  const { size } = row;
  if (typeof size === "number") {
    const length = size / Float64Array.BYTES_PER_ELEMENT;
    const data = contribution(length, comm.rank);
    const into = new Float64Array(length);
    const call = () => comm.allreduce(data, { into });
    const verify = async () => {
      verifyArray(`an allreduce of ${size} bytes`, await call(), sumOfContributions(length));
    };
    await timeCollective(row, call, verify);
  } else {
    const call = () => comm.allreduce(comm.rank + 1);
    const expected = (comm.size * (comm.size + 1)) / 2;
    await timeCollective(row, call, async () => verifyValue("an allreduce of a number", await call(), expected));
  }
}
