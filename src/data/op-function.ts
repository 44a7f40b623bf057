// data/op-function: layer 1. The kernels of functions that users pass as operators, and the check of what these return.
import { Exception, show } from "../base/errors.ts";
import { isTypedArray } from "./buffer.ts";
import { elementOf, type TypedArray } from "./element.ts";
import { checkAlike, elementKernel, type Kernel, kindOf } from "./op-kernel.ts";

/** Combines two values: `a` comes from the lower rank, `b` from the higher. */
export type ReduceFunction<T = any> = (a: T, b: T) => T;

/** The kernel of a function that takes whole values. */
export function wholeKernel(fn: ReduceFunction): Kernel {
  const what = show(fn);

  const typedArrays = (a: TypedArray, b: TypedArray): TypedArray => {
    const [element, length, expected] = [elementOf(a), a.length, show(a)];
    const result: unknown = fn(a, b);
    if (isTypedArray(result) && elementOf(result) === element && result.length === length) return result;
    const advice = `pass MPI.Op.create(${fn.name || "fn"}, { elementwise: true }) to apply it to elements`;
    const state = `it returned ${kindOf(result)} for ${expected}, expected ${expected}`;
    throw new Exception("ERR_OP", `Cannot reduce with ${what}: ${state}; ${advice}`);
  };

  return {
    what,
    combine(a, b) {
      if (!isTypedArray(a) || !isTypedArray(b)) return sensible(what, fn(a, b));
      checkAlike(what, a, b);
      return typedArrays(a, b);
    },
    into: (lower, upper, out) => out.set(typedArrays(lower, upper) as never),
  };
}

/** The kernel of a function that takes the elements of arrays and typed arrays. */
export function elementwiseKernel(fn: ReduceFunction): Kernel {
  const what = show(fn);
  return elementKernel({ what, single: (a, b) => sensible(what, fn(a, b)), pick: () => fn });
}

/** Throws when the result is nothing that could be sent on, as when a `return` or an `await` was forgotten. */
function sensible(what: string, result: unknown): unknown {
  const nonsense = result === undefined || typeof result === "function" || typeof result === "symbol";
  if (!nonsense && !(result instanceof Promise)) return result;
  throw new Exception("ERR_OP", `Cannot reduce with ${what}: it returned ${kindOf(result)}, expected a value`);
}

export interface OpOptions {
  commute?: boolean;
  elementwise?: boolean;
}

/** Throws unless an operator can be made of these: ERR_OP for the function, a TypeError for the options. */
export function checkFunction(fn: unknown, options: unknown): void {
  const kind = typeof fn === "function" ? Object.prototype.toString.call(fn).slice(8, -1) : "";
  if (kind !== "Function") {
    // An async or generator function gives no value at once, so it is refused before anything is sent.
    const state = kind === "" ? "it is no function" : `it is ${kind === "GeneratorFunction" ? "a generator" : "async"}`;
    const expected = "a function (a, b) => value that returns at once";
    throw new Exception("ERR_OP", `Cannot make an operator of ${show(fn)}: ${state}, expected ${expected}`);
  }
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot make an operator: options are ${show(options)}, expected { commute?, elementwise? }`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name !== "commute" && name !== "elementwise") {
      throw new TypeError(`Cannot make an operator: option ${name} is unknown, expected commute or elementwise`);
    }
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`Cannot make an operator: option ${name} is ${show(value)}, expected true or false`);
    }
  }
}
