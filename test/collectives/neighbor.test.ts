// The collectives between neighbours on lanes that deliver in any order: random graphs with repeated edges, edges to oneself
// and PROC_NULL, held against the rule that the nth edge of a pair at one end is the nth at the other; and grids of every
// small size, where messages go by direction.
import { test } from "uvu";
import { PROC_NULL } from "../../src/base/constants.ts";
import {
  type Neighbors,
  neighborAllgather,
  neighborAllgatherv,
  neighborAlltoall,
  neighborAlltoallv,
} from "../../src/collectives/neighbor.ts";
import { Cart } from "../../src/topology/cart.ts";
import { equal } from "../support/assert.ts";
import { FakeNetwork, random } from "../support/lanes.ts";

const until = (n: number) => Array.from({ length: n }, (_, i) => i);

/** By rank, the rank that each slot hears from, and the number of its edge there. */
type Origins = { rank: number; edge: number }[][];

/** Random edges: `edges` of them, and a PROC_NULL on both sides of each third rank. */
function graphOf(size: number, edges: number, seed: number): { all: Neighbors[]; origins: Origins } {
  const draw = random(seed);
  const sources = until(size).map((rank) => (rank % 3 === 2 ? [PROC_NULL] : []));
  const destinations = until(size).map((rank) => (rank % 3 === 2 ? [PROC_NULL] : []));
  for (let i = 0; i < edges; i++) {
    const [from, to] = [draw(size), draw(size)];
    destinations[from]!.push(to);
    sources[to]!.push(from);
  }
  // Each rank lists its sources in an order of its own.
  for (const list of sources) list.sort((a, b) => ((a * 7) % 5) - ((b * 7) % 5) || a - b);
  const all = until(size).map((rank) => ({
    sources: sources[rank]!,
    destinations: destinations[rank]!,
    order: [...destinations[rank]!.keys()],
  }));
  const nth = (list: number[], rank: number, n: number) =>
    list.flatMap((other, i) => (other === rank ? [i] : []))[n] ?? -1;
  const origins = all.map(({ sources }, rank) =>
    sources.map((source, i) => ({
      rank: source,
      edge:
        source === PROC_NULL
          ? -1
          : nth(destinations[source]!, rank, sources.slice(0, i).filter((s) => s === source).length),
    })),
  );
  return { all, origins };
}

function gridOf(cart: Cart): { all: Neighbors[]; origins: Origins } {
  const all = until(cart.size).map((rank) => cart.neighborsOf(rank));
  // From the rank before comes what that one sent forwards.
  return { all, origins: all.map(({ sources }) => sources.map((rank, i) => ({ rank, edge: i ^ 1 }))) };
}

const topologies: [title: string, { all: Neighbors[]; origins: Origins }][] = [];
for (const size of [1, 2, 3, 4, 5, 7, 8]) {
  for (const edges of [0, 1, size, 4 * size]) {
    topologies.push([`a random graph of ${size} ranks and ${edges} edges`, graphOf(size, edges, size * 100 + edges)]);
  }
}
for (const dims of [[1], [2], [3], [1, 1], [2, 1], [2, 2], [3, 2], [2, 2, 2], []]) {
  for (const period of [true, false]) {
    const cart = new Cart(
      dims,
      dims.map(() => period),
    );
    topologies.push([`a${period ? " periodic" : ""} grid of ${dims.join(" × ") || "one place"}`, gridOf(cart)]);
  }
}

/** Short ones, which go eagerly, and long ones. */
const lengths = [1, 3, 200];

for (const [i, [title, { all, origins }]] of topologies.entries()) {
  const network = () => new FakeNetwork(all.length, 40 + i);

  test(`each slot gets its source's data: allgather and alltoall on ${title}`, async () => {
    const heard = (of: (origin: { rank: number; edge: number }) => unknown) =>
      origins.map((slots) => slots.map((origin) => (origin.rank === PROC_NULL ? undefined : of(origin))));

    const gathered = await network().run((lane) => neighborAllgather(lane, all[lane.rank]!, { rank: lane.rank }, {}));
    equal(
      gathered,
      heard(({ rank }) => ({ rank })),
    );
    const exchanged = await network().run((lane) => {
      const data = all[lane.rank]!.destinations.map((_, edge) => `${lane.rank}.${edge}`);
      return neighborAlltoall(lane, all[lane.rank]!, data, {});
    });
    equal(
      exchanged,
      heard(({ rank, edge }) => `${rank}.${edge}`),
    );

    for (const length of lengths) {
      const block = (value: number) => new Array<number>(length).fill(value);
      const blocks = (of: (origin: { rank: number; edge: number }) => number, none: number) =>
        origins.map((slots) => slots.flatMap((origin) => block(origin.rank === PROC_NULL ? none : of(origin))));
      const into = (rank: number) => new Float64Array(length * all[rank]!.sources.length).fill(-9);
      const numbers = await network().run(async (lane) => {
        const { rank } = lane;
        const neighbors = all[rank]!;
        const one = Float64Array.from(block(rank));
        const each = Float64Array.from(neighbors.destinations.flatMap((_, edge) => block(100 * rank + edge)));
        const got = [
          await neighborAllgather(lane, neighbors, one, { into: into(rank) }),
          await neighborAlltoall(lane, neighbors, each, { into: into(rank) }),
          await neighborAlltoall(lane, neighbors, each, {}),
        ];
        return got.map((array) => [...(array as Float64Array)]);
      });
      const sent = ({ rank, edge }: { rank: number; edge: number }) => 100 * rank + edge;
      equal(
        numbers.map(([gathered, exchanged]) => [gathered, exchanged]),
        until(all.length).map((rank) => [blocks((origin) => origin.rank, -9)[rank], blocks(sent, -9)[rank]]),
      );
      // A rank that sends nothing does not know how long the block of nobody would be.
      const known = until(all.length).filter((rank) => all[rank]!.destinations.length > 0);
      equal(
        known.map((rank) => numbers[rank]![2]),
        known.map((rank) => blocks(sent, 0)[rank]),
      );
    }
  });

  test(`runs of different lengths arrive whole, joined or where they are wanted, on ${title}`, async () => {
    // The run of rank r is r long; the one along its edge e is (r + e) % 4 long.
    const own = (rank: number) => new Array<number>(rank).fill(rank);
    const along = (rank: number, edge: number) => new Array<number>((rank + edge) % 4).fill(10 * rank + edge);
    const expected = (of: (origin: { rank: number; edge: number }) => number[]) =>
      origins.map((slots) => slots.map((origin) => (origin.rank === PROC_NULL ? [] : of(origin))));
    const gathered = expected(({ rank }) => own(rank));
    const exchanged = expected(({ rank, edge }) => along(rank, edge));

    const results = await network().run(async (lane) => {
      const { rank } = lane;
      const neighbors = all[rank]!;
      const runs = neighbors.destinations.map((_, edge) => along(rank, edge));
      const send = { counts: runs.map((run) => run.length), each: "neighbor" } as const;
      // In into, runs stand in reverse order, with a gap behind each.
      const place = (runs: number[][]) => {
        const displs = runs.map((_, i) => runs.slice(i + 1).reduce((sum, run) => sum + run.length + 1, 0));
        const length = runs.reduce((sum, run) => sum + run.length + 1, 0);
        return { counts: runs.map((run) => run.length), displs, into: new Int32Array(length).fill(-9) };
      };
      const spread = (runs: number[][]) => [...runs].reverse().flatMap((run) => [...run, -9]);
      const { into, ...receive } = place(exchanged[rank]!);
      const data = Int32Array.from(runs.flat());
      const got = [
        await neighborAllgatherv(lane, neighbors, own(rank), {}),
        await neighborAllgatherv(lane, neighbors, Int32Array.from(own(rank)), {}),
        await neighborAllgatherv(lane, neighbors, Int32Array.from(own(rank)), place(gathered[rank]!)),
        await neighborAlltoallv(lane, neighbors, runs.flat(), { send, receive: {} }),
        await neighborAlltoallv(lane, neighbors, data, { send, receive: {} }),
        await neighborAlltoallv(lane, neighbors, data, { into, send, receive }),
      ];
      const flat = [gathered[rank]!.flat(), exchanged[rank]!.flat()];
      equal(
        got.map((data) => [data?.constructor.name, [...(data as number[])]]),
        [
          ["Array", flat[0]],
          ["Int32Array", flat[0]],
          ["Int32Array", spread(gathered[rank]!)],
          ["Array", flat[1]],
          ["Int32Array", flat[1]],
          ["Int32Array", spread(exchanged[rank]!)],
        ],
      );
      return got.length;
    });
    equal(results, new Array(all.length).fill(6));
  });
}

test.run();
