// Data and `into` of a collective that have memory in common: refused where all of both is used, before anything is sent.
import { test } from "uvu";
import { ERR_BUFFER, Exception, IN_PLACE, INT32_T, type Intracomm } from "../../src/mpi/mpi.ts";
import { equal, is, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

type Options = { into: Int32Array; counts: number[]; recvcounts: number[]; sendcounts: number[] };
/** Which of the options a call takes, besides `into`. */
const calls: [name: string, ...options: (keyof Options)[]][] = [
  ["scatter"],
  ["gather"],
  ["allgather"],
  ["alltoall"],
  ["reduce"],
  ["allreduce"],
  ["scan"],
  ["exscan"],
  ["reduceScatterBlock"],
  ["reduceScatter", "counts"],
  ["scatterv", "counts"],
  ["gatherv", "counts"],
  ["allgatherv", "counts"],
  ["alltoallv", "sendcounts", "recvcounts"],
  ["neighborAllgather"],
  ["neighborAllgatherv"],
  ["neighborAlltoall"],
  ["neighborAlltoallv"],
];

for (const [name, ...names] of calls) {
  test(`${name}() of data that lies in its into is ERR_BUFFER, in every form, and nothing is sent`, async () => {
    await ranks(2, async (world) => {
      const comm = await world.createCart([2], { periods: [true] });
      if (comm.rank > 0) return;
      const memory = new Int32Array(5);
      const [data, into] = [memory.subarray(0, 4), memory.subarray(3)];
      const all: Options = { into, counts: [2, 2], recvcounts: [2, 2], sendcounts: [2, 2] };
      const options = Object.fromEntries([["into", into], ...names.map((option) => [option, all[option]])]);
      const methods = comm as unknown as Record<string, (data: unknown, options: unknown) => any>;
      const started = async (form: string) => methods[form]!(data, options);
      for (const form of [name, `i${name}`, `${name}Init`]) {
        const error = await rejects(started(form), Exception, /they have 4 bytes in common, expected memory apart/);
        is(error.errorClass, ERR_BUFFER);
        is(error.message.startsWith(`Cannot ${form} Int32Array(4) into Int32Array(2): `), true, error.message);
      }
      await turns();
      is(await comm.iprobe(), false);
    });
  });
}

test("neighbors in memory, places of their own, types and MPI.IN_PLACE share a buffer as before", async () => {
  await ranks(3, async (comm: Intracomm) => {
    const { rank } = comm;
    const memory = Int32Array.of(rank, -1, -1, -1);
    await comm.allgather(memory.subarray(0, 1), { into: memory.subarray(1) });
    equal([...memory], [rank, 0, 1, 2]);

    // What is sent begins at 0, 2, 4, what comes lands between.
    const both = Int32Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? 10 * rank + i / 2 : -1));
    const counts = [1, 1, 1];
    const places = { sendcounts: counts, sdispls: [0, 2, 4], recvcounts: counts, rdispls: [1, 3, 5] };
    await comm.alltoallv(both, { ...places, into: both });
    equal(
      [...both],
      [0, 1, 2].flatMap((i) => [10 * rank + i, 10 * i + rank]),
    );

    const matrix = Int32Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? i : 0));
    const second = new Int32Array(matrix.buffer, 4);
    const half = INT32_T.createResized(0, 8).commit();
    await comm.alltoall(matrix, { sendtype: half, sendcount: 1, into: second, recvtype: half, recvcount: 1 });
    equal(matrix[2 * rank + 1], 2 * rank);

    const itself = Int32Array.of(1, rank);
    is(await comm.allreduce(itself, { into: itself }), itself);
    equal([...itself], [3, 3]);
    is(await comm.scan(itself, { into: itself }), itself);
    equal(itself[0], 3 * (rank + 1));
    await comm.reduce(itself, { root: 1, ...(rank === 1 && { into: itself }) });
    equal(itself[0], rank === 1 ? 18 : 3 * (rank + 1));

    const sums = Int32Array.of(1, 2);
    await comm.allreduce(IN_PLACE, { into: sums });
    equal([...sums], [3, 6]);
    const same = rank === 1 ? Int32Array.of(7) : new Int32Array(1);
    is(await comm.bcast(same, { root: 1, into: same }), same);
    equal([...same], [7]);
    // At the ranks that get no result, and give no data, it does not matter what into, and data, are.
    await comm.gather(same, { root: 1, into: rank === 1 ? new Int32Array(3) : same });
    await comm.scatter(rank === 1 ? new Int32Array(3) : same, { root: 1, into: rank === 1 ? new Int32Array(1) : same });
    equal([...same], [rank === 1 ? 7 : 0]);
  });
});

test.run();
