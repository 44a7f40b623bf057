// Cartesian grids without communication: ranks and coordinates, shifts, parts, neighbours.
import { existsSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import { PROC_NULL } from "../../src/base/constants.ts";
import { Cart } from "../../src/topology/cart.ts";
import { equal, is, refuses, skip } from "../support/assert.ts";

const seed = 8;
const grids = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { maxLength: 4 }).map(
  (sides) =>
    new Cart(
      sides.map(([dim]) => dim),
      sides.map(([, period]) => period),
    ),
);
const ranksOf = (cart: Cart) => [...Array(cart.size).keys()];
const check = (claim: (cart: Cart) => void) => fc.assert(fc.property(grids, claim), { seed, numRuns: 200 });

test("ranks go through the grid by row: the last coordinate runs fastest", () => {
  const cart = new Cart([2, 3], [false, false]);
  equal(
    ranksOf(cart).map((rank) => cart.coordsOf(rank).join()),
    ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"],
  );
  check((cart) =>
    equal(
      ranksOf(cart),
      ranksOf(cart).map((rank) => cart.rankOf(cart.coordsOf(rank))),
    ),
  );
});

test("coordinates outside of a periodic dimension are taken around it, others are ERR_ARG", () => {
  const cart = new Cart([3, 4], [true, false]);
  is(cart.rankOf([-1, 2]), cart.rankOf([2, 2]));
  is(cart.rankOf([31, 0]), cart.rankOf([1, 0]));
  refuses(
    () => cart.rankOf([0, 4]),
    "Cannot tell the rank at 0, 4: coordinate 4 is outside of dimension 1, which is not periodic, expected 0 to 3 (ERR_ARG)",
  );
  refuses(() => cart.rankOf([0, -1]), "ERR_ARG");
});

test("a shift names the ranks before and behind, PROC_NULL where the grid ends, around where it is periodic", () => {
  const line = new Cart([4], [false]);
  const ring = new Cart([4], [true]);
  equal(
    ranksOf(line).map((rank) => line.shift(rank, 0, 1)),
    [
      [PROC_NULL, 1],
      [0, 2],
      [1, 3],
      [2, PROC_NULL],
    ],
  );
  equal(line.shift(1, 0, -2), [3, PROC_NULL]);
  equal(line.shift(1, 0, 0), [1, 1]);
  equal(ring.shift(0, 0, 1), [3, 1]);
  equal(ring.shift(1, 0, 7), [2, 0]);
  equal(ring.shift(1, 0, -10), [3, 3]);
});

test("a rank that receives from another by a shift is the one that the other sends to", () => {
  check((cart) => {
    for (const rank of ranksOf(cart)) {
      for (let d = 0; d < cart.dims.length; d++) {
        for (const disp of [-5, -1, 0, 1, 2]) {
          const [source, dest] = cart.shift(rank, d, disp);
          if (source !== PROC_NULL) is(cart.shift(source, d, disp)[1], rank);
          if (dest !== PROC_NULL) is(cart.shift(dest, d, disp)[0], rank);
        }
      }
    }
  });
});

test("the parts of a grid hold each rank once, in order, and their coordinates are those that remain", () => {
  check((cart) => {
    const remain = cart.dims.map((_, d) => (cart.size + d) % 2 === 0);
    const sub = cart.sub(remain);
    equal(
      sub.periods,
      cart.periods.filter((_, d) => remain[d]),
    );
    for (const rank of ranksOf(cart)) {
      const slice = cart.slice(rank, remain);
      is(slice.length, sub.size);
      equal(
        slice,
        [...slice].sort((a, b) => a - b),
      );
      equal(
        sub.coordsOf(slice.indexOf(rank)),
        cart.coordsOf(rank).filter((_, d) => remain[d]),
      );
      for (const other of slice) equal(cart.slice(other, remain), slice);
    }
  });
});

test("the neighbours are two a dimension, and the nth message to a rank is for its slot in the opposite direction", () => {
  check((cart) => {
    for (const rank of ranksOf(cart)) {
      const { sources, destinations, order } = cart.neighborsOf(rank);
      equal(
        sources,
        cart.dims.flatMap((_, d) => cart.shift(rank, d, 1)),
      );
      equal(destinations, sources);
      for (const other of new Set(destinations)) {
        if (other === PROC_NULL) continue;
        const sent = order.filter((i) => destinations[i] === other);
        const slots = cart.neighborsOf(other).sources.flatMap((source, i) => (source === rank ? [i] : []));
        equal(
          slots,
          sent.map((i) => i ^ 1),
        );
      }
    }
  });
});

test("a grid without dimensions is one rank without neighbours", () => {
  const cart = new Cart([], []);
  equal([cart.size, cart.coordsOf(0), cart.rankOf([]), cart.neighborsOf(0).sources], [1, [], 0, []]);
});

const python = "/usr/bin/python3";
const shapes: [dims: number[], periods: boolean[]][] = [
  [[6], [true]],
  [[6], [false]],
  [
    [3, 2],
    [true, false],
  ],
  [
    [2, 3],
    [false, true],
  ],
  [
    [1, 6],
    [true, true],
  ],
  [
    [3, 1, 2],
    [false, true, true],
  ],
];
const program = `
import json, sys
from mpi4py import MPI
out = []
for dims, periods in json.loads(sys.argv[1]):
    cart = MPI.COMM_WORLD.Create_cart(dims, periods)
    shifts = [cart.Shift(d, disp) for d in range(len(dims)) for disp in (-4, -1, 0, 1, 2)]
    out.append([cart.coords, [[None if rank == MPI.PROC_NULL else rank for rank in pair] for pair in shifts]])
every = MPI.COMM_WORLD.gather(out)
if every: print(json.dumps(every))`;
const mpirun = Bun.which("mpirun");
const job = ["--allow-run-as-root", "--oversubscribe", "-np", "6", python, "-c", program, JSON.stringify(shapes)];
const mpi4py = mpirun && existsSync(python) ? Bun.spawnSync([mpirun, ...job]) : undefined;
if (mpi4py?.success) {
  test("coordinates and shifts of six ranks in grids of several shapes are mpi4py's", () => {
    const ours = [0, 1, 2, 3, 4, 5].map((rank) =>
      shapes.map(([dims, periods]) => {
        const cart = new Cart(dims, periods);
        const shifts = dims.flatMap((_, d) => [-4, -1, 0, 1, 2].map((disp) => cart.shift(rank, d, disp)));
        return [cart.coordsOf(rank), shifts.map((pair) => pair.map((end) => (end === PROC_NULL ? null : end)))];
      }),
    );
    equal(ours, JSON.parse(mpi4py.stdout.toString()));
  });
} else {
  skip("coordinates and shifts in grids are mpi4py's", "there is no mpirun with mpi4py here");
}

test.run();
