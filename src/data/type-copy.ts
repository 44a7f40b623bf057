// data/type-copy: layer 1. Carries out the plan of a type map (type-plan.ts): copies between the places in memory and one
// packed piece, in words as wide as the addresses allow. Called by type-tree.ts.
import { gridKernel, placesKernel, type Words } from "./type-kernel.ts";
import type { Block, Dimension, Places, Plan, Steps } from "./type-plan.ts";

/** The two sides of a copy. */
export interface Sides {
  readonly memory: Uint8Array;
  /** The byte of memory that is the origin of the first item. */
  readonly origin: number;
  readonly packed: Uint8Array;
  /** The first packed byte. */
  readonly at: number;
  /** False: from memory into the packed piece. True: the reverse. */
  readonly unpack: boolean;
}

/** Runs of at least so many bytes are copied by `set`; for shorter ones the view that it needs costs more (measured). */
const LONG = 512;
/** Bytes of packed items after which the next block gets its turn, so that a struct's memory is in the cache still. */
const TILE = 32768;
/** An innermost loop of fewer steps than this gives its place to a longer one. */
const SHORT = 8;

const once: Steps = { count: 1, stride: 0, packed: 0 };

/** Copies `count` items whose origins are `extent` bytes apart and whose packed bytes are `size`. */
export function copyItems(plan: Plan, count: number, extent: number, size: number, sides: Sides): void {
  const tile = plan.length > 1 ? Math.max(1, Math.floor(TILE / size)) : count;
  for (let done = 0; done < count; done += tile) {
    const items = { count: Math.min(tile, count - done), stride: extent, packed: size };
    for (const block of plan) {
      const memory = sides.origin + done * extent + block.offset;
      copyBlock(sides, block, items, memory, sides.at + done * size + block.packed);
    }
  }
}

function isRegular(loop: Dimension): loop is Steps {
  return "stride" in loop;
}

/** A block of all items; the first one's is at these bytes of memory and of the packed piece. */
function copyBlock(sides: Sides, { loops, bytes }: Block, items: Steps, memory: number, packed: number): void {
  // The frequent cases go without making arrays: the fixed cost of a copy is that of 200 to 300 elements.
  const [only] = loops;
  if (!only) return grid(sides, memory, packed, bytes, once, items);
  if (loops.length === 1 && isRegular(only)) return grid(sides, memory, packed, bytes, items, only);
  walk(sides, items.count === 1 ? loops : [items, ...loops], 0, bytes, memory, packed);
}

/** The loops from number `depth` on. */
function walk(
  sides: Sides,
  loops: readonly Dimension[],
  depth: number,
  bytes: number,
  memory: number,
  packed: number,
): void {
  const loop = loops[depth]!;
  const left = loops.length - depth;
  if (left === 1) {
    if (isRegular(loop)) grid(sides, memory, packed, bytes, once, loop);
    else copyPlaces(sides, memory, packed, bytes, loop);
  } else if (!isRegular(loop)) {
    const { offsets, positions } = loop;
    for (let i = 0; i < loop.count; i++) {
      walk(sides, loops, depth + 1, bytes, memory + offsets[i]!, packed + positions[i]!);
    }
  } else {
    const next = loops[depth + 1]!;
    if (left === 2 && isRegular(next)) return grid(sides, memory, packed, bytes, loop, next);
    for (let i = 0; i < loop.count; i++) {
      walk(sides, loops, depth + 1, bytes, memory + i * loop.stride, packed + i * loop.packed);
    }
  }
}

/** Two regular loops around a run of bytes. */
function grid(sides: Sides, memory: number, packed: number, bytes: number, one: Steps, other: Steps): void {
  const swap = other.count < SHORT && one.count > other.count;
  const outer = swap ? other : one;
  const inner = swap ? one : other;
  if (bytes >= LONG) {
    for (let j = 0; j < outer.count; j++) {
      for (let i = 0; i < inner.count; i++) {
        const at = memory + j * outer.stride + i * inner.stride;
        copyRun(sides, at, packed + j * outer.packed + i * inner.packed, bytes);
      }
    }
    return;
  }
  const here = sides.memory.byteOffset + memory;
  const there = sides.packed.byteOffset + packed;
  const shift = shiftOf(here | there | bytes | outer.stride | outer.packed | inner.stride | inner.packed);
  const m = viewsOf(sides.memory);
  const p = viewsOf(sides.packed);
  const dense = inner.packed === bytes ? (sides.unpack ? "from" : "to") : "neither";
  const words = inWords(bytes, shift);
  const kernel = gridKernel(shift, words, dense);
  const a = inWords(here, shift);
  const aOuter = inWords(outer.stride, shift);
  const aInner = inWords(inner.stride, shift);
  const b = inWords(there, shift);
  const bOuter = inWords(outer.packed, shift);
  const bInner = inWords(inner.packed, shift);
  if (sides.unpack) {
    kernel(p[shift]!, p[2], b, bOuter, bInner, m[shift]!, m[2], a, aOuter, aInner, outer.count, inner.count, words);
  } else {
    kernel(m[shift]!, m[2], a, aOuter, aInner, p[shift]!, p[2], b, bOuter, bInner, outer.count, inner.count, words);
  }
}

/** Runs of bytes at places that follow no rule. */
function copyPlaces(sides: Sides, memory: number, packed: number, bytes: number, places: Places): void {
  const { count, offsets, positions, lengths } = places;
  if (Math.max(bytes, places.longest) >= LONG) {
    for (let i = 0; i < count; i++) {
      copyRun(sides, memory + offsets[i]!, packed + positions[i]!, lengths ? lengths[i]! : bytes);
    }
    return;
  }
  const here = sides.memory.byteOffset + memory;
  const there = sides.packed.byteOffset + packed;
  const shift = shiftOf(here | there | bytes | places.bits);
  const m = viewsOf(sides.memory);
  const p = viewsOf(sides.packed);
  const dense = places.even ? (sides.unpack ? "from" : "to") : "neither";
  const words = inWords(bytes, shift);
  const kernel = placesKernel(shift, words, dense, places.wide);
  const a = inWords(here, shift);
  const b = inWords(there, shift);
  if (sides.unpack) kernel(p[shift]!, p[2], b, positions, m[shift]!, m[2], a, offsets, count, words, lengths);
  else kernel(m[shift]!, m[2], a, offsets, p[shift]!, p[2], b, positions, count, words, lengths);
}

function copyRun(sides: Sides, memory: number, packed: number, bytes: number): void {
  if (sides.unpack) sides.memory.set(sides.packed.subarray(packed, packed + bytes), memory);
  else sides.packed.set(sides.memory.subarray(memory, memory + bytes), packed);
}

/** The widest words, as the logarithm of their bytes, that all numbers in which these bits are set are multiples of. */
function shiftOf(bits: number): number {
  return (bits & 1) !== 0 ? 0 : (bits & 2) !== 0 ? 1 : (bits & 4) !== 0 ? 2 : 3;
}

/**
 * Bytes in words of 2 ** shift bytes. As a 32-bit integer where it is one for sure: the quotient 0 would be a floating-point
 * number to the engine, and a loop that counts with one takes four times as long.
 */
function inWords(bytes: number, shift: number): number {
  return shift === 0 ? bytes : (bytes / (1 << shift)) | 0;
}

/** A whole buffer as words of 1, 2, 4 and 8 bytes. */
type Views = readonly [Words, Words, Words, Words];

// Making the views anew for each copy would double its fixed cost.
const known = new WeakMap<ArrayBufferLike, Views>();

function viewsOf({ buffer }: Uint8Array): Views {
  const found = known.get(buffer);
  const bytes = buffer.byteLength;
  // A buffer may have been resized or transferred in the meantime.
  if (found?.[0].length === bytes) return found;
  const words = (width: number) => Math.floor(bytes / width);
  const views: Views = [
    new Uint8Array(buffer, 0, bytes),
    new Int16Array(buffer, 0, words(2)),
    new Int32Array(buffer, 0, words(4)),
    new Float64Array(buffer, 0, words(8)),
  ];
  known.set(buffer, views);
  return views;
}
