// Bench gather: the time that each rank spends in a gather on rank 0.
import { MPI } from "tsmpi";
import { timeCollective } from "./collective.ts";
import { task } from "./report.ts";
import { pattern, verifyArray, verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;
const ranks = Array.from({ length: comm.size }, (_, rank) => rank);

for (const row of task.rows) {
  const { size } = row;
  if (typeof size === "number") {
    const data = pattern(size, comm.rank);
    const into = new Uint8Array(size * comm.size);
    const verify = async () => {
      for (const root of ranks) {
        await comm.gather(data, { root, into });
        for (const rank of comm.rank === root ? ranks : []) {
          const block = into.subarray(rank * size, (rank + 1) * size);
          verifyArray(`the block of rank ${rank} in a gather of ${size} bytes`, block, pattern(size, rank));
        }
      }
    };
    await timeCollective(row, () => comm.gather(data, { into }), verify);
  } else {
    const object = { k: comm.rank };
    const verify = async () => {
      for (const root of ranks) {
        const expected = comm.rank === root ? ranks.map((k) => ({ k })) : null;
        verifyValue(`a gather of objects on rank ${root}`, await comm.gather(object, { root }), expected);
      }
    };
    await timeCollective(row, () => comm.gather(object), verify);
  }
}
