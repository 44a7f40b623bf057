// data/op-kernel: layer 1. What stands behind an Op, and the part that predefined operators and elementwise functions
// share: the way through nested arrays and typed arrays down to single elements.
import { Exception, show } from "../base/errors.ts";
import { allocate, bufferFrom, isTypedArray } from "./buffer.ts";
import { elementOf, elements, type TypedArray } from "./element.ts";
import { type Loop, makeLoop } from "./op-loop.ts";

/** What an operator does. */
export interface Kernel {
  /** The operator in messages: "SUM", "function f". */
  readonly what: string;
  combine(a: unknown, b: unknown): unknown;
  /** Combines typed arrays of one kind and length: the caller has checked it. */
  readonly into: Loop;
  /** What `into` does with arrays of this one's kind, where that differs with the kind. Throws where there is none. */
  readonly loopFor?: (array: TypedArray) => Loop;
}

/** Element kinds that one function serves: integers of up to 32 bits, floating-point numbers, 64-bit integers. */
export type Family = "int" | "float" | "bigint";

/** Where in nested arrays: the indices so far. */
export type Path = readonly number[];

/** What an operator does with the elements that it meets on the way down. */
export interface Elements {
  readonly what: string;
  /** Combines two things that are not arrays, or two arrays that count as single things. */
  single(a: unknown, b: unknown, path: Path): unknown;
  /** The function for the elements of `array`; throws when there is none. */
  pick(family: Family, array: TypedArray, path: Path): (a: any, b: any) => unknown;
  /** True for an array that counts as a single thing: a pair of MAXLOC. */
  isSingle?(array: readonly unknown[]): boolean;
}

/** Arrays nested deeper than this are refused, which also ends the way into an array that contains itself. */
const DEEPEST = 1000;

/** ` at [3][1]`, or nothing at the top. */
export function at(path: Path): string {
  return path.length === 0 ? "" : ` at ${path.map((index) => `[${index}]`).join("")}`;
}

/** The error for values of two ranks that do not fit together. */
export function differ(what: string, property: "kind" | "length", a: unknown, b: unknown, path: Path = []): Exception {
  const values = `${show(a)} and ${show(b)}`;
  return new Exception("ERR_OP", `Cannot reduce with ${what}: rank values differ in ${property}${at(path)}: ${values}`);
}

/** Throws unless both are of one kind and length. */
export function checkAlike(what: string, a: TypedArray, b: TypedArray, path?: Path): void {
  if (elementOf(a) !== elementOf(b)) throw differ(what, "kind", a, b, path);
  if (a.length !== b.length) throw differ(what, "length", a, b, path);
}

/** What a function returned, for messages: `a number`, `a promise`, `Float32Array(3)`. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return "a promise";
  return value === undefined || typeof value === "object" ? show(value) : `a ${typeof value}`;
}

/** The kernel of an operator that is defined by what it does to elements. Loops are made at first use. */
export function elementKernel({ what, single, pick, isSingle }: Elements): Kernel {
  const loops = new Array<Loop | undefined>(elements.length);

  const loopFor = (array: TypedArray, path: Path): Loop => {
    const made = loops[elementOf(array)];
    if (made) return made;
    const { name, size } = elements[elementOf(array)]!;
    const family = name.startsWith("Float") ? "float" : name.startsWith("Big") ? "bigint" : "int";
    const kind = family === "bigint" ? "bigint" : "number";
    const state = (result: unknown) => `it returned ${kindOf(result)} for two elements of ${name}, expected a ${kind}`;
    const refuse = (result: unknown) => new Exception("ERR_OP", `Cannot reduce with ${what}: ${state(result)}`);
    const loop = makeLoop(pick(family, array, path), kind, size, refuse);
    loops[elementOf(array)] = loop;
    return loop;
  };

  const typedArrays = (a: TypedArray, b: TypedArray, path: Path): TypedArray => {
    checkAlike(what, a, b, path);
    const out = bufferFrom(elementOf(a), allocate(a.byteLength)) as TypedArray;
    loopFor(a, path)(a, b, out);
    return out;
  };

  const arrays = (a: readonly unknown[], b: readonly unknown[], path: number[]): unknown[] => {
    if (a.length !== b.length) throw differ(what, "length", a, b, path);
    if (path.length === DEEPEST) {
      throw new Exception("ERR_OP", `Cannot reduce with ${what}: arrays are nested deeper than ${DEEPEST} levels`);
    }
    const out = new Array<unknown>(a.length);
    for (let i = 0; i < a.length; i++) {
      path.push(i);
      out[i] = walk(a[i], b[i], path);
      path.pop();
    }
    return out;
  };

  const walk = (a: unknown, b: unknown, path: number[]): unknown => {
    if (typeof a !== "object" && typeof b !== "object") return single(a, b, path);
    if (Array.isArray(a) && Array.isArray(b)) {
      return isSingle?.(a) && isSingle(b) ? single(a, b, path) : arrays(a, b, path);
    }
    if (isTypedArray(a) && isTypedArray(b)) return typedArrays(a, b, path);
    const oneArray = Array.isArray(a) !== Array.isArray(b) || isTypedArray(a) !== isTypedArray(b);
    if (oneArray) throw differ(what, "kind", a, b, path);
    return single(a, b, path);
  };

  return {
    what,
    combine: (a, b) => walk(a, b, []),
    into: (lower, upper, out) => loopFor(lower, [])(lower, upper, out),
    loopFor: (array) => loopFor(array, []),
  };
}
