// The collectives with counts as a script calls them: each form, what is refused and how, and data in place.
import { test } from "uvu";
import { Exception, IN_PLACE, type Intracomm, MAX } from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

const until = (n: number) => Array.from({ length: n }, (_, i) => i);

for (const size of [1, 2, 3, 5, 8]) {
  test(`each call and its i… form give the same, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      const all = until(size);
      const root = size - 1;
      const lists = all.map((i) => until(i).map((k) => `${i}.${k}`));
      const atRoot = (value: unknown) => (rank === root ? value : null);

      const values = lists[rank]!;
      equal(await comm.gatherv(values, { root }), atRoot(lists.flat()));
      equal(await comm.igatherv(values, { root }).wait(), atRoot(lists.flat()));
      equal(await comm.allgatherv(values), lists.flat());
      equal(await comm.iallgatherv(values, { counts: Int32Array.from(all) }).wait(), lists.flat());
      equal(await comm.scatterv(rank === root ? lists.flat() : null, { root, counts: all }), values);
      equal(await comm.iscatterv(rank === root ? lists.flat() : null, { root, counts: all }).wait(), values);

      const sendcounts = all.map((to) => (rank + to) % 3);
      const data = all.flatMap((to) => until(sendcounts[to]!).map(() => 10 * rank + to));
      const came = all.flatMap((from) => until((from + rank) % 3).map(() => 10 * from + rank));
      equal(await comm.alltoallv(data, { sendcounts }), came);
      equal([...(await comm.ialltoallv(Float64Array.from(data), { sendcounts }).wait())], came);
      const into = new Float64Array(came.length);
      is(await comm.alltoallv(Float64Array.from(data), { sendcounts, recvcounts: sendcounts, into }), into);
      equal([...into], came);

      const numbers = Float64Array.from(lists.flat(), (_, i) => i * (rank + 1));
      const begin = (rank * (rank - 1)) / 2;
      const mine = until(rank).map((k) => (begin + k) * size);
      equal([...(await comm.reduceScatter(numbers, { counts: all, op: MAX }))], mine);
      equal([...(await comm.ireduceScatter(numbers, { counts: all, op: MAX }).wait())], mine);
      is(await comm.reduceScatterBlock(all), rank * size);
      is(await comm.ireduceScatterBlock(all).wait(), rank * size);
    });
  });
}

test("in place, the input is taken from into, which is the result", async () => {
  await ranks(3, async (comm) => {
    const { rank } = comm;
    const own = () => {
      const into = new Int32Array(3);
      into[rank] = rank + 1;
      return into;
    };
    const into = own();
    is(await comm.allgather(IN_PLACE, { into }), into);
    equal([...into], [1, 2, 3]);
    equal([...(await comm.iallgatherv(IN_PLACE, { into: own(), counts: [1, 1, 1] }).wait())], [1, 2, 3]);
    equal(
      [...(await comm.alltoall(IN_PLACE, { into: Int32Array.of(rank, rank + 10, rank + 20) }))],
      until(3).map((i) => i + 10 * rank),
    );
    equal([...(await comm.allreduce(IN_PLACE, { into: Int32Array.of(rank) }))], [3]);
    equal([...(await comm.scan(IN_PLACE, { into: Int32Array.of(rank) }))], [[0], [1], [3]][rank]);
    equal([...(await comm.exscan(IN_PLACE, { into: Int32Array.of(rank + 5) }))], [[5], [5], [11]][rank]);
    equal((await comm.reduceScatterBlock(IN_PLACE, { into: Int32Array.of(1, 2, 3) }))[0], 3 * (rank + 1));
    if (rank === 1) {
      equal([...(await comm.gather(IN_PLACE, { root: 1, into: own() }))!], [1, 2, 3]);
      equal([...(await comm.reduce(IN_PLACE, { root: 1, into: Int32Array.of(1) }))!], [3]);
      const data = Int32Array.of(7, 8, 9);
      const mine = await comm.scatter(data, { root: 1, into: IN_PLACE });
      equal([mine[0], mine.buffer === data.buffer], [8, true]);
    } else {
      is(await comm.gather(Int32Array.of(rank + 1), { root: 1 }), null);
      is(await comm.reduce(Int32Array.of(1), { root: 1 }), null);
      equal((await comm.scatter<Int32Array>(null, { root: 1 }))[0], 7 + rank);
    }
  });
});

type Call = [name: string, data: unknown, options: object | undefined, text: string];
const array = new Int32Array(2);
const wrong: Call[] = [
  [
    "gatherv",
    array,
    { counts: [1] },
    "Cannot gatherv with 1 counts: there are 2 ranks, expected one a rank (ERR_COUNT)",
  ],
  [
    "gatherv",
    array,
    { counts: [1, -1] },
    "Cannot gatherv with counts[1] -1: expected a whole number that is not negative (ERR_COUNT)",
  ],
  ["gatherv", array, { counts: 3 }, "Cannot call gatherv: option counts is 3, expected an array of 2 numbers"],
  [
    "gatherv",
    array,
    { counts: [1, 1], displs: [0, 1] },
    "Cannot call gatherv: option into is missing, expected a buffer with displs",
  ],
  [
    "gatherv",
    array,
    { displs: [0, 1], into: array },
    "Cannot call gatherv: option counts is missing, expected with displs",
  ],
  [
    "scatterv",
    array,
    { counts: [1, 1], displs: [0, -2] },
    "Cannot scatterv with displs[1] -2: expected a whole number that is not negative (ERR_DISP)",
  ],
  [
    "scatterv",
    array,
    { counts: [1, 0.5] },
    "Cannot scatterv with counts[1] 0.5: expected a whole number that is not negative (ERR_COUNT)",
  ],
  [
    "scatterv",
    array,
    { counts: [1, "1"] },
    'Cannot scatterv with counts[1] "1": expected a whole number that is not negative (ERR_COUNT)',
  ],
  [
    "scatterv",
    array,
    { recvcounts: [1, 1] },
    "Cannot call scatterv: option recvcounts is unknown, expected root, counts, displs, into, type, count, sendtype, sendcount, recvtype, recvcount",
  ],
  [
    "allgatherv",
    array,
    { root: 0 },
    "Cannot call allgatherv: option root is unknown, expected counts, displs, into, type, count, sendtype, sendcount, recvtype, recvcount",
  ],
  [
    "alltoallv",
    array,
    { sendcounts: [1, 1, 1] },
    "Cannot alltoallv with 3 sendcounts: there are 2 ranks, expected one a rank (ERR_COUNT)",
  ],
  [
    "alltoallv",
    array,
    { sdispls: [1, 1] },
    "Cannot call alltoallv: option sendcounts is missing, expected with sdispls",
  ],
  [
    "alltoallv",
    array,
    { recvcounts: [1, 1], rdispls: [0, 1] },
    "Cannot call alltoallv: option into is missing, expected a buffer with rdispls",
  ],
  ["reduceScatter", array, {}, "Cannot call reduceScatter: option counts is missing, expected an array of 2 numbers"],
  [
    "reduceScatterBlock",
    array,
    { counts: [1, 1] },
    "Cannot call reduceScatterBlock: option counts is unknown, expected op, into, type, count",
  ],
  [
    "allgather",
    IN_PLACE,
    undefined,
    "Cannot call allgather: option into is missing, expected a buffer where data is MPI.IN_PLACE",
  ],
  [
    "allreduce",
    IN_PLACE,
    {},
    "Cannot call allreduce: option into is missing, expected a buffer where data is MPI.IN_PLACE",
  ],
];

/** Calls a method of the communicator that the types would not allow. */
const calls = (comm: Intracomm, name: string, data: unknown, options?: object): Promise<unknown> =>
  (comm as unknown as Record<string, (data: unknown, options?: object) => Promise<unknown>>)[name]!(data, options);

test("wrong counts and displs are refused before anything is sent, and the error names them", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank > 0) return;
    for (const [name, data, options, text] of wrong) {
      const error = await rejects(calls(comm, name, data, options), Error);
      is(error.message, text);
      is(error instanceof Exception, /\(ERR_/.test(text));
    }
    await turns();
  });
});

test("in place where a rank gets no result, or has not the data, is ERR_BUFFER", async () => {
  await ranks(2, async (comm) => {
    const root = 1 - comm.rank;
    for (const name of ["gather", "gatherv", "reduce"]) {
      const error = await rejects(calls(comm, name, IN_PLACE, { root, into: array }), Error);
      is(error.message, `Cannot ${name} in place: this rank gets no result, expected its data (ERR_BUFFER)`);
    }
    for (const name of ["scatter", "scatterv"]) {
      const error = await rejects(calls(comm, name, null, { root, into: IN_PLACE }), Error);
      is(error.message, `Cannot ${name} in place: only rank ${root} has the data, expected a buffer (ERR_BUFFER)`);
    }
    // Counts matter on the root alone.
    const got = await comm.gatherv([comm.rank], { counts: comm.rank === 0 ? [1, 1] : ([-5] as never) });
    ok(comm.rank === 0 ? got?.length === 2 : got === null);
  });
});

test.run();
