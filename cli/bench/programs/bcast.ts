// Bench bcast: the time that each rank spends in a bcast from rank 0.
import { MPI } from "tsmpi";
import { timeCollective } from "./collective.ts";
import { task } from "./report.ts";
import { pattern, verifyArray, verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;
const object = { k: 1 };

for (const row of task.rows) {
  const { size } = row;
  const verify = async () => {
    for (let root = 0; root < comm.size; root++) {
      const what = `a bcast of ${typeof size === "number" ? `${size} bytes` : "an object"} from rank ${root}`;
      if (typeof size === "number") {
        const into = comm.rank === root ? pattern(size, root) : new Uint8Array(size);
        verifyArray(what, await comm.bcast(into, { root, into }), pattern(size, root));
      } else {
        verifyValue(what, await comm.bcast(comm.rank === root ? { k: root } : null, { root }), { k: root });
      }
    }
  };
  const data = new Uint8Array(typeof size === "number" ? size : 0);
  const call = typeof size === "number" ? () => comm.bcast(data, { into: data }) : () => comm.bcast(object);
  await timeCollective(row, call, verify);
}
