// data/items: layer 1. A number of items of a datatype in a buffer: the bytes they span, and the contiguous piece that a
// message or a collective carries for them. Called by whatever takes the option `type`.
import { allocate } from "./buffer.ts";
import { BYTES, elements, type TypedArray } from "./element.ts";
import { boundsOf, type TypeMap } from "./type-map.ts";

/** True where items certainly have bytes in common, so that nothing can be received into them. */
export function overlapping(map: TypeMap, count: number): boolean {
  const { start, end } = boundsOf(map, count);
  return count * map.size > end - start;
}

/** Packed bytes as a buffer of their element kind; untyped ones as a DataView. Undefined where they are not aligned. */
export function packedView(element: number, bytes: Uint8Array): TypedArray | DataView | undefined {
  const { view, size } = elements[element]!;
  if (element === BYTES || !view) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.byteOffset % size === 0 ? new view(bytes.buffer, bytes.byteOffset, bytes.byteLength / size) : undefined;
}

export class Items {
  readonly map: TypeMap;
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #origin: number;

  /** @param origin byte of `bytes` that is the origin of the first item; all items lie inside: the caller has checked it */
  constructor(map: TypeMap, count: number, bytes: Uint8Array, origin = 0) {
    this.map = map;
    this.count = count;
    this.#bytes = bytes;
    this.#origin = origin;
  }

  /** Packed bytes. */
  get size(): number {
    return this.count * this.map.size;
  }

  /** The bytes of the buffer that the items lie in. */
  get span(): { readonly start: number; readonly end: number } {
    const { start, end } = boundsOf(this.map, this.count);
    return { start: start + this.#origin, end: end + this.#origin };
  }

  /** The memory of the items where they are packed already: a view. */
  get dense(): Uint8Array | undefined {
    if (this.size === 0) return this.#bytes.subarray(0, 0);
    const begin = this.#origin + this.map.trueLb;
    return this.map.dense ? this.#bytes.subarray(begin, begin + this.size) : undefined;
  }

  /** The items in one piece: their own memory where they are dense, else a copy. */
  packed(): Uint8Array {
    return this.dense ?? this.copy();
  }

  /** A packed copy of the items. */
  copy(): Uint8Array {
    const packed = allocate(this.size);
    this.packInto(packed, 0);
    return packed;
  }

  packInto(packed: Uint8Array, at: number): void {
    this.map.pack(this.#bytes, this.#origin, this.count, packed, at);
  }

  /** Puts packed bytes where the items lie: whole items, and of the one behind them what there is. */
  unpack(packed: Uint8Array): void {
    const { map } = this;
    if (map.size === 0) return;
    const whole = Math.floor(packed.byteLength / map.size);
    map.unpack(packed, 0, whole, this.#bytes, this.#origin);
    const rest = packed.byteLength - whole * map.size;
    if (rest === 0) return;
    const origin = this.#origin + whole * map.extent;
    const item = allocate(map.size);
    map.pack(this.#bytes, origin, 1, item, 0);
    item.set(packed.subarray(packed.byteLength - rest));
    map.unpack(item, 0, 1, this.#bytes, origin);
  }
}
