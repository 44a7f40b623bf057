// computeDims: what any answer must be, held against all possible ones, and never less equal than Open MPI's.
import { existsSync } from "node:fs";
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { computeDims } from "../../src/topology/dims.ts";
import { equal, ok, refuses, skip, throws } from "../support/assert.ts";

/** All lists of `parts` numbers from `most` downwards that do not increase and have the product `n`. */
function products(n: number, parts: number, most = n): number[][] {
  if (parts === 0) return n === 1 ? [[]] : [];
  const all: number[][] = [];
  for (let first = Math.min(n, most); first >= 1; first--) {
    if (n % first === 0) for (const rest of products(n / first, parts - 1, first)) all.push([first, ...rest]);
  }
  return all;
}

/** Below 0 when `a` is more equal: its first side that differs is the smaller one. */
const compared = (a: readonly number[], b: readonly number[]) => {
  const d = a.findIndex((side, i) => side !== b[i]);
  return d < 0 ? 0 : a[d]! - b[d]!;
};

const zeros = (n: number) => new Array<number>(n).fill(0);

test("the sides are those of all possible grids whose longest is shortest, then whose second, and so on", () => {
  for (let parts = 0; parts <= 5; parts++) {
    for (let n = 1; n <= 200; n++) {
      const best = products(n, parts).sort(compared)[0];
      if (!best) throws(() => computeDims(n, zeros(parts)), /ERR_DIMS/);
      else equal([n, parts, ...computeDims(n, zeros(parts))], [n, parts, ...best]);
    }
  }
});

test("powers of a number of any size give equal sides", () => {
  for (const side of [2, 3, 10, 97, 215_443, 3_037_000]) {
    for (let parts = 1; side ** parts < 2 ** 44; parts++) {
      equal(computeDims(side ** parts, zeros(parts)), new Array(parts).fill(side));
    }
  }
  equal(computeDims(2_147_483_647, zeros(3)), [2_147_483_647, 1, 1]);
});

test("sides that are given stay where they are, and the others do not increase", () => {
  equal(computeDims(6, [0, 3]), [2, 3]);
  equal(computeDims(24, [0, 2, 0]), [4, 2, 3]);
  equal(computeDims(24, [1, 0, 0, 6]), [1, 2, 2, 6]);
  equal(computeDims(6, [3, 2]), [3, 2]);
  equal(computeDims(1, []), []);
});

test("given sides that do not divide the nodes are ERR_DIMS, with both named", () => {
  const cases: [nodes: number, dims: number[], text: string][] = [
    [7, [0, 3, 0], "Cannot compute dims for 7 nodes: 3 given, expected sides that divide 7 (ERR_DIMS)"],
    [6, [2, 2], "Cannot compute dims for 6 nodes: 2 × 2 given, expected a product of 6 (ERR_DIMS)"],
    [6, [2], "Cannot compute dims for 6 nodes: 2 given, expected a product of 6 (ERR_DIMS)"],
    [2, [], "Cannot compute dims for 2 nodes: no dimensions, expected a product of 2 (ERR_DIMS)"],
  ];
  for (const [nodes, dims, text] of cases) {
    refuses(() => computeDims(nodes, dims), text);
    throws(
      () => computeDims(nodes, dims),
      (error: unknown) => error instanceof Exception,
    );
  }
});

const python = "/usr/bin/python3";
const program = `
import json
from mpi4py import MPI
print(json.dumps([[n, MPI.Compute_dims(n, [0] * d)] for d in (1, 2, 3, 4) for n in range(1, 129)]))`;
const mpi4py = existsSync(python) ? Bun.spawnSync([python, "-c", program]) : undefined;
if (mpi4py?.success) {
  test("no grid of mpi4py's Compute_dims is more equal than ours, and most are the same", () => {
    const theirs = JSON.parse(mpi4py.stdout.toString()) as [n: number, dims: number[]][];
    equal(theirs.length, 512);
    const differences = theirs.map(([n, dims]) => compared(computeDims(n, zeros(dims.length)), dims));
    ok(differences.every((difference) => difference <= 0));
    ok(
      differences.filter((difference) => difference === 0).length > 450,
      `${differences.filter((d) => d === 0).length}`,
    );
  });
} else {
  skip("no grid of mpi4py's Compute_dims is more equal than ours", "there is no mpi4py here");
}

test.run();
