// data/type-map: layer 1. A type map (MPI-4.1 §5.1) as the rest of the library sees it: where the bytes of items lie in a
// buffer, and how they get from there into one contiguous piece and back. Datatypes have one; whatever takes the option
// `type` works with it.

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
