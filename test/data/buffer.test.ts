// What counts as a buffer, its bytes and element kind, and the way back.
import fc from "fast-check";
import { test } from "uvu";
import {
  allocate,
  type BufferLike,
  bufferFrom,
  bytesOf,
  elementOfBuffer,
  isBuffer,
  isTypedArray,
} from "../../src/data/buffer.ts";
import { BYTES, elementOf, elements, type TypedArray, VALUE } from "../../src/data/element.ts";
import { equal, is, not, ok } from "../support/assert.ts";

type Maker = { new (buffer: ArrayBufferLike, offset: number, length: number): TypedArray; BYTES_PER_ELEMENT: number };
const typed = elements.flatMap(({ view }, element) => (view ? [{ element, view: view as unknown as Maker }] : []));

test("element kinds keep their numbers and sizes: they are the wire format", () => {
  equal(
    elements.map(({ name, size }) => `${name} ${size}`),
    [
      "value 1",
      "bytes 1",
      "Int8Array 1",
      "Uint8Array 1",
      "Uint8ClampedArray 1",
      "Int16Array 2",
      "Uint16Array 2",
      "Int32Array 4",
      "Uint32Array 4",
      "BigInt64Array 8",
      "BigUint64Array 8",
      "Float16Array 2",
      "Float32Array 4",
      "Float64Array 8",
    ],
  );
  equal([VALUE, BYTES], [0, 1]);
});

test("isBuffer() is true for typed arrays, memory, DataView and Buffer, and for nothing else", () => {
  const buffers = [new ArrayBuffer(1), new SharedArrayBuffer(1), new DataView(new ArrayBuffer(1)), Buffer.alloc(1)];
  for (const buffer of [...buffers, ...typed.map(({ view }) => new view(new ArrayBuffer(8), 0, 1))])
    ok(isBuffer(buffer));
  for (const other of [undefined, null, 1, "bytes", [1, 2], { length: 1, buffer: new ArrayBuffer(1) }, new Blob()]) {
    not(isBuffer(other));
  }
});

test("isTypedArray() is true for the kinds that have elements: not for memory or a DataView", () => {
  for (const { view } of typed) ok(isTypedArray(new view(new ArrayBuffer(8), 0, 1)));
  ok(isTypedArray(Buffer.alloc(1)));
  const others = [new ArrayBuffer(1), new SharedArrayBuffer(1), new DataView(new ArrayBuffer(1)), [1], "a", null];
  for (const other of others) not(isTypedArray(other));
});

test("elementOfBuffer() numbers each kind, a Buffer and other subclasses as what they extend, memory as bytes", () => {
  for (const { element, view } of typed) {
    is(elementOfBuffer(new view(new ArrayBuffer(8), 0, 1)), element);
    is(elementOf(new view(new ArrayBuffer(8), 0, 0)), element);
  }
  class Samples extends Float64Array {}
  is(elementOfBuffer(new Samples(1)), elementOf(new Float64Array(1)));
  is(elementOfBuffer(Buffer.alloc(1)), elementOf(new Uint8Array(1)));
  for (const memory of [new ArrayBuffer(1), new SharedArrayBuffer(1), new DataView(new ArrayBuffer(1))]) {
    is(elementOfBuffer(memory), BYTES);
  }
});

test("bytesOf() gives the bytes of exactly this view, not a copy", () => {
  const memory = new ArrayBuffer(64);
  const views: BufferLike[] = [new DataView(memory, 8, 16), ...typed.map(({ view }) => new view(memory, 8, 2))];
  for (const view of views) {
    const bytes = bytesOf(view);
    is(bytes.buffer, memory);
    equal([bytes.byteOffset, bytes.byteLength], [8, (view as DataView).byteLength]);
  }
  for (const whole of [memory, new SharedArrayBuffer(64)]) {
    const bytes = bytesOf(whole);
    is(bytes.buffer, whole);
    equal([bytes.byteOffset, bytes.byteLength], [0, 64]);
  }
  is(bytesOf(new Uint8Array(0)).byteLength, 0);
});

test("a typed array comes back from its bytes and element kind, bit for bit", () => {
  for (const { element, view } of typed) {
    const size = view.BYTES_PER_ELEMENT;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 3 }), (raw, skip) => {
        const length = Math.floor(raw.length / size);
        const memory = allocate((skip + length) * size);
        memory.set(raw.subarray(0, length * size), skip * size);
        const array = new view(memory.buffer, skip * size, length);
        const copy = allocate(array.byteLength);
        copy.set(bytesOf(array));
        const back = bufferFrom(elementOfBuffer(array), copy) as TypedArray;
        is(elementOf(back), element);
        is(back.constructor, view);
        is(back.length, length);
        equal(bytesOf(back), raw.subarray(0, length * size));
      }),
      { seed: 99, numRuns: 50 },
    );
  }
});

test("bufferFrom() adopts the bytes, and gives untyped bytes as an ArrayBuffer", () => {
  const bytes = allocate(16);
  const floats = bufferFrom(elementOf(new Float64Array(0)), bytes) as Float64Array;
  is(floats.buffer, bytes.buffer);
  floats[0] = 1;
  equal(bytes[7], 0x3f);
  is(bufferFrom(BYTES, bytes), bytes.buffer);
});

test("allocate() gives zeroed memory that any element kind can view", () => {
  const bytes = allocate(24);
  equal([bytes.byteOffset, bytes.byteLength, bytes.buffer.byteLength], [0, 24, 24]);
  ok(bytes.every((byte) => byte === 0));
});

test.run();
