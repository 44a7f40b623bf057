// Bench bcast: the time that each rank spends in a bcast from rank 0.
import { MPI } from "tsmpi";
import { timeCollective } from "./collective.ts";
import { task } from "./report.ts";
import { pattern, verifyArray, verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;
const object = { k: 1 };

for (const row of task.rows) {
  const { size } = row;
  for (let root = 0; root < comm.size; root++) {
    const what = `a bcast of ${size === "object" ? "an object" : `${size} bytes`} from rank ${root}`;
    if (size === "object") {
      verifyValue(what, await comm.bcast(comm.rank === root ? { k: root } : null, { root }), { k: root });
    } else {
      const into = comm.rank === root ? pattern(size, root) : new Uint8Array(size);
      verifyArray(what, await comm.bcast(into, { root, into }), pattern(size, root));
    }
  }
  const data = new Uint8Array(size === "object" ? 0 : size);
  await timeCollective(row, size === "object" ? () => comm.bcast(object) : () => comm.bcast(data, { into: data }));
}
