// Buffers inside values: kinds, long ones as parts of their own, shared memory.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { viewKinds } from "../support/array-kinds.ts";
import { equal, is, ok, throws } from "../support/assert.ts";
import { difference } from "../support/same-value.ts";

function trip(value: unknown): any {
  return decodeValue(encodeValue(value).parts.map((part) => Uint8Array.from(part)));
}

const filled = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => i * 37 + 11).buffer;

test("views of every kind arrive as that kind, short and long, alone and between others", () => {
  for (const Kind of viewKinds) {
    for (const bytes of [0, 8, 4088, 4096, 8192]) {
      const view = new Kind(filled(bytes));
      is(difference([1, view, "x"], trip([1, view, "x"])), undefined, `${Kind.name} of ${bytes} bytes`);
      is(trip(view).buffer.byteLength, bytes);
    }
  }
});

test("a Buffer arrives as Uint8Array, an ArrayBuffer and shared memory as ArrayBuffer", () => {
  const arrived = trip([Buffer.from("abc"), filled(3), new SharedArrayBuffer(5000)]);
  is(Object.getPrototypeOf(arrived[0]), Uint8Array.prototype);
  equal([...arrived[0]], [97, 98, 99]);
  equal([...new Uint8Array(arrived[1])], [...new Uint8Array(filled(3))]);
  ok(arrived[2] instanceof ArrayBuffer);
  is(arrived[2].byteLength, 5000);
});

test("buffers of 4096 bytes and more are parts: the sender's memory on one side, the receiver's on the other", () => {
  const long = new Float64Array(512).fill(1.5);
  const value = { long, short: new Float64Array(511), whole: filled(4096), view: new DataView(filled(4097)) };
  const { element, parts } = encodeValue(value);
  is(element, 0);
  equal(
    parts.slice(1).map((part) => part.byteLength),
    [4096, 4096, 4097],
  );
  is(parts[1]!.buffer, long.buffer);
  is(parts[2]!.buffer, value.whole);
  const received = parts.map((part) => Uint8Array.from(part));
  const arrived = decodeValue(received) as typeof value;
  is(difference(arrived, value), undefined);
  is(arrived.long.buffer, received[1]!.buffer);
  is(arrived.whole, received[2]!.buffer);
});

test("nothing of the result lies in part 0", () => {
  const parts = encodeValue({ bytes: Uint8Array.of(1, 2, 3), text: "text".repeat(20), key: 1n }).parts.map((part) =>
    part.slice(),
  );
  const arrived = decodeValue(parts) as { bytes: Uint8Array; text: string };
  parts[0]!.fill(0);
  equal([...arrived.bytes], [1, 2, 3]);
  is(arrived.bytes.buffer.byteLength, 3);
  is(arrived.text, "text".repeat(20));
});

test("at most 255 buffers are parts, further ones stand in the CBOR", () => {
  const value = Array.from({ length: 300 }, (_, i) => new Uint16Array(2048).fill(i));
  is(encodeValue(value).parts.length, 256);
  is(difference(trip(value), value), undefined);
});

test("a view on a piece of long memory sends the piece only", () => {
  const memory = filled(1_000_000);
  const short = encodeValue([new Uint8Array(memory, 500, 10)]);
  is(short.parts.length, 1);
  ok(short.parts[0]!.byteLength < 20);
  const long = encodeValue([new Int16Array(memory, 500, 5000)]);
  is(long.parts[1]!.byteLength, 10000);
  is(long.parts[1]!.byteOffset, 500);
});

test("views that share memory share it on arrival, and it is sent once", () => {
  for (const size of [64, 8192]) {
    const memory = filled(size);
    const value = { bytes: new Uint8Array(memory), half: new Float32Array(memory, size / 2), memory, again: memory };
    const { parts } = encodeValue(value);
    ok(parts.reduce((sum, part) => sum + part.byteLength, 0) < size + 200);
    const arrived = trip(value);
    is(arrived.bytes.buffer, arrived.memory);
    is(arrived.half.buffer, arrived.memory);
    is(arrived.again, arrived.memory);
    is(arrived.half.byteOffset, size / 2);
    is(difference(arrived, value), undefined);
    arrived.bytes.fill(0);
    is(arrived.half[0], 0);
  }
});

test("shared memory is sent from the first byte used to the last, and views in it stay aligned", () => {
  const memory = filled(100_000);
  const value = [
    new Uint8Array(memory, 50_001, 7),
    new Float64Array(memory, 50_016, 2),
    new DataView(memory, 50_030, 5),
  ];
  const arrived = trip(value);
  is(arrived[0].buffer.byteLength, 35);
  is(difference(arrived, value), undefined);
  const wide = [new Uint8Array(memory, 8, 10), new Uint8Array(memory, 90_000, 5000)];
  is(encodeValue(wide).parts[1]!.byteLength, 94_992);
  is(difference(trip(wide), wide), undefined);
});

test("a view that occurs twice is one view on arrival, also beside others on its memory", () => {
  const view = new Uint8Array(filled(16), 4, 8);
  const value = [view, view, { view }];
  is(difference(trip(value), value), undefined);
  const more = [view, new Int32Array(view.buffer), view, [view.buffer, view]];
  is(difference(trip(more), more), undefined);
  const objects = { before: {}, view, other: new DataView(view.buffer), again: {} as unknown };
  objects.again = objects.before;
  is(difference(trip(objects), objects), undefined);
});

test("a detached buffer is ERR_TYPE", () => {
  for (const Kind of viewKinds) {
    const view = new Kind(filled(8));
    (view.buffer as ArrayBuffer).transfer();
    throws(
      () => encodeValue({ view }),
      (error: unknown) =>
        error instanceof Exception && error.message === "Cannot send value: data.view is a detached buffer (ERR_TYPE)",
    );
    throws(() => encodeValue([view.buffer]), /data\[0\] is a detached buffer/);
  }
});

test.run();
