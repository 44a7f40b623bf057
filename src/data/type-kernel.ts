// data/type-kernel: layer 1. The innermost loops that copy the blocks of a type map, one for each width of words. Called
// by type-copy.ts.
//
// As in op-loop.ts each loop is compiled from a text of its own, which the engine then specialises for one kind of array.
// A strided copy of doubles costs 1.2 to 1.5 times a hand-written loop (1000 to 500,000 elements, interleaved).

export type Words = Uint8Array | Int16Array | Int32Array | Float64Array;

/** Copies `words` words at each of `outer` · `inner` places; strides are in words. */
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

/** Copies words at each of `count` places: `words`, or the bytes in `lengths`. Places are in bytes. */
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

const made = new Map<string, unknown>();

/** The function of a text, which is compiled once. */
function compile<T>(name: string, text: () => string): T {
  const kernel = made.get(name) ?? new Function(`return ${text()}`)();
  made.set(name, kernel);
  return kernel as T;
}

/**
 * The text that moves one word. A double that is no number goes as two halves: a Float64Array may change which NaN it is,
 * and these bytes need not be a double at all.
 */
function move(shift: number): string {
  if (shift < 3) return "to[b] = from[a];";
  const halves = "toHalves[2 * b] = fromHalves[2 * a]; toHalves[2 * b + 1] = fromHalves[2 * a + 1];";
  return `const x = from[a]; if (x === x) to[b] = x; else { ${halves} }`;
}

/** The loop for regular steps, in words of 2 ** shift bytes; `single` when there is one word at each place. */
export function gridKernel(shift: number, single: boolean): GridKernel {
  return compile(`grid ${shift} ${single}`, () => {
    const body = single
      ? `const a = p, b = q; ${move(shift)}`
      : `for (let a = p, b = q, end = p + words; a < end; a++, b++) { ${move(shift)} }`;
    return `(from, fromHalves, f, fOuter, fInner, to, toHalves, t, tOuter, tInner, outer, inner, words) => {
      for (let j = 0; j < outer; j++, f += fOuter, t += tOuter) {
        for (let i = 0, p = f, q = t; i < inner; i++, p += fInner, q += tInner) { ${body} }
      }
    }`;
  });
}

/** The loop over places; `wide` when they do not fit into 32 bits, `lengths` when runs have lengths of their own. */
export function placesKernel(shift: number, wide: boolean, lengths: boolean): PlacesKernel {
  return compile(`places ${shift} ${wide} ${lengths}`, () => {
    const words = (bytes: string) => (wide ? `${bytes} / ${1 << shift}` : `(${bytes} >> ${shift})`);
    return `(from, fromHalves, f, fPlaces, to, toHalves, t, tPlaces, count, words, lengths) => {
      for (let i = 0; i < count; i++) {
        let a = f + ${words("fPlaces[i]")}, b = t + ${words("tPlaces[i]")};
        for (const end = a + ${lengths ? words("lengths[i]") : "words"}; a < end; a++, b++) { ${move(shift)} }
      }
    }`;
  });
}
