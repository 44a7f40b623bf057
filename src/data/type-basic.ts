// data/type-basic: layer 1. The basic types: what the leaves of a type map are. Sizes and alignments are those of C on
// x86-64 Linux. type-tree.ts builds on them; mpi/predefined.ts gives them their names.
import { BYTES, elementNamed } from "./element.ts";

/** What kinds of numbers a basic type has: which operators are defined for it, and how external32 writes it. */
export type Family = "integer" | "float" | "complex" | "logical" | "character" | "byte" | "pair";

/** How the numbers of a basic type are written. A complex number is two of them. */
export type Format = "int" | "uint" | "half" | "bfloat" | "single" | "double" | "extended" | "quad" | "bytes";

export interface Basic {
  readonly family: Family;
  readonly format: Format;
  /** Bytes of data; of a pair without the gap between its parts. */
  readonly size: number;
  readonly align: number;
  /** Element kind (element.ts) of a typed array that has the same bytes; BYTES where there is none. */
  readonly element: number;
  /** Bytes in the external32 representation. */
  readonly external: number;
  /** Value and location, for the types of MAXLOC and MINLOC. */
  readonly pair?: readonly [value: Basic, location: Basic];
}

/** `view` names the typed array class; `external` is given where external32 has another size. */
function basic(family: Family, format: Format, size: number, view: string, external = size): Basic {
  const element = view === "" ? BYTES : elementNamed(view);
  return { family, format, size, align: family === "complex" ? size / 2 : size, element, external };
}

/** The struct of a value and its location. */
export function pair(value: Basic, location: Basic): Basic {
  const element = value === location ? value.element : BYTES;
  const [size, external] = [value.size + location.size, value.external + location.external];
  const align = Math.max(value.align, location.align);
  return { family: "pair", format: "bytes", size, align, element, external, pair: [value, location] };
}

const numbers = {
  int8: basic("integer", "int", 1, "Int8Array"),
  int16: basic("integer", "int", 2, "Int16Array"),
  int32: basic("integer", "int", 4, "Int32Array"),
  int64: basic("integer", "int", 8, "BigInt64Array"),
  int128: basic("integer", "int", 16, ""),
  uint8: basic("integer", "uint", 1, "Uint8Array"),
  uint16: basic("integer", "uint", 2, "Uint16Array"),
  uint32: basic("integer", "uint", 4, "Uint32Array"),
  uint64: basic("integer", "uint", 8, "BigUint64Array"),
  /** C's long, which external32 writes as four bytes. */
  long: basic("integer", "int", 8, "BigInt64Array", 4),
  float: basic("float", "single", 4, "Float32Array"),
  double: basic("float", "double", 8, "Float64Array"),
  longDouble: basic("float", "extended", 16, ""),
};

/** All basic types; those of one C type share one. */
export const basics = {
  ...numbers,
  unsignedLong: basic("integer", "uint", 8, "BigUint64Array", 4),
  half: basic("float", "half", 2, "Float16Array"),
  bfloat: basic("float", "bfloat", 2, ""),
  halfComplex: basic("complex", "half", 4, "Float16Array"),
  floatComplex: basic("complex", "single", 8, "Float32Array"),
  doubleComplex: basic("complex", "double", 16, "Float64Array"),
  longDoubleComplex: basic("complex", "extended", 32, ""),
  /** Fortran's REAL*16, which is no long double. */
  quad: basic("float", "quad", 16, ""),
  quadComplex: basic("complex", "quad", 32, ""),
  logical8: basic("logical", "uint", 1, "Uint8Array"),
  logical16: basic("logical", "int", 2, "Int16Array"),
  logical32: basic("logical", "int", 4, "Int32Array"),
  logical64: basic("logical", "int", 8, "BigInt64Array"),
  logical128: basic("logical", "int", 16, ""),
  /** C's and C++'s bool, which external32 writes as four bytes. */
  bool: basic("logical", "uint", 1, "Uint8Array", 4),
  character: basic("character", "uint", 1, "Uint8Array"),
  /** C's wchar_t, which external32 writes as two bytes. */
  wideCharacter: basic("character", "int", 4, "Int32Array", 2),
  byte: basic("byte", "bytes", 1, ""),
  shortInt: pair(numbers.int16, numbers.int32),
  intInt: pair(numbers.int32, numbers.int32),
  longInt: pair(numbers.long, numbers.int32),
  floatInt: pair(numbers.float, numbers.int32),
  doubleInt: pair(numbers.double, numbers.int32),
  longDoubleInt: pair(numbers.longDouble, numbers.int32),
  twoReals: pair(numbers.float, numbers.float),
  twoDoubles: pair(numbers.double, numbers.double),
};

/** Basic elements in one of these: 2 for a pair, whose parts count by themselves. */
export function elementsOf(basic: Basic): number {
  return basic.pair ? 2 : 1;
}
