// data/type-kernel: layer 1. The innermost loops that copy the blocks of a type map, one for each width of words. Called
// by type-copy.ts.
//
// As in op-loop.ts each loop is compiled from a text of its own, which the engine then specialises for one kind of array.
// A strided copy of 1000 doubles and more costs 1.2 to 1.6 times a loop that is written for it by hand; the rest is the
// question whether a double is a number.

export type Words = Uint8Array | Int16Array | Int32Array | Float64Array;

/**
 * Copies `words` words at each of `outer` · `inner` places; strides are in words. Where one side is dense its inner stride
 * is `words`, and is not looked at.
 */
export type GridKernel = (
  from: Words,
  fromHalves: Words,
  f: number,
  fOuter: number,
  fInner: number,
  to: Words,
  toHalves: Words,
  t: number,
  tOuter: number,
  tInner: number,
  outer: number,
  inner: number,
  words: number,
) => void;

/**
 * Copies words at each of `count` places: `words`, or the bytes in `lengths`. Places are in bytes; those of a side that is
 * dense are not looked at.
 */
export type PlacesKernel = (
  from: Words,
  fromHalves: Words,
  f: number,
  fPlaces: ArrayLike<number>,
  to: Words,
  toHalves: Words,
  t: number,
  tPlaces: ArrayLike<number>,
  count: number,
  words: number,
  lengths: ArrayLike<number> | undefined,
) => void;

/** Which side's words follow each other without gaps; stepping through them costs less than a stride. */
export type Dense = "from" | "to" | "neither";

/**
 * The text that moves one word. A double that is no number goes as two halves: a Float64Array may change which NaN it is,
 * and these bytes need not be a double at all.
 */
function move(shift: number, a: string, b: string): string {
  if (shift < 3) return `to[${b}] = from[${a}];`;
  const half = (i: number) => `toHalves[2 * (${b}) + ${i}] = fromHalves[2 * (${a}) + ${i}];`;
  return `{ const x = from[${a}]; if (x === x) to[${b}] = x; else { ${half(0)} ${half(1)} } }`;
}

/** Up to so many words of a run are moved without a loop, which is 1.5 times as fast for runs of three. */
const UNROLLED = 4;

/** The text that moves a run from `a` to `b`; `words` is its length, or 0 when only the text `length` knows. */
function moveRun(shift: number, words: number, length: string): string {
  if (words === 0) return `for (let k = 0; k < ${length}; k++) ${move(shift, "a + k", "b + k")}`;
  const index = (name: string, k: number) => (k === 0 ? name : `${name} + ${k}`);
  return Array.from({ length: words }, (_, k) => move(shift, index("a", k), index("b", k))).join(" ");
}

const grids = new Map<number, GridKernel>();
const lookups = new Map<number, PlacesKernel>();

/** A number for what a kernel is specialised for. */
function keyOf(shift: number, words: number, dense: Dense, flags: number): number {
  return ((words * 3 + (dense === "from" ? 0 : dense === "to" ? 1 : 2)) * 4 + flags) * 4 + shift;
}

/** The loop for regular steps, in words of 2 ** shift bytes, for runs of so many words. */
export function gridKernel(shift: number, words: number, dense: Dense): GridKernel {
  const unrolled = words <= UNROLLED ? words : 0;
  const key = keyOf(shift, unrolled, dense, 0);
  let kernel = grids.get(key);
  if (kernel) return kernel;
  const step = unrolled || "words";
  const [fStep, tStep] = [dense === "from" ? step : "fInner", dense === "to" ? step : "tInner"];
  const end = dense === "from" ? `a < f + inner * ${step}` : `b < t + inner * ${step}`;
  const [first, goesOn] = dense === "neither" ? ["i = 0, ", "i < inner"] : ["", end];
  kernel = new Function(`// grid ${key}
    return (from, fromHalves, f, fOuter, fInner, to, toHalves, t, tOuter, tInner, outer, inner, words) => {
      for (let j = 0; j < outer; j++, f += fOuter, t += tOuter) {
        for (let ${first}a = f, b = t; ${goesOn}; ${dense === "neither" ? "i++, " : ""}a += ${fStep}, b += ${tStep}) {
          ${moveRun(shift, unrolled, "words")}
        }
      }
    };`)() as GridKernel;
  grids.set(key, kernel);
  return kernel;
}

/**
 * The loop over places, for runs of so many words, 0 when each has its own length; `wide` when the numbers in bytes do not
 * fit into 32 bits.
 */
export function placesKernel(shift: number, words: number, dense: Dense, wide: boolean): PlacesKernel {
  const unrolled = words <= UNROLLED ? words : 0;
  const key = keyOf(shift, unrolled, dense, (wide ? 1 : 0) + (words === 0 ? 2 : 0));
  let kernel = lookups.get(key);
  if (kernel) return kernel;
  const inWords = (bytes: string) => (wide ? `${bytes} / ${1 << shift}` : `(${bytes} >> ${shift})`);
  const a = dense === "from" ? "f" : `f + ${inWords("fPlaces[i]")}`;
  const b = dense === "to" ? "t" : `t + ${inWords("tPlaces[i]")}`;
  const length = words === 0 ? inWords("lengths[i]") : unrolled || "words";
  kernel = new Function(`// places ${key}
    return (from, fromHalves, f, fPlaces, to, toHalves, t, tPlaces, count, words, lengths) => {
      for (let i = 0; i < count; i++) {
        const a = ${a}, b = ${b}, n = ${length};
        ${moveRun(shift, unrolled, "n")}
        ${dense === "from" ? "f += n;" : dense === "to" ? "t += n;" : ""}
      }
    };`)() as PlacesKernel;
  lookups.set(key, kernel);
  return kernel;
}
