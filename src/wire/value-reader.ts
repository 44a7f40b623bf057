// wire/value-reader: layer 2. CborReader: reads the heads, numbers and strings of CBOR that is not to be trusted. Never keeps a
// reference into the bytes. Called by value-decode.ts.
import { Exception } from "../base/errors.ts";

/** Strings of up to this many bytes are looked up in a table of those seen before: keys come again and again. */
const CACHED_TEXT = 32;
const CACHE_SLOTS = 2048;

const cache: (string | undefined)[] = new Array(CACHE_SLOTS).fill(undefined);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
// Bun has it, as Node.js does; the declarations do not. 50 ns against 120 of a TextDecoder.
const latin1Slice = (Buffer.prototype as unknown as { latin1Slice(start: number, end: number): string }).latin1Slice;

const NO_BYTES = new Uint8Array(0);
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** The error for bytes that are not a value. */
export function malformed(state: string): Exception {
  return new Exception("ERR_OTHER", `Cannot decode value: ${state}`);
}

export class CborReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  /** Begins to read the bytes `start … end` of `bytes`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw malformed("it ends too early");
    return this.bytes[this.at++]!;
  }

  /** The number of a head, whose lowest five bits are `short`. Beyond 2⁵³ it is rounded. */
  argument(short: number): number {
    if (short < 24) return short;
    const { bytes, at } = this;
    if (short > 27) throw malformed(short === 31 ? "an item of indefinite length" : `reserved head ${short}`);
    const count = 1 << (short - 24);
    if (count > this.end - at) throw malformed("it ends too early");
    this.at = at + count;
    let value = bytes[at]!;
    for (let i = 1; i < count; i++) value = value * 256 + bytes[at + i]!;
    return value;
  }

  /** The argument of a head of a container or string: a number of things that take at least `size` bytes each. */
  length(short: number, size: number): number {
    const length = this.argument(short);
    if (length * size > this.end - this.at)
      throw malformed(`length ${length} where ${this.end - this.at} bytes are left`);
    return length;
  }

  /** The integer of a head of eight bytes: a number where that is exact. */
  wide(short: number, negative: boolean): number | bigint {
    if (short > 27) return this.argument(short);
    if (this.end - this.at < 8) throw malformed("it ends too early");
    let value = 0n;
    for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(this.bytes[this.at++]!);
    if (negative) value = -1n - value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /**
   * The number that the bytes `start … end` of `bytes` are, undefined where they are anything else: then it is to be read again.
   * A value that is just a number is read in a third of the time that the decoder takes, which has a state to clear.
   */
  numberAt(bytes: Uint8Array, start: number, end: number): number | undefined {
    const first = bytes[start]!;
    const short = first & 31;
    const isFloat = first === 0xfb;
    if (!isFloat && (first >= 0x40 || short > 26)) return undefined;
    this.open(bytes, start + 1, end);
    const number = isFloat ? this.#float(short) : this.argument(short);
    const all = this.at === end;
    this.open(NO_BYTES, 0, 0);
    if (!all) return undefined;
    return isFloat || first < 0x20 ? number : -1 - number;
  }

  /** What major type 7 stands for. */
  simple(short: number): number | boolean | null | undefined {
    if (short >= 25 && short <= 27) return this.#float(short);
    if (short === 20 || short === 21) return short === 21;
    if (short === 22) return null;
    if (short === 23) return undefined;
    throw malformed(`simple value ${short}`);
  }

  /** A copy of the next `length` bytes, checked by length(). */
  blob(length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length);
    copy.set(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return copy;
  }

  /** A text of `length` bytes, checked by length(). */
  text(length: number): string {
    const { bytes, at } = this;
    this.at = at + length;
    if (length > CACHED_TEXT) return utf8.decode(bytes.subarray(at, at + length));
    if (length === 0) return "";
    // Four bytes tell most strings apart; the comparison sees to the rest.
    const last = at + length - 1;
    const mixed =
      bytes[at]! * 7 + bytes[last]! * 31 + bytes[(at + last) >> 1]! * 131 + bytes[last - (length > 2 ? 1 : 0)]! * 509;
    const slot = (mixed + length) & (CACHE_SLOTS - 1);
    const known = cache[slot];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[at + i]) i++;
      if (i === length) return known;
    }
    for (let i = at; i <= last; i++) if (bytes[i]! > 0x7f) return utf8.decode(bytes.subarray(at, at + length));
    const text = latin1Slice.call(bytes, at, at + length);
    cache[slot] = text;
    return text;
  }

  /** A float of 2, 4 or 8 bytes. */
  #float(short: number): number {
    const { bytes, at } = this;
    const count = 1 << (short - 24);
    if (count > this.end - at) throw malformed("it ends too early");
    this.at = at + count;
    if (count === 8) {
      floatBytes[7] = bytes[at]!;
      floatBytes[6] = bytes[at + 1]!;
      floatBytes[5] = bytes[at + 2]!;
      floatBytes[4] = bytes[at + 3]!;
      floatBytes[3] = bytes[at + 4]!;
      floatBytes[2] = bytes[at + 5]!;
      floatBytes[1] = bytes[at + 6]!;
      floatBytes[0] = bytes[at + 7]!;
      return float[0]!;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, count);
    return count === 4 ? view.getFloat32(0) : view.getFloat16(0);
  }
}
