// mpi/type-numbers: layer 9. Checks of the numbers, arrays and buffers that Datatype's methods take. A TypeError for what
// is none; the standard's class for one that is out of range.
import type { ErrorClassName } from "../base/error-classes.ts";
import { Exception, show } from "../base/errors.ts";
import { type BufferLike, bytesOf, isBuffer } from "../data/buffer.ts";

/** Throws unless `value` is an integer of at least `least`. */
export function checkInteger(
  call: string,
  name: string,
  value: unknown,
  least = Number.MIN_SAFE_INTEGER,
  errorClass: ErrorClassName = "ERR_ARG",
): number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot call ${call}: ${name} is ${show(value)}, expected a whole number`);
  }
  if (Number.isSafeInteger(value) && value >= least) return value;
  const expected = `expected a whole number${least === Number.MIN_SAFE_INTEGER ? "" : ` of at least ${least}`}`;
  throw new Exception(errorClass, `Cannot call ${call} with ${name} ${value}: ${expected}`);
}

/** Throws unless `value` is a count: an integer that is not negative. */
export function checkCount(call: string, value: unknown, name = "count"): number {
  return checkInteger(call, name, value, 0, "ERR_COUNT");
}

/** A copy of an array of integers, each of at least `least`. */
export function checkIntegers(call: string, name: string, values: unknown, least?: number): number[] {
  const typed = ArrayBuffer.isView(values) && !(values instanceof DataView);
  if (!Array.isArray(values) && !typed) {
    throw new TypeError(`Cannot call ${call}: ${name} are ${show(values)}, expected an array of whole numbers`);
  }
  const numbers = Array.from(values as ArrayLike<unknown>);
  for (let i = 0; i < numbers.length; i++) checkInteger(call, `${name}[${i}]`, numbers[i], least);
  return numbers as number[];
}

/** Throws unless all of these arrays have one length. */
export function checkLengths(call: string, arrays: Record<string, { readonly length: number }>): void {
  const [first, ...others] = Object.entries(arrays);
  for (const [name, { length }] of others) {
    if (length === first![1].length) continue;
    const state = `${name} has ${length} numbers, ${first![0]} ${first![1].length}`;
    throw new Exception("ERR_ARG", `Cannot call ${call}: ${state}, expected the same of both`);
  }
}

/** The bytes of an argument that must be a buffer. */
export function checkMemory(call: string, name: string, buffer: unknown): Uint8Array {
  if (isBuffer(buffer)) return bytesOf(buffer as BufferLike);
  throw new TypeError(
    `Cannot call ${call}: ${name} is ${show(buffer)}, expected a typed array, ArrayBuffer or DataView`,
  );
}
