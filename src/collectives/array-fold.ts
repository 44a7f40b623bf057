// collectives/array-fold: layer 6. A Fold of one typed array, element by element. The caller's array is read, never
// written; the first combination writes into the result's memory, which is `into` where there is one.
import { Exception, show } from "../base/errors.ts";
import type { Board, Lane } from "../comm/lane.ts";
import { type Body, bodyBytes, viewOf } from "../data/body.ts";
import { type BufferLike, bytesOf, isTypedArray } from "../data/buffer.ts";
import { elementOf, elements, type TypedArray } from "../data/element.ts";
import type { Op } from "../data/op.ts";
import type { ItemLoop } from "../data/op-items.ts";
import type { Slot } from "./chunk.ts";
import type { Fold } from "./fold.ts";

/** A new array of the same kind. */
function arrayLike(array: TypedArray, length: number): TypedArray {
  // Made from a length, an array costs 10 ns; made over an ArrayBuffer, as bufferFrom() does, 300.
  const make = elements[elementOf(array)]!.view as unknown as new (length: number) => TypedArray;
  return new make(length);
}

/** Lengths of `count` runs of about the same length, in whole units. */
function evenly(length: number, count: number, unit: number): number[] {
  const begin = (i: number) => Math.floor((i * (length / unit)) / count) * unit;
  return Array.from({ length: count }, (_, i) => begin(i + 1) - begin(i));
}

export class ArrayFold implements Fold {
  readonly #op: Op;
  readonly #element: number;
  readonly #items: ItemLoop | undefined;
  /** What is folded so far: the caller's array at first, then `#result`. */
  #array: TypedArray;
  #result: TypedArray | undefined;
  /** Where the result is to be. Its memory is made when it is needed: only the root of a reduce needs it. */
  #place = () => arrayLike(this.#array, this.#array.length);
  readonly #into: TypedArray | undefined;
  #scratch: (() => TypedArray) | undefined;
  /** Once split: what writes this fold's result, piece by piece. */
  #segments: ArrayFold[] | undefined;
  names: readonly number[] | undefined;

  /**
   * @param into an array of the same kind, at least as long, that gets the result
   * @param items how the operator combines whole items, where it does not combine element by element
   * @throws ERR_TYPE or ERR_TRUNCATE when `into` is something else
   */
  constructor(op: Op, array: TypedArray, into: BufferLike | undefined, items?: ItemLoop) {
    this.#op = op;
    this.#items = items;
    this.#element = elementOf(array);
    this.#array = array;
    if (into === undefined) return;
    if (!isTypedArray(into) || elementOf(into) !== this.#element) {
      throw new Exception(
        "ERR_TYPE",
        `Cannot reduce ${show(array)}: into is ${show(into)}, expected ${elements[this.#element]!.name}`,
      );
    }
    if (into.length < array.length) {
      throw new Exception("ERR_TRUNCATE", `Cannot reduce ${array.length} elements: into holds ${into.length}`);
    }
    this.#into = into;
    this.#result = into.length === array.length ? into : into.subarray(0, array.length);
    // Where both lie in the same memory, the result would overwrite an operand that is still on its way.
    if (array.buffer === into.buffer) {
      this.#array = arrayLike(array, array.length);
      this.#array.set(array as never);
    }
  }

  get commute(): boolean {
    return this.#op.commute;
  }

  get bytes(): number {
    return this.#array.byteLength;
  }

  send(lane: Lane, dest: number): Promise<void> | undefined {
    return lane.isend(dest, this.body());
  }

  body(): Body {
    return { element: this.#element, parts: [bytesOf(this.#array)] };
  }

  show(board: Board): boolean {
    return board.showArray(this.#element, this.#array);
  }

  foldAll(operands: readonly Body[]): void {
    const result = this.#target();
    this.#foldInto(operands, result);
    this.#array = result;
  }

  foldInto(operands: readonly Body[], place: Body): void {
    this.#foldInto(operands, viewOf(place) as TypedArray);
  }

  #foldInto(operands: readonly Body[], result: TypedArray): void {
    for (let rank = 0; rank < operands.length; rank++) this.#check(operands[rank]!, rank);
    let folded = viewOf(operands[0]!) as TypedArray;
    for (let rank = 1; rank < operands.length; rank++) {
      this.#combine(folded, viewOf(operands[rank]!) as TypedArray, result);
      folded = result;
    }
    if (folded !== result) result.set(folded as never);
  }

  receive(lane: Lane, source: number): Promise<Body> {
    return lane.irecv(source, { element: this.#element, bytes: bytesOf(this.#memory()) });
  }

  append(theirs: Body, source: number): void {
    this.#check(theirs, source);
    const result = this.#target();
    this.#combine(this.#array, this.#memory(), result);
    this.#array = result;
  }

  prepend(theirs: Body, source: number): void {
    this.#check(theirs, source);
    const result = this.#target();
    this.#combine(this.#memory(), this.#array, result);
    this.#array = result;
  }

  take(theirs: Body): void {
    const result = this.#target();
    bytesOf(result).set(theirs.parts[0]!);
    this.#array = result;
  }

  adopt(lane: Lane, source: number): Promise<void> {
    return this.adoptBy((slot) => lane.irecv(source, slot), source);
  }

  async adoptBy(receive: (slot?: Slot) => Promise<Body>, source: number): Promise<void> {
    const result = this.#target();
    this.#check(await receive({ element: this.#element, bytes: bytesOf(result) }), source);
    this.#array = result;
    // What it was before does not matter any more.
    this.#segments = undefined;
  }

  split(parts: number | readonly number[]): ArrayFold[] {
    const array = this.#array;
    const lengths = typeof parts === "number" ? evenly(array.length, parts, this.#items?.unit ?? 1) : parts;
    let longest: TypedArray | undefined;
    let begin = 0;
    this.#segments = lengths.map((length) => {
      const end = begin + length;
      const fold = new ArrayFold(this.#op, array.subarray(begin, end), undefined, this.#items);
      const from = begin;
      fold.#place = () => this.#target().subarray(from, end);
      fold.names = this.names;
      // All segments take turns in one piece of memory.
      fold.#scratch = () => {
        longest ??= arrayLike(array, Math.max(...lengths));
        return longest.subarray(0, length);
      };
      begin = end;
      return fold;
    });
    return this.#segments;
  }

  join(): void {
    if (!this.#segments) return;
    for (const segment of this.#segments) segment.result();
    this.#array = this.#target();
    this.#segments = undefined;
  }

  result(): TypedArray {
    this.join();
    const result = this.#target();
    if (this.#array !== result) result.set(this.#array as never);
    return this.#into ?? result;
  }

  #combine(lower: TypedArray, upper: TypedArray, out: TypedArray): void {
    if (this.#items) this.#items.loop(lower, upper, out);
    else this.#op.combineInto(lower, upper, out);
  }

  #target(): TypedArray {
    this.#result ??= this.#place();
    return this.#result;
  }

  /** Where the other operand lands. */
  #memory(): TypedArray {
    if (!this.#scratch) {
      const memory = arrayLike(this.#array, this.#array.length);
      this.#scratch = () => memory;
    }
    return this.#scratch();
  }

  #check(theirs: Body, source: number): void {
    const bytes = bodyBytes(theirs);
    if (bytes === this.bytes) return;
    throw new Exception(
      "ERR_COUNT",
      `Cannot combine ${bytes / this.#array.BYTES_PER_ELEMENT} elements of rank ${this.names?.[source] ?? source}: this rank has ${this.#array.length}, expected the same on every rank`,
    );
  }
}
