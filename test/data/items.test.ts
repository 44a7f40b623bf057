// Items of a type in a buffer: packed and unpacked, whole and in part, and where they are dense the memory itself.

import { test } from "uvu";
import { BYTES, elementNamed } from "../../src/data/element.ts";
import { Items, overlapping, packedView } from "../../src/data/items.ts";
import { type Datatype, DOUBLE, INT16_T } from "../../src/mpi/mpi.ts";
import { equal, is, ok } from "../support/assert.ts";
import { bytesLike } from "../support/random-types.ts";

const mapOf = (type: Datatype) => type.commit().committed("test");
/** Two bytes, a gap of two, two bytes; the next item begins four bytes on, in the gap behind. */
const gapped = mapOf(INT16_T.createVector(2, 1, 2).createResized(0, 8));

test("packed() gives a copy of items with gaps, from their origin on, and unpack() the reverse", () => {
  const bytes = bytesLike(20, 1);
  const items = new Items(gapped, 2, bytes, 3);
  const places = [3, 4, 7, 8, 11, 12, 15, 16];
  const packed = items.packed();
  equal(
    [...packed],
    places.map((place) => bytes[place]),
  );
  equal(items.span, { start: 3, end: 17 });
  const back = new Uint8Array(20);
  new Items(gapped, 2, back, 3).unpack(packed);
  equal(
    [...back],
    [...bytes].map((byte, place) => (places.includes(place) ? byte : 0)),
  );
});

test("unpack() of fewer bytes touches whole items and the beginning of the next one only", () => {
  for (let length = 0; length <= 8; length++) {
    const into = new Uint8Array(16).fill(255);
    new Items(gapped, 2, into).unpack(bytesLike(length, 2));
    const places = [0, 1, 4, 5, 8, 9, 12, 13].slice(0, length);
    equal(
      [...into],
      Array.from({ length: 16 }, (_, place) => (places.includes(place) ? bytesLike(8, 2)[places.indexOf(place)] : 255)),
    );
  }
});

test("dense items are a view of the memory, also where they begin behind their origin", () => {
  const bytes = bytesLike(40, 3);
  const items = new Items(mapOf(DOUBLE.createContiguous(2)), 2, bytes, 8);
  is(items.packed().buffer, bytes.buffer);
  equal(items.packed(), bytes.subarray(8, 40));
  ok(items.copy().buffer !== bytes.buffer);
  is(new Items(gapped, 2, bytes).dense, undefined);
  is(new Items(gapped, 0, bytes).packed().length, 0);
});

test("items certainly overlap when they have more bytes than lie between their ends", () => {
  is(overlapping(mapOf(DOUBLE.createIndexed([2, 2], [0, 1])), 1), true);
  is(overlapping(mapOf(DOUBLE.createResized(0, 4)), 2), true);
  is(overlapping(mapOf(DOUBLE.createResized(0, 4)), 1), false);
  is(overlapping(mapOf(DOUBLE.createVector(2, 1, 3).createResized(0, 8)), 3), false);
  is(overlapping(mapOf(DOUBLE.createContiguous(0)), 3), false);
});

test("packed bytes are seen as their elements, untyped ones as a DataView, and not where they are not aligned", () => {
  const bytes = new Uint8Array(24);
  const doubles = elementNamed("Float64Array");
  ok(packedView(doubles, bytes.subarray(8)) instanceof Float64Array);
  is(packedView(doubles, bytes.subarray(4, 20)), undefined);
  ok(packedView(BYTES, bytes.subarray(1)) instanceof DataView);
});

test.run();
