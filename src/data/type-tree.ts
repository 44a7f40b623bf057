// data/type-tree: layer 1. Type maps as trees: basic types in loops, tables and fields, whose bounds, sizes and copying
// plans come from those of their parts. The constructors of datatypes (type-construct.ts) make them.
//
// Bounds follow MPI-4.1 §5.1: a type that was given bounds (resized, subarray, darray) hands them on to what is made of
// it; all others end behind their last byte, rounded up to the alignment of their basic types.
import { BYTES } from "./element.ts";
import { type Basic, elementsOf } from "./type-basic.ts";
import { copyItems } from "./type-copy.ts";
import type { TypeMap } from "./type-map.ts";
import { type Plan, place, repeat, run, runs, scatter, together } from "./type-plan.ts";

export type Form =
  | { readonly kind: "basic"; readonly basic: Basic }
  /** `of`, `count` times, every `stride` bytes. */
  | { readonly kind: "repeat"; readonly count: number; readonly stride: number; readonly of: TypeTree }
  /** At each byte offset, `of` so many times, one behind the other. */
  | { readonly kind: "table"; readonly offsets: Float64Array; readonly counts: Float64Array; readonly of: TypeTree }
  /** Each type at its byte offset. */
  | { readonly kind: "fields"; readonly offsets: readonly number[]; readonly of: readonly TypeTree[] };

interface Bounds {
  readonly lb: number;
  readonly ub: number;
}

/** What a tree is made of, added up part by part. */
class Sum {
  size = 0;
  elements = 0;
  align = 1;
  basic: Basic | undefined;
  element: number | undefined;
  mixed = false;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #lb = Number.POSITIVE_INFINITY;
  #ub = Number.NEGATIVE_INFINITY;

  /** `times` copies of `part`, the first and the last of which are at these byte offsets. */
  add(part: TypeTree, times: number, first: number, last: number): void {
    if (times === 0) return;
    if (part.bounded) {
      this.#lb = Math.min(this.#lb, first + part.lb, last + part.lb);
      this.#ub = Math.max(this.#ub, first + part.ub, last + part.ub);
    }
    if (part.size === 0) return;
    this.size += times * part.size;
    this.elements += times * part.elements;
    this.align = Math.max(this.align, part.align);
    this.mixed ||= !part.basic || (this.basic !== undefined && this.basic !== part.basic);
    this.basic = part.basic;
    this.element = this.element === undefined || this.element === part.element ? part.element : BYTES;
    this.#low = Math.min(this.#low, first + part.trueLb, last + part.trueLb);
    this.#high = Math.max(this.#high, first + part.trueUb, last + part.trueUb);
  }

  get data(): Bounds {
    return this.size === 0 ? { lb: 0, ub: 0 } : { lb: this.#low, ub: this.#high };
  }

  /** The bounds that some part was given. */
  get given(): Bounds | undefined {
    return this.#lb > this.#ub && this.#lb === Number.POSITIVE_INFINITY ? undefined : { lb: this.#lb, ub: this.#ub };
  }
}

function add(sum: Sum, form: Exclude<Form, { kind: "basic" }>): void {
  if (form.kind === "repeat") return sum.add(form.of, form.count, 0, (form.count - 1) * form.stride);
  if (form.kind === "table") {
    const { offsets, counts, of } = form;
    for (let i = 0; i < offsets.length; i++) {
      sum.add(of, counts[i]!, offsets[i]!, offsets[i]! + (counts[i]! - 1) * of.extent);
    }
    return;
  }
  for (const [i, of] of form.of.entries()) sum.add(of, 1, form.offsets[i]!, form.offsets[i]!);
}

export class TypeTree implements TypeMap {
  readonly form: Form;
  readonly size: number;
  readonly elements: number;
  readonly element: number;
  /** Bytes that its basic types are aligned to, at most. */
  readonly align: number;
  /** The basic type that all of it consists of, if there is one. */
  readonly basic: Basic | undefined;
  /** True when its bounds were given, here or in a part. */
  readonly bounded: boolean;
  readonly lb: number;
  readonly ub: number;
  readonly trueLb: number;
  readonly trueUb: number;
  #plan: Plan | undefined;

  constructor(form: Form, bounds?: Bounds) {
    this.form = form;
    const sum = new Sum();
    let data: Bounds;
    if (form.kind === "basic") {
      const { size, align, element, pair } = form.basic;
      sum.size = size;
      sum.align = align;
      sum.element = element;
      sum.basic = form.basic;
      sum.elements = elementsOf(form.basic);
      data = { lb: 0, ub: pair ? locationAt(form.basic) + pair[1].size : size };
    } else {
      add(sum, form);
      data = sum.data;
    }
    this.size = sum.size;
    this.elements = sum.elements;
    this.element = sum.element ?? BYTES;
    this.align = sum.align;
    this.basic = sum.mixed ? undefined : sum.basic;
    this.trueLb = data.lb;
    this.trueUb = data.ub;
    const given = bounds ?? sum.given;
    this.bounded = given !== undefined;
    this.lb = given ? given.lb : data.lb;
    this.ub = given ? given.ub : data.lb + roundUp(data.ub - data.lb, sum.align);
  }

  get extent(): number {
    return this.ub - this.lb;
  }
  get trueExtent(): number {
    return this.trueUb - this.trueLb;
  }

  get dense(): boolean {
    const { plan } = this;
    if (this.size !== this.extent || plan.length > 1) return false;
    const [block] = plan;
    return !block || (block.offset === 0 && block.loops.length === 0);
  }

  pack(from: Uint8Array, origin: number, count: number, to: Uint8Array, at: number): void {
    if (this.size * count === 0) return;
    if (this.dense) return to.set(from.subarray(origin, origin + count * this.size), at);
    const sides = { memory: from, origin, packed: to, at, unpack: false };
    copyItems(this.plan, count, this.extent, this.size, sides);
  }

  unpack(from: Uint8Array, at: number, count: number, to: Uint8Array, origin: number): void {
    if (this.size * count === 0) return;
    if (this.dense) return to.set(from.subarray(at, at + count * this.size), origin);
    const sides = { memory: to, origin, packed: from, at, unpack: true };
    copyItems(this.plan, count, this.extent, this.size, sides);
  }

  elementsIn(bytes: number): number | undefined {
    return elementsIn(this, bytes);
  }

  bytesOf(elements: number): number {
    return this.elements === 0 ? 0 : bytesOf(this, elements);
  }

  /** How one item is copied; made at first use. */
  get plan(): Plan {
    this.#plan ??= planOf(this.form, this.size);
    return this.#plan;
  }
}

/** The byte of a pair at which its location stands. */
export function locationAt({ pair }: Basic): number {
  return pair ? roundUp(pair[0].size, pair[1].align) : 0;
}

function roundUp(bytes: number, align: number): number {
  return Math.ceil(bytes / align) * align;
}

function planOf(form: Form, size: number): Plan {
  if (size === 0) return [];
  switch (form.kind) {
    case "basic": {
      const { basic } = form;
      if (!basic.pair) return [run(0, 0, basic.size)];
      const [value, location] = basic.pair;
      return together([[run(0, 0, value.size)], [run(locationAt(basic), value.size, location.size)]]);
    }
    case "repeat":
      return repeat(form.of.plan, form.count, form.stride, form.of.size);
    case "table":
      return planOfTable(form.offsets, form.counts, form.of);
    case "fields": {
      const plans: Plan[] = [];
      let packed = 0;
      for (const [i, of] of form.of.entries()) {
        plans.push(place(of.plan, form.offsets[i]!, packed));
        packed += of.size;
      }
      return together(plans);
    }
  }
}

function planOfTable(offsets: Float64Array, counts: Float64Array, of: TypeTree): Plan {
  if (of.dense)
    return runs(
      offsets,
      counts.map((count) => count * of.size),
    );
  // Blocks of one count are one loop over their places.
  const groups = new Map<number, { offsets: number[]; positions: number[] }>();
  let position = 0;
  for (let i = 0; i < offsets.length; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    const group = groups.get(count) ?? { offsets: [], positions: [] };
    groups.set(count, group);
    group.offsets.push(offsets[i]!);
    group.positions.push(position);
    position += count * of.size;
  }
  return [...groups].flatMap(([count, group]) => {
    const block = repeat(of.plan, count, of.extent, of.size);
    return scatter(block, Float64Array.from(group.offsets), Float64Array.from(group.positions));
  });
}

/** Walks down to where the bytes end, through whole parts in one step. */
function elementsIn(tree: TypeTree, bytes: number): number | undefined {
  if (tree.size === 0) return bytes === 0 ? 0 : undefined;
  const whole = Math.floor(bytes / tree.size) * tree.elements;
  const rest = bytes % tree.size;
  const inside = rest === 0 ? 0 : partly(tree.form, rest);
  return inside === undefined ? undefined : whole + inside;
}

/** As elementsIn, of fewer bytes than one item has. */
function partly(form: Form, bytes: number): number | undefined {
  if (form.kind === "basic") return form.basic.pair?.[0].size === bytes ? 1 : undefined;
  if (form.kind !== "fields") return elementsIn(form.of, bytes);
  let before = 0;
  let left = bytes;
  for (const of of form.of) {
    if (left < of.size) {
      const inside = elementsIn(of, left);
      return inside === undefined ? undefined : before + inside;
    }
    left -= of.size;
    before += of.elements;
  }
  return before;
}

/** As elementsIn, the other way round. */
function bytesOf(tree: TypeTree, elements: number): number {
  if (elements === 0) return 0;
  const whole = Math.floor(elements / tree.elements) * tree.size;
  let left = elements % tree.elements;
  if (left === 0) return whole;
  const { form } = tree;
  if (form.kind === "basic") return whole + form.basic.pair![0].size;
  if (form.kind !== "fields") return whole + bytesOf(form.of, left);
  let bytes = whole;
  for (const of of form.of) {
    if (left < of.elements) return bytes + bytesOf(of, left);
    left -= of.elements;
    bytes += of.size;
  }
  return bytes;
}
