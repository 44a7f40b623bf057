// Gatherv, scatterv, allgatherv and alltoallv: every algorithm that carries them, on 1 to 8 ranks, for every root, runs
// of different lengths, empty ones and gaps among them, values and buffers; and what is refused before anything is sent.
import { test } from "uvu";
import { IN_PLACE } from "../../src/base/constants.ts";
import { allgather, alltoall, gather, scatter } from "../../src/collectives/movement.ts";
import { allgatherv, alltoallv, gatherv, scatterv } from "../../src/collectives/movement-v.ts";
import type { Layout } from "../../src/collectives/runs.ts";
import type { Lane } from "../../src/comm/lane.ts";
import type { TypedArray } from "../../src/data/element.ts";
import { is, match } from "../support/assert.ts";
import { FakeNetwork } from "../support/lanes.ts";
import { eachRoot, eachRow, ranksOf, same } from "./matrix.ts";

const KINDS = [Uint8Array, BigInt64Array, Float64Array];
type Kind = (typeof KINDS)[number];

/** Lengths of the runs of `size` ranks: all empty, of different lengths, and one long. */
const lengthsOf = (size: number): number[][] => [
  ranksOf(size).map(() => 0),
  ranksOf(size).map((i) => (i * 3) % 5),
  ranksOf(size).map((i) => (i === size - 1 ? 5000 : i)),
];

/** Runs in reverse order, with a gap of two elements before each. */
function scattered(counts: readonly number[]): { counts: readonly number[]; displs: number[]; length: number } {
  let next = 0;
  const displs = [...counts].reverse().map((count) => {
    next += 2 + count;
    return next - count;
  });
  return { counts, displs: displs.reverse(), length: next };
}

const values = (rank: number, count: number) =>
  Array.from({ length: count }, (_, i) => (i % 3 === 1 ? { rank, i } : `${rank}/${i}`));

function array(kind: Kind, rank: number, count: number): TypedArray {
  const run = new kind(count);
  for (let i = 0; i < count; i++) run[i] = (kind === BigInt64Array ? BigInt(rank + i) : (rank * 7 + i) % 250) as never;
  return run;
}

/** An array of `length` elements of 99, with the runs where the layout says. */
function spread(kind: Kind, runs: readonly TypedArray[], displs: readonly number[], length: number): TypedArray {
  const whole = new kind(length).fill((kind === BigInt64Array ? 99n : 99) as never);
  for (const [i, run] of runs.entries()) whole.set(run as never, displs[i]);
  return whole;
}

/** Runs one behind the other. */
function packed(kind: Kind, runs: readonly TypedArray[]): TypedArray {
  let length = 0;
  const displs = runs.map((run) => {
    length += run.length;
    return length - run.length;
  });
  return spread(kind, runs, displs, length);
}

const blank = (kind: Kind, length: number) => spread(kind, [], [], length);

test("gatherv() gives the root all runs, and the others null", async () => {
  await eachRow("gather", (seed) =>
    eachRoot(seed, async (net, root) => {
      const all = ranksOf(net.size);
      for (const counts of lengthsOf(net.size)) {
        const lists = all.map((i) => values(i, counts[i]!));
        const got = await net.run((lane) => gatherv(lane, lists[lane.rank], { root }));
        for (const i of all) same(got[i], i === root ? lists.flat() : null);

        for (const kind of KINDS) {
          const runs = all.map((i) => array(kind, i, counts[i]!));
          const joined = await net.run((lane) => gatherv(lane, runs[lane.rank], { root, counts }));
          for (const i of all) same(joined[i], i === root ? packed(kind, runs) : null);

          const { displs, length } = scattered(counts);
          const into = blank(kind, length + 1);
          const filled = await net.run((lane) =>
            gatherv(lane, runs[lane.rank], lane.rank === root ? { root, into, counts, displs } : { root }),
          );
          is(filled[root], into);
          same(into, spread(kind, runs, displs, length + 1));

          const place = blank(kind, length + 1);
          place.set(runs[root] as never, displs[root]);
          await net.run((lane) =>
            lane.rank === root
              ? gatherv(lane, IN_PLACE, { root, into: place, counts, displs })
              : gatherv(lane, runs[lane.rank], { root }),
          );
          same(place, into);
        }
      }
    }),
  );
});

test("scatterv() gives each rank its run of the root's data", async () => {
  await eachRow("scatter", (seed) =>
    eachRoot(seed, async (net, root) => {
      const all = ranksOf(net.size);
      for (const counts of lengthsOf(net.size)) {
        const { displs, length } = scattered(counts);
        const lists = all.map((i) => values(i, counts[i]!));
        same(
          await net.run((lane) => scatterv(lane, lane.rank === root ? lists.flat() : null, { root, counts })),
          lists,
        );
        const gaps: unknown[] = new Array(length).fill("gap");
        for (const i of all) gaps.splice(displs[i]!, counts[i]!, ...lists[i]!);
        same(await net.run((lane) => scatterv(lane, gaps, { root, counts, displs })), lists);

        for (const kind of KINDS) {
          const runs = all.map((i) => array(kind, i, counts[i]!));
          const data = spread(kind, runs, displs, length);
          const only = (lane: Lane): Layout => (lane.rank === root ? { counts, displs } : {});
          same(
            await net.run((lane) => scatterv(lane, lane.rank === root ? data : null, { root, ...only(lane) })),
            runs,
          );

          const intos = all.map((i) => blank(kind, counts[i]!));
          const filled = await net.run((lane) =>
            scatterv(lane, data, { root, ...only(lane), into: lane.rank === root ? IN_PLACE : intos[lane.rank]! }),
          );
          same(filled, runs);
          is((filled[root] as TypedArray).buffer, data.buffer);
          for (const i of all) if (i !== root) is(filled[i], intos[i]);
        }
      }
    }),
  );
});

test("allgatherv() gives every rank all runs", async () => {
  await eachRow("allgather", (seed) =>
    eachRoot(seed, async (net, root) => {
      if (root > 0) return;
      const all = ranksOf(net.size);
      for (const counts of lengthsOf(net.size)) {
        const lists = all.map((i) => values(i, counts[i]!));
        for (const got of await net.run((lane) => allgatherv(lane, lists[lane.rank], {}))) same(got, lists.flat());

        for (const kind of KINDS) {
          const runs = all.map((i) => array(kind, i, counts[i]!));
          for (const got of await net.run((lane) => allgatherv(lane, runs[lane.rank], {}))) {
            same(got, packed(kind, runs));
          }
          const { displs, length } = scattered(counts);
          const expected = spread(kind, runs, displs, length);
          const intos = all.map(() => blank(kind, length));
          const filled = await net.run((lane) =>
            allgatherv(lane, runs[lane.rank], { into: intos[lane.rank], counts, displs }),
          );
          for (const i of all) is(filled[i], intos[i]);
          for (const into of intos) same(into, expected);

          const places = all.map((i) => {
            const place = blank(kind, length);
            place.set(runs[i] as never, displs[i]);
            return place;
          });
          await net.run((lane) => allgatherv(lane, IN_PLACE, { into: places[lane.rank], counts, displs }));
          for (const place of places) same(place, expected);
        }
      }
    }),
  );
});

test("alltoallv() gives rank i every rank's run i", async () => {
  await eachRow("alltoall", (seed) =>
    eachRoot(seed, async (net, root) => {
      if (root > 0) return;
      const all = ranksOf(net.size);
      for (const lengths of lengthsOf(net.size)) {
        // Symmetric, as data in place must be.
        const count = (from: number, to: number) => lengths[(from + to) % net.size]!;
        const sent = (from: number) => scattered(all.map((to) => count(from, to)));
        const lists = await net.run((lane) =>
          alltoallv(
            lane,
            all.flatMap((to) => values(10 * lane.rank + to, count(lane.rank, to))),
            { send: { counts: all.map((to) => count(lane.rank, to)) }, receive: {} },
          ),
        );
        for (const to of all) {
          same(
            lists[to],
            all.flatMap((from) => values(10 * from + to, count(from, to))),
          );
        }

        for (const kind of KINDS) {
          const run = (from: number, to: number) => array(kind, 3 * from + to, count(from, to));
          const out = all.map((from) => {
            const { displs, length } = sent(from);
            return spread(
              kind,
              all.map((to) => run(from, to)),
              displs,
              length,
            );
          });
          const came = (to: number) => all.map((from) => run(from, to));
          const joined = await net.run((lane) =>
            alltoallv(lane, out[lane.rank], { send: sent(lane.rank), receive: {} }),
          );
          for (const to of all) same(joined[to], packed(kind, came(to)));

          const intos = all.map((to) => blank(kind, sent(to).length));
          await net.run((lane) =>
            alltoallv(lane, out[lane.rank], {
              into: intos[lane.rank],
              send: sent(lane.rank),
              receive: sent(lane.rank),
            }),
          );
          for (const to of all) same(intos[to], spread(kind, came(to), sent(to).displs, sent(to).length));

          await net.run((lane) =>
            alltoallv(lane, IN_PLACE, { into: out[lane.rank] as TypedArray, send: {}, receive: sent(lane.rank) }),
          );
          for (const to of all) same(out[to], intos[to]);
        }
      }
    }),
  );
});

/** Every kind, size, root and some counts, with each rank's chunk and all of them one behind the other. */
const eachWhole = async (
  seed: number,
  body: (net: FakeNetwork, root: number, chunks: TypedArray[], whole: TypedArray) => Promise<void>,
): Promise<void> => {
  for (const kind of KINDS) {
    await eachRoot(seed, async (net, root) => {
      for (const count of [0, 1, 300]) {
        const chunks = ranksOf(net.size).map((i) => array(kind, i, count));
        await body(net, root, chunks, packed(kind, chunks));
      }
    });
  }
};

/** `whole` with nothing but rank `rank`'s chunk in it. */
function only(rank: number, chunks: readonly TypedArray[], whole: TypedArray): TypedArray {
  const place = whole.slice().fill((whole instanceof BigInt64Array ? 0n : 0) as never);
  place.set(chunks[rank] as never, rank * chunks[0]!.length);
  return place;
}

test("gather() in place gives what it gives otherwise", () =>
  eachRow("gather", (seed) =>
    eachWhole(seed, async (net, root, chunks, whole) => {
      const place = only(root, chunks, whole);
      await net.run((lane) =>
        lane.rank === root ? gather(lane, IN_PLACE, { root, into: place }) : gather(lane, chunks[lane.rank], { root }),
      );
      same(place, whole);
    }),
  ));

test("scatter() in place gives what it gives otherwise, and leaves the root's chunk where it is", () =>
  eachRow("scatter", (seed) =>
    eachWhole(seed, async (net, root, chunks, whole) => {
      const got = await net.run((lane) =>
        scatter(lane, whole, { root, ...(lane.rank === root && { into: IN_PLACE }) }),
      );
      same(got, chunks);
      is((got[root] as TypedArray).buffer, whole.buffer);
    }),
  ));

test("allgather() in place gives what it gives otherwise", () =>
  eachRow("allgather", (seed) =>
    eachWhole(seed, async (net, root, chunks, whole) => {
      if (root > 0) return;
      const places = ranksOf(net.size).map((rank) => only(rank, chunks, whole));
      await net.run((lane) => allgather(lane, IN_PLACE, { into: places[lane.rank] }));
      for (const place of places) same(place, whole);
    }),
  ));

test("alltoall() in place gives what it gives otherwise", () =>
  eachRow("alltoall", (seed) =>
    eachWhole(seed, async (net, root, _, whole) => {
      if (root > 0) return;
      const swapped = await net.run((lane) => alltoall(lane, whole, {}));
      same(await net.run((lane) => alltoall(lane, IN_PLACE, { into: whole.slice() })), swapped);
    }),
  ));

test("the root of a scatter in place gets its own value as a copy", async () => {
  const inside = new Float64Array(5000);
  const got = await new FakeNetwork(2, 1).run((lane) =>
    scatter(lane, [{ inside }, 1], { root: 0, ...(lane.rank === 0 && { into: IN_PLACE }) }),
  );
  (got[0] as { inside: Float64Array }).inside.fill(1);
  is(inside[0], 0);
});

test("counts and displs that do not fit are refused before anything is sent, and the error names them", async () => {
  const net = new FakeNetwork(3, 1);
  const [lane] = net.lanes() as [Lane];
  const data = new Int32Array(6);
  const into = new Int32Array(6);
  const cases: [() => Promise<unknown>, RegExp][] = [
    [
      () => scatterv(lane, new Int32Array(7), { root: 0 }),
      /scatterv 7 elements: 3 ranks .*multiple of 3 \(ERR_COUNT\)$/,
    ],
    [() => scatterv(lane, data, { root: 0, counts: [1, 2, 4] }), /6 elements: .*rank 2 are 3 to 7.*\(ERR_COUNT\)$/],
    [() => scatterv(lane, [1, 2], { root: 0, counts: [1, 2, 0] }), /2 elements: .*rank 1 are 1 to 3.*\(ERR_COUNT\)$/],
    [
      () => scatterv(lane, data, { root: 0, counts: [1, 2, 1], displs: [0, 5, 2] }),
      /6 elements: .*rank 1 are 5 to 7.*\(ERR_DISP\)$/,
    ],
    [
      () => scatterv(lane, "text", { root: 0 }),
      /scatterv "text": expected an array of values or a buffer \(ERR_TYPE\)$/,
    ],
    [() => gatherv(lane, 5, { root: 1 }), /gatherv 5: expected an array of values or a buffer \(ERR_TYPE\)$/],
    [
      () => gatherv(lane, data, { root: 0, into, counts: [6, 1, 0] }),
      /gatherv into 6 .*rank 1 are 6 to 7.*\(ERR_COUNT\)$/,
    ],
    [
      () => gatherv(lane, data, { root: 0, into, counts: [2, 2, 2], displs: [4, 0, 1] }),
      /overlapping elements: those of rank 1 are 0 to 2, those of rank 2 begin at 1 \(ERR_DISP\)$/,
    ],
    [
      () => allgatherv(lane, data, { into, counts: [6, 6, 0], displs: [0, 0, 0] }),
      /allgatherv into overlapping elements: .*\(ERR_DISP\)$/,
    ],
    [
      () => gatherv(lane, data, { root: 0, into, counts: [2, 2, 2] }),
      /rank 0 in into: it has 24 bytes.* 8 \(ERR_TRUNCATE\)$/,
    ],
    [() => gatherv(lane, data, { root: 0, into: new Int8Array(24), counts: [24, 0, 0] }), /\(ERR_TYPE\)$/],
    [
      () => alltoallv(lane, data, { into, send: { counts: [1, 1, 1] }, receive: { counts: [1, 9, 1] } }),
      /alltoallv into 6 elements: those of rank 1 are 1 to 10/,
    ],
  ];
  for (const [call, message] of cases) match(await call().then(String, String), message);
  is(net.messages, 0);
});

test("what a rank gives must be what the others expect, and the error names the rank", async () => {
  const failure = async (call: (lane: Lane) => Promise<unknown>) => {
    const [first] = await new FakeNetwork(3, 2).settle(call);
    return first?.status === "rejected" ? String(first.reason) : "no error";
  };
  match(
    await failure((lane) => gatherv(lane, lane.rank === 1 ? new Int8Array(2) : new Float32Array(1), { root: 0 })),
    /the Int8Array of rank 1: rank 0 gives Float32Array.*\(ERR_TYPE\)/,
  );
  match(
    await failure((lane) => gatherv(lane, lane.rank === 2 ? [1] : new Float32Array(1), { root: 0 })),
    /the value of rank 2: rank 0 gives Float32Array.*\(ERR_TYPE\)/,
  );
  match(
    await failure((lane) => allgatherv(lane, [1, 2], { counts: [2, 2, 3] })),
    /2 elements of rank 2: expected 3 \(ERR_COUNT\)/,
  );
  match(
    await failure((lane) => gatherv(lane, new Int8Array(2), { root: 0, counts: [2, 1, 2] })),
    /2 elements of rank 1: expected 1 \(ERR_COUNT\)/,
  );
  match(
    await failure((lane) => gatherv(lane, new Int8Array(2), { root: 0, counts: [2, 2, 3], into: new Int8Array(7) })),
    /rank 2 in into: it has 2 bytes, expected 3 .*\(ERR_COUNT\)/,
  );
});

test.run();
