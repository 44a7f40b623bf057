// data/body: layer 1. What a message carries, on both sides of the wire: the one shape that engine, lanes and
// collectives pass around. A value is its CBOR bytes and the long buffers inside it; a buffer is its raw bytes.

export interface Body {
  /** Element kind (data/element.ts): 0 is a value, everything else a buffer. */
  readonly element: number;
  /**
   * A buffer: one part, its bytes. A value: part 0 is its CBOR, the others are the long buffers inside, in order.
   * Who made a Body says how long its parts may be used.
   */
  readonly parts: readonly Uint8Array[];
}

/** Bytes of all parts together. */
export function bodyBytes(body: Body): number {
  let bytes = 0;
  for (const part of body.parts) bytes += part.byteLength;
  return bytes;
}
