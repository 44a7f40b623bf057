// data/wide-float: layer 1. Floating-point numbers that JavaScript has none of: 80 bits (C's long double on x86-64) and 128
// bits (external32, Fortran's REAL*16). Exact, not fast. Called by op-items.ts and type-external.ts.

/** A finite number other than zero is `digits · 2 ** exponent`; a zero, an infinity or NaN is the JavaScript number. */
export type WideFloat = number | { readonly digits: bigint; readonly exponent: number };

/** How a kind is written: bits of precision, and whether the first of them is written too. */
interface Layout {
  readonly precision: number;
  readonly explicit: boolean;
}

const extended: Layout = { precision: 64, explicit: true };
const quad: Layout = { precision: 113, explicit: false };

const SPECIAL = 0x7fff;
const BIAS = 16383;
const magnitude = (digits: bigint) => (digits < 0n ? -digits : digits);
const bitsOf = (digits: bigint) => magnitude(digits).toString(2).length;

/** The number whose bits, sign first, are these. */
function decode(bits: bigint, { precision, explicit }: Layout): WideFloat {
  const width = BigInt(explicit ? precision : precision - 1);
  const fraction = bits & ((1n << width) - 1n);
  const exponent = Number((bits >> width) & 0x7fffn);
  const negative = ((bits >> (width + 15n)) & 1n) === 1n;
  const payload = explicit ? fraction & ((1n << (width - 1n)) - 1n) : fraction;
  if (exponent === SPECIAL) return payload !== 0n ? Number.NaN : negative ? Number.NEGATIVE_INFINITY : Infinity;
  const digits = exponent === 0 || explicit ? fraction : fraction | (1n << width);
  if (digits === 0n) return negative ? -0 : 0;
  return { digits: negative ? -digits : digits, exponent: Math.max(exponent, 1) - BIAS - (precision - 1) };
}

/** The bits of a number, rounded to the nearest, to the even one of two. */
function encode(value: WideFloat, { precision, explicit }: Layout): bigint {
  const width = BigInt(explicit ? precision : precision - 1);
  const negative = typeof value === "number" ? Object.is(value, -0) || value < 0 : value.digits < 0n;
  const assemble = (exponent: number, fraction: bigint) =>
    ((((negative ? 1n : 0n) << 15n) | BigInt(exponent)) << width) | (fraction & ((1n << width) - 1n));
  const infinity = explicit ? 1n << (width - 1n) : 0n;
  if (typeof value === "number") {
    if (value === 0) return assemble(0, 0n);
    return assemble(SPECIAL, Number.isNaN(value) ? infinity | (1n << BigInt(precision - 2)) : infinity);
  }
  const least = 1 - BIAS - (precision - 1);
  let exponent = Math.max(least, value.exponent + bitsOf(value.digits) - precision);
  let digits = rounded(magnitude(value.digits), exponent - value.exponent);
  if (bitsOf(digits) > precision) {
    digits >>= 1n;
    exponent++;
  }
  const biased = digits >> BigInt(precision - 1) === 0n ? 0 : exponent + BIAS + (precision - 1);
  return biased >= SPECIAL ? assemble(SPECIAL, infinity) : assemble(biased, digits);
}

/** Digits without the last `places` bits. */
function rounded(digits: bigint, places: number): bigint {
  if (places <= 0) return digits << BigInt(-places);
  const shift = BigInt(places);
  const half = 1n << (shift - 1n);
  const rest = digits & ((1n << shift) - 1n);
  const kept = digits >> shift;
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}

export function add(a: WideFloat, b: WideFloat): WideFloat {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (typeof a === "number") return a === 0 ? b : a;
  if (typeof b === "number") return b === 0 ? a : b;
  const exponent = Math.min(a.exponent, b.exponent);
  const digits = (a.digits << BigInt(a.exponent - exponent)) + (b.digits << BigInt(b.exponent - exponent));
  return digits === 0n ? 0 : { digits, exponent };
}

export function multiply(a: WideFloat, b: WideFloat): WideFloat {
  if (typeof a === "number") return a * signOf(b);
  if (typeof b === "number") return b * signOf(a);
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

export function negate(a: WideFloat): WideFloat {
  return typeof a === "number" ? -a : { digits: -a.digits, exponent: a.exponent };
}

/** Itself where it is a JavaScript number, else 1 or -1. */
function signOf(a: WideFloat): number {
  return typeof a === "number" ? a : a.digits < 0n ? -1 : 1;
}

/** A number with the sign of a − b, which compares as they do. */
export function compare(a: WideFloat, b: WideFloat): number {
  if (a === b) return 0; // infinities, whose difference is NaN
  return signOf(add(a, negate(b)));
}

/** A long double as C has it in memory: 10 bytes of 16. */
export function readExtended(view: DataView, at: number): WideFloat {
  return decode((BigInt(view.getUint16(at + 8, true)) << 64n) | view.getBigUint64(at, true), extended);
}

export function writeExtended(view: DataView, at: number, value: WideFloat): void {
  const bits = encode(value, extended);
  view.setBigUint64(at, BigInt.asUintN(64, bits), true);
  view.setBigUint64(at + 8, bits >> 64n, true);
}

/** A number of 16 bytes, in memory or, with `little` false, in external32. */
export function readQuad(view: DataView, at: number, little = true): WideFloat {
  const [high, low] = little ? [at + 8, at] : [at, at + 8];
  return decode((view.getBigUint64(high, little) << 64n) | view.getBigUint64(low, little), quad);
}

export function writeQuad(view: DataView, at: number, value: WideFloat, little = true): void {
  const bits = encode(value, quad);
  const [high, low] = little ? [at + 8, at] : [at, at + 8];
  view.setBigUint64(high, bits >> 64n, little);
  view.setBigUint64(low, BigInt.asUintN(64, bits), little);
}
