// data/type-plan: layer 1. How the bytes of a type map are copied: as few blocks as possible, each a run of bytes in nested
// loops. type-tree.ts makes plans from the plans of parts; type-copy.ts carries them out.
//
// Every block knows where its bytes lie in memory and where in the packed piece, so the order of blocks, and of the loops
// in one, makes no difference: loops are exchanged and blocks are merged freely.

/** A loop of regular steps. */
export interface Steps {
  readonly count: number;
  /** Bytes from one step to the next in memory, which may be negative, and in the packed piece. */
  readonly stride: number;
  readonly packed: number;
}

type Table = Int32Array | Float64Array;

/** A loop over places that follow no rule: bytes from the block's own place. */
export interface Places {
  readonly count: number;
  readonly offsets: Table;
  readonly positions: Table;
  /** Bytes of each run, where they differ; such a loop is the innermost one. */
  readonly lengths: Table | undefined;
  /** Bits that are set in any of the numbers: which words they are multiples of. */
  readonly bits: number;
  /** The longest of the lengths. */
  readonly longest: number;
  /** True when the runs follow each other without gaps in the packed piece. */
  readonly even: boolean;
  /** True when some table is not of 32-bit integers. */
  readonly wide: boolean;
}

export type Dimension = Steps | Places;

export interface Block {
  /** Byte in memory, from the origin of the item, and in the packed item. */
  readonly offset: number;
  readonly packed: number;
  /** Outermost first. */
  readonly loops: readonly Dimension[];
  /** Bytes of a run; 0 where the innermost loop has lengths. */
  readonly bytes: number;
}

export type Plan = readonly Block[];

/** A struct of up to so many separate runs is as many blocks; one of more is one block that looks them up. */
const FEW = 8;

/** One run of bytes. */
export function run(offset: number, packed: number, bytes: number): Block {
  return { offset, packed, loops: [], bytes };
}

const isRun = ({ loops }: Block): boolean => loops.length === 0;

/** The plan moved to another place. */
export function place(plan: Plan, offset: number, packed: number): Plan {
  if (offset === 0 && packed === 0) return plan;
  return plan.map((block) => ({ ...block, offset: block.offset + offset, packed: block.packed + packed }));
}

/** The plan `count` times, every `stride` bytes in memory and every `packed` bytes in the packed piece. */
export function repeat(plan: Plan, count: number, stride: number, packed: number): Plan {
  if (count === 1) return plan;
  return plan.map((block) => {
    const [outer] = block.loops;
    if (!outer) {
      if (stride === block.bytes && packed === block.bytes) return { ...block, bytes: count * stride };
    } else if ("stride" in outer && stride === outer.count * outer.stride && packed === outer.count * outer.packed) {
      return { ...block, loops: [{ ...outer, count: count * outer.count }, ...block.loops.slice(1)] };
    }
    return { ...block, loops: [{ count, stride, packed }, ...block.loops] };
  });
}

/** The plan once at each place: `offsets` in memory, `positions` in the packed piece. */
export function scatter(plan: Plan, offsets: Float64Array, positions: Float64Array): Plan {
  const count = offsets.length;
  const regular = stepOf(offsets);
  const even = stepOf(positions);
  const first = place(plan, offsets[0]!, positions[0]!);
  if (regular !== undefined && even !== undefined) return repeat(first, count, regular, even);
  return first.map((block) => ({ ...block, loops: [places(offsets, positions, block.bytes), ...block.loops] }));
}

/** Runs of bytes, which lie one behind the other in the packed piece, from its beginning. */
export function runs(offsets: Float64Array, lengths: Float64Array): Plan {
  const joined = join(offsets, lengths);
  const count = joined.offsets.length;
  if (count === 0) return [];
  const [offset, bytes] = [joined.offsets[0]!, joined.lengths[0]!];
  if (stepOf(joined.lengths, 0) !== undefined) return scatter([run(0, 0, bytes)], joined.offsets, joined.positions);
  if (count <= FEW) return Array.from(joined.offsets, (at, i) => run(at, joined.positions[i]!, joined.lengths[i]!));
  return [{ offset, packed: 0, loops: [places(joined.offsets, joined.positions, joined.lengths)], bytes: 0 }];
}

/** Several plans as one: their runs are joined where they touch. */
export function together(plans: readonly Plan[]): Plan {
  const all = plans.flat();
  const alone = all.filter(isRun).sort((a, b) => a.packed - b.packed);
  const merged: Block[] = [];
  for (const block of alone) {
    const last = merged.at(-1);
    const touches = last && last.offset + last.bytes === block.offset && last.packed + last.bytes === block.packed;
    if (touches) merged[merged.length - 1] = { ...last, bytes: last.bytes + block.bytes };
    else merged.push(block);
  }
  const others = all.filter((block) => !isRun(block));
  if (merged.length <= FEW) return [...merged, ...others];
  const numbers = (of: (block: Block) => number) => Float64Array.from(merged, of);
  const { offset, packed } = merged[0]!;
  const [offsets, positions] = [numbers((block) => block.offset), numbers((block) => block.packed)];
  const loop = places(
    offsets,
    positions,
    numbers((block) => block.bytes),
  );
  return [{ offset, packed, loops: [loop], bytes: 0 }, ...others];
}

/** Joins runs that touch, leaves out empty ones, and says where each lies in the packed piece. */
function join(offsets: Float64Array, lengths: Float64Array) {
  const [starts, sizes, positions] = [offsets.slice(), lengths.slice(), new Float64Array(offsets.length)];
  let count = 0;
  let position = 0;
  for (let i = 0; i < offsets.length; i++) {
    const length = lengths[i]!;
    if (length === 0) continue;
    if (count > 0 && starts[count - 1]! + sizes[count - 1]! === offsets[i]) sizes[count - 1]! += length;
    else {
      starts[count] = offsets[i]!;
      sizes[count] = length;
      positions[count++] = position;
    }
    position += length;
  }
  return { offsets: starts.slice(0, count), lengths: sizes.slice(0, count), positions: positions.slice(0, count) };
}

/** The step between numbers that are evenly spaced, else undefined; `wanted` accepts this step only. */
function stepOf(numbers: Float64Array, wanted?: number): number | undefined {
  const step = numbers.length > 1 ? numbers[1]! - numbers[0]! : (wanted ?? 0);
  if (wanted !== undefined && step !== wanted) return undefined;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! - numbers[i - 1]! !== step) return undefined;
  return step;
}

/** The loop over these places, for runs of so many bytes, or of a length for each. */
function places(offsets: Float64Array, positions: Float64Array, bytes: number | Float64Array): Places {
  const lengths = typeof bytes === "number" ? undefined : bytes;
  const tables = {
    offsets: relative(offsets),
    positions: relative(positions),
    lengths: lengths && small(lengths),
  };
  let bits = 0;
  for (const table of Object.values(tables)) if (table) for (let i = 0; i < table.length; i++) bits |= table[i]!;
  const end = (i: number) => positions[i]! + (lengths ? lengths[i]! : (bytes as number));
  const even = positions.every((position, i) => i === 0 || position === end(i - 1));
  const longest = lengths ? lengths.reduce((most, length) => Math.max(most, length), 0) : 0;
  const wide = Object.values(tables).some((table) => table instanceof Float64Array);
  return { count: offsets.length, ...tables, bits, even, longest, wide };
}

/** Counted from the first number. */
function relative(numbers: Float64Array): Table {
  const first = numbers[0]!;
  return small(first === 0 ? numbers : numbers.map((number) => number - first));
}

/** As 32-bit integers, which loops are faster with, where they fit. */
function small(numbers: Float64Array): Table {
  const integers = Int32Array.from(numbers);
  return numbers.every((number, i) => number === integers[i]) ? integers : numbers;
}
