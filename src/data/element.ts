// data/element: layer 1. The element kinds that a buffer can have, and how to make one from raw bytes.

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float16Array
  | Float32Array
  | Float64Array;

type TypedArrayConstructor = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
};

interface Element {
  readonly name: string;
  /** Bytes of one element. */
  readonly size: number;
  /** The class of a view; undefined for untyped bytes. */
  readonly view: TypedArrayConstructor | undefined;
}

/** "Not a buffer: a CBOR value." The number 0 in a frame's element field. */
export const VALUE = 0;
/** Untyped bytes: ArrayBuffer, SharedArrayBuffer, DataView. Matches every element kind. */
export const BYTES = 1;

/** By number, as it stands in a frame. Append only: the numbers are the wire format. */
export const elements: readonly Element[] = [
  { name: "value", size: 1, view: undefined },
  { name: "bytes", size: 1, view: undefined },
  ...(
    [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
      Float16Array,
      Float32Array,
      Float64Array,
    ] as unknown as TypedArrayConstructor[]
  ).map((view) => ({ name: view.name, size: view.BYTES_PER_ELEMENT, view })),
];

const numbers = new Map<string, number>();

/** By class: the tag of an array, a getter, costs five times as much; it is there for Buffer and other subclasses. */
const byClass = new Map<unknown, number>();

for (const [number, { name, view }] of elements.entries()) {
  if (!view) continue;
  numbers.set(name, number);
  byClass.set(view, number);
}

/** The element kind of a typed array, as it stands in a frame. */
export function elementOf(array: TypedArray): number {
  return byClass.get(array.constructor) ?? numbers.get(array[Symbol.toStringTag]) ?? BYTES;
}

/** The element kind with this typed array class. */
export function elementNamed(view: string): number {
  return numbers.get(view) ?? BYTES;
}
