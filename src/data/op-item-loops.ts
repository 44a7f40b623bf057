// data/op-item-loops: layer 1. Loops over packed items that are no elements of a typed array: pairs, complex numbers, and
// floating-point numbers that JavaScript has no arrays for. Called by op-items.ts.
import { bytesOf } from "./buffer.ts";
import { elements, type TypedArray } from "./element.ts";
import type { Loop } from "./op-loop.ts";
import type { Rule } from "./op-rules.ts";
import type { Basic } from "./type-basic.ts";
import * as wide from "./wide-float.ts";

type Read<T> = (view: DataView, at: number) => T;
type Write<T> = (view: DataView, at: number, value: T) => void;

function viewOf(array: TypedArray): DataView {
  return new DataView(array.buffer, array.byteOffset, array.byteLength);
}

/** Reads values of a basic type that can be compared, as C has them in memory. */
function reader({ format, element }: Basic): Read<any> {
  if (format === "extended") return wide.readExtended;
  // DataView's method for the kind of array; that for one byte does not look at the order of bytes.
  const get = `get${elements[element]!.name.replace("Array", "")}` as "getInt32";
  return (view, at) => view[get](at, true);
}

/** Of two pairs the one whose value is preferred, of equal ones that with the lower location. */
export function pairLoop(basic: Basic, prefers: (a: any, b: any) => boolean): Loop {
  const [valueAt, locationAt] = basic.pair!.map(reader) as [Read<any>, Read<number>];
  const [{ size: location, format }, { size }] = [basic.pair![0], basic];
  const better: typeof prefers = format === "extended" ? (a, b) => preferred(prefers, a, b) : prefers;
  return (lower, upper, out) => {
    const [a, b] = [viewOf(lower), viewOf(upper)];
    const [from, to] = [[bytesOf(lower), bytesOf(upper)] as const, bytesOf(out)];
    for (let at = 0; at < to.length; at += size) {
      const [x, y] = [valueAt(a, at), valueAt(b, at)];
      const lead = better(x, y);
      const tie = lead === better(y, x);
      const first = tie ? locationAt(a, at + location) <= locationAt(b, at + location) : lead;
      const winner = first ? from[0] : from[1];
      for (let k = at; k < at + size; k++) to[k] = winner[k]!;
    }
  };
}

/** `prefers` on numbers that stand to each other as a and b do. */
function preferred(prefers: (a: number, b: number) => boolean, a: wide.WideFloat, b: wide.WideFloat): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return prefers(a as number, b as number);
  return prefers(wide.compare(a, b), 0);
}

let made = 0;

/** Multiplies complex numbers: the arrays have the real and the imaginary part of one after the other. */
export function complexProduct({ element }: Basic): Loop {
  // One text for each kind of array, for the reason given in op-loop.ts.
  const text = `// ${elements[element]!.name} ${made++}
    return (lower, upper, out) => {
      for (let i = 0, n = out.length; i < n; i += 2) {
        const a = lower[i], b = lower[i + 1], c = upper[i], d = upper[i + 1];
        out[i] = a * c - b * d;
        out[i + 1] = a * d + b * c;
      }
    };`;
  return new Function(text)() as Loop;
}

/** The loop for floating-point numbers without a typed array, in bytes; undefined for other types. */
export function readLoop({ family, format, size }: Basic, name: string, rule: Rule): Loop | undefined {
  if (format === "bfloat") return by(size, readBfloat, writeBfloat, rule.float!);
  const [read, write] =
    format === "extended" ? [wide.readExtended, wide.writeExtended] : [wide.readQuad, wide.writeQuad];
  if (format !== "extended" && format !== "quad") return undefined;
  if (family === "complex" && name === "PROD") return complexWide(read, write);
  return by(16, read, write, wideRules[name as keyof typeof wideRules]);
}

/** Combines what `read` finds every `size` bytes. */
function by<T>(size: number, read: Read<T>, write: Write<T>, combine: (a: T, b: T) => T): Loop {
  return (lower, upper, out) => {
    const [a, b, to] = [viewOf(lower), viewOf(upper), viewOf(out)];
    for (let at = 0; at < to.byteLength; at += size) write(to, at, combine(read(a, at), read(b, at)));
  };
}

function complexWide(read: Read<wide.WideFloat>, write: Write<wide.WideFloat>): Loop {
  const { add, multiply, negate } = wide;
  return (lower, upper, out) => {
    const [x, y, to] = [viewOf(lower), viewOf(upper), viewOf(out)];
    for (let at = 0; at < to.byteLength; at += 32) {
      const [a, b, c, d] = [read(x, at), read(x, at + 16), read(y, at), read(y, at + 16)];
      write(to, at, add(multiply(a, c), negate(multiply(b, d))));
      write(to, at + 16, add(multiply(a, d), multiply(b, c)));
    }
  };
}

const wideRules = {
  SUM: wide.add,
  PROD: wide.multiply,
  MAX: (a: wide.WideFloat, b: wide.WideFloat) => extreme(a, b, 1),
  MIN: (a: wide.WideFloat, b: wide.WideFloat) => extreme(a, b, -1),
};

/** As Math.max (`sign` 1) and Math.min (−1): one NaN makes NaN, and -0 is less than 0. */
function extreme(a: wide.WideFloat, b: wide.WideFloat, sign: number): wide.WideFloat {
  if (typeof a === "number" && typeof b === "number") return sign * Math.max(sign * a, sign * b);
  if (Number.isNaN(a)) return a;
  if (Number.isNaN(b)) return b;
  return wide.compare(a, b) * sign >= 0 ? a : b;
}

// A bfloat16 is the upper half of a 32-bit number.
const scratch = new DataView(new ArrayBuffer(4));

function readBfloat(view: DataView, at: number): number {
  scratch.setUint32(0, view.getUint16(at, true) << 16);
  return scratch.getFloat32(0);
}

/** Rounds to the nearest, to the even one of two. */
function writeBfloat(view: DataView, at: number, value: number): void {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const rounded = Number.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  view.setUint16(at, rounded, true);
}
