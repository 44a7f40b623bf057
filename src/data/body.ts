// data/body: layer 1. What a message carries, on both sides of the wire: the one shape that engine, lanes and
// collectives pass around. A value is its CBOR bytes and the long buffers inside it; a buffer is its raw bytes.
import type { BufferLike } from "./buffer.ts";
import { elements, VALUE } from "./element.ts";

export interface Body {
  /** Element kind (data/element.ts): 0 is a value, everything else a buffer. */
  readonly element: number;
  /**
   * A buffer: one part, its bytes. A value: part 0 is its CBOR, the others are the long buffers inside, in order.
   * Who made a Body says how long its parts may be used.
   */
  readonly parts: readonly Uint8Array[];
  /** What viewOf has given. */
  view?: BufferLike;
}

/** The memory of a buffer as the user knows it: a typed array, or for untyped bytes a Uint8Array. */
export function viewOf(body: Body): BufferLike {
  body.view ??= newView(body);
  return body.view;
}

function newView({ element, parts: [bytes] }: Body): BufferLike {
  const { view, size } = elements[element]!;
  return view ? new view(bytes!.buffer, bytes!.byteOffset, bytes!.byteLength / size) : bytes!;
}

/** Bytes of all parts together. */
export function bodyBytes(body: Body): number {
  let bytes = 0;
  for (const part of body.parts) bytes += part.byteLength;
  return bytes;
}

/**
 * A note: what one rank of a collective tells another about the data, instead of the data. It is a value whose CBOR is
 * empty, as no value's is.
 */
export function noteOf(content: Uint8Array): Body {
  return { element: VALUE, parts: [new Uint8Array(0), content] };
}

/** True for a note, of which `bytes` is the length of part 0. */
export function isNote(element: number, bytes: number): boolean {
  return element === VALUE && bytes === 0;
}
