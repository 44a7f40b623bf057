// wire/cbor-head: layer 2. The heads of CBOR items (RFC 8949 §3): a major type and a number. Called by frame.ts, which
// writes envelopes itself so that a short message costs no object and a long one no copy.

import { copyOf } from "../data/buffer.ts";

/** CBOR's major types, as far as frames use them. */
export const UNSIGNED = 0;
export const BYTE_STRING = 2;
export const ARRAY = 4;

/** The longest head: one byte and an 8-byte number. */
export const HEAD_LIMIT = 9;

/** Byte strings up to this long are copied when read: a view of fresh memory costs 180 ns, a short copy 50. */
export const COPIED = 256;

/** The bytes `start … end` of what is lent for a call: a view, or a copy when they are at most COPIED. */
export function lent(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return end - start > COPIED ? bytes.subarray(start, end) : copyOf(bytes, start, end);
}

/** Writes a head at `at` and returns where it ends. `value` is a whole number from 0 to 2⁵³−1. */
export function writeHead(into: Uint8Array, at: number, major: number, value: number): number {
  const first = major << 5;
  if (value < 24) {
    into[at] = first | value;
    return at + 1;
  }
  if (value < 0x100) {
    into[at] = first | 24;
    into[at + 1] = value;
    return at + 2;
  }
  if (value < 0x10000) {
    into[at] = first | 25;
    into[at + 1] = value >> 8;
    into[at + 2] = value;
    return at + 3;
  }
  if (value < 0x100000000) {
    into[at] = first | 26;
    writeUint32(into, at + 1, value);
    return at + 5;
  }
  into[at] = first | 27;
  writeUint32(into, at + 1, Math.floor(value / 0x100000000));
  writeUint32(into, at + 5, value);
  return at + 9;
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/** Reads heads one after the other. Bytes come from a peer: everything is checked. */
export class HeadReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  /** Reads `bytes` from `at` to `end`. */
  begin(bytes: Uint8Array, at = 0, end = bytes.byteLength): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** The number of the next head, which must be of type `major`. @throws RangeError when it is not, or is cut off */
  read(major: number): number {
    const bytes = this.bytes;
    if (this.at >= this.end) throw new RangeError("the frame ends too early");
    const first = bytes[this.at++]!;
    if (first >> 5 !== major) throw new RangeError(`CBOR major type ${first >> 5} where ${major} was expected`);
    const short = first & 31;
    if (short < 24) return short;
    if (short > 27) throw new RangeError("CBOR item of indefinite or reserved length");
    const count = 1 << (short - 24);
    if (this.at + count > this.end) throw new RangeError("the frame ends too early");
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + bytes[this.at++]!;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError("a number beyond 2^53-1");
    return value;
  }

  /** Goes behind the next byte string. Returns where its content begins; it ends at `at`. */
  skipBytes(): number {
    const length = this.read(BYTE_STRING);
    const start = this.at;
    if (length > this.end - start) {
      throw new RangeError(`a byte string claims ${length} bytes, more than there are`);
    }
    this.at += length;
    return start;
  }

  /** The content of the next byte string: see lent. */
  readBytes(): Uint8Array {
    const start = this.skipBytes();
    return lent(this.bytes, start, this.at);
  }
}
