// Reduce, allreduce, scan and exscan: every algorithm in select.ts, on 1 to 8 ranks, for every root, values and arrays
// of several lengths, operators that commute and that do not, with messages delivered in a random order.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { allreduce, exscan, reduce, scan } from "../../src/collectives/reduction.ts";
import type { TypedArray } from "../../src/data/element.ts";
import { MAX, Op, opFrom, SUM } from "../../src/data/op.ts";
import { promised } from "../../src/engine/operation.ts";
import { is, match, ok } from "../support/assert.ts";
import { FakeNetwork, random } from "../support/lanes.ts";
import { counts, eachRoot, eachRow, networkOf, noneUnhandled, ranksOf, SIZES, same } from "./matrix.ts";

const MODULUS = 10007;
type Matrix = [number, number, number, number];

const product = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  (a * e + b * g) % MODULUS,
  (a * f + b * h) % MODULUS,
  (c * e + d * g) % MODULUS,
  (c * f + d * h) % MODULUS,
];
const matrix = (rank: number): Matrix => [rank + 2, 3 * rank + 1, 5, rank + 7];

/** Changes its first operand, as an operator may. */
const push = (a: unknown[], b: unknown[]) => {
  a.push(...b);
  return a;
};

interface Case {
  readonly name: string;
  readonly op: Op;
  /** Rank's operand. */
  give(rank: number, count: number): unknown;
  /** What op gives for the operands of `ranks`, one after the other. */
  expect(ranks: readonly number[], count: number): unknown;
}

const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const ofFloats = (count: number, at: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => at(i));

const values: Case[] = [
  { name: "numbers", op: SUM, give: (rank) => rank + 1, expect: (ranks) => total(ranks.map((rank) => rank + 1)) },
  {
    name: "nested arrays",
    op: SUM,
    give: (rank, count) => [rank, [rank, count]],
    expect: (ranks, count) => [total(ranks), [total(ranks), count * ranks.length]],
  },
  {
    name: "text",
    op: opFrom((a: string, b: string) => a + b),
    give: (rank, count) => `${rank}`.repeat(count),
    expect: (ranks, count) => ranks.map((rank) => `${rank}`.repeat(count)).join(""),
  },
  {
    name: "text with SUM",
    op: SUM,
    give: (rank) => [`${rank}`],
    expect: (ranks) => [ranks.join("")],
  },
  {
    name: "matrices",
    op: opFrom(product),
    give: matrix,
    expect: (ranks) => ranks.map(matrix).reduce(product),
  },
  {
    name: "lists",
    op: opFrom(push),
    give: (rank, count) => [rank, count],
    expect: (ranks, count) => ranks.flatMap((rank) => [rank, count]),
  },
  {
    name: "whole arrays",
    op: opFrom((a: Float64Array, b: Float64Array) => Float64Array.from(product([...a] as Matrix, [...b] as Matrix))),
    give: (rank) => Float64Array.from(matrix(rank)),
    expect: (ranks) => Float64Array.from(ranks.map(matrix).reduce(product)),
  },
];

const arrays: Case[] = [
  {
    name: "Float64Array",
    op: SUM,
    give: (rank, count) => ofFloats(count, (i) => rank * i + 0.5),
    expect: (ranks, count) => ofFloats(count, (i) => total(ranks) * i + 0.5 * ranks.length),
  },
  {
    name: "Int8Array",
    op: MAX,
    give: (rank, count) => Int8Array.from({ length: count }, (_, i) => ((rank + i) % 5) - 3),
    expect: (ranks, count) =>
      Int8Array.from({ length: count }, (_, i) => Math.max(...ranks.map((rank) => ((rank + i) % 5) - 3))),
  },
  {
    name: "BigInt64Array",
    op: SUM,
    give: (rank, count) => new BigInt64Array(count).fill(BigInt(rank) << 40n),
    expect: (ranks, count) => new BigInt64Array(count).fill(BigInt(total(ranks)) << 40n),
  },
  {
    // a ⊕ b = the pair "first of a, last of b" in two digits: associative, not commutative.
    name: "elementwise, not commutative",
    op: Op.create((a: number, b: number) => Math.floor(a / 10) * 10 + (b % 10), { elementwise: true, commute: false }),
    give: (rank, count) => ofFloats(count, () => rank * 11),
    expect: (ranks, count) => ofFloats(count, () => ranks[0]! * 10 + ranks.at(-1)!),
  },
  {
    name: "elementwise, commutative",
    op: Op.create((a: number, b: number) => a * 2 ** 0 + b, { elementwise: true, commute: true }),
    give: (rank, count) => ofFloats(count, (i) => rank + i),
    expect: (ranks, count) => ofFloats(count, (i) => total(ranks) + i * ranks.length),
  },
];

/** One rank's operands, and copies of them to see whether they were changed. */
function operands({ give }: Case, all: readonly number[], count: number) {
  const given = all.map((rank) => give(rank, count));
  return {
    given,
    unchanged: () =>
      same(
        given,
        all.map((rank) => give(rank, count)),
      ),
  };
}

/** An array of the same kind and length that holds something else. */
function arrayLike(array: unknown): TypedArray {
  const like = structuredClone(array as TypedArray);
  return like.fill((like instanceof BigInt64Array ? 77n : 77) as never);
}

test("reduce() gives the root the fold of all operands in rank order, and the others null", async () => {
  await eachRow("reduce", (seed) =>
    eachRoot(seed, async (net, root) => {
      const all = ranksOf(net.size);
      for (const each of [...values, ...arrays]) {
        for (const count of counts(net.size)) {
          const { given, unchanged } = operands(each, all, count);
          const expected = each.expect(all, count);
          const results = await net.run((lane) => reduce(lane, given[lane.rank], { op: each.op, root }));
          for (const i of all) same(results[i], i === root ? expected : null, each.name);
          if (ArrayBuffer.isView(expected)) {
            const into = arrayLike(expected);
            const filled = await net.run((lane) => reduce(lane, given[lane.rank], { op: each.op, root, into }));
            is(filled[root], into);
            same(into, expected, `${each.name} with into`);
          }
          unchanged();
        }
      }
    }),
  );
});

test("allreduce() gives every rank the fold of all operands in rank order", async () => {
  await eachRow("allreduce", (seed) =>
    eachRoot(seed, async (net, root) => {
      if (root > 0) return;
      const all = ranksOf(net.size);
      for (const each of [...values, ...arrays]) {
        for (const count of counts(net.size)) {
          const { given, unchanged } = operands(each, all, count);
          const expected = each.expect(all, count);
          const results = await net.run((lane) => allreduce(lane, given[lane.rank], { op: each.op }));
          for (const result of results) same(result, expected, each.name);
          if (ArrayBuffer.isView(expected)) {
            const intos = all.map(() => arrayLike(expected));
            await net.run((lane) => allreduce(lane, given[lane.rank], { op: each.op, into: intos[lane.rank] }));
            for (const into of intos) same(into, expected, `${each.name} with into`);
          }
          unchanged();
        }
      }
    }),
  );
});

for (const [name, call, from] of [
  ["scan", scan, 1],
  ["exscan", exscan, 0],
] as const) {
  test(`${name}() gives rank i the fold of the operands ${from ? "up to" : "before"} its own, in rank order`, async () => {
    await eachRow(name, (seed) =>
      eachRoot(seed, async (net, root) => {
        if (root > 0) return;
        const all = ranksOf(net.size);
        for (const each of [...values, ...arrays]) {
          for (const count of counts(net.size)) {
            const { given, unchanged } = operands(each, all, count);
            const expected = all.map((i) => (i + from > 0 ? each.expect(all.slice(0, i + from), count) : undefined));
            const results = await net.run((lane) => call(lane, given[lane.rank], { op: each.op }));
            same(results, expected, each.name);
            if (ArrayBuffer.isView(given[0])) {
              const intos = all.map(() => arrayLike(given[0]));
              const filled = await net.run((lane) =>
                call(lane, given[lane.rank], { op: each.op, into: intos[lane.rank] }),
              );
              for (const i of all) {
                is(filled[i], intos[i]);
                same(intos[i], expected[i] ?? arrayLike(given[0]), `${each.name} with into`);
              }
            }
            unchanged();
          }
        }
      }),
    );
  });
}

test("allreduce() of floating-point numbers has the same bits on every rank, and linear's numbers nearly", async () => {
  for (const size of SIZES) {
    const draw = random(size);
    const number = () => (draw(2 ** 30) - 2 ** 29) * 2 ** (draw(40) - 20);
    for (const kind of [Float64Array, Float32Array]) {
      const given = ranksOf(size).map(() => new kind(1000).map(number));
      let linear: TypedArray | undefined;
      // A sum of numbers of both signs cancels: an error is small only against the operands.
      const bound = new kind(1000).map((_, i) => total(given.map((array) => Math.abs(array[i]!))));
      await eachRow("allreduce", async (seed, row) => {
        const net = networkOf(size, seed);
        const results = (await net.run((lane) => allreduce(lane, given[lane.rank], { op: SUM }))) as Float64Array[];
        for (const result of results) same(new Uint8Array(result.buffer), new Uint8Array(results[0]!.buffer));
        if (row === "linear") linear = results[0];
      });
      await eachRow("allreduce", async (seed) => {
        const net = networkOf(size, seed);
        const [result] = (await net.run((lane) => allreduce(lane, given[lane.rank], { op: SUM }))) as Float64Array[];
        const tolerance = kind === Float64Array ? 1e-14 : 1e-5;
        for (let i = 0; i < 1000; i++) {
          ok(Math.abs(result![i]! - Number(linear![i])) <= tolerance * bound[i]!, `element ${i}`);
        }
      });
    }
  }
});

test("long arrays and long values are reduced too, with the algorithm that the table picks", async () => {
  for (const size of SIZES) {
    const net = new FakeNetwork(size, size);
    const all = ranksOf(size);
    const sum = total(all);
    for (const op of [SUM, opFrom((a: Float64Array, b: Float64Array) => a.map((x, i) => x + b[i]!))]) {
      const given = all.map((rank) => ofFloats(20_001, (i) => rank + i));
      const expected = ofFloats(20_001, (i) => sum + size * i);
      for (const got of await net.run((lane) => allreduce(lane, given[lane.rank], { op }))) {
        same(got as Float64Array, expected);
      }
      const reduced = await net.run((lane) => reduce(lane, given[lane.rank], { op, root: size - 1 }));
      same(reduced[size - 1] as Float64Array, expected);
      const scanned = await net.run((lane) => scan(lane, given[lane.rank], { op }));
      same(scanned[size - 1] as Float64Array, expected);
      const before = await net.run((lane) => exscan(lane, given[lane.rank], { op }));
      if (size > 1) same(before[1] as Float64Array, given[0]!);
    }
  }
});

test("into may be the operand itself", async () => {
  for (const size of SIZES) {
    const net = new FakeNetwork(size, size);
    const all = ranksOf(size);
    for (const length of [4, 20_000]) {
      const fresh = () => all.map((rank) => new Float64Array(length).fill(rank + 1));
      const upTo = (i: number) => new Float64Array(length).fill((i * (i + 1)) / 2);
      for (const call of [allreduce, scan, exscan]) {
        const data = fresh();
        await net.run((lane) => call(lane, data[lane.rank], { op: SUM, into: data[lane.rank] }));
        for (const i of all) {
          if (call === exscan && i === 0) same(data[0], fresh()[0]);
          else same(data[i], upTo(call === allreduce ? size : call === scan ? i + 1 : i));
        }
      }
    }
  }
});

test("into may be longer than the result; what follows the result stays", async () => {
  const into = new Int32Array(5).fill(-1);
  const net = new FakeNetwork(1, 1);
  await net.run((lane) => allreduce(lane, Int32Array.of(1, 2, 3), { op: SUM, into }));
  same([...into], [1, 2, 3, -1, -1]);
});

test("a rank may change its operand and its result as soon as its call has resolved", async () => {
  for (const collective of ["reduce", "allreduce", "scan", "exscan"] as const) {
    const call = { reduce, allreduce, scan, exscan }[collective];
    await eachRow(collective, (seed) =>
      eachRoot(seed, async (net, root) => {
        const given = ranksOf(net.size).map((rank) => new Float64Array(1000).fill(rank));
        const results = await net.run(async (lane) => {
          const data = given[lane.rank]!;
          const result = (await promised<unknown>(call(lane, data, { op: SUM, root }))) as
            | Float64Array
            | null
            | undefined;
          const sum = result?.[999];
          result?.fill(Number.NaN);
          data.fill(Number.NaN);
          return sum;
        });
        for (const rank of ranksOf(net.size)) {
          const all = collective === "allreduce" || (collective === "reduce" && rank === root);
          const last = all ? net.size : collective === "scan" ? rank + 1 : rank;
          const none = collective === "reduce" ? rank !== root : collective === "exscan" && rank === 0;
          is(results[rank], none ? undefined : total(ranksOf(last)), collective);
        }
      }),
    );
  }
});

test("a reduction sends one message along each edge", async () => {
  for (const size of SIZES) {
    const sent = async (call: Parameters<FakeNetwork["run"]>[0]) => {
      const net = new FakeNetwork(size, 1);
      await net.run(call);
      return net.messages;
    };
    is(await sent((lane) => reduce(lane, 1, { op: MAX, root: size - 1 })), size - 1);
    const concat = opFrom((a: string, b: string) => a + b);
    is(await sent((lane) => reduce(lane, "a", { op: concat, root: size - 1 })), size > 1 ? size : 0);
    if (Number.isInteger(Math.log2(size)))
      is(await sent((lane) => allreduce(lane, 1, { op: SUM })), size * Math.log2(size));
  }
});

test("several reductions are under way at once", async () => {
  for (const size of SIZES) {
    const net = new FakeNetwork(size, size);
    const text = opFrom((a: string, b: string) => a + b);
    const all = ranksOf(size);
    const floats = all.map((rank) => new Float64Array(20_000).fill(rank));
    const [one, two, three] = await Promise.all([
      net.run((lane) => allreduce(lane, `${lane.rank}`.repeat(300), { op: text })),
      net.run((lane) => allreduce(lane, floats[lane.rank], { op: SUM })),
      net.run((lane) => scan(lane, lane.rank, { op: SUM })),
      net.run((lane) => reduce(lane, "x".repeat(300), { op: text, root: 0 })),
    ]);
    for (const i of all) {
      is(one[i], all.map((rank) => `${rank}`.repeat(300)).join(""));
      same(two[i], new Float64Array(20_000).fill(total(all)));
      is(three[i], (i * (i + 1)) / 2);
    }
  }
});

test("arrays of different length or kind are an error that names both, never wrong data", () =>
  noneUnhandled(async () => {
    for (const collective of ["reduce", "allreduce", "scan", "exscan"] as const) {
      const call = { reduce, allreduce, scan, exscan }[collective];
      await eachRow(collective, async (seed) => {
        for (const size of [2, 3, 4, 5, 8]) {
          for (let odd = 0; odd < size; odd++) {
            // The last rank's operand is nobody's business in exscan.
            if (collective === "exscan" && odd === size - 1 && size === 2) continue;
            // 8 elements go at once; 80 are still on their way when a receive fails, and their send may fail later.
            for (const count of [8, 80]) {
              for (const other of [new Float64Array(count - 1), new Float64Array(count + 1), new Float32Array(count)]) {
                const net = networkOf(size, seed + odd);
                const results = await net.settle((lane) =>
                  call(lane, lane.rank === odd ? other : new Float64Array(count), { op: SUM, root: 0 }),
                );
                const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
                const clear = errors.filter((error) => error instanceof Exception);
                ok(clear.length > 0, `${size} ranks, rank ${odd} has ${other.constructor.name}(${other.length})`);
                for (const { message } of clear) match(message, /ERR_COUNT|ERR_TRUNCATE|ERR_TYPE/);
              }
            }
          }
        }
      });
    }
  }));

test("the error for a shorter array names the rank and both lengths", async () => {
  const net = new FakeNetwork(2, 1);
  const [result] = await net.settle((lane) => allreduce(lane, new Int16Array(lane.rank === 1 ? 3 : 4), { op: SUM }));
  match(
    String((result as PromiseRejectedResult).reason),
    /Cannot combine 3 elements of rank 1: this rank has 4, expected the same on every rank \(ERR_COUNT\)$/,
  );
});

test("the error names the rank of the whole communicator, also where hosts fold by themselves", async () => {
  const net = new FakeNetwork(6, 1, undefined, false, (rank) => rank >> 1);
  const results = await net.settle((lane) => allreduce(lane, new Int16Array(lane.rank === 5 ? 3 : 4), { op: SUM }));
  match(String((results[4] as PromiseRejectedResult).reason), /3 elements of rank 5: this rank has 4/);
});

test("a wrong into is refused before anything is sent", async () => {
  const net = new FakeNetwork(2, 1);
  const [lane] = net.lanes();
  const whole = opFrom((a: unknown) => a);
  const cases: [unknown, Op, TypedArray | DataView, RegExp][] = [
    [new Int32Array(4), SUM, new Int32Array(3), /4 elements: into holds 3 \(ERR_TRUNCATE\)/],
    [
      new Int32Array(4),
      SUM,
      new Uint32Array(4),
      /Int32Array\(4\): into is Uint32Array\(4\), expected Int32Array \(ERR_TYPE\)/,
    ],
    [new Int32Array(4), SUM, new DataView(new ArrayBuffer(16)), /ERR_TYPE/],
    [4, SUM, new Int32Array(4), /4 into Int32Array\(4\): expected a buffer \(ERR_TYPE\)/],
    [[4], whole, new Int32Array(4), /ERR_TYPE/],
  ];
  for (const [data, op, into, message] of cases) {
    match(await Promise.try(() => promised(allreduce(lane!, data, { op, into }))).then(String, String), message);
  }
  is(net.messages, 0);
});

test.run();
