// data/type-map: layer 1. A type map (MPI-4.1 §5.1) as the rest of the library sees it: where the bytes of items lie in a
// buffer, and how they get from there into one contiguous piece and back. Datatypes have one; whatever takes the option
// `type` works with it.

import type { Basic } from "./type-basic.ts";

export interface TypeMap {
  /** Bytes of data in one item, without gaps. */
  readonly size: number;
  /** Lower bound: where an item begins, in bytes from its origin; negative where data lies before the origin. */
  readonly lb: number;
  /** Bytes from the origin of one item to that of the next. */
  readonly extent: number;
  /** As `lb` and `extent`, of the bytes that are data, whatever a resized type says. */
  readonly trueLb: number;
  readonly trueExtent: number;
  /** Element kind (element.ts) of the packed bytes where all basic types in the map have the same one; else BYTES. */
  readonly element: number;
  /** Basic elements in one item: what Status.getElements counts. */
  readonly elements: number;
  /** The basic type that all of it consists of, if there is one: what reductions work on. */
  readonly basic: Basic | undefined;
  /** Basic elements in the first so many bytes of packed items; undefined when they end inside of one. */
  elementsIn(bytes: number): number | undefined;
  /** The reverse: packed bytes of the first so many basic elements; 0 where items have none. */
  bytesOf(elements: number): number;
  /** True when packed and unpacked items are the same bytes: items follow each other without gaps, in order. */
  readonly dense: boolean;

  /**
   * Copies `count` items into one contiguous piece.
   * @param origin byte of `from` that is the origin of the first item
   * @param at byte of `to` where the first one goes; there is room for `count · size` bytes
   */
  pack(from: Uint8Array, origin: number, count: number, to: Uint8Array, at: number): void;

  /** The reverse: copies `count · size` contiguous bytes, from byte `at` of `from`, to where the items lie in `to`. */
  unpack(from: Uint8Array, at: number, count: number, to: Uint8Array, origin: number): void;
}

/** The bytes that `count` items occupy, from the origin of the first one: from `start`, which may be negative, to `end`. */
export function boundsOf(map: TypeMap, count: number): { readonly start: number; readonly end: number } {
  if (count === 0 || map.size === 0) return { start: 0, end: 0 };
  const last = (count - 1) * map.extent;
  return { start: map.trueLb + Math.min(0, last), end: map.trueLb + map.trueExtent + Math.max(0, last) };
}

/** How many items fit into so many bytes, the first one's origin at their beginning; 0 when not one does. */
export function itemsIn(map: TypeMap, bytes: number): number {
  const { start, end } = boundsOf(map, 1);
  if (map.size === 0 || start < 0 || end > bytes) return 0;
  // Items that do not go forward are never more than one.
  return map.extent > 0 ? Math.floor((bytes - end) / map.extent) + 1 : 1;
}
