// ReduceScatter and its block form: every algorithm, on 1 to 8 ranks, values and arrays, operators that do not commute;
// and reductions in place.
import { test } from "uvu";
import { IN_PLACE } from "../../src/base/constants.ts";
import { allreduce, exscan, reduce, reduceScatter, scan } from "../../src/collectives/reduction.ts";
import { MAX, Op, opFrom, SUM } from "../../src/data/op.ts";
import { is, match } from "../support/assert.ts";
import { FakeNetwork } from "../support/lanes.ts";
import { eachRoot, eachRow, ranksOf, same } from "./matrix.ts";

// a ⊕ b = the pair "first of a, last of b" in two digits: associative, not commutative.
const ends = Op.create((a: number, b: number) => Math.floor(a / 10) * 10 + (b % 10), {
  elementwise: true,
  commute: false,
});
const lists = opFrom((a: string[], b: string[]) => a.map((text, i) => text + b[i]));

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const lengthsOf = (size: number): number[][] => [
  ranksOf(size).map(() => 0),
  ranksOf(size).map((i) => (i * 2) % 5),
  ranksOf(size).map((i) => (i === 0 ? 3000 : 1)),
];

test("reduceScatter() gives each rank its run of the fold of all", async () => {
  await eachRow("reduceScatter", (seed) =>
    eachRoot(seed, async (net, root) => {
      if (root > 0) return;
      const all = ranksOf(net.size);
      const last = net.size - 1;
      for (const counts of lengthsOf(net.size)) {
        const length = sum(counts);
        const cut = <T extends { slice(begin: number, end: number): unknown }>(whole: T) =>
          all.map((i) => whole.slice(sum(counts.slice(0, i)), sum(counts.slice(0, i + 1))));

        const floats = all.map((rank) => Float64Array.from({ length }, (_, i) => rank * i + 0.5));
        const totals = Float64Array.from({ length }, (_, i) => sum(all) * i + 0.5 * net.size);
        const before = structuredClone(floats);
        same(await net.run((lane) => reduceScatter(lane, floats[lane.rank], { op: SUM, counts })), cut(totals));
        same(floats, before);

        const intos = all.map((i) => new Float64Array(counts[i]! + 1).fill(99));
        const filled = await net.run((lane) =>
          reduceScatter(lane, floats[lane.rank], { op: SUM, counts, into: intos[lane.rank] }),
        );
        for (const i of all) {
          is(filled[i], intos[i]);
          same(intos[i]!.subarray(0, counts[i]), cut(totals)[i]);
          is(intos[i]!.at(-1), 99);
        }
        const places = structuredClone(floats);
        await net.run((lane) => reduceScatter(lane, IN_PLACE, { op: SUM, counts, into: places[lane.rank] }));
        for (const i of all) same(places[i]!.slice(0, counts[i]), cut(totals)[i]);

        const digits = await net.run((lane) =>
          reduceScatter(lane, new Int32Array(length).fill(lane.rank * 11), { op: ends, counts }),
        );
        same(digits, cut(new Int32Array(length).fill(last)));

        const bigs = await net.run((lane) =>
          reduceScatter(lane, new BigInt64Array(length).fill(BigInt(lane.rank) << 40n), { op: MAX, counts }),
        );
        same(bigs, cut(new BigInt64Array(length).fill(BigInt(last) << 40n)));

        const texts = await net.run((lane) =>
          reduceScatter(lane, new Array(length).fill(`${lane.rank}`), { op: lists, counts }),
        );
        same(texts, cut(new Array<string>(length).fill(all.join(""))));
        same(
          await net.run((lane) => reduceScatter(lane, new Array(length).fill(lane.rank), { op: SUM, counts })),
          cut(new Array<number>(length).fill(sum(all))),
        );
      }

      // The block form: equal runs, of an array of values one value each.
      same(
        await net.run((lane) => reduceScatter(lane, new Float32Array(2 * net.size).fill(lane.rank), { op: SUM })),
        all.map(() => new Float32Array(2).fill(sum(all))),
      );
      same(
        await net.run((lane) =>
          reduceScatter(
            lane,
            all.map((i) => i * lane.rank),
            { op: SUM },
          ),
        ),
        all.map((i) => i * sum(all)),
      );
    }),
  );
});

test("reduceScatter() refuses what it cannot divide before anything is sent, and the error says why", async () => {
  const net = new FakeNetwork(3, 1);
  const [lane] = net.lanes();
  const data = new Int32Array(6);
  const run = (given: unknown, options: object) => reduceScatter(lane!, given, { op: SUM, ...options });
  const cases: [Promise<unknown>, RegExp][] = [
    [run(5, {}), /reduceScatterBlock 5: expected an array of values or a typed array \(ERR_TYPE\)$/],
    [run(new Int32Array(7), {}), /reduceScatterBlock 7 elements: 3 ranks .*\(ERR_COUNT\)$/],
    [run([1, 2], {}), /reduceScatterBlock 2 elements: 3 ranks .*\(ERR_COUNT\)$/],
    [run(data, { counts: [1, 2, 2] }), /reduceScatter 6 elements: counts add up to 5 \(ERR_COUNT\)$/],
    [run(data, { counts: [4, 2, 2] }), /6 elements: those of rank 2 are 6 to 8.*\(ERR_COUNT\)$/],
    [run(data, { into: new Int32Array(1) }), /it has 8 bytes, into holds 4 \(ERR_TRUNCATE\)$/],
    [run(data, { into: new Float32Array(2) }), /it is Int32Array, expected Float32Array \(ERR_TYPE\)$/],
    [run([1, 2, 3], { into: new Float32Array(1) }), /it is value, expected Float32Array \(ERR_TYPE\)$/],
  ];
  for (const [call, message] of cases) match(await call.then(String, String), message);
  is(net.messages, 0);
});

test("an operator that makes something else of an array of values is ERR_OP", async () => {
  const [first] = await new FakeNetwork(3, 1).settle((lane) =>
    reduceScatter(lane, [1, 2, 3], { op: opFrom(() => "text") }),
  );
  match(first?.status === "rejected" ? String(first.reason) : "no error", /Cannot divide "text".*\(ERR_OP\)/);
});

const inPlaceOperands = [0, 1, 20_000].flatMap((count) =>
  [SUM, ends].map((op) => ({ op, give: (rank: number) => new Float64Array(count).fill(11 * rank) })),
);

test("reduce() in place takes the root's operand from into", () =>
  eachRow("reduce", (seed) =>
    eachRoot(seed, async (net, root) => {
      for (const { op, give } of inPlaceOperands) {
        const reduced = await net.run((lane) => reduce(lane, give(lane.rank), { op, root }));
        const place = give(root);
        const inPlace = await net.run((lane) =>
          lane.rank === root
            ? reduce(lane, IN_PLACE, { op, root, into: place })
            : reduce(lane, give(lane.rank), { op, root }),
        );
        is(inPlace[root], place);
        same(place, reduced[root]);
      }
    }),
  ));

for (const [name, call] of Object.entries({ allreduce, scan, exscan })) {
  test(`${name}() in place takes the operand from into`, () =>
    eachRow(name as "allreduce" | "scan" | "exscan", (seed) =>
      eachRoot(seed, async (net, root) => {
        if (root > 0) return;
        const all = ranksOf(net.size);
        for (const { op, give } of inPlaceOperands) {
          const expected = await net.run((lane) => call(lane, give(lane.rank), { op }));
          const places = all.map(give);
          const got = await net.run((lane) => call(lane, IN_PLACE, { op, into: places[lane.rank] }));
          for (const i of all) {
            is(got[i], places[i]);
            same(got[i], expected[i] ?? give(0));
          }
        }
      }),
    ));
}

test.run();
