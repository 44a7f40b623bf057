// Copies of items in the cases that random small types do not have: huge counts, long runs, many blocks, numbers that are
// NaN, buffers that change their size, and places beyond 32 bits.
import { test } from "uvu";
import { basics } from "../../src/data/type-basic.ts";
import { contiguous, hindexed, indexed, resized, struct, vector } from "../../src/data/type-construct.ts";
import { placesKernel } from "../../src/data/type-kernel.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { equal, is, ok } from "../support/assert.ts";

const typeOf = (name: keyof typeof basics) => new TypeTree({ kind: "basic", basic: basics[name] });
const [int, double, byte] = [typeOf("int32"), typeOf("double"), typeOf("byte")];

/** Packs and unpacks items, and fails unless this is the packed data. */
function both(tree: TypeTree, count: number, memory: Float64Array | Int32Array, expected: ArrayBufferView): void {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const packed = new Uint8Array(count * tree.size);
  tree.pack(bytes(memory), 0, count, packed, 0);
  ok(Buffer.compare(packed, bytes(expected)) === 0, "packed");
  const again = new Uint8Array(memory.byteLength);
  tree.unpack(packed, 0, count, again, 0);
  const repacked = new Uint8Array(packed.length);
  tree.pack(again, 0, count, repacked, 0);
  ok(Buffer.compare(repacked, packed) === 0, "unpacked");
}

const upTo = (length: number) => Int32Array.from({ length }, (_, i) => i);

test("a type of 2^50 bytes is made of loops, not of lists", () => {
  const tree = vector(2 ** 20, 1, 2, vector(2 ** 20, 1, 2, contiguous(2 ** 7, double)));
  equal([tree.size, tree.elements, tree.plan.length], [2 ** 50, 2 ** 47, 1]);
  is(tree.elementsIn(2 ** 49 + 8), 2 ** 46 + 1);
});

test("blocks that touch are one run: dense types are dense, however they were made", () => {
  for (const tree of [
    contiguous(6, int),
    vector(3, 2, 2, int),
    indexed([1, 2, 3], [0, 1, 3], int),
    struct([2, 1], [0, 8], [int, typeOf("doubleComplex")]),
    resized(int, 0, 4),
    contiguous(3, typeOf("intInt")),
  ]) {
    is(tree.dense, true);
    is(tree.plan.length, 1);
  }
  for (const tree of [vector(2, 1, 2, int), resized(int, 0, 8), hindexed([1], [4], int), typeOf("doubleInt")]) {
    is(tree.dense, false);
  }
});

test("runs of more than 512 bytes, at regular and irregular places", () => {
  const memory = upTo(4000);
  const runs = (...starts: number[]) => Int32Array.from(starts.flatMap((at) => [...memory.subarray(at, at + 200)]));
  both(vector(3, 200, 300, int), 1, memory, runs(0, 300, 600));
  both(indexed(200, [900, 0, 250], int), 1, memory, runs(900, 0, 250));
  const lengths = indexed([200, 1], [900, 0], int);
  both(lengths, 1, memory, Int32Array.of(...runs(900), 0));
  both(resized(vector(2, 200, 300, int), 0, 800), 2, memory, runs(0, 300, 200, 500));
});

test("structs of more blocks than are copied one by one, and more items than a tile has", () => {
  const places = Array.from({ length: 20 }, (_, i) => 8 * i + (i % 3));
  const fields = struct(
    places.map((_, i) => 1 + (i % 2)),
    places.map((at) => 4 * at),
    places.map(() => int),
  );
  const memory = upTo(200);
  both(fields, 1, memory, Int32Array.from(places.flatMap((at, i) => (i % 2 ? [at, at + 1] : [at]))));
  const pair = struct([1, 1], [0, 12], [int, int]);
  const count = 10_000;
  const expected = Int32Array.from({ length: 2 * count }, (_, i) => 4 * (i >> 1) + (i % 2 ? 3 : 0));
  both(pair, count, upTo(4 * count), expected);
});

test("a double that is no number arrives with the bits that it has", () => {
  const bits = new BigUint64Array(64).map((_, i) => 0x7ff0000000000000n + BigInt(i) * 0x0000100000000001n);
  const memory = new Float64Array(bits.buffer);
  const expected = bits.filter((_, i) => i % 2 === 0);
  // Often enough for the loop to be compiled.
  for (let i = 0; i < 500; i++) both(vector(32, 1, 2, double), 1, memory, expected);
  both(
    indexed(
      1,
      [...Array(30).keys()].map((i) => 2 * i),
      double,
    ),
    1,
    memory,
    expected.subarray(0, 30),
  );
});

test("memory that is shared, or has grown since the last copy", () => {
  const tree = vector(4, 1, 2, double);
  const packed = new Uint8Array(32);
  const shared = new Float64Array(new SharedArrayBuffer(64)).fill(3);
  tree.pack(new Uint8Array(shared.buffer), 0, 1, packed, 0);
  equal(new Float64Array(packed.buffer), Float64Array.of(3, 3, 3, 3));
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  tree.pack(new Uint8Array(buffer), 0, 1, packed, 0);
  buffer.resize(128);
  new Float64Array(buffer).set([5, 0, 6, 0, 7, 0, 8], 8);
  tree.pack(new Uint8Array(buffer), 64, 1, packed, 0);
  equal(new Float64Array(packed.buffer), Float64Array.of(5, 6, 7, 8));
});

test("places that do not fit into 32 bits", () => {
  const tree = hindexed([2, 1, 3], [2 ** 33, -(2 ** 33), 0], byte);
  const [block] = tree.plan;
  ok(tree.plan.length <= 3 && block !== undefined);
  const far = hindexed(
    1,
    Array.from({ length: 10 }, (_, i) => i * i * 2 ** 32),
    int,
  ).plan[0]!;
  const [loop] = far.loops;
  ok(loop && "offsets" in loop && loop.wide);
  const kernel = placesKernel(2, 1, "to", true);
  const [from, to] = [upTo(10), new Int32Array(3)];
  kernel(from, from, 1, Float64Array.of(4, 0, 20), to, to, 0, new Float64Array(3), 3, 1, undefined);
  equal([...to], [2, 1, 6]);
});

test.run();
