// rma/place: layer 8. The part of a window that a one-sided call is about, and what the calls do to it: read, write,
// combine, compare and swap. Pure; called on the target for requests, and on origins that reach the memory directly.
import { BYTES, elements, type TypedArray } from "../data/element.ts";
import { Items } from "../data/items.ts";
import { NO_OP, type Op, REPLACE } from "../data/op.ts";
import { itemLoopOf } from "../data/op-items.ts";
import { boundsOf } from "../data/type-map.ts";
import type { TypeTree } from "../data/type-tree.ts";

export interface Place {
  /** Byte of the window where the first item's origin is. */
  readonly at: number;
  /** Bytes of data. */
  readonly bytes: number;
  /** Element kind of the data. */
  readonly element: number;
  /** How an item lies there; undefined where the bytes follow each other. */
  readonly tree: TypeTree | undefined;
  /** Items of `tree`. */
  readonly count: number;
}

/** The bytes of the window that a place lies in. */
export function spanOf({ at, bytes, tree, count }: Place): { readonly start: number; readonly end: number } {
  if (!tree) return { start: at, end: at + bytes };
  const { start, end } = boundsOf(tree, count);
  return { start: at + start, end: at + end };
}

/** The bytes themselves where they follow each other; undefined where they do not. `base` is byte 0 of the window. */
export function dense(memory: Uint8Array, base: number, { at, bytes, tree }: Place): Uint8Array | undefined {
  if (tree && !tree.dense) return undefined;
  return memory.subarray(at - base, at - base + bytes);
}

function itemsAt(memory: Uint8Array, base: number, { at, tree, count }: Place): Items {
  return new Items(tree!, count, memory, at - base);
}

/** A packed copy of what is there. */
export function read(memory: Uint8Array, base: number, place: Place): Uint8Array {
  return dense(memory, base, place)?.slice() ?? itemsAt(memory, base, place).copy();
}

/** Puts packed data there. */
export function write(memory: Uint8Array, base: number, place: Place, data: Uint8Array): void {
  const room = dense(memory, base, place);
  if (room) room.set(data);
  else itemsAt(memory, base, place).unpack(data);
}

/** Combines what is there with packed data of an origin. */
export function combine(memory: Uint8Array, base: number, place: Place, op: Op, data: Uint8Array): void {
  if (op === NO_OP || place.bytes === 0) return;
  if (op === REPLACE) return write(memory, base, place, data);
  const room = dense(memory, base, place);
  const there = room && viewOf(place.element, room);
  const values = viewOf(place.element, data) ?? viewOf(place.element, data.slice())!;
  if (there) return run(op, place, there, values);
  const copy = read(memory, base, place);
  run(op, place, viewOf(place.element, copy)!, values);
  write(memory, base, place, copy);
}

/** Pairs of operator and element kind that are defined: finding out takes longer than combining an element. */
const known = new Set<number>();

/** Whether an operator is defined for the elements of a place. */
export function isDefined(op: Op, { element, tree }: Pick<Place, "element" | "tree">): boolean {
  const pair = op.number * elements.length + element;
  if (op === NO_OP || op === REPLACE || (tree && itemLoopOf(op, tree)) || known.has(pair)) return true;
  const none = viewOf(element, new Uint8Array(0))!;
  try {
    op.combineInto(none, none, none);
  } catch {
    return false;
  }
  known.add(pair);
  return true;
}

function run(op: Op, { tree }: Place, there: TypedArray, values: TypedArray): void {
  const items = tree && itemLoopOf(op, tree);
  if (items) items.loop(there, values, there);
  else op.combineInto(there, values, there);
}

/** Bytes as elements; undefined where they are not aligned. A rest that is no whole element is left out. */
export function viewOf(element: number, bytes: Uint8Array): TypedArray | undefined {
  const { view, size } = elements[element]!;
  if (element === BYTES || !view) return bytes;
  return bytes.byteOffset % size === 0
    ? new view(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / size))
    : undefined;
}

/** Replaces the element that is there if it has these bytes. */
export function swapIfEqual(room: Uint8Array, compare: Uint8Array, value: Uint8Array): void {
  if (compare.every((byte, i) => byte === room[i])) room.set(value);
}
