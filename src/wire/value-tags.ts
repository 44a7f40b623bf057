// wire/value-tags: layer 2. The vocabulary of values (wire/value.ts tells the whole format): CBOR major types and tags,
// the classes that a value can contain, and the limits. Called by the encoder and the decoder of values only.
import { MOST_PARTS } from "./frame.ts";

/** CBOR's major types that wire/cbor-head.ts does not need. */
export const NEGATIVE = 1;
export const TEXT = 3;
export const MAP = 5;
export const TAG = 6;

/** Single bytes: simple values, and the head of a 64-bit float. */
export const FALSE = 0xf4;
export const TRUE = 0xf5;
export const NULL = 0xf6;
export const UNDEFINED = 0xf7;
export const FLOAT64 = 0xfb;

/** Registered tags, by what they stand for here. */
export const tags = {
  dateText: 0,
  date: 1,
  positiveBigint: 2,
  negativeBigint: 3,
  object: 27,
  shared: 28,
  reference: 29,
  regexp: 35,
  set: 258,
  map: 259,
  extendedDate: 1001,
  selfDescribed: 55799,
  /** Ours: "the bytes of part n stand here", in place of a byte string. */
  part: 60601,
  /** Ours: a string that is not well-formed Unicode, as the UTF-16 (little-endian) in a byte string. */
  utf16: 60602,
} as const;

type ViewConstructor = {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): ArrayBufferView;
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
};

/** The views on memory, and their tags for little-endian elements (RFC 8746). A DataView and an ArrayBuffer have none. */
const viewTags: readonly (readonly [view: ViewConstructor, tag: number])[] = [
  [Uint8Array as ViewConstructor, 64],
  [Uint8ClampedArray as ViewConstructor, 68],
  [Uint16Array as ViewConstructor, 69],
  [Uint32Array as ViewConstructor, 70],
  [BigUint64Array as ViewConstructor, 71],
  [Int8Array as ViewConstructor, 72],
  [Int16Array as ViewConstructor, 77],
  [Int32Array as ViewConstructor, 78],
  [BigInt64Array as ViewConstructor, 79],
  [Float16Array as ViewConstructor, 84],
  [Float32Array as ViewConstructor, 85],
  [Float64Array as ViewConstructor, 86],
];

export const tagByView: ReadonlyMap<string, number> = new Map(viewTags.map(([view, tag]) => [view.name, tag]));
export const viewByTag: ReadonlyMap<number, ViewConstructor> = new Map(viewTags.map(([view, tag]) => [tag, view]));
export const viewByName: ReadonlyMap<string, ViewConstructor> = new Map(
  [...viewTags.map(([view]) => view), DataView as ViewConstructor].map((view) => [view.name, view]),
);

/** The built-in errors, most special first; what is none of them travels as `Error`. */
export const errorTypes: readonly ErrorConstructor[] = [
  AggregateError as unknown as ErrorConstructor,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
];

/** Class names that tag 27 has a meaning of its own for; a registered class cannot have them. */
export const builtinNames: ReadonlySet<string> = new Set([
  ...viewByName.keys(),
  ...errorTypes.map((type) => type.name),
  ...["ArrayBuffer", "RegExp", "Number", "String", "Boolean", "BigInt"],
]);

/** Containers inside containers, on both sides. Bun's stack holds several times as many in the slowest tier. */
export const MOST_LEVELS = 2000;
/** Buffers of at least this many bytes travel outside the CBOR, as parts of their own. */
export const LONG_BUFFER = 4096;
/** Most such buffers in one value; the CBOR is a part too. */
export const MOST_LONG_BUFFERS = MOST_PARTS - 1;
