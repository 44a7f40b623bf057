// Every collective of an intercommunicator as users call it: blocking, nonblocking and persistent, values and buffers; and
// what two groups that disagree are told.
import { test } from "uvu";
import {
  Exception,
  IN_PLACE,
  INT,
  type Intercomm,
  MAX,
  PROC_NULL,
  type Prequest,
  type Request,
  ROOT,
  SUM,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, rejects } from "../support/assert.ts";
import { PAIRS, type Side, sides } from "../support/sides.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

type Call = (data: unknown, options: object) => unknown;

/** The three forms of a collective, each as one that is awaited. */
function forms(inter: Intercomm, name: string): ((data: unknown, options: object) => Promise<unknown>)[] {
  const methods = inter as unknown as Record<string, Call>;
  return [
    async (data, options) => methods[name]!.call(inter, data, options),
    async (data, options) => (methods[`i${name}`]!.call(inter, data, options) as Request).wait(),
    async (data, options) => {
      const request = methods[`${name}Init`]!.call(inter, data, options) as Prequest;
      request.start();
      await request.wait();
      request.start();
      return request.wait();
    },
  ];
}

/** One call on one rank: what it gives, and what it should get. */
interface Case {
  readonly data?: unknown;
  readonly options?: object;
  readonly expected: unknown;
}

/** The world rank of a rank of the other side: what ranks give, to know them apart. */
type Others = readonly number[];
type Cases = (side: Side, others: Others) => Case[];

/** Collectives without a root. */
const everyone: Record<string, Cases> = {
  allgather: ({ world }, others) => [
    { data: { from: world.rank }, expected: others.map((from) => ({ from })) },
    { data: [undefined], expected: others.map(() => [undefined]) },
    { data: Int16Array.of(world.rank), expected: others.map((from) => Int16Array.of(from)) },
    {
      data: Int16Array.of(world.rank, 1),
      options: { into: new Int16Array(2 * others.length) },
      expected: Int16Array.from(others.flatMap((from) => [from, 1])),
    },
  ],
  allgatherv: ({ world }, others) => [
    { data: [world.rank, "x"], expected: others.flatMap((from) => [from, "x"]) },
    { data: Int8Array.of(world.rank), expected: Int8Array.from(others) },
    {
      data: Int8Array.of(world.rank),
      options: {
        into: new Int8Array(2 * others.length),
        counts: others.map(() => 1),
        displs: others.map((_, i) => 2 * i),
      },
      expected: Int8Array.from(others.flatMap((from) => [from, 0])),
    },
  ],
  alltoall: ({ inter, world }, others) => [
    { data: others.map((to) => [world.rank, to]), expected: others.map((from) => [from, world.rank]) },
    { data: Int32Array.from(others), expected: Int32Array.from(others.map(() => world.rank)) },
    {
      data: Int32Array.from(others.flatMap((to) => [world.rank, to])),
      options: { into: new Int32Array(2 * inter.remoteSize) },
      expected: Int32Array.from(others.flatMap((from) => [from, world.rank])),
    },
  ],
  alltoallv: ({ inter, world }, others) => [
    {
      data: others.flatMap((to) => new Array(to % 2).fill(world.rank)),
      options: { sendcounts: others.map((to) => to % 2) },
      expected: others.flatMap((from) => new Array(world.rank % 2).fill(from)),
    },
    {
      data: Uint8Array.from(others),
      options: {
        sendcounts: others.map(() => 1),
        sdispls: upTo(inter.remoteSize),
        recvcounts: others.map(() => 1),
        rdispls: upTo(inter.remoteSize).reverse(),
        into: new Uint8Array(inter.remoteSize),
      },
      expected: new Uint8Array(inter.remoteSize).fill(world.rank),
    },
  ],
  allreduce: ({ world }, others) => [
    { data: world.rank, expected: others.reduce((a, b) => a + b) },
    { data: `${world.rank}`, options: { op: (a: string, b: string) => a + b }, expected: others.join("") },
    {
      data: Float32Array.of(world.rank, 1),
      expected: Float32Array.of(
        others.reduce((a, b) => a + b),
        others.length,
      ),
    },
    {
      data: Float32Array.of(world.rank),
      options: { op: MAX, into: new Float32Array(1) },
      expected: Float32Array.of(Math.max(...others)),
    },
  ],
  reduceScatterBlock: ({ inter, world }, others) => [
    {
      data: others.map((to) => `${world.rank}→${to} `),
      expected: others.map((from) => `${from}→${world.rank} `).join(""),
    },
    {
      data: new Int32Array(inter.size * inter.remoteSize).fill(1),
      options: { into: new Int32Array(inter.remoteSize) },
      expected: new Int32Array(inter.remoteSize).fill(others.length),
    },
  ],
  reduceScatter: ({ inter }, others) => {
    // Together as long as both sides have ranks; the first rank of each side has the rest.
    const length = inter.size + inter.remoteSize;
    const counts = upTo(inter.size).map((rank) => (rank === 0 ? length - inter.size + 1 : 1));
    const data = Int32Array.from({ length }, (_, i) => i);
    const begin = inter.rank === 0 ? 0 : length - inter.size + inter.rank;
    const mine = data.slice(begin, begin + counts[inter.rank]!).map((i) => i * others.length);
    return [
      { data, options: { counts }, expected: mine },
      { data, options: { counts, into: new Int32Array(mine.length) }, expected: mine },
      { data: [...data], options: { counts, op: MAX }, expected: [...data.slice(begin, begin + mine.length)] },
    ];
  },
};

/** Collectives with a root, which is the world rank `root` here; `giving`: this rank is in its group. */
type RootedCases = (side: Side, others: Others, root: number, atRoot: boolean, giving: boolean) => Case[];
const rooted: Record<string, RootedCases> = {
  bcast: (_, __, root, ___, giving) => [
    { data: giving ? { root } : null, expected: giving ? null : { root } },
    { data: giving ? Int8Array.of(root) : null, expected: giving ? null : Int8Array.of(root) },
    {
      data: giving ? Int8Array.of(root) : null,
      options: { into: new Int8Array(1) },
      expected: giving ? null : Int8Array.of(root),
    },
  ],
  scatter: ({ world }, others, _, __, giving) => [
    { data: giving ? others : null, expected: giving ? null : world.rank },
    { data: giving ? Int32Array.from(others) : null, expected: giving ? null : Int32Array.of(world.rank) },
    {
      data: giving ? Int32Array.from(others) : null,
      options: { into: new Int32Array(1) },
      expected: giving ? null : Int32Array.of(world.rank),
    },
  ],
  scatterv: ({ world }, others, _, __, giving) => [
    {
      data: giving ? others.flatMap((to) => new Array(to).fill(to)) : null,
      options: { counts: giving ? others : undefined },
      expected: giving ? null : new Array(world.rank).fill(world.rank),
    },
    {
      data: giving ? Uint8Array.from(others).reverse() : null,
      options: giving
        ? { counts: others.map(() => 1), displs: upTo(others.length).reverse() }
        : { into: new Uint8Array(1) },
      expected: giving ? null : Uint8Array.of(world.rank),
    },
  ],
  gather: ({ world }, others, _, atRoot) => [
    { data: { from: world.rank }, expected: atRoot ? others.map((from) => ({ from })) : null },
    {
      data: Int32Array.of(world.rank),
      options: { into: new Int32Array(others.length) },
      expected: atRoot ? Int32Array.from(others) : null,
    },
  ],
  gatherv: ({ world }, others, _, atRoot) => [
    {
      data: new Array(world.rank).fill(world.rank),
      expected: atRoot ? others.flatMap((from) => new Array(from).fill(from)) : null,
    },
    {
      data: Int32Array.of(world.rank),
      options: atRoot
        ? { counts: others.map(() => 1), displs: upTo(others.length).reverse(), into: new Int32Array(others.length) }
        : {},
      expected: atRoot ? Int32Array.from(others).reverse() : null,
    },
  ],
  reduce: ({ world }, others, _, atRoot, giving) => [
    {
      data: giving ? null : world.rank,
      options: { op: SUM },
      expected: atRoot ? others.reduce((a, b) => a + b) : null,
    },
    {
      data: giving ? null : `${world.rank}`,
      options: { op: (a: string, b: string) => a + b },
      expected: atRoot ? others.join("") : null,
    },
    {
      data: giving ? null : Float64Array.of(world.rank, 1),
      options: { into: atRoot ? new Float64Array(2) : undefined },
      expected: atRoot
        ? Float64Array.of(
            others.reduce((a, b) => a + b),
            others.length,
          )
        : null,
    },
  ],
};

for (const sizes of PAIRS) {
  const title = `${sizes[0]}+${sizes[1]} ranks`;

  for (const [name, cases] of Object.entries(everyone)) {
    test(`${name} in its three forms crosses over, on ${title}`, async () => {
      await sides(sizes, async (side) => {
        const others = side.inter.remoteGroup.translateRanks();
        for (const form of forms(side.inter, name)) {
          for (const { data, options = {}, expected } of cases(side, others)) {
            const got = await form(data, options);
            equal(got, expected);
            if ("into" in options) is(got, options.into);
          }
        }
      });
    });
  }

  for (const [name, cases] of Object.entries(rooted)) {
    test(`${name} in its three forms crosses over from or to every root, on ${title}`, async () => {
      await sides(sizes, async (side) => {
        const { inter, world } = side;
        const others = inter.remoteGroup.translateRanks();
        for (const root of upTo(world.size)) {
          const giving = !others.includes(root);
          const atRoot = world.rank === root;
          const rank = giving ? (atRoot ? ROOT : PROC_NULL) : others.indexOf(root);
          for (const form of forms(inter, name)) {
            for (const { data, options = {}, expected } of cases(side, others, root, atRoot, giving)) {
              equal(await form(data, { ...options, root: rank }), expected);
            }
          }
        }
      });
    });
  }

  test(`barrier in its three forms waits for the other group, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side }) => {
      for (const late of [0, 1]) {
        for (const form of [() => inter.barrier(), () => inter.ibarrier().wait(), () => started(inter.barrierInit())]) {
          if (side === late) {
            // What is sent before the barrier is here behind it.
            if (inter.rank < inter.remoteSize) await inter.send(late, { dest: inter.rank });
            await form();
          } else {
            await form();
            if (inter.rank < inter.remoteSize) is(await inter.recv({ source: inter.rank }), late);
          }
        }
      }
    });
  });
}

function started<T>(request: Prequest<T>): Promise<T> {
  request.start();
  return request.wait();
}

/** The message of the first rank that fails; others may wait for ever. */
async function failure(sizes: readonly [number, number], call: (side: Side) => Promise<unknown>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  await sides(sizes, async (side) => {
    // A root is done when its data has left: if the others do not agree it may hear of it no sooner than in its next call.
    const calls = call(side).then(() => side.inter.barrier());
    calls.catch((error: Error) => resolve(error.message));
    await promise;
  });
  return promise;
}

test("groups that call different collectives are told, with both sides", async () => {
  const message = await failure([1, 2], ({ inter, side }) =>
    side === 0 ? inter.bcast("data", { root: ROOT }) : inter.allgather(1),
  );
  match(message, /^Cannot complete (bcast|allgather)\(.*\) on intercomm of split [01] of COMM_WORLD: /);
  match(
    message,
    /remote rank \d called (bcast\(root remote rank 0\), rank \d called allgather\(\)|allgather\(\), rank 0 called bcast\(root rank 0\)) \(ERR_OTHER\)$/,
  );
});

test("groups that have a root each are told", async () => {
  const message = await failure([1, 2], ({ inter }) => inter.bcast(1, { root: inter.rank === 0 ? ROOT : PROC_NULL }));
  match(
    message,
    /^Cannot complete bcast\(root rank 0\) on .*: remote rank 0 called bcast\(root remote rank 0\), rank 0 called bcast\(root rank 0\) \(ERR_ROOT\)$/,
  );
});

test("a group that takes another rank for the root than says so is told", async () => {
  const message = await failure([2, 1], ({ inter, side }) =>
    inter.bcast("data", { root: side === 1 ? 1 : inter.rank === 0 ? ROOT : PROC_NULL }),
  );
  match(
    message,
    /^Cannot complete bcast\(root remote rank 1\) on .*: remote rank 0 called bcast\(root remote rank 0\), rank 0 called bcast\(root remote rank 1\) \(ERR_ROOT\)$/,
  );
});

test("of two roots in one group the other group tells", async () => {
  const message = await failure([2, 2], ({ inter, side }) => inter.bcast(1, { root: side === 0 ? ROOT : 0 }));
  match(
    message,
    /remote rank 1 called bcast\(root remote rank 1\), rank [01] called bcast\(root remote rank 0\) \(ERR_ROOT\)$/,
  );
});

test("groups with other operators, or arrays of other lengths, are told", async () => {
  const operators = await failure([1, 2], ({ inter, side }) => inter.allreduce(1, { op: side === 0 ? MAX : SUM }));
  match(operators, /called allreduce\((MAX|SUM)\), rank \d called allreduce\((MAX|SUM)\) \(ERR_OP\)$/);
  const lengths = await failure([1, 2], ({ inter, side }) => inter.allreduce(new Int8Array(side + 1)));
  match(lengths, /called allreduce\(SUM, Int8Array\([12]\)\).*\(ERR_COUNT\)$/);
});

test("alltoallw, and the option type, take items from and to where they lie on both sides", async () => {
  await sides([2, 3], async ({ inter, side, world }) => {
    const others = inter.remoteGroup.translateRanks();
    // Every other number of mine to the others, a number each; what comes stands backwards.
    const data = new Int32Array(2 * others.length).fill(world.rank);
    const options = () => ({
      sdispls: others.map((_, i) => 8 * i),
      sendtypes: others.map(() => INT),
      rdispls: others.map((_, i) => 4 * (others.length - 1 - i)),
      recvtypes: others.map(() => INT),
      into: new Int32Array(others.length),
    });
    const expected = Int32Array.from(others).reverse();
    equal(await inter.alltoallw(data, options()), expected);
    equal(await inter.ialltoallw(data, options()).wait(), expected);
    equal(await started(inter.alltoallwInit(data, options())), expected);
    // A column of a 2×3 matrix goes as a column of another.
    const column = INT.createVector(2, 1, 3).commit();
    const matrix = Int32Array.from([0, 1, 2, 3, 4, 5], (x) => 10 * world.rank + x);
    const rank = side === 1 ? 1 : inter.rank === 1 ? ROOT : PROC_NULL;
    const into = new Int32Array(6);
    const got = await inter.bcast(matrix, { root: rank, type: column, count: 1, into });
    equal(got, side === 0 ? null : Int32Array.of(10, 0, 0, 13, 0, 0));
    const sum = new Int32Array(6);
    await inter.allreduce(matrix, { type: column, count: 1, into: sum });
    const first = others.reduce((total, other) => total + 10 * other, 0);
    equal(sum, Int32Array.of(first, 0, 0, first + 3 * others.length, 0, 0));
    const gathered = new Int32Array(12);
    await inter.reduce(side === 0 ? null : matrix, { root: rank, type: column, count: 1, into: gathered });
    equal(gathered[0], rank === ROOT ? first : 0);
  });
});

test("there is no data in place between groups, and counts are one a rank of the other group", async () => {
  await sides([2, 3], async ({ inter, side }) => {
    const into = new Float64Array(6);
    for (const call of [
      () => inter.allgather(IN_PLACE, { into }),
      () => inter.allgatherv(IN_PLACE, { into }),
      () => inter.alltoall(IN_PLACE, { into }),
      () => inter.alltoallv(IN_PLACE, { into }),
      () => inter.allreduce(IN_PLACE, { into }),
      () => inter.reduceScatterBlock(IN_PLACE, { into }),
      () => inter.reduce(IN_PLACE, { into, root: ROOT }),
      () => inter.gather(IN_PLACE, { into, root: ROOT }),
      () => inter.gatherv(IN_PLACE, { into, root: ROOT }),
      () => inter.scatter(into, { into: IN_PLACE, root: ROOT }),
      () => inter.scatterv(into, { into: IN_PLACE, root: ROOT }),
    ]) {
      const error = await rejects(
        call(),
        Exception,
        /in place on intercomm of .*: it connects two groups, expected data/,
      );
      is(error.errorClass, 1);
    }
    const wrong = upTo(inter.size).map(() => 1);
    const there = `there are ${inter.remoteSize} ranks`;
    await rejects(inter.allgatherv(into, { into, counts: wrong }), Exception, there);
    await rejects(inter.alltoallv(into, { sendcounts: wrong }), Exception, there);
    await rejects(inter.gatherv(into, { into, counts: wrong, root: ROOT }), Exception, there);
    await rejects(inter.scatterv(into, { counts: wrong, root: ROOT }), Exception, there);
    const far = upTo(inter.remoteSize).map(() => 1);
    await rejects(inter.reduceScatter(into, { counts: far }), Exception, `there are ${inter.size} ranks`);
    await rejects(inter.bcast(1, { root: -9 }), Exception, "(ERR_ROOT)");
    await rejects(inter.bcast(1, { root: "0" as never }), TypeError, "option root");
    const short = inter.allreduce(into, { into: new Float64Array(5) });
    await rejects(short, Exception, "the result in into: it has 48 bytes, into holds 40 (ERR_TRUNCATE)");
    await rejects(inter.allreduce(into, { into: new Int8Array(48) }), Exception, "(ERR_TYPE)");
    is(await inter.allreduce(side), inter.remoteSize * (1 - side));
  });
});

test.run();
