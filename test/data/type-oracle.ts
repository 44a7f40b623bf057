// What the tests of type maps are compared with: the standard's definition word for word, as lists of basic types and their
// displacements (MPI-4.1 §5.1), slow and plain.
import { type Basic, basics } from "../../src/data/type-basic.ts";
import { contiguous, hindexed, hvector, indexed, resized, struct, vector } from "../../src/data/type-construct.ts";
import { darray, subarray } from "../../src/data/type-subarray.ts";
import { TypeTree } from "../../src/data/type-tree.ts";

interface Entry {
  readonly at: number;
  readonly size: number;
  readonly align: number;
}

/** A type map as a list, in the order of packing, and the bounds that it was given. */
export interface List {
  readonly entries: readonly Entry[];
  readonly lbs: readonly number[];
  readonly ubs: readonly number[];
}

export interface Both {
  readonly tree: TypeTree;
  readonly list: List;
  readonly text: string;
}

export function boundsOf({ entries, lbs, ubs }: List) {
  const trueLb = entries.length === 0 ? 0 : Math.min(...entries.map(({ at }) => at));
  const trueUb = entries.length === 0 ? 0 : Math.max(...entries.map(({ at, size }) => at + size));
  const align = Math.max(1, ...entries.map((entry) => entry.align));
  const lb = lbs.length > 0 ? Math.min(...lbs) : trueLb;
  const ub = ubs.length > 0 ? Math.max(...ubs) : lb + Math.ceil((trueUb - lb) / align) * align;
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  return { size, lb, extent: ub - lb, trueLb, trueExtent: trueUb - trueLb };
}

function shifted({ entries, lbs, ubs }: List, by: number): List {
  const move = (numbers: readonly number[]) => numbers.map((number) => number + by);
  return { entries: entries.map((entry) => ({ ...entry, at: entry.at + by })), lbs: move(lbs), ubs: move(ubs) };
}

function joined(lists: readonly List[]): List {
  const all = <K extends keyof List>(key: K) => lists.flatMap((list) => list[key] as never[]);
  return { entries: all("entries"), lbs: all("lbs"), ubs: all("ubs") };
}

/** Copies at these byte displacements. */
const at = (list: List, displacements: readonly number[]) => joined(displacements.map((by) => shifted(list, by)));
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const block = (list: List, count: number) =>
  at(
    list,
    range(count).map((i) => i * boundsOf(list).extent),
  );

export function basic(name: keyof typeof basics): Both {
  const one: Basic = basics[name];
  const { size, align, pair } = one;
  const parts = pair ?? [one];
  const entries = parts.map((part, i) => ({ at: i * Math.max(parts[0]!.size, part.align), size: part.size, align }));
  const tree = new TypeTree({ kind: "basic", basic: one });
  return { tree, list: { entries, lbs: [], ubs: [] }, text: `${name}(${size})` };
}

export function makeVector({ tree, list, text }: Both, count: number, length: number, stride: number): Both {
  const { extent } = boundsOf(list);
  return {
    tree: vector(count, length, stride, tree),
    list: at(
      block(list, length),
      range(count).map((i) => i * stride * extent),
    ),
    text: `vector(${count}, ${length}, ${stride}, ${text})`,
  };
}

export function makeHvector({ tree, list, text }: Both, count: number, length: number, stride: number): Both {
  return {
    tree: hvector(count, length, stride, tree),
    list: at(
      block(list, length),
      range(count).map((i) => i * stride),
    ),
    text: `hvector(${count}, ${length}, ${stride}, ${text})`,
  };
}

export function makeContiguous({ tree, list, text }: Both, count: number): Both {
  return { tree: contiguous(count, tree), list: block(list, count), text: `contiguous(${count}, ${text})` };
}

type Blocks = readonly (readonly [length: number, displacement: number])[];

export function makeIndexed({ tree, list, text }: Both, blocks: Blocks, bytes: boolean): Both {
  const unit = bytes ? 1 : boundsOf(list).extent;
  const [lengths, displacements] = [blocks.map(([length]) => length), blocks.map(([, displacement]) => displacement)];
  return {
    tree: (bytes ? hindexed : indexed)(lengths, displacements, tree),
    list: joined(blocks.map(([length, displacement]) => shifted(block(list, length), displacement * unit))),
    text: `${bytes ? "hindexed" : "indexed"}(${JSON.stringify(blocks)}, ${text})`,
  };
}

export function makeIndexedBlock({ tree, list, text }: Both, length: number, displacements: readonly number[]): Both {
  return {
    tree: indexed(length, displacements, tree),
    list: at(
      block(list, length),
      displacements.map((by) => by * boundsOf(list).extent),
    ),
    text: `indexedBlock(${length}, [${displacements}], ${text})`,
  };
}

export function makeStruct(fields: readonly (readonly [length: number, displacement: number, of: Both])[]): Both {
  const [lengths, displacements] = [fields.map(([length]) => length), fields.map(([, displacement]) => displacement)];
  return {
    tree: struct(
      lengths,
      displacements,
      fields.map(([, , of]) => of.tree),
    ),
    list: joined(fields.map(([length, displacement, of]) => shifted(block(of.list, length), displacement))),
    text: `struct(${fields.map(([length, displacement, of]) => `[${length}, ${displacement}, ${of.text}]`).join(", ")})`,
  };
}

export function makeResized({ tree, list, text }: Both, lb: number, extent: number): Both {
  return {
    tree: resized(tree, lb, extent),
    list: { entries: list.entries, lbs: [lb], ubs: [lb + extent] },
    text: `resized(${lb}, ${extent}, ${text})`,
  };
}

/** A dimension: size of the whole, of the part, and where the part begins. */
export type Side = readonly [size: number, subsize: number, start: number];

/** Every place of an array whose last dimension is the fastest, where `has` says so for each dimension. */
function places(sizes: readonly number[], has: (dimension: number, index: number) => boolean): number[] {
  const total = sizes.reduce((product, size) => product * size, 1);
  return range(total).filter((place) => {
    let left = place;
    for (let i = sizes.length - 1; i >= 0; i--) {
      if (!has(i, left % sizes[i]!)) return false;
      left = Math.floor(left / sizes[i]!);
    }
    return true;
  });
}

function ofArray(list: List, sizes: readonly number[], has: (dimension: number, index: number) => boolean): List {
  const { extent } = boundsOf(list);
  const total = sizes.reduce((product, size) => product * size, extent);
  const { entries } = at(
    list,
    places(sizes, has).map((place) => place * extent),
  );
  return { entries, lbs: [0], ubs: [total] };
}

export function makeSubarray({ tree, list, text }: Both, sides: readonly Side[]): Both {
  const [sizes, subsizes, starts] = [0, 1, 2].map((i) => sides.map((side) => side[i]!)) as [
    number[],
    number[],
    number[],
  ];
  return {
    tree: subarray(sizes, subsizes, starts, tree),
    list: ofArray(list, sizes, (i, index) => index >= starts[i]! && index < starts[i]! + subsizes[i]!),
    text: `subarray(${JSON.stringify(sides)}, ${text})`,
  };
}

/** A dimension: size, block, processes, and which process. */
export type Deal = readonly [size: number, block: number, processes: number, process: number];

export function makeDarray({ tree, list, text }: Both, deals: readonly Deal[]): Both {
  const shares = deals.map(([size, block, processes, process]) => ({ size, block, processes, process }));
  const sizes = deals.map(([size]) => size);
  const has = (i: number, index: number) => Math.floor(index / deals[i]![1]) % deals[i]![2] === deals[i]![3];
  return {
    tree: darray(shares, tree),
    list: ofArray(list, sizes, has),
    text: `darray(${JSON.stringify(deals)}, ${text})`,
  };
}

/** Packs `count` items byte by byte. */
export function packed(list: List, count: number, memory: Uint8Array, origin: number): Uint8Array {
  const { extent } = boundsOf(list);
  const bytes: number[] = [];
  for (let i = 0; i < count; i++) {
    for (const { at, size } of list.entries) {
      for (let k = 0; k < size; k++) bytes.push(memory[origin + i * extent + at + k]!);
    }
  }
  return Uint8Array.from(bytes);
}

/** Unpacks `count` items byte by byte. */
export function unpack(list: List, count: number, from: Uint8Array, memory: Uint8Array, origin: number): void {
  const { extent } = boundsOf(list);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (const entry of list.entries) {
      for (let k = 0; k < entry.size; k++) memory[origin + i * extent + entry.at + k] = from[at++]!;
    }
  }
}
