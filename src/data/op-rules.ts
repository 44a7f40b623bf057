// data/op-rules: layer 1. What each predefined operator makes of two elements, by kind of element. data/op-predefined.ts
// turns a rule into loops over typed arrays and walks over arrays.

type Of<T, R = T> = (a: T, b: T) => R;

/** A kind that is missing is a kind that the operator is not defined for. */
export interface Rule {
  /** Elements of Int8Array … Uint32Array. The array wraps (or clamps) the result when it is stored. */
  readonly int?: Of<number>;
  /** Elements of Float16Array, Float32Array and Float64Array. */
  readonly float?: Of<number>;
  readonly number?: Of<number>;
  readonly bigint?: Of<bigint>;
  readonly boolean?: Of<boolean>;
  readonly string?: Of<string>;
  /** Booleans count as 0 and 1, alone or among numbers: a sum of booleans is a number, and so is every partial sum. */
  readonly counts?: true;
  /** Numbers must be integers from −2⁵³ to 2⁵³−1. */
  readonly integers?: true;
  /** Values are pairs [value, location]; of two pairs the first is kept when its value is preferred to the other's. */
  readonly prefers?: Of<any, boolean>;
  /** What the operator takes, for error messages. */
  readonly expected: string;
}

/** The same function for numbers wherever they stand. */
const anywhere = (of: Of<number>) => ({ int: of, float: of, number: of });

const truth = "numbers, bigints, booleans or arrays of these";
const bits = "integers from -2^53 to 2^53-1, bigints, booleans or arrays of these";
const order = "numbers, bigints, booleans, strings or arrays of these";
const pairs = "[value, location] or arrays of these";

// Bits of numbers beyond 32: JavaScript's operators see the low word only, so the high one goes separately.
const high = (x: number) => Math.floor(x / 2 ** 32);
const join = (high: number, low: number) => high * 2 ** 32 + (low >>> 0);

// Bigints and strings, which Math.max and Math.min do not take.
const greatest = <T extends bigint | string>(a: T, b: T): T => (a > b ? a : b);
const least = <T extends bigint | string>(a: T, b: T): T => (a < b ? a : b);

/** By name, in the order of their numbers (Op.number): append only. */
export const rules = {
  SUM: {
    ...anywhere((a, b) => a + b),
    bigint: (a, b) => a + b,
    string: (a, b) => a + b,
    counts: true,
    expected: order,
  },
  PROD: {
    ...anywhere((a, b) => a * b),
    int: Math.imul, // a * b rounds beyond 2⁵³ before the array wraps it
    bigint: (a, b) => a * b,
    counts: true,
    expected: truth,
  },
  // Math.max and Math.min: one NaN makes NaN, and -0 is less than 0, whatever the order of the ranks.
  MAX: {
    ...anywhere((a, b) => Math.max(a, b)),
    bigint: greatest,
    boolean: (a, b) => a || b,
    string: greatest,
    expected: order,
  },
  MIN: {
    ...anywhere((a, b) => Math.min(a, b)),
    bigint: least,
    boolean: (a, b) => a && b,
    string: least,
    expected: order,
  },
  // Zero is false and everything else, NaN included, is true, as in C.
  LAND: {
    ...anywhere((a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
    bigint: (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
    boolean: (a, b) => a && b,
    expected: truth,
  },
  LOR: {
    ...anywhere((a, b) => (a !== 0 || b !== 0 ? 1 : 0)),
    bigint: (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
    boolean: (a, b) => a || b,
    expected: truth,
  },
  LXOR: {
    ...anywhere((a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0)),
    bigint: (a, b) => ((a !== 0n) !== (b !== 0n) ? 1n : 0n),
    boolean: (a, b) => a !== b,
    expected: truth,
  },
  BAND: {
    int: (a, b) => a & b,
    number: (a, b) => join(high(a) & high(b), a & b),
    bigint: (a, b) => a & b,
    boolean: (a, b) => a && b,
    integers: true,
    expected: bits,
  },
  BOR: {
    int: (a, b) => a | b,
    number: (a, b) => join(high(a) | high(b), a | b),
    bigint: (a, b) => a | b,
    boolean: (a, b) => a || b,
    integers: true,
    expected: bits,
  },
  BXOR: {
    int: (a, b) => a ^ b,
    number: (a, b) => join(high(a) ^ high(b), a ^ b),
    bigint: (a, b) => a ^ b,
    boolean: (a, b) => a !== b,
    integers: true,
    expected: bits,
  },
  // NaN is preferred to every number, as MAX and MIN do.
  MAXLOC: { prefers: (a, b) => Number.isNaN(a) || a > b, expected: pairs },
  MINLOC: { prefers: (a, b) => Number.isNaN(a) || a < b, expected: pairs },
} as const satisfies Record<string, Rule>;
