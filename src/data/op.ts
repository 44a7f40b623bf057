// data/op: layer 1. Reduction operators as users hold them: MPI.Op, the predefined ones, and what may be passed as `op`.
// Collectives and one-sided calls combine with them; what they do to elements is in op-predefined.ts and op-function.ts.
import { Exception, internal, show } from "../base/errors.ts";
import { checkThere, isTypedArray } from "./buffer.ts";
import { elementOf, type TypedArray } from "./element.ts";
import { checkFunction, elementwiseKernel, type OpOptions, type ReduceFunction, wholeKernel } from "./op-function.ts";
import { checkAlike, type Kernel } from "./op-kernel.ts";
import type { Loop } from "./op-loop.ts";
import { noOpKernel, predefinedKernel, replaceKernel } from "./op-predefined.ts";
import { rules } from "./op-rules.ts";

export type { ReduceFunction } from "./op-function.ts";

/** `Op.number` of OP_NULL, and of every operator that a user made. */
const NULL = 0;
const USER_DEFINED = 31;

// What only this file may do with an Op: make a predefined one, and ask whether one can be used.
let predefine: (number: number, kernel: Kernel, commute: boolean) => Op;
let usable: (op: Op) => Op;

/**
 * An operator that combines the values of two ranks, for `reduce`, `allreduce`, `scan` and their like.
 *
 * The predefined operators take numbers, bigints and booleans, and typed arrays and (nested) arrays of these element by
 * element: `SUM PROD MAX MIN`, the logical `LAND LOR LXOR`, the bitwise `BAND BOR BXOR`, and `MAXLOC MINLOC` for pairs
 * `[value, location]`. Where kinds or lengths differ between ranks, they throw.
 * - Typed arrays of integers wrap (Uint8ClampedArray clamps), as they do in an assignment.
 * - `SUM` joins strings; `MAX` and `MIN` compare them by UTF-16 code units. One NaN makes the maximum and the minimum
 *   NaN, and -0 is less than 0. `SUM` and `PROD` count booleans as 0 and 1.
 * - Logical operators take 0 for false, everything else for true, and give 1 or 0 (for booleans: booleans).
 * - Bitwise operators take integers from -2^53 to 2^53-1, in two's complement; larger ones need bigints.
 * - `MAXLOC` and `MINLOC` give the lower location among equal values.
 * - `REPLACE` gives the higher rank's value, `NO_OP` the lower rank's.
 *
 * @example
 * ```ts
 * const longest = MPI.Op.create((a: string, b: string) => (b.length > a.length ? b : a));
 * console.log(await MPI.COMM_WORLD.allreduce("x".repeat(MPI.COMM_WORLD.rank + 1), { op: longest }));
 * ```
 * @see MPI-4.1 §6.9.2
 */
export class Op {
  /** `"SUM"`, …, or the name of the function. */
  readonly name: string;
  /** True for MPI.SUM and its like, false for what `create` has made. */
  readonly predefined: boolean;
  /**
   * Whether ranks may be combined in any order. It speaks of numbers: strings that SUM joins keep the order of the ranks
   * only when whole values are combined in that order.
   */
  readonly commute: boolean;
  /** Whether arrays are combined element by element, so that a part of an array can be reduced by itself. */
  readonly elementwise: boolean;
  /** A small number that is the same on every rank: 1 … 14 for predefined operators, 31 for all others. */
  readonly number: number;
  readonly #kernel: Kernel;
  #freed = false;

  private constructor(name: string, number: number, kernel: Kernel, commute: boolean, elementwise: boolean) {
    this.name = name;
    this.predefined = number !== USER_DEFINED;
    this.commute = commute;
    this.elementwise = elementwise;
    this.number = number;
    this.#kernel = kernel;
  }

  static {
    predefine = (number, kernel, commute) => new Op(kernel.what, number, kernel, commute, true);
    usable = (op) => {
      const state = op.#freed ? "it has been freed" : op.number === NULL ? "it is the null operator" : undefined;
      if (!state) return op;
      throw new Exception(
        "ERR_OP",
        `Cannot use ${op.#kernel.what} as op: ${state}, expected an MPI.Op or a function (a, b) => value`,
      );
    };
  }

  /**
   * Makes an operator from a function.
   *
   * The function must be associative. It is called as `fn(a, b)` with `a` from the lower rank and returns the combined
   * value at once, not as a promise. It may change and return `a` or `b`: both belong to the reduction.
   *
   * @param fn the function; given typed arrays, it returns one of the same kind and length
   * @param options.commute true when `fn(a, b)` and `fn(b, a)` are the same, which lets ranks be combined in any order;
   *   false by default: they are combined in the order of their ranks
   * @param options.elementwise true to call `fn` with the elements of arrays and typed arrays instead of whole values
   * @throws Exception of class ERR_OP when `fn` is not a function, or an async or generator function; TypeError for a
   *   wrong option
   * @example
   * ```ts
   * const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
   * const op = MPI.Op.create(gcd, { commute: true, elementwise: true });
   * console.log(await MPI.COMM_WORLD.allreduce([12, 18, MPI.COMM_WORLD.size], { op }));
   * ```
   * @see MPI-4.1 §6.9.5
   */
  static create<T = any>(fn: ReduceFunction<T>, options: OpOptions = {}): Op {
    checkFunction(fn, options);
    const { commute = false, elementwise = false } = options;
    const kernel = elementwise ? elementwiseKernel(fn) : wholeKernel(fn);
    return new Op(fn.name || "anonymous", USER_DEFINED, kernel, commute, elementwise);
  }

  /** Whether ranks may be combined in any order. @see MPI-4.1 §6.9.5 */
  isCommutative(): boolean {
    return usable(this).commute;
  }

  /**
   * Frees an operator made by `create`: using it from now on is ERR_OP. Reductions that have begun end normally.
   * @throws Exception of class ERR_OP for a predefined operator and for one that is free already
   * @see MPI-4.1 §6.9.5
   */
  free(): void {
    usable(this);
    if (this.predefined) throw new Exception("ERR_OP", `Cannot free ${this.name}: it is predefined`);
    this.#freed = true;
  }

  /**
   * Reduces two buffers of this process: `inoutbuf[i] = inbuf[i] op inoutbuf[i]`.
   *
   * @param inbuf a typed array, which a predefined operator leaves as it is
   * @param inoutbuf a typed array of the same kind and length, which gets the result
   * @throws Exception of class ERR_BUFFER when one is no typed array, of class ERR_OP when they differ in kind or length or
   *   the operator is not defined for their elements
   * @example
   * ```ts
   * const total = Int32Array.of(10, 20);
   * MPI.SUM.reduceLocal(Int32Array.of(1, 2), total);
   * console.log(total); // Int32Array(2) [ 11, 22 ]
   * ```
   * @see MPI-4.1 §6.9.7
   */
  reduceLocal(inbuf: TypedArray, inoutbuf: TypedArray): void {
    usable(this);
    for (const [name, buffer] of Object.entries({ inbuf, inoutbuf })) {
      if (isTypedArray(buffer)) {
        checkThere(buffer);
        continue;
      }
      const state = `${name} is ${show(buffer)}, expected a typed array`;
      throw new Exception("ERR_BUFFER", `Cannot reduce with ${this.#kernel.what}: ${state}`);
    }
    this.combineInto(inbuf, inoutbuf, inoutbuf);
  }

  /**
   * Throws ERR_OP where a predefined operator is not defined for what a rank gives, so that the rank hears of it that gave
   * it, before anything is sent; for the library. What is inside arrays of values is seen when they are combined.
   */
  checkOperand(value: unknown): void {
    if (isTypedArray(value)) checkThere(value);
    if (!this.predefined || value === undefined || value === null || Array.isArray(value)) return;
    if (isTypedArray(value)) this.#kernel.loopFor?.(value);
    else this.#kernel.combine(value, value);
  }

  /**
   * Combines two whole values, `a` from the lower rank; for the library. A predefined operator never changes `a` or
   * `b`, but the result may be one of them (REPLACE, NO_OP); a function may change them. It goes on after `free`, for the
   * reductions that have begun.
   */
  combine(a: unknown, b: unknown): unknown {
    return this.#kernel.combine(a, b);
  }

  /**
   * `out[i] = lower[i] op upper[i]` on typed arrays of one kind and length; for the library. `out` may be the same
   * array as `lower` or `upper`, but must not overlap them otherwise. After an error `out` may be half written.
   */
  combineInto(lower: TypedArray, upper: TypedArray, out: TypedArray): void {
    checkAlike(this.#kernel.what, lower, upper);
    if (elementOf(out) !== elementOf(lower) || out.length !== lower.length) {
      throw internal(`reduction of ${show(lower)} into ${show(out)}`);
    }
    this.#kernel.into(lower, upper, out);
  }

  /** What combineInto does with arrays of this one's kind, without its checks; for the library. Throws ERR_OP where that is not defined. */
  loopFor(array: TypedArray): Loop {
    return this.#kernel.loopFor?.(array) ?? this.#kernel.into;
  }
}

const names = Object.keys(rules) as (keyof typeof rules)[];
const ruled = (name: keyof typeof rules): Op =>
  predefine(names.indexOf(name) + 1, predefinedKernel(name, rules[name]), true);

/** Adds; joins strings. */
export const SUM: Op = ruled("SUM");
/** Multiplies. */
export const PROD: Op = ruled("PROD");
/** The greatest. */
export const MAX: Op = ruled("MAX");
/** The least. */
export const MIN: Op = ruled("MIN");
/** Logical and. */
export const LAND: Op = ruled("LAND");
/** Logical or. */
export const LOR: Op = ruled("LOR");
/** Logical exclusive or. */
export const LXOR: Op = ruled("LXOR");
/** Bitwise and. */
export const BAND: Op = ruled("BAND");
/** Bitwise or. */
export const BOR: Op = ruled("BOR");
/** Bitwise exclusive or. */
export const BXOR: Op = ruled("BXOR");
/** Of pairs `[value, location]` the one with the greatest value. @see MPI-4.1 §6.9.4 */
export const MAXLOC: Op = ruled("MAXLOC");
/** Of pairs `[value, location]` the one with the least value. @see MPI-4.1 §6.9.4 */
export const MINLOC: Op = ruled("MINLOC");
/** The higher rank's value, or in one-sided calls the origin's. */
export const REPLACE: Op = predefine(13, replaceKernel, false);
/** The lower rank's value, or in one-sided calls the target's. */
export const NO_OP: Op = predefine(14, noOpKernel, false);

/** The predefined operators, by number. */
export const operators: readonly (Op | undefined)[] = [
  ...[undefined, SUM, PROD, MAX, MIN, LAND, LOR, LXOR, BAND, BOR, BXOR, MAXLOC, MINLOC],
  ...[REPLACE, NO_OP],
];

const nothing = (): never => {
  throw new Exception("ERR_OP", "Cannot reduce with OP_NULL: it is the null operator");
};
/** No operator: using it is ERR_OP. */
export const OP_NULL: Op = predefine(NULL, { what: "OP_NULL", combine: nothing, into: nothing }, false);

/**
 * The operator for what a user passed as `op`: undefined is SUM, a function becomes an operator on whole values that does
 * not commute, an Op is itself.
 * @throws Exception of class ERR_OP that names the value, for everything else, a freed operator and OP_NULL
 */
export function opFrom(op: unknown): Op {
  if (op === undefined) return SUM;
  if (op instanceof Op) return usable(op);
  if (typeof op === "function") return Op.create(op as ReduceFunction);
  throw new Exception(
    "ERR_OP",
    `Cannot use ${show(op)} as op: it is no operator, expected an MPI.Op or a function (a, b) => value`,
  );
}
