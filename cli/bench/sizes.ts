// cli/bench/sizes: layer 10. `-m object,1:4M` → the sizes to measure. Called by options.

import { misfit } from "../launch/option-values.ts";
import type { Size } from "./task.ts";

const LARGEST = 2 ** 30;
const units: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const expected =
  "object, BYTES, MIN:MAX (which doubles from MIN to MAX), or several with commas; at most 1G, with K, M or G for multiples of 1024";

/**
 * Reads the sizes of a bench.
 * @param allowed whether `object` is one, and what sizes have to be a multiple of
 * @throws UsageError that names the option and what does not fit
 */
export function parseSizes(
  text: string,
  option: string,
  allowed: { readonly object: boolean; readonly multipleOf: number },
): Size[] {
  const { object, multipleOf } = allowed;
  return text.split(",").flatMap((item): Size[] => {
    if (item === "object") {
      if (!object) throw misfit(option, text, "sizes in bytes: this bench has no object, which has no size");
      return ["object"];
    }
    const [min, max = min, ...others] = item.split(":").map(bytesOf);
    if (min === undefined || max === undefined || others.length > 0 || !(min <= max))
      throw misfit(option, text, expected);
    const sizes: number[] = [];
    for (let size = min; size <= max; size = size === 0 ? multipleOf : size * 2) sizes.push(size);
    const odd = sizes.find((size) => size % multipleOf !== 0);
    if (odd !== undefined) throw misfit(option, text, `multiples of ${multipleOf} bytes, not ${odd}`);
    return sizes;
  });
}

/** NaN, which is in no order with other numbers, for what is not a size. */
function bytesOf(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,10})([KMG]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * units[unit.toUpperCase()]!;
  return bytes <= LARGEST ? bytes : Number.NaN;
}
