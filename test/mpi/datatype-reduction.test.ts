// Reductions of complex numbers, pairs and small floats on all ranks, with the option `type`.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const sizes = [1, 2, 3, 5, 8];

test("allreduce() with PROD multiplies complex numbers on every algorithm's division of the array", async () => {
  for (const size of sizes) {
    for (const count of [1, 2, 7, 3000]) {
      await ranks(size, async (comm) => {
        // Multiplying by i as often as there are ranks turns (k, 1) by so many quarters.
        const mine = new Float64Array(2 * count);
        for (let k = 0; k < count; k++) mine.set(comm.rank === 0 ? [k, 1] : [0, 1], 2 * k);
        const into = new Float64Array(2 * count);
        await comm.allreduce(mine, { op: MPI.PROD, type: MPI.C_DOUBLE_COMPLEX, into });
        for (let k = 0; k < count; k++) {
          const turned = [
            [k, 1],
            [-1, k],
            [-k, -1],
            [1, -k],
          ][(size - 1) % 4]!;
          equal(
            [into[2 * k]! + 0, into[2 * k + 1]! + 0],
            turned.map((part) => part + 0),
          );
        }
      });
    }
  }
});

test("allreduce() and reduce() with MAXLOC take the structs of DOUBLE_INT, and leave the gaps alone", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const count = 40;
      const [mine, into] = [new DataView(new ArrayBuffer(16 * count)), new DataView(new ArrayBuffer(16 * count))];
      for (let i = 0; i < count; i++) {
        mine.setFloat64(16 * i, (comm.rank * 7 + i) % size, true);
        mine.setInt32(16 * i + 8, comm.rank, true);
        into.setInt32(16 * i + 12, 99, true);
      }
      await comm.allreduce(mine as never, { op: MPI.MAXLOC, type: MPI.DOUBLE_INT, into });
      for (let i = 0; i < count; i++) {
        const values = Array.from({ length: size }, (_, rank) => (rank * 7 + i) % size);
        const greatest = Math.max(...values);
        is(into.getFloat64(16 * i, true), greatest);
        is(into.getInt32(16 * i + 8, true), values.indexOf(greatest));
        is(into.getInt32(16 * i + 12, true), 99);
      }
    });
  }
});

test("reduce() of a strided type of halves adds them; an operator without meaning for a type is ERR_OP", async () => {
  await ranks(3, async (comm) => {
    const column = MPI.FLOAT16_T.createVector(2, 1, 2).commit();
    const into = new Float16Array(3);
    await comm.reduce(Float16Array.of(comm.rank, 9, 0.5), { type: column, into });
    if (comm.rank === 0) equal([...into], [3, 0, 1.5]);
    const complex = { op: MPI.MAX, type: MPI.C_DOUBLE_COMPLEX, into: new Float64Array(2) };
    await rejects(comm.allreduce(new Float64Array(2), complex), MPI.Exception, /MAX is not defined.*ERR_OP/);
  });
});

test.run();
