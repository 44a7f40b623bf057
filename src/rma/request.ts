// rma/request: layer 8. What an origin asks of a target, as messages: a header of fixed length, for a place that has one the
// type's tree as a value, and the data where that is short; long data follows in a message of its own. The tag is the kind,
// doubled, and one more where the data is in the message. Answers, and that message, carry the id as tag. The header is no
// CBOR of its own, as most requests are that and one element: a value took a microsecond more to write and read.
// Used by window.ts and server.ts.
import { Exception } from "../base/errors.ts";
import { parts } from "../comm/target.ts";
import type { Body } from "../data/body.ts";
import { BYTES, VALUE } from "../data/element.ts";
import type { TypeTree } from "../data/type-tree.ts";
import { readType, type WrittenType, writeType } from "../data/type-wire.ts";
import type { Arrival, Target } from "../engine/message.ts";
import { decodeValue, encodeValue } from "../wire/value.ts";
import type { Place } from "./place.ts";

/** Kinds of requests, by number. */
export const PUT = 0;
export const GET = 1;
/** Accumulate; also getAccumulate and fetchAndOp, which want to know what was there. */
export const ACCUMULATE = 2;
export const COMPARE_AND_SWAP = 3;
export const LOCK = 4;
export const UNLOCK = 5;
export const FLUSH = 6;
export const POST = 7;
export const COMPLETE = 8;
/** A rank that reaches the target's memory directly has given its lock back, and others wait for it. */
export const RELEASED = 9;

/** Data of more bytes goes in a message of its own, straight into the window. */
const INLINE = 16384;

/** Bytes of a header: at, bytes, count: 64-bit floats; the id: 32 bits; operator, element kind, flags, nothing: a byte each. */
const HEADER = 32;
/** Flags of a header. */
const FLAG = 1;
const PLACED = 2;
const TYPED = 4;
/** Data of so many bytes stands behind the header in its part of the message; that of more is a part of its own. */
const BEHIND = 256;

// A request is written and sent, or read, before the next one is.
const room = new Uint8Array(HEADER + BEHIND);
const floats = new Float64Array(room.buffer, 0, 3);
const words = new Uint32Array(room.buffer, 24, 1);
const headerOnly = room.subarray(0, HEADER);

export interface Request {
  readonly kind: number;
  /** The answer's tag; 0 where none is wanted. */
  readonly id: number;
  readonly place: Place | undefined;
  /** Number of the operator. */
  readonly op: number;
  /** LOCK: true for an exclusive one. ACCUMULATE: true where an answer is wanted. */
  readonly flag: boolean;
  /** Undefined where there is none, or it follows. */
  readonly data: Uint8Array | undefined;
}

/** True where data is a message of its own. */
export function isLong(data: Uint8Array): boolean {
  return data.byteLength > INLINE;
}

/** The tag of a request's message. @param data left out where there is none, or it follows */
export function requestTag(kind: number, data: Uint8Array | undefined): number {
  return kind * 2 + (data === undefined ? 0 : 1);
}

/** The message for a request, which is to be sent before the next one is made. */
export function writeRequest(
  id: number,
  place: Place | undefined,
  op: number,
  flag: boolean,
  data: Uint8Array | undefined,
): Body {
  const tree = place?.tree;
  floats[0] = place ? place.at : 0;
  floats[1] = place ? place.bytes : 0;
  floats[2] = place ? place.count : 0;
  words[0] = id;
  room[28] = op;
  room[29] = place ? place.element : 0;
  room[30] = (flag ? FLAG : 0) | (place ? PLACED : 0) | (tree ? TYPED : 0);
  // A value: then the header is copied where the message has to wait.
  if (!tree && (data === undefined || data.byteLength <= BEHIND)) {
    if (data === undefined) return { element: VALUE, parts: [headerOnly] };
    const end = HEADER + data.byteLength;
    for (let i = HEADER; i < end; i++) room[i] = data[i - HEADER]!;
    return { element: VALUE, parts: [room.subarray(0, end)] };
  }
  const written = tree ? encodeValue(writeType(tree)).parts : [];
  // The encoder's own memory.
  const type = written.map((part, i) => (i === 0 ? part.slice() : part));
  return { element: VALUE, parts: data ? [headerOnly, ...type, data] : [headerOnly, ...type] };
}

/** Reads a request that is one part, the bytes `start … end` of `bytes`; its data is a view of them. */
export function readWhole(tag: number, bytes: Uint8Array, start: number, end: number): Request {
  const data = tag % 2 === 1 ? bytes.subarray(start + HEADER, end) : undefined;
  for (let i = 0; i < HEADER; i++) room[i] = bytes[start + i]!;
  return received(tag, undefined, data);
}

/** Reads a request. @param own the parts may be kept */
export function readRequest(tag: number, parts: readonly Uint8Array[], own: boolean): Request {
  const [header] = parts;
  if (parts.length === 1) return readWhole(tag, header!, 0, header!.byteLength);
  const inline = tag % 2 === 1;
  room.set(header!.subarray(0, HEADER));
  const type = parts.slice(1, inline ? -1 : undefined);
  const read = (room[30]! & TYPED) !== 0 && decodeValue(own ? type : type.map((part) => part.slice()));
  const tree = read ? readType(read as WrittenType) : undefined;
  return received(tag, tree, inline ? parts.at(-1) : undefined);
}

/** The request whose header has been read. */
function received(tag: number, tree: TypeTree | undefined, data: Uint8Array | undefined): Request {
  const flags = room[30]!;
  const place =
    (flags & PLACED) === 0
      ? undefined
      : { at: floats[0]!, bytes: floats[1]!, element: room[29]!, tree, count: floats[2]! };
  return { kind: tag >> 1, id: words[0]!, place, op: room[28]!, flag: (flags & FLAG) !== 0, data };
}

/** An answer without content. */
export const DONE: Body = { element: BYTES, parts: [new Uint8Array(0)] };

/** An answer that a request has failed. */
export function failure(error: unknown): Body {
  const known = error instanceof Exception ? error : new Exception("ERR_OTHER", String(error));
  return encodeValue([known.errorClass, known.message]);
}

/** Where an answer goes: data into `target`, a failure is thrown. */
export class Answer<T> implements Target<T> {
  readonly #target: Target<T>;

  constructor(target: Target<T>) {
    this.#target = target;
  }

  land(arrival: Arrival): readonly Uint8Array[] {
    return (arrival.element === VALUE ? parts : this.#target).land(arrival);
  }

  finish(arrival: Arrival, received: readonly Uint8Array[], own: boolean): T {
    if (arrival.element !== VALUE) return this.#target.finish(arrival, received, own);
    const [errorClass, message] = decodeValue(received) as [number, string];
    throw new Exception(errorClass, message);
  }

  whole(arrival: Arrival, bytes: Uint8Array, start: number, end: number): T {
    const target = this.#target;
    if (arrival.element !== VALUE && target.whole) return target.whole(arrival, bytes, start, end);
    return this.finish(arrival, [bytes.slice(start, end)], true);
  }
}

/** For answers without content. */
export const nothing: Target<void> = new Answer<void>({
  land: (arrival) => parts.land(arrival),
  finish: () => undefined,
  whole: () => undefined,
});
