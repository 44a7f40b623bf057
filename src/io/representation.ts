// io/representation: layer 8. How numbers are written in a file (MPI-4.1 §14.5): `native` and `internal` as in memory,
// `external32` big-endian with sizes of its own, and what a script has registered. Used by view.ts and access.ts.
import { Exception } from "../base/errors.ts";
import { allocate } from "../data/buffer.ts";
import type { Basic } from "../data/type-basic.ts";
import { basicsOf, eachRun, externalSize, fromExternal, toExternal } from "../data/type-external.ts";
import { TypeTree } from "../data/type-tree.ts";

export interface Representation {
  readonly name: string;
  /** True where bytes are the same in memory and in a file. */
  readonly plain: boolean;
  /** How items of a type lie in a file. @throws ERR_UNSUPPORTED_DATAREP where that is not defined */
  layout(call: string, tree: TypeTree): TypeTree;
  /** Packed items as they stand in a file; the same bytes where nothing is to be changed. */
  encode(tree: TypeTree, count: number, packed: Uint8Array): Uint8Array;
  /** The reverse: `bytes` are all of `count` items. */
  decode(tree: TypeTree, count: number, bytes: Uint8Array): Uint8Array;
}

const same = (_tree: TypeTree, _count: number, bytes: Uint8Array) => bytes;
const plain = (name: string): Representation => ({
  name,
  plain: true,
  layout: (_call, tree) => tree,
  encode: same,
  decode: same,
});

const external32: Representation = {
  name: "external32",
  plain: false,
  layout: (call, tree) => layoutOf(call, "external32", tree, ({ external }) => external),
  encode(tree, count, packed) {
    const bytes = allocate(count * externalSize(tree));
    toExternal(tree, count, packed, bytes, 0);
    return bytes;
  },
  decode(tree, count, bytes) {
    const packed = allocate(count * tree.size);
    fromExternal(tree, count, bytes, 0, packed);
    return packed;
  },
};

/** What a script registers. The functions get packed numbers of one basic type, `count` of them. */
export interface Conversion {
  /** Bytes of one number in a file. */
  readonly size: (basic: Basic) => number;
  readonly write: (basic: Basic, count: number, memory: Uint8Array, file: Uint8Array) => void;
  readonly read: (basic: Basic, count: number, memory: Uint8Array, file: Uint8Array) => void;
}

function registered(name: string, { size, write, read }: Conversion): Representation {
  const convert = (tree: TypeTree, count: number, bytes: Uint8Array, out: boolean): Uint8Array => {
    const runs: { readonly basic: Basic; readonly times: number }[] = [];
    const { basic: only } = tree;
    if (only) runs.push({ basic: only, times: (count * tree.size) / only.size });
    else for (let i = 0; i < count; i++) eachRun(tree, (basic, times) => runs.push({ basic, times }));
    const sizeOf = ({ basic, times }: (typeof runs)[number], inFile: boolean) =>
      times * (inFile ? size(basic) : basic.size);
    const result = allocate(runs.reduce((sum, run) => sum + sizeOf(run, out), 0));
    let [from, to] = [0, 0];
    for (const run of runs) {
      const source = bytes.subarray(from, from + sizeOf(run, !out));
      const target = result.subarray(to, to + sizeOf(run, out));
      if (out) write(run.basic, run.times, source, target);
      else read(run.basic, run.times, target, source);
      from += source.length;
      to += target.length;
    }
    return result;
  };
  return {
    name,
    plain: false,
    layout: (call, tree) => layoutOf(call, name, tree, size),
    encode: (tree, count, packed) => convert(tree, count, packed, true),
    decode: (tree, count, bytes) => convert(tree, count, bytes, false),
  };
}

/** The type in a file: all its places grow as its numbers do, which must be by one factor for all of them. */
function layoutOf(call: string, name: string, tree: TypeTree, size: (basic: Basic) => number): TypeTree {
  const factors = new Set(basicsOf(tree).map((basic) => size(basic) / basic.size));
  const [factor = 1] = factors;
  if (factors.size <= 1) return factor === 1 ? tree : scaled(tree, factor);
  const state = "its numbers grow by different factors there, expected a type of one kind of numbers";
  throw new Exception("ERR_UNSUPPORTED_DATAREP", `Cannot call ${call} with a type in ${name}: ${state}`);
}

function scaled(tree: TypeTree, factor: number): TypeTree {
  const { form } = tree;
  const bounds = tree.bounded ? { lb: tree.lb * factor, ub: tree.ub * factor } : undefined;
  switch (form.kind) {
    case "basic": {
      const { basic } = form;
      const grown = { ...basic, size: basic.size * factor, align: Math.max(1, basic.align * factor), pair: undefined };
      return new TypeTree({ kind: "basic", basic: grown as unknown as Basic }, bounds);
    }
    case "repeat":
      return new TypeTree({ ...form, stride: form.stride * factor, of: scaled(form.of, factor) }, bounds);
    case "table": {
      const offsets = form.offsets.map((offset) => offset * factor);
      return new TypeTree({ ...form, offsets, of: scaled(form.of, factor) }, bounds);
    }
    case "fields": {
      const offsets = form.offsets.map((offset) => offset * factor);
      return new TypeTree({ ...form, offsets, of: form.of.map((of) => scaled(of, factor)) }, bounds);
    }
  }
}

const known = new Map<string, Representation>(
  [plain("native"), plain("internal"), external32].map((representation) => [representation.name, representation]),
);

/** @throws ERR_UNSUPPORTED_DATAREP where there is none of this name */
export function representationNamed(call: string, name: string): Representation {
  const found = known.get(name);
  if (found) return found;
  const state = `there is no data representation ${JSON.stringify(name)}, expected ${[...known.keys()].join(", ")}`;
  throw new Exception("ERR_UNSUPPORTED_DATAREP", `Cannot call ${call}: ${state}`);
}

/** @throws ERR_DUP_DATAREP where there is one of this name */
export function register(name: string, conversion: Conversion): void {
  if (known.has(name)) {
    const state = `${JSON.stringify(name)} is registered already`;
    throw new Exception("ERR_DUP_DATAREP", `Cannot call registerDatarep: ${state}, expected another name`);
  }
  known.set(name, registered(name, conversion));
}
