// data/op-predefined: layer 1. The kernels of the predefined operators, made from their rules.
import { Exception, show } from "../base/errors.ts";
import { at, differ, elementKernel, type Kernel, type Path } from "./op-kernel.ts";
import type { Rule } from "./op-rules.ts";

/** The kernel of the operator `name`. */
export function predefinedKernel(name: string, rule: Rule): Kernel {
  const unfit = (value: unknown, path: Path): Exception => {
    const state = `got ${show(value)}${at(path)}, expected ${rule.expected}`;
    const advice = "for other values pass a function (a, b) => … as op";
    return new Exception("ERR_OP", `Cannot reduce with ${name}: ${state}; ${advice}`);
  };

  const fits = (value: unknown): boolean => {
    if (rule.integers && typeof value === "number" && !isInteger(value)) return false;
    return (typeof value) in rule;
  };

  const scalars = (a: unknown, b: unknown, path: Path): unknown => {
    const x = rule.counts ? count(a) : a;
    const y = rule.counts ? count(b) : b;
    if (!fits(x)) throw unfit(a, path);
    if (!fits(y)) throw unfit(b, path);
    if (typeof x !== typeof y) throw differ(name, "kind", a, b, path);
    return (rule[typeof x as "number"] as (a: unknown, b: unknown) => unknown)(x, y);
  };

  const pairs = (prefers: (a: unknown, b: unknown) => boolean) => (a: unknown, b: unknown, path: Path) => {
    if (!isPair(a)) throw unfit(a, path);
    if (!isPair(b)) throw unfit(b, path);
    for (const i of [0, 1]) if (typeof a[i] !== typeof b[i]) throw differ(name, "kind", a[i], b[i], [...path, i]);
    const lead = prefers(a[0], b[0]);
    const first = lead === prefers(b[0], a[0]) ? a[1] <= b[1] : lead;
    return first ? [...a] : [...b];
  };

  const kernel = elementKernel({
    what: name,
    single: rule.prefers ? pairs(rule.prefers) : scalars,
    pick(family, array, path) {
      const combine = rule[family];
      if (!combine) throw unfit(array, path);
      return combine;
    },
    ...(rule.prefers && { isSingle: isPair }),
  });
  const { number } = rule;
  if (!number || rule.integers) return kernel;
  // Two numbers, the most frequent case: 30 ns less each than by the way through arrays.
  const combine = (a: unknown, b: unknown) =>
    typeof a === "number" && typeof b === "number" ? number(a, b) : kernel.combine(a, b);
  return { ...kernel, combine };
}

/** The kernel of REPLACE: the higher rank's value. */
export const replaceKernel: Kernel = {
  what: "REPLACE",
  combine: (_a, b) => b,
  into: (_lower, upper, out) => out.set(upper as never),
};

/** The kernel of NO_OP: the lower rank's value. */
export const noOpKernel: Kernel = {
  what: "NO_OP",
  combine: (a, _b) => a,
  into: (lower, _upper, out) => out.set(lower as never),
};

function count(value: unknown): unknown {
  return typeof value === "boolean" ? Number(value) : value;
}

/** −2⁵³ … 2⁵³−1, the 54-bit integers: what bitwise operators make of them is one again. */
function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 53) && value < 2 ** 53;
}

const comparable = new Set(["number", "bigint", "boolean", "string"]);

/** A value and a location; of any kinds that have an order. */
function isPair(value: unknown): value is readonly [value: number, location: number] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => comparable.has(typeof part));
}
