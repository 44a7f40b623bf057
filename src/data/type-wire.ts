// data/type-wire: layer 1. Datatypes as plain values, so that one rank can tell another how items lie in its memory.
// Called by one-sided communication, whose targets do not know the origin's types.
import { type Basic, basics } from "./type-basic.ts";
import { type Form, TypeTree } from "./type-tree.ts";

/** A tree as arrays of numbers, strings and typed arrays. */
export type WrittenType = readonly [form: readonly unknown[], lb: number, ub: number];

const names = new Map<Basic, string>();
for (const [name, basic] of Object.entries(basics)) names.set(basic, name);

/** Writes a tree down. */
export function writeType(tree: TypeTree): WrittenType {
  return [written(tree.form), tree.lb, tree.ub];
}

function written(form: Form): readonly unknown[] {
  switch (form.kind) {
    case "basic":
      return ["basic", names.get(form.basic)];
    case "repeat":
      return ["repeat", form.count, form.stride, writeType(form.of)];
    case "table":
      return ["table", form.offsets, form.counts, writeType(form.of)];
    case "fields":
      return ["fields", [...form.offsets], form.of.map(writeType)];
  }
}

/** Makes the tree again. @param value from writeType */
export function readType(value: WrittenType): TypeTree {
  const [form, lb, ub] = value;
  return new TypeTree(read(form as readonly any[]), { lb, ub });
}

function read([kind, ...given]: readonly any[]): Form {
  switch (kind) {
    case "basic":
      return { kind, basic: basics[given[0] as keyof typeof basics] };
    case "repeat":
      return { kind, count: given[0], stride: given[1], of: readType(given[2]) };
    case "table":
      return { kind, offsets: given[0], counts: given[1], of: readType(given[2]) };
    default:
      return { kind: "fields", offsets: given[0], of: (given[1] as WrittenType[]).map(readType) };
  }
}
