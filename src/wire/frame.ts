// wire/frame: layer 2. Frame: the one union of all that crosses a connection between ranks, and its bytes.
//
// A WebSocket message is a CBOR sequence (RFC 8742) of frames. A frame is a CBOR array; its first element says which:
//
//   eager  [0, context, tag, element, ack, check, [part, …]]    a whole short message; parts are byte strings
//   rts    [1, context, tag, element, id, check, [size, …]]     request to send: a long message waits at the sender
//   cts    [2, id, transfer]                                    clear to send: the receiver has matched it
//   data   [3, transfer, part, offset, bytes]                   a piece of a part; alone in its WebSocket message
//   ack    [4, id]                                              a synchronous send has been matched
//   credit [5, bytes]                                           so many bytes of eager messages were taken
//   bye    [6]                                                  the sender has finished; nothing more comes
//
// `context` and `tag` with the connection's peer are the envelope that matching looks at. `element` is the element kind
// (data/element.ts; 0 is a CBOR value). `ack` is 0, or the id with which the receiver acknowledges the match (ssend).
// `check` is 0, or says of a collective's message which call it is of (comm/check.ts), so that ranks that disagree are told.
// `transfer` 0 in a cts means that the receiver wants no bytes. All numbers are unsigned integers below 2⁵³. Called by engine/.
import { ARRAY, BYTE_STRING, HEAD_LIMIT, HeadReader, UNSIGNED, writeHead } from "./cbor-head.ts";

const EAGER = 0;
const RTS = 1;
const CTS = 2;
const DATA = 3;
const ACK = 4;
const CREDIT = 5;
const BYE = 6;

/** What eager and rts frames have in common: enough to match a message and to know what it is. */
export interface Envelope {
  readonly context: number;
  readonly tag: number;
  readonly element: number;
  readonly check: number;
}

export type Frame =
  | (Envelope & { readonly kind: "eager"; readonly ack: number; readonly parts: readonly Uint8Array[] })
  | (Envelope & { readonly kind: "rts"; readonly id: number; readonly sizes: readonly number[] })
  | { readonly kind: "cts"; readonly id: number; readonly transfer: number }
  | (DataHead & { readonly kind: "data"; readonly bytes: Uint8Array })
  | { readonly kind: "ack"; readonly id: number }
  | { readonly kind: "credit"; readonly bytes: number }
  | { readonly kind: "bye" };

export interface DataHead {
  readonly transfer: number;
  readonly part: number;
  readonly offset: number;
}

/** Most parts that one message can have. */
export const MOST_PARTS = 256;

let scratch = new Uint8Array(64 * 1024);
/** Views on the beginning of it, by length: making one costs 55 ns. */
const KEPT_VIEWS = 256;
let views: Uint8Array[] = [];

function reserve(bytes: number): Uint8Array {
  if (scratch.byteLength < bytes) {
    scratch = new Uint8Array(bytes * 2);
    views = [];
  }
  return scratch;
}

/** The first `length` bytes of the scratch buffer. */
function written(length: number): Uint8Array {
  if (length >= KEPT_VIEWS) return scratch.subarray(0, length);
  views[length] ??= scratch.subarray(0, length);
  return views[length]!;
}

function numbers(at: number, ...values: number[]): number {
  let end = at;
  for (const value of values) end = writeHead(scratch, end, UNSIGNED, value);
  return end;
}

/**
 * The bytes of an eager frame. Every encode… returns a view of one scratch buffer, valid until the next encode.
 * @param apart without the bytes of the last part, which are to follow directly: a long one is not copied here
 */
export function encodeEager(
  context: number,
  tag: number,
  element: number,
  ack: number,
  check: number,
  parts: readonly Uint8Array[],
  apart = false,
): Uint8Array {
  const copied = apart ? parts.length - 1 : parts.length;
  let bytes = (8 + parts.length) * HEAD_LIMIT;
  for (let i = 0; i < copied; i++) bytes += parts[i]!.byteLength;
  const into = reserve(bytes);
  into[0] = (ARRAY << 5) | 7;
  into[1] = EAGER;
  let at = writeHead(into, 2, UNSIGNED, context);
  at = writeHead(into, at, UNSIGNED, tag);
  at = writeHead(into, at, UNSIGNED, element);
  at = writeHead(into, at, UNSIGNED, ack);
  at = writeHead(into, at, UNSIGNED, check);
  at = writeHead(into, at, ARRAY, parts.length);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    at = writeHead(into, at, BYTE_STRING, part.byteLength);
    if (i === copied) break;
    // A loop beats set() for the few bytes of a usual value: 5–30 ns against about 45.
    if (part.byteLength <= 48) for (let k = 0; k < part.byteLength; k++) into[at + k] = part[k]!;
    else into.set(part, at);
    at += part.byteLength;
  }
  return written(at);
}

export function encodeRts(
  context: number,
  tag: number,
  element: number,
  id: number,
  check: number,
  sizes: readonly number[],
): Uint8Array {
  const into = reserve((8 + sizes.length) * HEAD_LIMIT);
  into[0] = (ARRAY << 5) | 7;
  let at = numbers(1, RTS, context, tag, element, id, check);
  at = writeHead(into, at, ARRAY, sizes.length);
  return written(numbers(at, ...sizes));
}

export function encodeCts(id: number, transfer: number): Uint8Array {
  return encodeSmall(CTS, id, transfer);
}
export function encodeAck(id: number): Uint8Array {
  return encodeSmall(ACK, id);
}
export function encodeCredit(bytes: number): Uint8Array {
  return encodeSmall(CREDIT, bytes);
}
export function encodeBye(): Uint8Array {
  return encodeSmall(BYE);
}
function encodeSmall(...values: number[]): Uint8Array {
  scratch[0] = (ARRAY << 5) | values.length;
  return written(numbers(1, ...values));
}

/** Everything of a data frame but its `length` bytes, which follow directly. A fresh array: it may wait in a queue. */
export function encodeDataHead({ transfer, part, offset }: DataHead, length: number): Uint8Array {
  scratch[0] = (ARRAY << 5) | 5;
  const at = numbers(1, DATA, transfer, part, offset);
  return scratch.slice(0, writeHead(scratch, at, BYTE_STRING, length));
}

/** Bytes that are enough to hold the head of any data frame. */
export const DATA_HEAD_LIMIT = 1 + 5 * HEAD_LIMIT;

const reader = new HeadReader();

/** Where the bytes of a frame begin, of which the head is here, and how many they are. */
interface Cut {
  readonly start: number;
  readonly length: number;
}

/** An eager frame but for the bytes of its last part: the sizes of all, and the others. */
export interface EagerHead extends Envelope, Cut {
  readonly kind: "eager";
  readonly ack: number;
  readonly sizes: readonly number[];
  readonly parts: readonly Uint8Array[];
}

/**
 * The head of a data or eager frame whose first bytes are `window`: what it says, and where the bytes begin that end it.
 * @throws RangeError when this is no such frame
 */
export function decodeBulkHead(window: Uint8Array): (DataHead & Cut & { readonly kind: "data" }) | EagerHead {
  reader.begin(window);
  const elements = reader.read(ARRAY);
  const kind = reader.read(UNSIGNED);
  if (elements !== lengths[kind] || (kind !== DATA && kind !== EAGER))
    throw new RangeError("a long message that is no data frame");
  if (kind === DATA) {
    const transfer = reader.read(UNSIGNED);
    const part = reader.read(UNSIGNED);
    const offset = reader.read(UNSIGNED);
    const length = reader.read(BYTE_STRING);
    return { kind: "data", transfer, part, offset, length, start: reader.at };
  }
  const context = reader.read(UNSIGNED);
  const tag = reader.read(UNSIGNED);
  const element = reader.read(UNSIGNED);
  const ack = reader.read(UNSIGNED);
  const check = reader.read(UNSIGNED);
  const parts: Uint8Array[] = [];
  for (let left = countOfParts() - 1; left > 0; left--) parts.push(reader.readBytes());
  const length = reader.read(BYTE_STRING);
  const sizes = [...parts.map((part) => part.byteLength), length];
  return { kind: "eager", context, tag, element, ack, check, sizes, parts, length, start: reader.at };
}

/** Gets the frames of a message. Calls must not decode frames again. */
export interface FrameHandler {
  /** An eager frame of one part, which is the bytes `start … end` of the message, lent for the call: nearly all are. */
  whole(
    context: number,
    tag: number,
    element: number,
    ack: number,
    check: number,
    message: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** Any other frame. Parts and bytes are lent: views of the message, unless they have at most COPIED bytes. */
  frame(frame: Frame): void;
}

/**
 * Gives `handler` every frame of a WebSocket message, which are the bytes `start … end` of `message`.
 * @throws RangeError on the first byte that is no frame; frames before it have been handled
 */
export function decodeFrames(message: Uint8Array, handler: FrameHandler, start = 0, end = message.byteLength): void {
  reader.begin(message, start, end);
  while (reader.at < end) {
    const length = reader.read(ARRAY);
    const kind = reader.read(UNSIGNED);
    if (length !== lengths[kind]) throw new RangeError(`a frame of kind ${kind} with ${length} elements`);
    if (kind === EAGER) decodeEager(handler);
    else handler.frame(decodeFrame(kind));
  }
}

function decodeEager(handler: FrameHandler): void {
  const context = reader.read(UNSIGNED);
  const tag = reader.read(UNSIGNED);
  const element = reader.read(UNSIGNED);
  const ack = reader.read(UNSIGNED);
  const check = reader.read(UNSIGNED);
  const count = countOfParts();
  if (count === 1) {
    const start = reader.skipBytes();
    return handler.whole(context, tag, element, ack, check, reader.bytes, start, reader.at);
  }
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) parts.push(reader.readBytes());
  handler.frame({ kind: "eager", context, tag, element, ack, check, parts });
}

function decodeFrame(kind: number): Frame {
  switch (kind) {
    case RTS: {
      const context = reader.read(UNSIGNED);
      const tag = reader.read(UNSIGNED);
      const element = reader.read(UNSIGNED);
      const id = reader.read(UNSIGNED);
      const check = reader.read(UNSIGNED);
      const sizes: number[] = [];
      for (let left = countOfParts(); left > 0; left--) sizes.push(reader.read(UNSIGNED));
      return { kind: "rts", context, tag, element, id, check, sizes };
    }
    case CTS: {
      const id = reader.read(UNSIGNED);
      return { kind: "cts", id, transfer: reader.read(UNSIGNED) };
    }
    case DATA: {
      const transfer = reader.read(UNSIGNED);
      const part = reader.read(UNSIGNED);
      const offset = reader.read(UNSIGNED);
      return { kind: "data", transfer, part, offset, bytes: reader.readBytes() };
    }
    case ACK:
      return { kind: "ack", id: reader.read(UNSIGNED) };
    case CREDIT:
      return { kind: "credit", bytes: reader.read(UNSIGNED) };
    default:
      return { kind: "bye" };
  }
}

/** Elements of a frame's array, by kind. */
const lengths: readonly number[] = [7, 7, 3, 5, 2, 2, 1];

function countOfParts(): number {
  const count = reader.read(ARRAY);
  if (count < 1 || count > MOST_PARTS) throw new RangeError(`a message of ${count} parts`);
  return count;
}
