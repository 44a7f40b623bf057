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

/** Copies `count` items whose origins are `extent` bytes apart and whose packed bytes are `size`. */
export function copyItems(plan: Plan, count: number, extent: number, size: number, sides: Sides): void {
  const copier = new Copier(sides);
  const tile = plan.length > 1 ? Math.max(1, Math.floor(TILE / size)) : count;
  for (let done = 0; done < count; done += tile) {
    const items = { count: Math.min(tile, count - done), stride: extent, packed: size };
    for (const block of plan) {
      const loops = items.count === 1 ? block.loops : [items, ...block.loops];
      copier.copy({ ...block, loops: longestInside(loops) }, done * extent, done * size);
    }
  }
}

function isRegular(loop: Dimension): loop is Steps {
  return "stride" in loop;
}

/** The same loops, a long one innermost. */
function longestInside(loops: readonly Dimension[]): readonly Dimension[] {
  const last = loops.at(-1);
  if (loops.length < 2 || !isRegular(last!) || last.count >= SHORT) return loops;
  const longest = loops.filter(isRegular).reduce((best, loop) => (loop.count > best.count ? loop : best), last);
  return [...loops.filter((loop) => loop !== longest), longest];
}

const kinds = [Uint8Array, Int16Array, Int32Array, Float64Array] as const;

/** A side's whole buffer as words of 2 ** shift bytes. */
function viewOf({ buffer }: Uint8Array, shift: number): Words {
  return new kinds[shift as 0](buffer, 0, Math.floor(buffer.byteLength / 2 ** shift));
}

/** One call's copies: from one array to another, whose views as words are made at first use. */
class Copier {
  readonly #sides: Sides;
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  readonly #views: [from: Words, to: Words][] = [];

  constructor(sides: Sides) {
    this.#sides = sides;
    this.#from = sides.unpack ? sides.packed : sides.memory;
    this.#to = sides.unpack ? sides.memory : sides.packed;
  }

  #words(shift: number): [from: Words, to: Words] {
    this.#views[shift] ??= [viewOf(this.#from, shift), viewOf(this.#to, shift)];
    return this.#views[shift];
  }

  /** Copies a block of the item that is so many bytes behind the first one, in memory and in the packed piece. */
  copy(block: Block, memory: number, packed: number): void {
    const { origin, at, unpack } = this.#sides;
    const [there, here] = [origin + memory + block.offset, at + packed + block.packed];
    this.#loop(block, 0, unpack ? here : there, unpack ? there : here);
  }

  /** The loops from number `depth` on; `f` and `t` are bytes of the two arrays. */
  #loop(block: Block, depth: number, f: number, t: number): void {
    const { loops, bytes } = block;
    const loop = loops[depth];
    const left = loops.length - depth;
    if (!loop) return this.#grid(f, t, bytes, unit, unit);
    if (isRegular(loop)) {
      if (left === 1) return this.#grid(f, t, bytes, unit, loop);
      const next = loops[depth + 1]!;
      if (left === 2 && isRegular(next)) return this.#grid(f, t, bytes, loop, next);
      const [fStep, tStep] = this.#ends(loop.stride, loop.packed);
      for (let i = 0; i < loop.count; i++) this.#loop(block, depth + 1, f + i * fStep, t + i * tStep);
      return;
    }
    if (left === 1) return this.#places(f, t, bytes, loop);
    const [fPlaces, tPlaces] = this.#ends(loop.offsets, loop.positions);
    for (let i = 0; i < loop.count; i++) this.#loop(block, depth + 1, f + fPlaces[i]!, t + tPlaces[i]!);
  }

  /** What belongs to memory and what to the packed piece, as from and to. */
  #ends<T>(memory: T, packed: T): [from: T, to: T] {
    return this.#sides.unpack ? [packed, memory] : [memory, packed];
  }

  /** Two regular loops around a run of bytes. */
  #grid(f: number, t: number, bytes: number, outer: Steps, inner: Steps): void {
    const [fOuter, tOuter] = this.#ends(outer.stride, outer.packed);
    const [fInner, tInner] = this.#ends(inner.stride, inner.packed);
    if (bytes >= LONG) {
      for (let j = 0; j < outer.count; j++) {
        for (let i = 0; i < inner.count; i++) {
          this.#set(f + j * fOuter + i * fInner, t + j * tOuter + i * tInner, bytes);
        }
      }
      return;
    }
    const [a, b] = [this.#from.byteOffset + f, this.#to.byteOffset + t];
    const shift = shiftOf(a | b | bytes | outer.stride | outer.packed | inner.stride | inner.packed);
    const width = 1 << shift;
    const [from, to] = this.#words(shift);
    const [fromHalves, toHalves] = shift === 3 ? this.#words(2) : [from, to];
    gridKernel(shift, bytes === width)(
      ...([from, fromHalves, a / width, fOuter / width, fInner / width] as const),
      ...([to, toHalves, b / width, tOuter / width, tInner / width] as const),
      ...([outer.count, inner.count, bytes / width] as const),
    );
  }

  /** Runs of bytes at places that follow no rule. */
  #places(f: number, t: number, bytes: number, { count, offsets, positions, lengths, bits, longest }: Places): void {
    const [fPlaces, tPlaces] = this.#ends(offsets, positions);
    if (Math.max(bytes, longest) >= LONG) {
      for (let i = 0; i < count; i++) this.#set(f + fPlaces[i]!, t + tPlaces[i]!, lengths ? lengths[i]! : bytes);
      return;
    }
    const [a, b] = [this.#from.byteOffset + f, this.#to.byteOffset + t];
    const shift = shiftOf(a | b | bytes | bits);
    const [from, to] = this.#words(shift);
    const [fromHalves, toHalves] = shift === 3 ? this.#words(2) : [from, to];
    const wide = [offsets, positions, lengths].some((table) => table instanceof Float64Array);
    const kernel = placesKernel(shift, wide, lengths !== undefined);
    const width = 1 << shift;
    kernel(from, fromHalves, a / width, fPlaces, to, toHalves, b / width, tPlaces, count, bytes / width, lengths);
  }

  #set(f: number, t: number, bytes: number): void {
    this.#to.set(this.#from.subarray(f, f + bytes), t);
  }
}

const unit: Steps = { count: 1, stride: 0, packed: 0 };

/** The widest words, as the logarithm of their bytes, that all of these numbers of bytes are multiples of. */
function shiftOf(bits: number): number {
  return (bits & 1) !== 0 ? 0 : (bits & 2) !== 0 ? 1 : (bits & 4) !== 0 ? 2 : 3;
}
