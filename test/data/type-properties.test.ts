// Properties of type maps, against lists of basic types and displacements: size, bounds, packing and unpacking of random
// nested types.
import fc from "fast-check";
import { test } from "uvu";
import { basics } from "../../src/data/type-basic.ts";
import { equal, ok } from "../support/assert.ts";
import * as oracle from "./type-oracle.ts";

const seed = 20_241;

const names = fc.constantFrom(...(Object.keys(basics) as (keyof typeof basics)[]));
const small = fc.integer({ min: 0, max: 4 });
const step = fc.integer({ min: -5, max: 7 });
const bytes = fc.oneof(
  fc.integer({ min: -40, max: 60 }),
  fc.integer({ min: -5, max: 8 }).map((i) => 8 * i),
);
const block = fc.tuple(small, step);
const byteBlock = fc.tuple(small, bytes);
/** Enough blocks that tables are made of them. */
const many = { maxLength: 14 };

const { type } = fc.letrec<{ type: oracle.Both }>((tie) => {
  const of = tie("type");
  const side = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat())
    .map(([size, a, b]): oracle.Side => [size, 1 + (a % size), b % (size - (a % size))]);
  const deal = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.nat())
    .map(([size, length, processes, process]): oracle.Deal => [size, length, processes, process % processes]);
  return {
    type: fc.oneof(
      { maxDepth: 3, depthIdentifier: "type" },
      names.map(oracle.basic),
      fc.tuple(of, small).map(([one, count]) => oracle.makeContiguous(one, count)),
      fc.tuple(of, small, small, step).map(([one, ...rest]) => oracle.makeVector(one, ...rest)),
      fc.tuple(of, small, small, bytes).map(([one, ...rest]) => oracle.makeHvector(one, ...rest)),
      fc.tuple(of, fc.array(block, many)).map(([one, blocks]) => oracle.makeIndexed(one, blocks, false)),
      fc.tuple(of, fc.array(byteBlock, many)).map(([one, blocks]) => oracle.makeIndexed(one, blocks, true)),
      fc.tuple(of, small, fc.array(step, many)).map(([one, length, at]) => oracle.makeIndexedBlock(one, length, at)),
      fc.array(fc.tuple(small, bytes, of), { maxLength: 4 }).map(oracle.makeStruct),
      fc.tuple(of, bytes, bytes).map(([one, lb, extent]) => oracle.makeResized(one, lb, extent)),
      fc
        .tuple(of, fc.array(side, { minLength: 1, maxLength: 3 }))
        .map(([one, sides]) => oracle.makeSubarray(one, sides)),
      fc.tuple(of, fc.array(deal, { minLength: 1, maxLength: 2 })).map(([one, deals]) => oracle.makeDarray(one, deals)),
    ),
  };
});

/** Types whose lists are not too long to be compared byte by byte. */
const types = type.filter(({ list }) => list.entries.length <= 400);

const run = (property: fc.IProperty<any>, numRuns: number) =>
  fc.assert(property, { seed, numRuns, endOnFailure: false });

test("size, bounds, true bounds and number of elements are those of the standard's definition", () => {
  run(
    fc.property(types, ({ tree, list, text }) => {
      const { size, lb, extent, trueLb, trueExtent } = tree;
      equal({ size, lb, extent, trueLb, trueExtent }, oracle.boundsOf(list), text);
      equal(tree.elements, list.entries.length, text);
    }),
    3000,
  );
});

test("elementsIn() counts basic elements up to the byte, undefined inside of one; bytesOf() is its reverse", () => {
  run(
    fc.property(types, fc.nat(), ({ tree, list, text }, at) => {
      if (list.entries.length === 0) return;
      const bytes = at % (2 * tree.size + 1);
      let [left, elements] = [bytes, 0];
      for (const { size } of [...list.entries, ...list.entries])
        if (left >= size) [left, elements] = [left - size, elements + 1];
        else break;
      equal(tree.elementsIn(bytes), left === 0 ? elements : undefined, `${bytes} bytes of ${text}`);
      equal(tree.bytesOf(elements), bytes - left, `${elements} elements of ${text}`);
    }),
    1000,
  );
});

test("packing and unpacking move the bytes that the list says, at any alignment, and no others", () => {
  const random = fc.tuple(types, fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 9 }), fc.nat(9), fc.nat(9));
  run(
    fc.property(random, ([{ tree, list, text }, count, shift, gap, fill]) => {
      const { extent, trueLb, trueExtent } = oracle.boundsOf(list);
      const far = (count - 1) * extent;
      const origin = shift - Math.min(0, trueLb, trueLb + far);
      const length = origin + Math.max(0, trueLb + trueExtent, trueLb + trueExtent + far) + gap;
      if (length > 100_000) return;
      // All values of a byte occur, so that words are all kinds of NaN too.
      const memory = new Uint8Array(length).map((_, i) => (fill < 3 ? 255 - (i % fill) : i * 131 + fill));
      const expected = oracle.packed(list, count, memory, origin);
      const whole = new Uint8Array(expected.length + shift + gap).fill(7);
      tree.pack(memory, origin, count, whole, shift);
      ok(
        whole.subarray(shift, shift + expected.length).every((byte, i) => byte === expected[i]),
        `pack ${count} ${text}`,
      );
      ok(
        [...whole.subarray(0, shift), ...whole.subarray(shift + expected.length)].every((byte) => byte === 7),
        text,
      );
      // Where items overlap the last writer wins, which the standard leaves open.
      const places = new Set(list.entries.flatMap(({ at, size }) => Array.from({ length: size }, (_, k) => at + k)));
      if (places.size !== tree.size || Math.abs(extent) < trueExtent) return;
      const [mine, theirs] = [new Uint8Array(length).fill(3), new Uint8Array(length).fill(3)];
      tree.unpack(whole, shift, count, mine, origin);
      oracle.unpack(list, count, expected, theirs, origin);
      ok(
        mine.every((byte, i) => byte === theirs[i]),
        `unpack ${count} ${text}`,
      );
    }),
    3000,
  );
});

test.run();
