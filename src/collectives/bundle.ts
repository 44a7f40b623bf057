// collectives/bundle: layer 6. Several chunks in one message, for trees that pass on what belongs to others.
// A long chunk is only announced there, and travels by itself: nobody holds long data that is not for him.
//
//   one part:  count, then for each chunk: number of parts (0: announced), element, length of each part │ all parts
//              └─────────────── unsigned 32-bit integers, little-endian ────────────────────────────────┘
import { Exception } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate } from "../data/buffer.ts";
import { VALUE } from "../data/element.ts";

/** Bytes of the longest chunk that travels in a bundle. */
export const BUNDLED = 32 * 1024;

/** True for a chunk that a bundle only announces. */
export function isLong(chunk: Body): boolean {
  return bodyBytes(chunk) > BUNDLED;
}

/** One message with copies of the chunks; `undefined` is one that was announced already. */
export function bundle(chunks: readonly (Body | undefined)[]): Body {
  const head = [chunks.length];
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (!chunk || isLong(chunk)) {
      head.push(0, VALUE);
      continue;
    }
    head.push(chunk.parts.length, chunk.element);
    for (const part of chunk.parts) {
      head.push(part.byteLength);
      parts.push(part);
      bytes += part.byteLength;
    }
  }
  const message = allocate(4 * head.length + bytes);
  const view = new DataView(message.buffer);
  head.forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  let at = 4 * head.length;
  for (const part of parts) {
    message.set(part, at);
    at += part.byteLength;
  }
  return { element: VALUE, parts: [message] };
}

/**
 * The chunks of a bundle, as views of it; `undefined` stands for one that comes by itself.
 * @throws ERR_NOT_SAME when rank `source` has sent something else
 */
export function unbundle(message: Body, count: number, source: number): (Body | undefined)[] {
  const bytes = message.parts[0]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.byteLength >> 2;
  let word = 0;
  const next = () => (word < words ? view.getUint32(4 * word++, true) : Number.NaN);
  const wrong = () =>
    new Exception(
      "ERR_NOT_SAME",
      `Cannot read the message of rank ${source}: it is not of this collective, expected every rank to make the same call`,
    );
  if (message.element !== VALUE || next() !== count) throw wrong();
  const heads = Array.from({ length: count }, () => {
    const parts = next();
    const element = next();
    if (!(parts <= words)) throw wrong();
    return { element, lengths: Array.from({ length: parts }, next) };
  });
  let at = 4 * word;
  const chunks = heads.map(({ element, lengths }) => {
    if (lengths.length === 0) return undefined;
    const parts = lengths.map((length) => {
      at += length;
      return bytes.subarray(at - length, at);
    });
    return { element, parts };
  });
  if (at !== bytes.byteLength) throw wrong();
  return chunks;
}
