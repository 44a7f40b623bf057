// data/op-loop: layer 1. Loops over typed arrays: one function for each pair of operator and element kind.
import type { TypedArray } from "./element.ts";

/** out[i] = combine(lower[i], upper[i]); all three are of one kind and length, and out may be lower or upper. */
export type Loop = (lower: TypedArray, upper: TypedArray, out: TypedArray) => void;

let made = 0;

/**
 * Makes the loop for one element kind.
 *
 * Every loop is compiled from a text of its own, because the engine keeps one profile of types for each source text: the
 * same loop as a closure, or from a text without the number, runs at 0.03 to 0.3 GB/s of output in a program that has
 * used several kinds. This way it is 13 GB/s for Float64Array, 7 for Float32Array, 6 for Int32Array and 1.6 for
 * Int8Array (SUM, 1 MiB, warm); 64-bit integers and Float16Array stay near 0.1, whatever the loop.
 *
 * Four elements at a time are 1.2 (8 KiB) to 1.3 times (1 MiB) as fast for Float64Array, 1.1 for Float32Array and Int32Array;
 * for elements of one byte they were slower.
 *
 * @param combine the operator on two elements
 * @param kind what `combine` must give
 * @param width bytes of an element
 * @param refuse makes the error for a result that is no such thing; the loop throws it and leaves `out` half written
 */
export function makeLoop(
  combine: (a: any, b: any) => unknown,
  kind: "number" | "bigint",
  width: number,
  refuse: (result: unknown) => Error,
): Loop {
  const four = [0, 1, 2, 3];
  const each = (text: (k: number) => string) => four.map(text).join(" ");
  const atOnce = `
      for (const end = n - 3; i < end; i += 4) {
        ${each((k) => `const r${k} = combine(lower[i + ${k}], upper[i + ${k}]);`)}
        ${each((k) => `if (typeof r${k} !== "${kind}") throw refuse(r${k});`)}
        ${each((k) => `out[i + ${k}] = r${k};`)}
      }`;
  const text = `// ${made++}
    return (lower, upper, out) => {
      const n = out.length;
      let i = 0;${kind === "number" && width >= 4 ? atOnce : ""}
      for (; i < n; i++) {
        const result = combine(lower[i], upper[i]);
        if (typeof result !== "${kind}") throw refuse(result);
        out[i] = result;
      }
    };`;
  return new Function("combine", "refuse", text)(combine, refuse) as Loop;
}
