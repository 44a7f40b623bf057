// The collectives between neighbours as a script calls them: each form, on every kind of topology, held against single
// messages; and what is refused and how.
import { test } from "uvu";
import {
  type Cartcomm,
  computeDims,
  DOUBLE,
  Exception,
  IN_PLACE,
  type Intracomm,
  PROC_NULL,
  type Prequest,
  Request,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, refuses, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const until = (n: number) => Array.from({ length: n }, (_, i) => i);
const sizes = [1, 2, 3, 4, 5, 7, 8];

/** What a grid's ranks get when they send `data[i]` to neighbour i, by messages along each dimension and back. */
async function bySendrecv<T>(grid: Cartcomm, data: readonly T[]): Promise<(T | undefined)[]> {
  const got: (T | undefined)[] = [];
  for (let d = 0; d < grid.dim; d++) {
    const [before, behind] = grid.shift(d, 1);
    got.push(await grid.sendrecv<T | undefined>(data[2 * d + 1], { dest: behind, source: before }));
    got.push(await grid.sendrecv<T | undefined>(data[2 * d], { dest: before, source: behind }));
  }
  return got;
}

function again<T>(prequest: Prequest<T>): Promise<T> {
  prequest.start();
  return prequest.wait();
}

for (const size of sizes) {
  test(`each form in each call gives what single messages give, in grids of ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      for (const ndims of [1, 2, 3]) {
        for (const periods of [true, false, [true, false, true].slice(0, ndims)]) {
          const grid = await world.createCart(computeDims(size, ndims), { periods });
          const { rank } = grid;
          const values = until(2 * ndims).map((i) => ({ rank, i }));
          const heard = await bySendrecv(
            grid,
            values.map(() => rank),
          );
          const moved = await bySendrecv(grid, values);
          equal(
            heard,
            grid.inedges.map((source) => (source === PROC_NULL ? undefined : source)),
          );

          const gather = grid.neighborAllgatherInit(rank);
          equal(await grid.neighborAllgather(rank), heard);
          equal(await grid.ineighborAllgather(rank).wait(), heard);
          for (let turn = 0; turn < 2; turn++) equal(await again(gather), heard);

          const exchange = grid.neighborAlltoallInit(values);
          equal(await grid.neighborAlltoall(values), moved);
          equal(await grid.ineighborAlltoall(values).wait(), moved);
          for (let turn = 0; turn < 2; turn++) equal(await again(exchange), moved);

          const words = (n: number) => until(n % 3).map((i) => `${n}/${i}`);
          const allWords = heard.flatMap((from) => (from === undefined ? [] : words(from)));
          equal(await grid.neighborAllgatherv(words(rank)), allWords);
          equal(await grid.ineighborAllgatherv(words(rank)).wait(), allWords);
          equal(await again(grid.neighborAllgathervInit(words(rank))), allWords);

          const runs = values.map(({ i }) => words(rank + i));
          const sendcounts = runs.map((run) => run.length);
          const allRuns = (await bySendrecv(grid, runs)).flatMap((run) => run ?? []);
          equal(await grid.neighborAlltoallv(runs.flat(), { sendcounts }), allRuns);
          equal(await grid.ineighborAlltoallv(runs.flat(), { sendcounts }).wait(), allRuns);
          equal(await again(grid.neighborAlltoallvInit(runs.flat(), { sendcounts })), allRuns);
        }
      }
    });
  });

  test(`buffers land in into, and those of PROC_NULL stay as they are, short and long, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      for (const length of [1, 500]) {
        const line = await world.createCart([size]);
        const { rank } = line;
        const filled = (value: number) => new Array<number>(length).fill(value);
        const block = (value: number) => Float64Array.from(filled(value));
        const blank = () => new Float64Array(2 * length).fill(-9);
        const expected = (none: number, step: number) =>
          [rank - 1, rank + 1].flatMap((from, i) =>
            filled(from >= 0 && from < size ? from + (step ? (i === 0 ? step : -step) : 0) : none),
          );
        const into = blank();
        is(await line.neighborAllgather(block(rank), { into }), into);
        equal([...into], expected(-9, 0));
        const both = Float64Array.from([...filled(rank - 0.25), ...filled(rank + 0.25)]);
        equal([...(await line.neighborAlltoall(both, { into: blank() }))], expected(-9, 0.25));
        equal([...(await line.neighborAlltoall(both))], expected(0, 0.25));
        const counts = [length, length];
        equal([...(await line.neighborAllgatherv(block(rank), { into: blank(), counts }))], expected(-9, 0));
        // The two runs in each other's place.
        const displs = [length, 0];
        const swapped = { sendcounts: counts, sdispls: displs, recvcounts: counts, rdispls: displs, into: blank() };
        const got = [...(await line.neighborAlltoallv(both, swapped))];
        const back = [...got.slice(length), ...got.slice(0, length)];
        equal(back, expected(-9, -0.25));
      }
    });
  });

  test(`repeated edges keep their order, and edges to oneself work, in graphs of ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const { rank } = world;
      const [before, behind] = [(rank + size - 1) % size, (rank + 1) % size];
      const data = ["first", "own", "second"].map((word) => `${word} of ${rank}`);
      const dist = await world.createDistGraphAdjacent([rank, before, before], [behind, rank, behind]);
      const got = await dist.neighborAlltoall(data);
      // Alone, all three edges are of one pair, and the nth that leaves is the nth that arrives.
      const parts = ["first", "second"].map((word) => `${word} of ${before}`);
      equal(got, size === 1 ? data : [`own of ${rank}`, ...parts]);
      equal(await dist.neighborAllgather(rank), [rank, before, before]);

      const rows = until(size).map((i) => [i, (i + size - 1) % size, (i + 1) % size, i]);
      const graph = await world.createGraph(
        rows.map((_, i) => 4 * (i + 1)),
        rows.flat(),
      );
      equal(await graph.neighborAllgather(rank), rows[rank]);
      const words = until(4).map((edge) => `${rank}.${edge}`);
      const came = await graph.neighborAlltoall(words);
      if (size > 2) equal(came, [words[0], `${before}.2`, `${behind}.1`, words[3]]);
      if (size === 2) equal(came, [words[0], `${behind}.1`, `${behind}.2`, words[3]]);
      if (size === 1) equal(came, words);
    });
  });

  test(`ranks without neighbours on one side or on both take part, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const others = until(size).slice(1);
      // Rank 0 tells all others.
      const star = await world.createDistGraph(
        world.rank === 0 ? [0] : [],
        world.rank === 0 ? [size - 1] : [],
        world.rank === 0 ? others : [],
      );
      const [indegree, outdegree] = star.degrees;
      equal([indegree, outdegree], world.rank === 0 ? [0, size - 1] : [1, 0]);
      const numbers = new Float64Array(2 * outdegree).fill(7);
      equal(await star.neighborAllgather("news"), world.rank === 0 ? [] : ["news"]);
      equal(await star.neighborAllgatherv(["a", "b"]), world.rank === 0 ? [] : ["a", "b"]);
      equal(await star.neighborAlltoall(others.slice(0, outdegree)), world.rank === 0 ? [] : [world.rank]);
      equal(await star.neighborAlltoall(numbers), new Float64Array(2 * indegree).fill(7));
      equal(await star.neighborAlltoallv(numbers), new Float64Array(2 * indegree).fill(7));
      equal(await star.neighborAllgatherv(Int16Array.of(3)), new Int16Array(indegree).fill(3));
      const into = new Float64Array(5).fill(1);
      if (world.rank === 0) is(await star.neighborAlltoall(numbers, { into }), into);
      else await star.neighborAlltoall(numbers, { into: new Float64Array(2) });
      equal([...into], [1, 1, 1, 1, 1]);
    });
  });
}

for (const size of [1, 2, 3, 5]) {
  test(`items of datatypes go between matrices, and stay as they are beside PROC_NULL, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      for (const periods of [true, false]) {
        const line = await world.createCart([size], { periods });
        const [left, right] = line.shift(0, 1);
        // Matrices of 3 rows and 6 columns: the outer columns are for the neighbours' inner ones.
        const matrix = (rank: number) => Float64Array.from({ length: 18 }, (_, i) => 100 * rank + i);
        const column = DOUBLE.createVector(3, 1, 6).commit();
        const two = column.createResized(0, 8).commit();
        const own = matrix(line.rank);
        const at = (rank: number, column: number, none: number[]) =>
          rank === PROC_NULL ? none : [0, 1, 2].map((row) => 100 * rank + 6 * row + column);
        const columnOf = (array: Float64Array, column: number) => [0, 1, 2].map((row) => array[6 * row + column]!);
        const outer = [at(left, 4, columnOf(own, 0)), at(right, 1, columnOf(own, 5))];
        const inner = [1, 2, 3, 4].map((column) => columnOf(own, column));
        const check = (array: Float64Array) =>
          equal(
            until(6).map((column) => columnOf(array, column)),
            [outer[0], ...inner, outer[1]],
          );

        const types = [column, column];
        const options = { sendtypes: types, sdispls: [8, 32], recvtypes: types, rdispls: [0, 40] };
        for (const start of [
          (into: Float64Array) => line.neighborAlltoallw(into, { ...options, into }),
          (into: Float64Array) => line.ineighborAlltoallw(into, { ...options, into }).wait(),
          (into: Float64Array) => again(line.neighborAlltoallwInit(into, { ...options, into })),
        ]) {
          const into = matrix(line.rank);
          is(await start(into), into);
          check(into);
        }
        const values = await line.neighborAlltoallw(["to the left", 1, "right"], { sendcounts: [1, 2] });
        equal(values, [...(left === PROC_NULL ? [] : [1, "right"]), ...(right === PROC_NULL ? [] : ["to the left"])]);

        // The same by alltoallv, where displacements count extents of the type, and by alltoall of two columns packed apart.
        const into = matrix(line.rank);
        const runs = { sendcounts: [1, 1], sdispls: [1, 4], recvcounts: [1, 1], rdispls: [0, 5] };
        check(await line.neighborAlltoallv(own, { ...runs, type: two, into }));
        const both = Float64Array.from([...columnOf(own, 1), ...columnOf(own, 4)]);
        const pair = DOUBLE.createIndexedBlock(1, [0, 6, 12]).createResized(0, 40).commit();
        const landed = await line.neighborAlltoall(both, { recvtype: pair, recvcount: 1, into: into.fill(-9) });
        equal(columnOf(landed, 0), at(left, 4, [-9, -9, -9]));
        equal(columnOf(landed, 5), at(right, 1, [-9, -9, -9]));
        is(
          landed.filter((number) => number === -9).length,
          18 - 3 * outer.filter((_, i) => [left, right][i] !== PROC_NULL).length,
        );

        const gathered = await line.neighborAllgather(own, {
          sendtype: column,
          sendcount: 1,
          recvtype: pair,
          recvcount: 1,
          into: matrix(line.rank),
        });
        equal(
          [columnOf(gathered, 0), columnOf(gathered, 5)],
          [at(left, 0, columnOf(own, 0)), at(right, 0, columnOf(own, 5))],
        );
        const v = {
          sendtype: column,
          sendcount: 1,
          recvtype: two,
          counts: [1, 1],
          displs: [5, 0],
          into: matrix(line.rank),
        };
        const crossed = await line.neighborAllgatherv(own, v);
        equal(
          [columnOf(crossed, 5), columnOf(crossed, 0)],
          [at(left, 0, columnOf(own, 5)), at(right, 0, columnOf(own, 0))],
        );
      }
    });
  });
}

test("ranks without neighbours take part with datatypes too, and wrong ones are refused", async () => {
  await ranks(2, async (world) => {
    const alone = await world.createDistGraphAdjacent([], []);
    const into = Float64Array.of(1, 2);
    const type = DOUBLE.createVector(1, 1, 2).commit();
    is(await alone.neighborAlltoallw(into, { sendtypes: [], recvtypes: [], into }), into);
    is(await alone.neighborAlltoallv(into, { sendcounts: [], recvcounts: [], rdispls: [], type, into }), into);
    is(await alone.neighborAlltoall(into, { type, into }), into);
    is(await alone.neighborAllgatherv(into, { type, counts: [], displs: [], into }), into);
    equal([...into], [1, 2]);

    const ring = await world.createCart([2], { periods: true });
    const types = [DOUBLE, DOUBLE];
    is(
      (await rejects(ring.neighborAlltoallw(into, { sendtypes: [DOUBLE], recvtypes: types, into }), Exception)).message,
      "Cannot neighborAlltoallw with 1 sendtypes: there are 2 neighbors, expected one a neighbor (ERR_TYPE)",
    );
    await rejects(ring.neighborAlltoallw(into, { recvtypes: types, into }), TypeError, "option sendtypes is missing");
    await rejects(
      ring.neighborAlltoallw(into, { sendtypes: types, recvtypes: types } as never),
      TypeError,
      "option into is missing",
    );
    await rejects(
      ring.neighborAlltoallw(into, { sendtypes: types, sdispls: [0, 16], recvtypes: types, into }),
      Exception,
      "ERR_BUFFER",
    );
    await rejects(ring.neighborAlltoallw(IN_PLACE as never, { into } as never), Exception, "in place");
    await rejects(world.neighborAlltoallw([1]), Exception, "ERR_TOPOLOGY");
  });
});

test("several calls in progress at once do not mix, whatever order they are waited for in", async () => {
  await ranks(4, async (world) => {
    const ring = await world.createCart([4], { periods: true });
    const requests = until(20).map((i) =>
      ring.ineighborAlltoall([`${ring.rank} left ${i}`, `${ring.rank} right ${i}`]),
    );
    const [before, behind] = ring.shift(0, 1);
    const got = await Request.waitall([...requests].reverse());
    equal(
      [...got].reverse(),
      until(20).map((i) => [`${before} right ${i}`, `${behind} left ${i}`]),
    );
  });
});

test("a communicator without topology refuses each call and says what it expected", async () => {
  await ranks(2, async (world) => {
    const plain = world as Intracomm;
    const text = (call: string) =>
      `Cannot call ${call} on COMM_WORLD: it has no topology, expected one made by createCart, createGraph, createDistGraph or createDistGraphAdjacent (ERR_TOPOLOGY)`;
    is((await rejects(plain.neighborAllgather(1), Exception)).message, text("neighborAllgather"));
    is((await rejects(plain.neighborAllgatherv([1]), Exception)).message, text("neighborAllgatherv"));
    is((await rejects(plain.neighborAlltoall([1]), Exception)).message, text("neighborAlltoall"));
    is((await rejects(plain.neighborAlltoallv([1]), Exception)).message, text("neighborAlltoallv"));
    refuses(() => plain.ineighborAlltoall([1]), text("ineighborAlltoall"));
    refuses(() => plain.neighborAllgatherInit(1), text("neighborAllgatherInit"));
  });
});

test("a graph whose edges are not known at both ends has no neighbourhood collectives", async () => {
  await ranks(3, async (world) => {
    const graph = await world.createGraph([1, 1, 1], [2]);
    equal(graph.neighbors, graph.rank === 0 ? [2] : []);
    is(
      (await rejects(graph.neighborAllgather(1), Exception)).message,
      "Cannot call neighborAllgather on graph of COMM_WORLD: node 0 has more edges to node 2 than that has back, expected each edge at both ends (ERR_TOPOLOGY)",
    );
  });
});

test("data and buffers that do not fit the neighbours are refused, with what was expected", async () => {
  await ranks(2, async (world) => {
    const ring = await world.createCart([2], { periods: true });
    const refused: [() => Promise<unknown>, text: string][] = [
      [
        () => ring.neighborAlltoall([1]),
        "Cannot neighborAlltoall an array of 1: there are 2 neighbors, expected one value a neighbor (ERR_COUNT)",
      ],
      [
        () => ring.neighborAlltoall(new Int32Array(3)),
        "Cannot neighborAlltoall 3 elements: 2 neighbors take equal chunks, expected a multiple of 2 (ERR_COUNT)",
      ],
      [
        () => ring.neighborAllgather(1, { into: new Int32Array(3) }),
        "Cannot neighborAllgather into 3 elements: 2 neighbors give equal chunks, expected a multiple of 2 (ERR_COUNT)",
      ],
      [
        () => ring.neighborAllgatherv([1], { counts: [1] }),
        "Cannot neighborAllgatherv with 1 counts: there are 2 neighbors, expected one a neighbor (ERR_COUNT)",
      ],
      [
        () => ring.neighborAllgatherv("text" as never),
        'Cannot neighborAllgatherv "text": expected an array of values or a buffer (ERR_TYPE)',
      ],
      [
        () => ring.neighborAlltoallv([1, 2], { sendcounts: [1, -1] }),
        "Cannot neighborAlltoallv with sendcounts[1] -1: expected a whole number that is not negative (ERR_COUNT)",
      ],
      [
        () => ring.neighborAlltoallv([1, 2], { sendcounts: [1, 2] }),
        "Cannot neighborAlltoallv 2 elements: those of neighbor 1 are 1 to 3, expected at most 2 (ERR_COUNT)",
      ],
      [
        () => ring.neighborAlltoall(IN_PLACE as never),
        "Cannot neighborAlltoall in place: between neighbors data and into are apart, expected data (ERR_BUFFER)",
      ],
    ];
    for (const [call, text] of refused) is((await rejects(call(), Exception)).message, text);
    const mistyped: [() => Promise<unknown>, text: string][] = [
      [
        () => ring.neighborAllgather(1, { root: 0 } as never),
        "Cannot call neighborAllgather: option root is unknown, expected into, type, count, sendtype, sendcount, recvtype, recvcount",
      ],
      [
        () => ring.neighborAllgather(1, { into: [] as never }),
        "Cannot call neighborAllgather: option into is an array of 0, expected a typed array, ArrayBuffer or DataView",
      ],
      [
        () => ring.neighborAllgatherv([1], { displs: [0, 1], counts: [1, 1] }),
        "Cannot call neighborAllgatherv: option into is missing, expected a buffer with displs",
      ],
      [
        () => ring.neighborAlltoallv([1], { counts: [1] } as never),
        "Cannot call neighborAlltoallv: option counts is unknown, expected sendcounts, sdispls, recvcounts, rdispls, into, type, sendtype, recvtype",
      ],
    ];
    for (const [call, text] of mistyped) is((await rejects(call(), TypeError)).message, text);

    // Rank 1 gives more than rank 0 has room for.
    const given = ring.neighborAllgather(new Int32Array(ring.rank + 1), { into: new Int32Array(2) });
    if (ring.rank === 0) match((await rejects(given, Exception)).message, /ERR_TRUNCATE/);
    else equal(await given, new Int32Array(2));
  });
});

test("ranks that call different collectives are told, with both sides", async () => {
  await ranks(2, async (world) => {
    const ring = await world.createCart([2], { periods: true });
    const call = ring.rank === 0 ? ring.neighborAllgather(1) : ring.neighborAlltoall([1, 2]);
    const { message } = await rejects(call, Exception);
    ok(
      /rank 1 called neighborAlltoall\(\)/.test(message) && /rank 0 called neighborAllgather\(\)/.test(message),
      message,
    );
  });
});

test.run();
