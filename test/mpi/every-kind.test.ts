// Every kind of elements in every collective, in its three forms, with and without the caller's memory, for lengths from
// nothing on; and every operator on every kind.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { arrayKinds } from "../support/array-kinds.ts";
import { equal, is, ok, rejects, sameNumbers } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

type Array1 = Int32Array;
type Kind = typeof Int32Array;
const kinds = arrayKinds as unknown as readonly Kind[];
const sizes = [1, 2, 3, 5, 8];
const range = (length: number) => [...new Array(length).keys()];

/** Numbers of a kind, made of small whole ones. */
function numbers(kind: Kind, values: readonly number[]): Array1 {
  const big = (kind as unknown) === BigInt64Array || (kind as unknown) === BigUint64Array;
  return kind.from((big ? values.map(BigInt) : values) as number[]);
}

type Methods = Record<string, (data: unknown, options: unknown) => any>;

/** Calls a collective in its three forms, with new memory each time. */
async function inAllForms(
  comm: MPI.Intracomm,
  name: string,
  data: unknown,
  make: () => object,
  check: (got: any) => void,
) {
  const methods = comm as unknown as Methods;
  check(await methods[name]!(data, make()));
  check(await methods[`i${name}`]!(data, make()).wait());
  const request: MPI.Prequest = methods[`${name}Init`]!(data, make());
  for (let start = 0; start < 2; start++) {
    request.start();
    check(await request.wait());
  }
  request.free();
}

for (const size of sizes) {
  test(`every kind of elements goes through every collective that moves data, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      const root = size - 1;
      const isRoot = rank === root;
      for (const kind of kinds) {
        for (const length of [0, 1, 5]) {
          /** What `from` gives to `to`. */
          const give = (from: number, to = 0, count = length) =>
            numbers(
              kind,
              range(count).map((i) => (from * 11 + to * 5 + i) % 100),
            );
          const together = (parts: readonly Array1[]) =>
            numbers(
              kind,
              parts.flatMap((part) => Array.from(part, Number)),
            );
          const room = (count: number) => numbers(kind, new Array(count).fill(99));
          const [fromAll, toAll] = [range(size).map((r) => give(r)), range(size).map((r) => give(rank, r))];
          const toMe = together(range(size).map((r) => give(r, rank)));
          const run = (name: string, data: unknown, make: () => object, expected: unknown) =>
            inAllForms(comm, name, data, make, (got) => {
              if (ArrayBuffer.isView(expected)) sameNumbers(got, expected as Array1);
              else if (Array.isArray(expected)) for (const [i, one] of expected.entries()) sameNumbers(got[i], one);
              else is(got, expected);
            });

          await run("bcast", isRoot ? give(root) : null, () => ({ root }), give(root));
          await run("bcast", isRoot ? give(root) : null, () => ({ root, into: room(length) }), give(root));
          const blocks = isRoot ? together(toAll) : null;
          await run("scatter", blocks, () => ({ root }), give(root, rank));
          await run("scatter", blocks, () => ({ root, into: room(length) }), give(root, rank));
          await run("gather", give(rank), () => ({ root }), isRoot ? fromAll : null);
          const roomAtRoot = () => (isRoot ? { root, into: room(size * length) } : { root });
          await run("gather", give(rank), roomAtRoot, isRoot ? together(fromAll) : null);
          await run("allgather", give(rank), () => ({}), fromAll);
          await run("allgather", give(rank), () => ({ into: room(size * length) }), together(fromAll));
          await run("alltoall", together(toAll), () => ({ into: room(size * length) }), toMe);

          const counts = range(size).map((r) => (r + length) % 3);
          const runs = range(size).map((r) => give(r, 0, counts[r]));
          await run("allgatherv", runs[rank], () => ({}), together(runs));
          await run("allgatherv", runs[rank], () => ({ counts, into: room(together(runs).length) }), together(runs));
          await run(
            "gatherv",
            runs[rank],
            () => (isRoot ? { root, counts } : { root }),
            isRoot ? together(runs) : null,
          );
          const dealt = range(size).map((r) => give(root, r, counts[r]));
          await run(
            "scatterv",
            isRoot ? together(dealt) : null,
            () => (isRoot ? { root, counts } : { root }),
            dealt[rank],
          );
          const out = range(size).map((r) => give(rank, r, (rank + r) % 3));
          const came = range(size).map((r) => give(r, rank, (rank + r) % 3));
          const each = range(size).map((r) => (rank + r) % 3);
          const places = () => ({ sendcounts: each, recvcounts: each, into: room(together(came).length) });
          await run("alltoallv", together(out), places, together(came));
        }
      }
    });
  });
}

const all = { SUM: MPI.SUM, PROD: MPI.PROD, MAX: MPI.MAX, MIN: MPI.MIN };
const logical = { LAND: MPI.LAND, LOR: MPI.LOR, LXOR: MPI.LXOR };
const bits = { BAND: MPI.BAND, BOR: MPI.BOR, BXOR: MPI.BXOR };
const meanings: Record<string, (a: number, b: number) => number> = {
  SUM: (a, b) => a + b,
  PROD: (a, b) => a * b,
  MAX: Math.max,
  MIN: Math.min,
  LAND: (a, b) => Number(Boolean(a) && Boolean(b)),
  LOR: (a, b) => Number(Boolean(a) || Boolean(b)),
  LXOR: (a, b) => Number(Boolean(a) !== Boolean(b)),
  BAND: (a, b) => a & b,
  BOR: (a, b) => a | b,
  BXOR: (a, b) => a ^ b,
};

for (const size of sizes) {
  test(`every operator reduces every kind of elements that it is for, and is ERR_OP for others, on ${size} ranks`, async () => {
    await ranks(
      size,
      async (comm) => {
        const { rank } = comm;
        for (const kind of kinds) {
          const whole = !/Float/.test(kind.name);
          for (const [name, op] of Object.entries({ ...all, ...logical, ...bits })) {
            const meaning = meanings[name]!;
            for (const length of [0, 3]) {
              // Small enough that no product leaves the smallest kind.
              const values = (from: number) =>
                range(size * length).map((i) => (from < 2 ? 1 + ((from + i) % 3) : i % 2));
              const fold = (count: number) =>
                range(count)
                  .map(values)
                  .reduce((a, b) => a.map((x, i) => meaning(x, b[i]!)));
              const mine = numbers(kind, values(rank));
              if (!whole && name in bits) {
                const error = await rejects(
                  comm.allreduce(mine, { op }),
                  MPI.Exception,
                  new RegExp(`with ${name}: got ${kind.name}`),
                );
                is(error.errorClass, MPI.ERR_OP);
                continue;
              }
              // With one rank, or the first of a scan, nothing is combined.
              const expected = (count: number) => numbers(kind, fold(count));
              const check = (want: Array1 | null | undefined) => (got: any) =>
                want ? sameNumbers(got, want) : is(got, want);
              await inAllForms(comm, "allreduce", mine, () => ({ op }), check(expected(size)));
              const inPlace = () => ({ op, into: mine.slice() });
              const methods = comm as unknown as Methods;
              check(expected(size))(await methods.allreduce!(MPI.IN_PLACE, inPlace()));
              const root = { op, root: size - 1 };
              await inAllForms(comm, "reduce", mine, () => root, check(rank === size - 1 ? expected(size) : null));
              await inAllForms(comm, "scan", mine, () => ({ op }), check(expected(rank + 1)));
              await inAllForms(comm, "exscan", mine, () => ({ op }), check(rank === 0 ? undefined : expected(rank)));
              const block = expected(size).slice(rank * length, (rank + 1) * length);
              await inAllForms(comm, "reduceScatterBlock", mine, () => ({ op }), check(block));
              const counts = new Array(size).fill(length);
              await inAllForms(comm, "reduceScatter", mine, () => ({ op, counts }), check(block));
            }
          }
        }
      },
      { deadline: 60 },
    );
  });
}

test("nothing at all: empty arrays, lists of nothing and texts of no length come as they are, from every call", async () => {
  await ranks(3, async (comm) => {
    const { rank, size } = comm;
    for (const nothing of [[], "", {}, new Map(), null, undefined, new Uint8Array(0)]) {
      equal(await comm.bcast(rank === 1 ? nothing : 5, { root: 1 }), nothing);
      equal(await comm.allgather(nothing), new Array(size).fill(nothing));
      equal(await comm.alltoall(new Array(size).fill(nothing)), new Array(size).fill(nothing));
      equal(await comm.scatter(rank === 0 ? new Array(size).fill(nothing) : null), nothing);
      equal(await comm.sendrecv(nothing, { dest: (rank + 1) % size }), nothing);
    }
    equal(await comm.allgatherv([]), []);
    equal(await comm.gatherv([]), rank === 0 ? [] : null);
    equal(await comm.scatterv(rank === 0 ? [] : null, rank === 0 ? { counts: [0, 0, 0] } : {}), []);
    equal(await comm.alltoallv([], { sendcounts: [0, 0, 0] }), []);
    equal(await comm.allreduce([], { op: MPI.SUM }), []);
    ok(!(await comm.iprobe()));
  });
});

test.run();
