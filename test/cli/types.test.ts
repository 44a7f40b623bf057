// Datatypes on real ranks, short and long, over real sockets.
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { tsmpi } from "../support/tsmpi.ts";

const script = `
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const [right, left] = [(rank + 1) % size, (rank + size - 1) % size];
const check = (what: string, is: boolean) => { if (!is) throw new Error(what + " is wrong"); };

for (const rows of [3, 200_000]) {
  const column = MPI.DOUBLE.createVector(rows, 1, 4).createResized(0, 8).commit();
  const matrix = Float64Array.from({ length: 4 * rows }, (_, i) => 1000 * rank + i);
  const theirs = (i: number) => 1000 * left + 4 * i + 2;

  const row = new Float64Array(rows);
  await comm.sendrecv(matrix.subarray(2), { dest: right, source: left, sendtype: column, sendcount: 1, into: row });
  check("a column received as a row", row.every((x, i) => x === theirs(i)));

  const into = new Float64Array(4 * rows).fill(-1);
  const sending = comm.isend(row, { dest: left });
  await comm.recv({ source: right, into: into.subarray(1), type: column, count: 1 });
  await sending.wait();
  check("a row received as a column", into.every((x, i) => x === (i % 4 === 1 ? 1000 * rank + i + 1 : -1)));

  const types = new Array(size).fill(column);
  const zeros = new Array(size).fill(0);
  const landing = Array.from({ length: size }, (_, i) => 8 * rows * i);
  const flat = MPI.DOUBLE.createContiguous(rows).commit();
  const all = new Float64Array(rows * size);
  const options = { sendtypes: types, sdispls: zeros, recvtypes: new Array(size).fill(flat), rdispls: landing, into: all };
  await comm.alltoallw(matrix, options);
  check("alltoallw", all.every((x, i) => x === 1000 * Math.floor(i / rows) + 4 * (i % rows)));

  const sum = await comm.allreduce(matrix, { type: column, count: 1 });
  check("allreduce", sum.every((x, i) => x === 4 * i * size + 500 * size * (size - 1)));
}
if (rank === 0) console.log("all is right");
`;

for (const size of [1, 3]) {
  test(`columns go as rows, and rows as columns, on ${size} real ranks`, async () => {
    const { code, stdout, stderr } = await tsmpi(["run", "-np", `${size}`, "script.ts"], {
      files: { "script.ts": script },
      deadline: 60,
    });
    equal({ code, stdout, stderr }, { code: 0, stdout: "all is right\n", stderr: "" });
  });
}

test.run();
