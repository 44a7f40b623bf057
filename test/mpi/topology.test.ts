// Communicators with a topology as a script makes and asks them: grids, graphs, distributed graphs; who is left out, what is
// refused and how, and what becomes of the topology in a duplicate or a part.
import { test } from "uvu";
import {
  CART,
  Cartcomm,
  COMM_NULL,
  CONGRUENT,
  computeDims,
  DIST_GRAPH,
  Distgraphcomm,
  Exception,
  GRAPH,
  Graphcomm,
  Info,
  Intracomm,
  PROC_NULL,
  Topocomm,
  UNDEFINED,
  UNWEIGHTED,
  WEIGHTS_EMPTY,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, refuses, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const until = (n: number) => Array.from({ length: n }, (_, i) => i);
const sizes = [1, 2, 3, 4, 5, 7, 8];

for (const size of sizes) {
  test(`a grid of all ranks tells its shape, coordinates and neighbours, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      for (const ndims of [1, 2, 3, 4]) {
        const dims = computeDims(size, ndims);
        const grid = await world.createCart(dims, { periods: true, reorder: ndims % 2 === 0 });
        is(grid instanceof Cartcomm && grid instanceof Topocomm && grid instanceof Intracomm, true);
        equal([grid.topology, grid.getTopology()], [CART, CART]);
        equal([grid.dim, grid.getDim(), grid.dims, grid.periods], [ndims, ndims, dims, dims.map(() => true)]);
        equal(grid.getTopo(), [grid.dims, grid.periods, grid.coords]);
        equal(grid.coords, grid.getCoords(grid.rank));
        is(grid.getCartRank(grid.coords), grid.rank);
        const around = until(ndims).flatMap((d) =>
          [-1, 1].map((step) => grid.getCartRank(grid.coords.with(d, grid.coords[d]! + step))),
        );
        equal(grid.inoutedges, [around, around]);
        equal(grid.degrees, [2 * ndims, 2 * ndims]);
        equal(
          until(ndims).flatMap((d) => grid.shift(d, 1)),
          around,
        );
        is(grid.compare(world), CONGRUENT);
        is(await grid.allreduce(1), size);
        await grid.free();
      }
    });
  });

  test(`ranks behind the last place of a smaller grid or graph get COMM_NULL, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const inside = Math.ceil(size / 2);
      const grid = await world.createCart([inside]);
      const graph = await world.createGraph(
        until(inside).map((i) => i + 1),
        until(inside),
      );
      if (world.rank >= inside) {
        equal([grid, graph], [COMM_NULL, COMM_NULL]);
      } else {
        equal([grid.size, grid.rank, graph.size, graph.rank], [inside, world.rank, inside, world.rank]);
        is(await grid.allreduce(1), inside);
      }
      equal(await world.createGraph([], []), COMM_NULL);
      is(await world.cartMap([inside]), world.rank < inside ? world.rank : UNDEFINED);
      is(await world.graphMap(until(inside).fill(0), []), world.rank < inside ? world.rank : UNDEFINED);
    });
  });

  test(`parts of a grid have the coordinates that remain, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const grid = await world.createCart(computeDims(size, 3), { periods: [true, false, true] });
      for (let bits = 0; bits < 8; bits++) {
        const remain = until(3).map((d) => (bits & (1 << d)) > 0);
        const kept = <T>(list: T[]) => list.filter((_, d) => remain[d]);
        const part = await grid.sub(remain);
        is(part instanceof Cartcomm, true);
        equal(part.topo, [kept(grid.dims), kept(grid.periods), kept(grid.coords)]);
        const places = await part.allgather(grid.coords);
        for (const coords of places)
          equal(
            coords.filter((_, d) => !remain[d]),
            grid.coords.filter((_, d) => !remain[d]),
          );
        await part.free();
      }
    });
  });

  test(`a graph tells its lists and everybody's neighbours, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const index = until(size).map((i) => 2 * (i + 1));
      const edges = until(size).flatMap((i) => [(i + size - 1) % size, (i + 1) % size]);
      const graph = await world.createGraph(index, Int32Array.from(edges), { reorder: true });
      is(graph instanceof Graphcomm, true);
      equal([graph.topology, graph.dims, graph.getDims()], [GRAPH, [size, 2 * size], [size, 2 * size]]);
      equal([graph.nnodes, graph.nedges, graph.index, graph.edges], [size, 2 * size, index, edges]);
      equal(graph.getTopo(), [index, edges]);
      for (const rank of until(size)) {
        equal(graph.getNeighbors(rank), edges.slice(2 * rank, 2 * rank + 2));
        is(graph.getNeighborsCount(rank), 2);
      }
      equal([graph.neighbors, graph.nneighbors], [graph.getNeighbors(world.rank), 2]);
      equal(graph.inoutedges, [graph.neighbors, graph.neighbors]);
    });
  });

  test(`both forms make the same distributed graph, with weights, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const { rank } = world;
      // Each rank has an edge to itself and two to the next; the next rank tells of all of these.
      const [before, behind] = [(rank + size - 1) % size, (rank + 1) % size];
      const told = await world.createDistGraph([before], [3], [before, rank, rank], {
        weights: [before, 10, 20],
        info: Info.create({ hint: "1" }),
        reorder: true,
      });
      const inward = size === 1 ? [0, 0, 0] : rank === 0 ? [before, before, 0] : [before, before, rank];
      const [sources, destinations, weights] = told.getDistNeighbors();
      equal(told.getDistNeighborsCount(), [3, 3, true]);
      equal([...sources].sort(), [...inward].sort());
      equal(destinations, [rank, behind, behind]);
      equal(weights![1], [rank, 10, 20]);
      is(told.getInfo().get("hint"), "1");
      is(told.topology, DIST_GRAPH);

      const [sourceweights, destweights] = weights!;
      const adjacent = await world.createDistGraphAdjacent(sources, destinations, { sourceweights, destweights });
      is(adjacent instanceof Distgraphcomm, true);
      equal(adjacent.getDistNeighbors(), told.getDistNeighbors());
      equal([adjacent.inedges, adjacent.outedges], [sources, destinations]);
      equal(await adjacent.neighborAllgather(rank), sources);
    });
  });

  test(`a distributed graph without weights, and one with weights but without edges, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const plain = await world.createDistGraph([], [], [], { weights: UNWEIGHTED });
      equal(plain.getDistNeighbors(), [[], [], null]);
      equal(plain.getDistNeighborsCount(), [0, 0, false]);
      const weights = { sourceweights: WEIGHTS_EMPTY, destweights: WEIGHTS_EMPTY } as const;
      const empty = await world.createDistGraphAdjacent([], [], weights);
      equal(empty.getDistNeighbors(), [[], [], [[], []]]);
      equal((await world.createDistGraph([], [], [], { weights: WEIGHTS_EMPTY })).getDistNeighborsCount(), [
        0,
        0,
        true,
      ]);
    });
  });
}

test("a duplicate has the topology, and its own messages; a part or a split is a plain communicator", async () => {
  await ranks(4, async (world) => {
    const grid = await world.createCart([2, 2], { periods: [true, false] });
    const graph = await world.createGraph([1, 2, 3, 4], [1, 0, 3, 2]);
    const dist = await world.createDistGraphAdjacent([world.rank], [world.rank]);
    for (const copy of [await grid.dup(), await grid.clone(), await grid.idup().wait()]) {
      is(copy instanceof Cartcomm, true);
      equal(copy.topo, grid.topo);
      equal(await copy.neighborAllgather(copy.rank), await grid.neighborAllgather(grid.rank));
    }
    equal((await graph.dup()).topo, graph.topo);
    equal((await dist.dup()).getDistNeighbors(), dist.getDistNeighbors());
    for (const plain of [await grid.split(0), await grid.create(grid.group)]) {
      is(plain.constructor, Intracomm);
      is(plain.topology, UNDEFINED);
    }
    is(world.topology, UNDEFINED);
    equal([grid.name, graph.name], ["grid of COMM_WORLD", "graph of COMM_WORLD"]);
  });
});

test("with reorder, ranks of one host become neighbours, in the order that cartMap and graphMap tell; else they stay", async () => {
  await ranks(6, async (world) => {
    // Ranks were dealt out to two hosts in turn.
    const host = world.rank % 2;
    Object.defineProperty(world, "host", { value: host });
    const expected = (world.rank % 2) * 3 + Math.floor(world.rank / 2);
    const grid = await world.createCart([6], { reorder: true });
    equal([grid.rank, grid.coords, await world.cartMap([6])], [expected, [expected], expected]);
    const line = until(6).map((i) => [i - 1, i + 1].filter((node) => node >= 0 && node < 6));
    const index = line.map((_, i) => line.slice(0, i + 1).flat().length);
    const graph = await world.createGraph(index, line.flat(), { reorder: true });
    equal(
      [graph.rank, graph.neighbors, await world.graphMap(index, line.flat())],
      [expected, line[expected], expected],
    );
    const dist = await world.createDistGraphAdjacent(line[world.rank]!, line[world.rank]!, { reorder: true });
    equal([dist.rank, dist.inoutedges], [expected, [line[expected], line[expected]]]);
    for (const comm of [grid, graph, dist]) equal((await comm.allgather(host)).join(), "0,0,0,1,1,1");
    equal(await dist.neighborAllgather(dist.rank), line[expected]);
    is((await world.createCart([6])).rank, world.rank);
    // A grid of two takes ranks of one host.
    const pair = await world.createCart([2], { reorder: true });
    equal(pair === COMM_NULL ? "out" : `${pair.rank}`, ["0", "out", "1", "out", "out", "out"][world.rank]);
  });
});

test("a grid without dimensions is one rank", async () => {
  await ranks(3, async (world) => {
    const point = await world.createCart([]);
    if (world.rank > 0) return is(point, COMM_NULL);
    equal([point.size, point.dim, point.topo, point.getCartRank([])], [1, 0, [[], [], []], 0]);
    equal([point.getCoords(0), point.inoutedges, await point.neighborAllgather(1)], [[], [[], []], []]);
    throws(() => point.shift(0, 1), /Cannot shift in direction 0: the grid has no dimensions \(ERR_ARG\)/);
  });
});

test("a grid that is not periodic ends in PROC_NULL, and messages along a shift go through", async () => {
  await ranks(4, async (world) => {
    const line = await world.createCart([4]);
    const [source, dest] = line.shift(0, 1);
    equal([source, dest], [line.rank === 0 ? PROC_NULL : line.rank - 1, line.rank === 3 ? PROC_NULL : line.rank + 1]);
    is(await line.sendrecv(line.rank, { dest, source }), line.rank === 0 ? undefined : line.rank - 1);
  });
});

test("what makes no topology is refused on every rank before anything is sent, with its class and what was expected", async () => {
  await ranks(4, async (world) => {
    const refused: [() => Promise<unknown>, text: string][] = [
      [
        () => world.createCart([3, 3]),
        "Cannot createCart a grid of 3 × 3 on COMM_WORLD: it has 4 ranks, expected at least 9 (ERR_DIMS)",
      ],
      [() => world.createCart([2, 0]), "Cannot createCart with dims[1] 0: expected a whole number from 1 (ERR_DIMS)"],
      [() => world.createCart([1.5]), "Cannot createCart with dims[0] 1.5: expected a whole number from 1 (ERR_DIMS)"],
      [
        () => world.createCart([2, 2], { periods: [true] }),
        "Cannot createCart with 1 period: there are 2 dims (ERR_DIMS)",
      ],
      [
        () => world.cartMap([5]),
        "Cannot cartMap a grid of 5 on COMM_WORLD: it has 4 ranks, expected at least 5 (ERR_DIMS)",
      ],
      [
        () => world.createGraph([1, 0], [0]),
        "Cannot createGraph with index[1] 0: expected at least 1, as the neighbors of node 1 stand behind the others (ERR_ARG)",
      ],
      [
        () => world.createGraph([1, 2], [1, 2]),
        "Cannot createGraph with edges[1] 2: expected a whole number from 0 to 1 (ERR_ARG)",
      ],
      [() => world.createGraph([1, 2], [1]), "Cannot createGraph with 1 edge: expected 2, as index ends (ERR_ARG)"],
      [
        () => world.graphMap([0, 0, 0, 0, 0], []),
        "Cannot graphMap a graph on COMM_WORLD: it has 4 ranks, expected at least 5 (ERR_ARG)",
      ],
      [
        () => world.createDistGraph([4], [1], [0]),
        "Cannot createDistGraph with sources[0] 4: expected a whole number from 0 to 3 (ERR_RANK)",
      ],
      [
        () => world.createDistGraph([0], [], [0]),
        "Cannot createDistGraph with 0 degrees: expected one for each of the 1 sources (ERR_ARG)",
      ],
      [
        () => world.createDistGraph([0], [2], [0]),
        "Cannot createDistGraph with 1 destinations: expected 2, the sum of degrees (ERR_ARG)",
      ],
      [
        () => world.createDistGraph([0], [-1], []),
        "Cannot createDistGraph with degrees[0] -1: expected a whole number that is not negative (ERR_ARG)",
      ],
      [
        () => world.createDistGraph([0], [1], [0], { weights: WEIGHTS_EMPTY }),
        "Cannot createDistGraph with weights MPI.WEIGHTS_EMPTY: there are 1 edge (ERR_ARG)",
      ],
      [
        () => world.createDistGraph([0], [1], [0], { weights: [1, 2] }),
        "Cannot createDistGraph with weights an array of 2: there are 1 edge (ERR_ARG)",
      ],
      [
        () => world.createDistGraphAdjacent([], [PROC_NULL]),
        "Cannot createDistGraphAdjacent with destinations[0] -3: expected a whole number from 0 to 3 (ERR_RANK)",
      ],
      [
        () => world.createDistGraphAdjacent([], [], { destweights: [] }),
        "Cannot createDistGraphAdjacent without sourceweights: the other edges have weights, expected weights, or MPI.WEIGHTS_EMPTY, for edges in and out (ERR_ARG)",
      ],
    ];
    for (const [call, text] of refused) is((await rejects(call(), Exception)).message, text);
    const mistyped: [() => Promise<unknown>, text: string][] = [
      [() => world.createCart(4 as never), "Cannot call createCart: dims is 4, expected an array of numbers"],
      [
        () => world.createCart([4], { periods: [1] as never }),
        "Cannot call createCart: option periods is an array of 1, expected true, false, or an array of these",
      ],
      [
        () => world.createCart([4], { reorder: 1 as never }),
        "Cannot call createCart: option reorder is 1, expected true or false",
      ],
      [
        () => world.createCart([4], { period: true } as never),
        "Cannot call createCart: option period is unknown, expected periods, reorder",
      ],
      [
        () => world.createGraph(null as never, []),
        "Cannot call createGraph: index is null, expected an array of numbers",
      ],
      [
        () => world.createDistGraph([], [], [], { weights: 1 as never }),
        "Cannot call createDistGraph: option weights is 1, expected an array of numbers",
      ],
      [
        () => world.createDistGraph([], [], [], { info: {} as never }),
        "Cannot call createDistGraph: info is Object, expected an MPI.Info",
      ],
    ];
    for (const [call, text] of mistyped) is((await rejects(call(), TypeError)).message, text);
    // Nothing was sent: the next call works.
    is((await world.createCart([4])).size, 4);
  });
});

test("questions about places that are not in the grid are refused", async () => {
  await ranks(2, async (world) => {
    const grid = await world.createCart([2, 1]);
    refuses(
      () => grid.getCoords(2),
      "Cannot call getCoords with rank 2: grid of COMM_WORLD has ranks 0 to 1 (ERR_RANK)",
    );
    refuses(() => grid.getCoords("1" as never), 'Cannot call getCoords: rank is "1", expected a rank');
    refuses(() => grid.getCartRank([0]), "Cannot getCartRank with 1 coords: the grid has 2 dims (ERR_ARG)");
    refuses(() => grid.getCartRank([0, 1]), "coordinate 1 is outside of dimension 1, which is not periodic");
    refuses(() => grid.shift(2, 1), "Cannot shift in direction 2: expected a dimension from 0 to 1 (ERR_ARG)");
    refuses(() => grid.shift(0, 0.5), "Cannot shift by 0.5: expected a whole number of steps (ERR_ARG)");
    await rejects(grid.sub([true]), Exception, "Cannot sub with 1 values: the grid has 2 dims");
    await rejects(grid.sub([1, 0] as never), TypeError, "remainDims is an array of 2, expected an array of booleans");
    const graph = await world.createGraph([0, 0], []);
    refuses(() => graph.getNeighbors(-1), "ERR_RANK");
    await grid.free();
    for (const use of [
      () => grid.dims,
      () => grid.coords,
      () => grid.inedges,
      () => grid.topology,
      () => grid.shift(0, 1),
    ]) {
      refuses(use, "on grid of COMM_WORLD: it has been freed (ERR_COMM)");
    }
  });
});

test("computeDims refuses what is no number of ranks, or of dimensions", () => {
  equal(computeDims(12, 3), [3, 2, 2]);
  equal(computeDims(6, Int32Array.of(0, 0)), [3, 2]);
  refuses(() => computeDims(0, 2), "Cannot computeDims for 0 nodes: expected a whole number from 1 (ERR_ARG)");
  refuses(() => computeDims("6" as never, 2), 'Cannot call computeDims: nodes is "6", expected a number of ranks');
  refuses(
    () => computeDims(6, -1),
    "Cannot computeDims with -1 dims: expected a whole number from 0 to 1000 (ERR_DIMS)",
  );
  refuses(() => computeDims(6, [-1, 0]), "Cannot computeDims with dims[0] -1");
  refuses(() => computeDims(6, null as never), "Cannot call computeDims: dims is null, expected an array of numbers");
  refuses(() => computeDims(6, [4, 0]), "ERR_DIMS");
});

test("ranks that give different arguments are told on every rank, with both sides", async () => {
  await ranks(3, async (world) => {
    const { rank } = world;
    const side = (name: string, other: number, value: string) =>
      new RegExp(`rank 0 gave ${name}.*rank ${other} ${value}`);
    match(
      (await rejects(world.createCart([rank === 1 ? 2 : 3]), Exception)).message,
      side("dims \\[3\\], periods \\[false\\]", 1, "dims \\[2\\]"),
    );
    match(
      (await rejects(world.createCart([3], { reorder: rank === 2 }), Exception)).message,
      /reorder false, rank 2 .*reorder true, expected the same of every rank \(ERR_ARG\)$/,
    );
    match(
      (await rejects(world.createGraph([0, 0, rank > 0 ? 1 : 0], rank > 0 ? [0] : []), Exception)).message,
      side("index \\[0 0 0\\]", 1, "index \\[0 0 1\\], edges \\[0\\]"),
    );
    const long = until(100).fill(0);
    const { message } = await rejects(world.createGraph([0, 0, 100], long.with(99, rank % 2)), Exception);
    match(message, /edges \[[0 ]+… #\d+\].*rank 1 .*ERR_ARG/);
    match(
      (await rejects(world.createDistGraph([], [], [], rank === 0 ? { weights: [] } : {}), Exception)).message,
      side("weights", 1, "no weights"),
    );
    is((await world.createCart([3])).size, 3);
  });
});

test("an edge that only one end gives to createDistGraphAdjacent is ERR_ARG on every rank", async () => {
  await ranks(3, async (world) => {
    const { message } = await rejects(world.createDistGraphAdjacent([], world.rank === 0 ? [2] : []), Exception);
    is(
      message,
      "Cannot createDistGraphAdjacent on COMM_WORLD: rank 0 gave 1 edges to rank 2, which gave 0 from it (ERR_ARG)",
    );
  });
});

test.run();
