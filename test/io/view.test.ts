// Views of files against an oracle that writes down every byte.
import { test } from "uvu";
import { basics } from "../../src/data/type-basic.ts";
import { contiguous, hindexed, resized, vector } from "../../src/data/type-construct.ts";
import { runsOf } from "../../src/data/type-runs.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { representationNamed } from "../../src/io/representation.ts";
import { Cursor, extentsOf, View } from "../../src/io/view.ts";
import { equal, is, refuses } from "../support/assert.ts";

const native = representationNamed("test", "native");
const int = new TypeTree({ kind: "basic", basic: basics.int32 });
const view = (disp: number, filetype: TypeTree) => new View("test", disp, int, filetype, native);

/** Numbers from 0 to n−1, the same for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A filetype whose places grow, and the bytes of one item. */
function randomType(below: (n: number) => number): TypeTree {
  switch (below(4)) {
    case 0:
      return contiguous(1 + below(4), int);
    case 1: {
      const length = 1 + below(3);
      return vector(1 + below(4), length, length + below(3), int);
    }
    case 2: {
      const offsets: number[] = [];
      const counts: number[] = [];
      let at = 4 * below(3);
      for (let i = 0; i < 1 + below(12); i++) {
        offsets.push(at);
        counts.push(1 + below(3));
        at += 4 * (counts[i]! + below(3));
      }
      return resized(hindexed(counts, offsets, int), 0, at + 4 * below(3));
    }
    default: {
      const part = randomType(below);
      const rows = vector(1 + below(3), 1, 1, resized(part, 0, part.ub));
      return resized(rows, 0, rows.ub + 4 * below(4));
    }
  }
}

/** The bytes of the file that are the stream's first ones: what packing an item full of its own offsets gives. */
function offsetsOf(disp: number, filetype: TypeTree, bytes: number): number[] {
  const items = Math.ceil(bytes / filetype.size);
  const places: number[] = [];
  for (let item = 0; item < items; item++) {
    const found = new Float64Array(filetype.size);
    for (let at = 0; at < filetype.trueUb; at++) {
      const memory = new Uint8Array(filetype.trueUb).fill(0);
      memory[at] = 1;
      const packed = new Uint8Array(filetype.size);
      filetype.pack(memory, 0, 1, packed, 0);
      const position = packed.indexOf(1);
      if (position >= 0) found[position] = at;
    }
    places.push(...Array.from(found, (at) => disp + item * filetype.extent + at));
  }
  return places.slice(0, bytes);
}

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
test("a view of any filetype has the bytes that packing its items takes, in that order", () => {
  const below = random(seed);
  for (let round = 0; round < 60; round++) {
    const [filetype, disp] = [randomType(below), below(20)];
    const seen = view(disp, filetype);
    const total = filetype.size * 3;
    const expected = offsetsOf(disp, filetype, total);
    const where = `seed ${seed}, round ${round}`;
    const from = below(total);
    const bytes = below(total - from);
    const got: number[] = [];
    let at = 0;
    for (const extent of extentsOf(seen, from, bytes)) {
      is(extent.at, at, where);
      at += extent.bytes;
      for (let i = 0; i < extent.bytes; i++) got.push(extent.offset + i);
    }
    equal(got, expected.slice(from, from + bytes), where);
    is(seen.offsetOf(from), expected[from], where);
    const offset = below(disp + 3 * filetype.extent);
    is(seen.positionOf(offset), expected.filter((place) => place < offset).length, `${where}, offset ${offset}`);
  }
});

test("runs of an item that touch are one, and a view of them without gaps is dense", () => {
  const runs = runsOf(hindexed([1, 2, 1], [0, 4, 16], int));
  equal([...runs.offsets], [0, 16]);
  equal([...runs.positions], [0, 12, 16]);
  is(view(0, contiguous(5, int)).dense, true);
  is(view(0, vector(2, 1, 2, int)).dense, false);
  is(new Cursor(view(7, int), 3).available, Number.POSITIVE_INFINITY);
});

test("extents are as few as possible, also across items", () => {
  equal(
    [...extentsOf(view(8, resized(int, -4, 8)), 0, 8)],
    [
      { offset: 8, at: 0, bytes: 4 },
      { offset: 16, at: 4, bytes: 4 },
    ],
  );
  const split = resized(hindexed([1, 1], [0, 12], int), 0, 16);
  equal(
    [...extentsOf(view(0, split), 0, 24)].map(({ offset, bytes }) => [offset, bytes]),
    [
      [0, 4],
      [12, 8],
      [28, 8],
      [44, 4],
    ],
  );
});

test("a filetype that is not made of etypes, goes back or overlaps is refused", () => {
  const byte = new TypeTree({ kind: "basic", basic: basics.byte });
  refuses(() => view(0, byte), "expected a multiple of the etype's 4");
  refuses(() => view(0, hindexed([1, 1], [8, 0], int)), "goes back");
  refuses(() => view(0, resized(hindexed([1, 1], [0, 8], int), 0, 4)), "overlap");
  refuses(() => view(0, hindexed([1], [-4], int)), "before its origin");
  refuses(() => view(0, contiguous(0, int)), "no bytes");
});

test.run();
