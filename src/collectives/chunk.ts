// collectives/chunk: layer 6. A chunk is one rank's share of what a collective moves, as a Body: a value stays encoded
// until it has arrived, a buffer is a view of somebody's memory. From the user's data to a chunk, and back.
import { Exception } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate, type BufferLike, bufferFrom, bytesOf, elementOfBuffer, isBuffer } from "../data/buffer.ts";
import { BYTES, elements, VALUE } from "../data/element.ts";
import { decodeValue, encodeValue } from "../wire/value.ts";

/** Memory of the caller where a chunk is wanted. */
export interface Slot {
  readonly element: number;
  readonly bytes: Uint8Array;
}

/** The user's `into` as one slot. */
export function slotOf(into: BufferLike | undefined): Slot | undefined {
  return into && { element: elementOfBuffer(into), bytes: bytesOf(into) };
}

/** The user's data as one chunk, until the next one is made. */
export function lentChunkOf(data: unknown): Body {
  return isBuffer(data) ? { element: elementOfBuffer(data), parts: [bytesOf(data)] } : encodeValue(data);
}

/** The user's data as one chunk. It may be sent, or kept, for as long as the data does not change. */
export function chunkOf(data: unknown): Body {
  return kept(lentChunkOf(data));
}

/** What lentChunkOf has given, as what chunkOf would have. */
export function kept(chunk: Body): Body {
  const { element, parts } = chunk;
  if (element !== VALUE) return chunk;
  // The encoder's scratch memory is overwritten by the next value, perhaps while this one is still on its way.
  const own = new Uint8Array(parts[0]!);
  return { element, parts: parts.length === 1 ? [own] : [own, ...parts.slice(1)] };
}

/** What the user gets for a chunk whose memory is ours to give away. */
export function open(chunk: Body): unknown {
  return chunk.element === VALUE ? decodeValue(chunk.parts) : bufferFrom(chunk.element, chunk.parts[0]!);
}

/** What the user gets for a chunk whose memory is not ours. */
export function opened(chunk: Body): unknown {
  // Nothing keeps a reference into the CBOR of a value; its other parts are adopted.
  return chunk.element === VALUE && chunk.parts.length === 1 ? decodeValue(chunk.parts) : open(copyOf(chunk));
}

/** The same chunk in memory of its own. */
export function copyOf(chunk: Body): Body {
  // Not part.slice(): a Buffer's slice is a view.
  return { element: chunk.element, parts: chunk.parts.map((part) => new Uint8Array(part)) };
}

/**
 * Copies a chunk that did not come through `irecv(…, slot)` to where it is wanted, by the same rules.
 * @param slot memory of the caller, or undefined for memory of its own
 * @param what for error messages: "the chunk of rank 2"
 * @throws ERR_TYPE for another element kind, ERR_TRUNCATE when the slot is too short
 */
export function land(chunk: Body, slot: Slot | undefined, what: string): Body {
  if (!slot) return copyOf(chunk);
  const bytes = bodyBytes(chunk);
  checkFits(chunk.element, bytes, slot, what);
  slot.bytes.set(chunk.parts[0]!);
  return { element: chunk.element, parts: [slot.bytes.subarray(0, bytes)] };
}

/** Throws what `land` would throw for a chunk of this kind and length. */
export function checkFits(element: number, bytes: number, slot: Slot, what: string): void {
  const same = element === slot.element || element === BYTES || slot.element === BYTES;
  if (element === VALUE || !same) {
    throw new Exception(
      "ERR_TYPE",
      `Cannot place ${what} in into: it is ${elements[element]!.name}, expected ${elements[slot.element]!.name}`,
    );
  }
  if (bytes > slot.bytes.byteLength) {
    throw new Exception(
      "ERR_TRUNCATE",
      `Cannot place ${what} in into: it has ${bytes} bytes, into holds ${slot.bytes.byteLength}`,
    );
  }
}

/** A new buffer like `buffer`: same kind and length, all zero. */
export function bufferLike(buffer: BufferLike): BufferLike {
  return bufferFrom(elementOfBuffer(buffer), allocate(buffer.byteLength));
}
