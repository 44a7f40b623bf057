// mpi/type-registry: layer 9. Predefined datatypes by name and, for those that calls of Datatype give, by what was asked.
// predefined-types.ts fills it in; datatype.ts looks things up.

import { UNDEFINED } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { TYPECLASS_COMPLEX, TYPECLASS_INTEGER, TYPECLASS_LOGICAL, TYPECLASS_REAL } from "../base/type-constants.ts";
import { BYTES } from "../data/element.ts";
import { type Basic, pair } from "../data/type-basic.ts";
import type { TypeTree } from "../data/type-tree.ts";
import type { Datatype } from "./datatype.ts";
import { checkInteger } from "./type-numbers.ts";

/** INT, DOUBLE, …; without MPI_. */
export const predefined = new Map<string, Datatype>();

const classes = new Map<unknown, string>([
  [TYPECLASS_LOGICAL, "LOGICAL"],
  [TYPECLASS_INTEGER, "INTEGER"],
  [TYPECLASS_REAL, "REAL"],
  [TYPECLASS_COMPLEX, "COMPLEX"],
]);

/** The Fortran type of a class with so many bytes. */
export function sizedType(call: string, typeclass: unknown, size: unknown): Datatype {
  const name = classes.get(typeclass);
  if (!name) {
    const expected = "expected MPI.TYPECLASS_INTEGER, TYPECLASS_REAL, TYPECLASS_COMPLEX or TYPECLASS_LOGICAL";
    throw new Exception("ERR_ARG", `Cannot call ${call} with typeclass ${show(typeclass)}: ${expected}`);
  }
  const found = predefined.get(`${name}${checkInteger(call, "size", size, 0)}`);
  if (found) return found;
  throw new Exception("ERR_ARG", `Cannot call ${call} with size ${size}: there is no ${name} of so many bytes`);
}

/** Decimal digits, and the range of decimal exponents, that Fortran's kinds of numbers have, and their bytes. */
const integers = [
  { range: 2, bytes: 1 },
  { range: 4, bytes: 2 },
  { range: 9, bytes: 4 },
  { range: 18, bytes: 8 },
  { range: 38, bytes: 16 },
];
const reals = [
  { precision: 6, range: 37, bytes: 4 },
  { precision: 15, range: 307, bytes: 8 },
  { precision: 33, range: 4931, bytes: 16 },
];

/** The integer type for numbers of so many decimal digits. */
export function integerOfRange(call: string, r: unknown): Datatype {
  checkInteger(call, "r", r, 1);
  const found = integers.find(({ range }) => range >= (r as number));
  if (found) return predefined.get(`INTEGER${found.bytes}`)!;
  throw new Exception("ERR_ARG", `Cannot call ${call} with r ${r}: no integer has so many digits, expected at most 38`);
}

/** The floating-point or complex type with so many decimal digits and exponents; MPI.UNDEFINED for either of the two. */
export function realOfRange(call: string, name: "REAL" | "COMPLEX", p: unknown, r: unknown): Datatype {
  for (const [argument, value] of Object.entries({ p, r })) {
    if (value !== UNDEFINED) checkInteger(call, argument, value, 0);
  }
  if (p === UNDEFINED && r === UNDEFINED) {
    throw new Exception("ERR_ARG", `Cannot call ${call}: p and r are both MPI.UNDEFINED, expected one of them`);
  }
  const enough = ({ precision, range }: (typeof reals)[number]) => precision >= (p as number) && range >= (r as number);
  const found = reals.find(enough);
  if (found) return predefined.get(`${name}${found.bytes * (name === "COMPLEX" ? 2 : 1)}`)!;
  throw new Exception(
    "ERR_ARG",
    `Cannot call ${call} with p ${p} and r ${r}: no number has so many digits or exponents`,
  );
}

/** The pair of two types that are single numbers, the second one an integer; undefined for others. */
export function pairOf(value: TypeTree, index: TypeTree): Basic | undefined {
  if (value.form.kind !== "basic" || index.form.kind !== "basic") return undefined;
  const [first, second] = [value.form.basic, index.form.basic];
  return comparable(first) && comparable(second) && second.family === "integer" ? pair(first, second) : undefined;
}

function comparable({ family, element, format }: Basic): boolean {
  const number = family === "integer" || family === "float";
  return number && (element !== BYTES || format === "extended");
}

/** The type with a name that is this pair. */
export function namedPair({ pair }: Basic): Datatype | undefined {
  for (const type of predefined.values()) {
    const parts = type.name === "MPI_DATATYPE_NULL" ? undefined : type.map.basic?.pair;
    if (parts && parts[0] === pair![0] && parts[1] === pair![1]) return type;
  }
  return undefined;
}
