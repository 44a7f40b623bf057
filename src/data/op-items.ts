// data/op-items: layer 1. What operators do to packed items of a datatype: which are defined for which basic types, and
// the loops for what is not simply the elements of a typed array. Called by reductions with the option `type`.
import { Exception } from "../base/errors.ts";
import { elements } from "./element.ts";
import type { Op } from "./op.ts";
import { complexProduct, pairLoop, readLoop } from "./op-item-loops.ts";
import type { Loop } from "./op-loop.ts";
import { type Rule, rules } from "./op-rules.ts";
import type { Basic, Family } from "./type-basic.ts";
import type { TypeMap } from "./type-map.ts";

/** Combines packed items in typed arrays of the map's element kind, or in Uint8Arrays where that is untyped bytes. */
export interface ItemLoop {
  /** Array elements that belong together: arrays are divided between units only. */
  readonly unit: number;
  readonly loop: Loop;
}

const arithmetic = ["SUM", "PROD", "MAX", "MIN"];
const logical = ["LAND", "LOR", "LXOR"];
const bitwise = ["BAND", "BOR", "BXOR"];

/** The operators for each family of basic types. @see MPI-4.1 §6.9.2 */
const defined: Readonly<Record<Family, readonly string[]>> = {
  integer: [...arithmetic, ...logical, ...bitwise],
  float: arithmetic,
  complex: ["SUM", "PROD"],
  logical,
  character: [],
  byte: bitwise,
  pair: ["MAXLOC", "MINLOC"],
};

/** Operators that take whatever there is. */
const general = ["REPLACE", "NO_OP"];

/**
 * How `op` combines items of a type; undefined where it does so element by element.
 * @throws ERR_OP when the operator is not defined for the type
 */
export function itemLoopOf(op: Op, map: TypeMap): ItemLoop | undefined {
  const { basic, size } = map;
  if (size === 0 || (op.predefined ? general.includes(op.name) : !op.elementwise)) return undefined;
  if (!basic) throw refusal(op, "it is made of several kinds of elements");
  if (!op.predefined) {
    if (elements[map.element]!.view || basic.family === "byte") return undefined;
    throw refusal(op, `its elements are ${nameOf(basic)}, which JavaScript has no numbers for`);
  }
  if (!defined[basic.family].includes(op.name)) {
    throw refusal(op, `its elements are ${nameOf(basic)}, for which ${op.name} is not defined`);
  }
  const rule: Rule = rules[op.name as keyof typeof rules];
  const unit = basic.size / elements[map.element]!.size;
  if (rule.prefers) return { unit, loop: pairLoop(basic, rule.prefers) };
  if (elements[map.element]!.view) {
    return op.name === "PROD" && basic.family === "complex" ? { unit, loop: complexProduct(basic) } : undefined;
  }
  if (basic.family === "byte") return undefined;
  const loop = readLoop(basic, op.name, rule);
  if (loop) return { unit, loop };
  throw refusal(op, `its elements are ${nameOf(basic)}, which JavaScript has no numbers for`);
}

function refusal(op: Op, state: string): Exception {
  const advice = "expected a type that it is defined for, or a function that takes whole typed arrays";
  return new Exception("ERR_OP", `Cannot reduce items of the type with ${op.name}: ${state}, ${advice}`);
}

function nameOf({ family, size, format }: Basic): string {
  if (family === "byte") return "untyped bytes";
  if (family === "pair") return "pairs of value and location";
  const names = { integer: "integers", float: "floating-point numbers", complex: "complex numbers" };
  const name = { ...names, logical: "truth values", character: "characters" }[family];
  return `${name} of ${format === "extended" ? "80 bits" : `${size} bytes`}`;
}
