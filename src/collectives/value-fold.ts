// collectives/value-fold: layer 6. A Fold of whole values, which travel as chunks. An operator of the user's may change
// its operands, so it never gets the caller's own value but a copy.
import { Exception, internal, show } from "../base/errors.ts";
import type { Board, Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { type BufferLike, isBuffer, isTypedArray } from "../data/buffer.ts";
import { type Op, SUM } from "../data/op.ts";
import { chunkOf, copyOf, land, lentChunkOf, open, opened, slotOf } from "./chunk.ts";
import type { Fold } from "./fold.ts";

export class ValueFold implements Fold {
  readonly bytes = undefined;
  readonly #op: Op;
  readonly #into: BufferLike | undefined;
  #value: unknown;
  /** False while `#value` is an object of the caller's. */
  #ours: boolean;
  names: readonly number[] | undefined;

  /** @param into memory for the result, where operands are buffers */
  constructor(op: Op, value: unknown, into: BufferLike | undefined) {
    if (into && !isBuffer(value)) {
      throw new Exception("ERR_TYPE", `Cannot reduce ${show(value)} into ${show(into)}: expected a buffer`);
    }
    this.#op = op;
    this.#into = into;
    this.#value = value;
    this.#ours = typeof value !== "object" || value === null;
  }

  /** SUM joins strings, and only numbers commute. */
  get commute(): boolean {
    return this.#op.commute && this.#op !== SUM;
  }

  send(lane: Lane, dest: number): Promise<void> | undefined {
    return lane.isend(dest, this.body());
  }

  body(): Body {
    return chunkOf(this.#value);
  }

  show(board: Board): boolean {
    return board.show(lentChunkOf(this.#value));
  }

  foldAll(operands: readonly Body[]): void {
    let folded = opened(operands[0]!);
    for (let rank = 1; rank < operands.length; rank++) folded = this.#op.combine(folded, opened(operands[rank]!));
    this.#value = folded;
    this.#ours = true;
  }

  foldInto(): never {
    throw internal("a value in memory of the library");
  }

  receive(lane: Lane, source: number): Promise<Body> {
    return lane.irecv(source);
  }

  append(theirs: Body): void {
    this.#value = this.#op.combine(this.#own(), open(theirs));
  }

  prepend(theirs: Body): void {
    this.#value = this.#op.combine(open(theirs), this.#own());
  }

  take(theirs: Body): void {
    this.#value = opened(theirs);
    this.#ours = true;
  }

  adopt(lane: Lane, source: number): Promise<void> {
    return this.adoptBy(() => lane.irecv(source));
  }

  async adoptBy(receive: () => Promise<Body>): Promise<void> {
    this.#value = open(await receive());
    this.#ours = true;
  }

  split(parts: number | readonly number[]): ValueFold[] {
    if (typeof parts === "number") throw internal("split of a value into equal parts");
    const value = this.#value;
    const length = parts.reduce((a, b) => a + b, 0);
    if (!(Array.isArray(value) || isTypedArray(value)) || value.length !== length) {
      throw new Exception(
        "ERR_OP",
        `Cannot divide ${show(value)}, the result of ${this.#op.name}: expected an array of ${length}`,
      );
    }
    let begin = 0;
    return parts.map((part) => {
      begin += part;
      const fold = new ValueFold(this.#op, value.slice(begin - part, begin), undefined);
      fold.#ours = this.#ours;
      return fold;
    });
  }

  join(): void {}

  result(): unknown {
    if (!this.#into) return this.#own();
    if (!isBuffer(this.#value)) {
      throw new Exception(
        "ERR_OP",
        `Cannot place ${show(this.#value)}, the result of ${this.#op.name}, in ${show(this.#into)}: expected a buffer`,
      );
    }
    land(chunkOf(this.#value), slotOf(this.#into), "the result");
    return this.#into;
  }

  #own(): unknown {
    if (!this.#ours) this.#value = open(copyOf(chunkOf(this.#value)));
    this.#ours = true;
    return this.#value;
  }
}
