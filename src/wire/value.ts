// wire/value: layer 2. Values (whatever is not a buffer) to CBOR and back. Called by mpi/ and collectives/.
//
// A value is one CBOR item (RFC 8949) of definite lengths, and up to 255 parts: the buffers in it of 4096 bytes or more.
//
//   undefined, null, booleans    simple values f7, f6, f5, f4
//   number                       an integer from -2^31 to 2^32-1: major type 0 or 1; any other, and -0: fb, a 64-bit float
//   bigint                       tag 2 or 3, however small
//   string                       text; one with lone surrogates: 60602(byte string of UTF-16, little-endian)
//   array, plain object          array, map with text as keys
//   Map, Set                     259(map), 258(array)
//   Date                         1(seconds), NaN where invalid; where that is not exact: 1001({1: seconds, -3: milliseconds})
//   Uint8Array                   byte string
//   any other typed array        its tag of RFC 8746 (64, 68 … 86: little-endian), byte string
//   ArrayBuffer, DataView        27([name, byte string])
//   RegExp                       27(["RegExp", source, flags])
//   boxed primitive              27([name, primitive]): Number, String, Boolean, BigInt
//   Error                        27([name of the built-in type, {message, stack?, name?, cause?, errors?}])
//   instance of a registered class: 27([name, data])
//   a long buffer                60601(n) where its byte string would be: its bytes are part n, counted from 1
//   what occurs again            28(item) where it comes first, 29(n) later: n counts the tags 28 in the order of the bytes
//   views that share memory      27([name, memory, offset in bytes, length]); memory is 28(27(["ArrayBuffer", …])) or 29(n)
//
// The decoder also takes 0(text) as Date, 35(text) as RegExp, floats of 16 and 32 bits, and tag 55799. A property of an
// object that is not enumerable, a symbol as key, and a name (instead of an index) on an array are left out.
//
// Why not cbor-x, which the tests compare with: its decoder breaks cycles through Map and Set, aliases its input, keeps its
// tags in a table that the whole process shares, has no limit of nesting but the stack, and reads short strings three times
// slower. Its encoder loses -0 and lone surrogates, is not re-entrant (a getter may send), and would need a walk before it
// that reads every getter twice.
import { CallSite } from "../base/call-site.ts";
import { Exception } from "../base/errors.ts";
import type { Body } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { ValueDecoder } from "./value-decode.ts";
import { ValueEncoder } from "./value-encode.ts";
import { CborReader } from "./value-reader.ts";

export { registerClass } from "./class-registry.ts";

// Taken while in use: a getter, or the encode() of a registered class, may itself encode a value.
let encoder: ValueEncoder | undefined;
let decoder: ValueDecoder | undefined;
const numbers = new CborReader();

/**
 * Encodes a value.
 *
 * @param value What structuredClone accepts, except platform objects (Blob, MessagePort, …). Memory that only one view in
 * the value uses is sent as far as the view reaches; memory that several use, from the first byte used to the last.
 * @returns a body of which part 0, the CBOR, may be overwritten by the next call; the others are views on the long
 * buffers in the value: the caller's own memory, not copies.
 * @throws Exception ERR_TYPE, naming the path to what cannot be carried, or where the value is nested too deep
 */
export function encodeValue(value: unknown): Body {
  encoder ??= new ValueEncoder();
  const mine = encoder;
  if (typeof value === "number") return { element: VALUE, parts: [mine.encodeNumber(value)] };
  encoder = undefined;
  try {
    return { element: VALUE, parts: mine.encode(value) };
  } catch (error) {
    // Deep inside a value, the frames that an error keeps are all ours.
    if (error instanceof Exception) new CallSite(24).locate(error);
    throw error;
  } finally {
    encoder = mine;
  }
}

/**
 * Makes the value again.
 *
 * @param parts As encodeValue gave them. Nothing keeps a reference to part 0. The others are adopted: each is memory of its
 * own, which becomes a buffer of the result.
 * @throws Exception ERR_OTHER when the bytes are not a value; nothing else, whatever the bytes are
 */
export function decodeValue(parts: readonly Uint8Array[]): unknown {
  const number = parts.length === 1 ? numbers.numberAt(parts[0]!, 0, parts[0]!.byteLength) : undefined;
  if (number !== undefined) return number;
  const mine = decoder ?? new ValueDecoder();
  decoder = undefined;
  try {
    return mine.decode(parts);
  } finally {
    decoder = mine;
  }
}

/** As decodeValue, of a value of one part, which is the bytes `start … end` of `bytes`. */
export function decodeValueAt(bytes: Uint8Array, start: number, end: number): unknown {
  const number = numbers.numberAt(bytes, start, end);
  if (number !== undefined) return number;
  const mine = decoder ?? new ValueDecoder();
  decoder = undefined;
  try {
    return mine.decodeAt(bytes, start, end);
  } finally {
    decoder = mine;
  }
}
