// wire/value-writer: layer 2. CborWriter: writes CBOR items one after the other into memory that grows and is used again.
// Called by value-encode.ts and value-links.ts.
import { Exception } from "../base/errors.ts";
import { ARRAY, BYTE_STRING, HEAD_LIMIT, UNSIGNED, writeHead } from "./cbor-head.ts";
import { FLOAT64, MAP, NEGATIVE, TAG, TEXT, tags } from "./value-tags.ts";

const START_BYTES = 64 * 1024;
/** Memory beyond this is not kept for the next value. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Bun's largest buffer. */
const MOST_BYTES = 2 ** 32;
/** Up to here a loop over the characters is faster than a call of Buffer.write (48 ns). */
const SHORT_TEXT = 24;
/** Views on the beginning of the memory are kept up to this length: making one costs more (66 ns) than encoding `{k: 1}`. */
const KEPT_VIEWS = 256;

export class CborWriter {
  /** The memory; the first `at` bytes are written. */
  bytes!: Uint8Array<ArrayBuffer>;
  at = 0;
  #buffer!: Buffer;
  #floats!: DataView;
  #views: Uint8Array[] = [];

  constructor() {
    this.#use(new Uint8Array(START_BYTES));
  }

  /** Begins anew: what the last `result()` gave is overwritten from here on. */
  reset(): void {
    this.at = 0;
    if (this.bytes.byteLength > KEPT_BYTES) this.#use(new Uint8Array(START_BYTES));
  }

  /** Everything written since `reset()`: a view. */
  result(): Uint8Array {
    if (this.at >= KEPT_VIEWS) return this.bytes.subarray(0, this.at);
    this.#views[this.at] ??= this.bytes.subarray(0, this.at);
    return this.#views[this.at]!;
  }

  byte(byte: number): void {
    this.#room(1);
    this.bytes[this.at++] = byte;
  }

  head(major: number, value: number): void {
    this.#room(HEAD_LIMIT);
    if (value < 24) this.bytes[this.at++] = (major << 5) | value;
    else this.at = writeHead(this.bytes, this.at, major, value);
  }

  array(length: number): void {
    this.head(ARRAY, length);
  }

  map(size: number): void {
    this.head(MAP, size);
  }

  tag(tag: number): void {
    this.head(TAG, tag);
  }

  /** An integer from −2³¹ to 2³²−1 as a CBOR integer, everything else (−0 too) as a 64-bit float. */
  number(value: number): void {
    if ((value | 0) === value) {
      if (value > 0) return this.head(UNSIGNED, value);
      if (value < 0) return this.head(NEGATIVE, -1 - value);
      if (1 / value > 0) return this.head(UNSIGNED, 0);
    } else if (value > 0x7fffffff && value >>> 0 === value) return this.head(UNSIGNED, value);
    this.#room(9);
    this.bytes[this.at] = FLOAT64;
    this.#floats.setFloat64(this.at + 1, value);
    this.at += 9;
  }

  bigint(value: bigint): void {
    this.tag(value < 0n ? tags.negativeBigint : tags.positiveBigint);
    const hex = (value < 0n ? -1n - value : value).toString(16);
    this.blob(Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex"));
  }

  text(text: string): void {
    const { length } = text;
    if (length < SHORT_TEXT) {
      this.#room(1 + SHORT_TEXT);
      const { bytes, at } = this;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[at + 1 + i] = code;
      }
      if (i === length) {
        bytes[at] = (TEXT << 5) | length;
        this.at = at + 1 + length;
        return;
      }
    }
    this.#longText(text);
  }

  /** A byte string: a copy. */
  blob(blob: Uint8Array): void {
    const { byteLength } = blob;
    this.head(BYTE_STRING, byteLength);
    this.raw(blob, 0, byteLength);
  }

  /** The bytes `start … end` of another encoding, as they are. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    this.bytes.set(start === 0 && end === bytes.byteLength ? bytes : bytes.subarray(start, end), this.at);
    this.at += end - start;
  }

  #longText(text: string): void {
    if (!text.isWellFormed()) {
      this.tag(tags.utf16);
      this.blob(Buffer.from(text, "utf16le"));
      return;
    }
    // The head stands before the text and its size depends on the text's, so it is guessed and corrected.
    const most = text.length < START_BYTES ? text.length * 3 : Buffer.byteLength(text);
    this.#room(HEAD_LIMIT + most);
    const guess = text.length < 24 ? 1 : text.length < 0x100 ? 2 : text.length < 0x10000 ? 3 : 5;
    const start = this.at + guess;
    const written = this.#buffer.write(text, start, "utf8");
    const end = writeHead(this.bytes, this.at, TEXT, written);
    if (end !== start) {
      // Rare: write the text again where the head, now known, ends.
      this.#buffer.write(text, end, "utf8");
    }
    this.at = end + written;
  }

  #room(bytes: number): void {
    const needed = this.at + bytes;
    if (needed > this.bytes.byteLength) this.#grow(needed);
  }

  #grow(needed: number): void {
    if (needed > MOST_BYTES) {
      throw new Exception("ERR_TYPE", "Cannot send value: it has more than 4 GiB, expected long data in typed arrays");
    }
    const memory = new Uint8Array(Math.min(Math.max(needed, this.bytes.byteLength * 2), MOST_BYTES));
    memory.set(this.bytes.subarray(0, this.at));
    this.#use(memory);
  }

  #use(memory: Uint8Array<ArrayBuffer>): void {
    this.bytes = memory;
    this.#buffer = Buffer.from(memory.buffer);
    this.#floats = new DataView(memory.buffer);
    this.#views = [];
  }
}
