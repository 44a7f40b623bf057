// comm/target: layer 5. Where a received message goes: into a new value, into the user's buffer, or to a collective.
import { Exception } from "../base/errors.ts";
import type { Body } from "../data/body.ts";
import {
  allocateUnfilled,
  type BufferLike,
  bufferFrom,
  bytesOf,
  copyInto,
  copyOf,
  elementOfBuffer,
} from "../data/buffer.ts";
import { BYTES, elements, type TypedArray, VALUE } from "../data/element.ts";
import type { Items } from "../data/items.ts";
import type { TypeMap } from "../data/type-map.ts";
import { type Arrival, arrivalBytes, type Target } from "../engine/message.ts";
import { decodeValue, decodeValueAt } from "../wire/value.ts";

/** A new value, or a new buffer when a buffer was sent. */
export const anything: Target<unknown> = {
  land: newMemory,
  finish(arrival, parts, own) {
    if (arrival.element !== VALUE) return bufferFrom(arrival.element, own ? parts[0]! : parts[0]!.slice());
    // What the decoder adopts must be memory of its own; the CBOR itself it copies.
    return decodeValue(own || parts.length === 1 ? parts : [parts[0]!, ...parts.slice(1).map((part) => part.slice())]);
  },
  whole({ element }, bytes, start, end) {
    if (element !== VALUE) return bufferFrom(element, copyOf(bytes, start, end));
    return decodeValueAt(bytes, start, end);
  },
};

/** The parts as they are, for a collective that forwards or decodes them. */
export const parts: Target<Body> = {
  land: newMemory,
  finish: ({ element }, received, own) => ({ element, parts: own ? received : received.map((part) => part.slice()) }),
};

function newMemory({ sizes, source }: Arrival): Uint8Array[] {
  try {
    return sizes.map(allocateUnfilled);
  } catch (cause) {
    const what = `Cannot receive ${sizes.reduce((a, b) => a + b)} bytes from process ${source}: there is no memory for them`;
    throw new Exception("ERR_NO_MEM", what, { cause });
  }
}

/**
 * The beginning of `bytes`, which holds elements of kind `element`.
 * @param from says where a message is from, for errors: `from rank 0, tag 7, on COMM_WORLD`
 * @param result makes the receive's result
 */
export function memory<T>(
  element: number,
  bytes: Uint8Array,
  from: (arrival: Arrival) => string,
  result: (arrival: Arrival) => T,
): Target<T> {
  return new Memory(element, bytes, from, result);
}

class Memory<T> implements Target<T> {
  readonly #element: number;
  readonly #bytes: Uint8Array;
  readonly #from: (arrival: Arrival) => string;
  readonly #result: (arrival: Arrival) => T;

  constructor(element: number, bytes: Uint8Array, from: (arrival: Arrival) => string, result: (arrival: Arrival) => T) {
    this.#element = element;
    this.#bytes = bytes;
    this.#from = from;
    this.#result = result;
  }

  land(arrival: Arrival): readonly Uint8Array[] {
    check(this.#element, this.#bytes.byteLength, arrival, this.#from);
    return [this.#bytes.subarray(0, arrival.sizes[0]!)];
  }

  finish(arrival: Arrival, [content]: readonly Uint8Array[], own: boolean): T {
    const bytes = this.#bytes;
    check(this.#element, bytes.byteLength, arrival, this.#from);
    // A long message has landed in its place already.
    if (!own || content!.buffer !== bytes.buffer || content!.byteOffset !== bytes.byteOffset) bytes.set(content!);
    return this.#result(arrival);
  }

  whole(arrival: Arrival, content: Uint8Array, start: number, end: number): T {
    check(this.#element, this.#bytes.byteLength, arrival, this.#from);
    copyInto(this.#bytes, content, start, end);
    return this.#result(arrival);
  }
}

/** The user's buffer, which is also the result. */
export function into<B extends BufferLike>(buffer: B, from: (arrival: Arrival) => string): Target<B> {
  return memory(elementOfBuffer(buffer), bytesOf(buffer), from, () => buffer);
}

/** Items of a datatype in the user's buffer, which is also the result. */
export function intoItems<B extends BufferLike>(
  items: Items,
  buffer: B,
  from: (arrival: Arrival) => string,
): Target<B> {
  const { dense, map, size } = items;
  if (dense) return memory(map.element, dense, from, () => buffer);
  return {
    land(arrival) {
      check(map.element, size, arrival, from);
      return newMemory(arrival);
    },
    finish(arrival, [packed]) {
      check(map.element, size, arrival, from);
      items.unpack(packed!);
      return buffer;
    },
  };
}

/** A new buffer of a type's element kind for packed items, of at most `room` bytes. */
export function newItems(
  { element }: TypeMap,
  room: number,
  from: (arrival: Arrival) => string,
): Target<TypedArray | ArrayBuffer> {
  const refuse = (arrival: Arrival) => {
    check(element, room, arrival, from);
    const { name, size } = elements[element]!;
    const bytes = arrivalBytes(arrival);
    if (bytes % size === 0) return;
    throw new Exception(
      "ERR_TYPE",
      `Cannot receive ${bytes} bytes ${from(arrival)}: expected whole elements of ${name}`,
    );
  };
  return {
    land(arrival) {
      refuse(arrival);
      return newMemory(arrival);
    },
    finish(arrival, [bytes], own) {
      refuse(arrival);
      return bufferFrom(element, own ? bytes! : bytes!.slice());
    },
  };
}

/** Throws where a message does not go into memory for `room` bytes of kind `element`. */
function check(element: number, room: number, arrival: Arrival, from: (arrival: Arrival) => string): void {
  const wrong = mismatch(element, room, arrival, from);
  if (wrong) throw wrong;
}

/** Why a message does not go into `room` bytes of kind `element`, or undefined. */
export function mismatch(
  element: number,
  room: number,
  arrival: Arrival,
  from: (arrival: Arrival) => string,
): Exception | undefined {
  const bytes = arrivalBytes(arrival);
  if (arrival.element === VALUE) {
    return new Exception(
      "ERR_TYPE",
      `Cannot receive into ${name(element)} ${from(arrival)}: the message is a value, expected a buffer`,
    );
  }
  if (element !== arrival.element && element !== BYTES && arrival.element !== BYTES) {
    return new Exception(
      "ERR_TYPE",
      `Cannot receive into ${name(element)} ${from(arrival)}: the message is ${name(arrival.element)}, expected ${name(element)}`,
    );
  }
  if (bytes <= room) return undefined;
  return new Exception("ERR_TRUNCATE", `Cannot receive ${bytes} bytes ${from(arrival)}: buffer holds ${room} bytes`);
}

function name(element: number): string {
  return elements[element]!.view?.name ?? "an ArrayBuffer";
}
