// collectives/fold: layer 6. What a reduction has folded together on this rank so far: the fold of a run of ranks, at
// first of this rank alone. An algorithm says only from where to where it goes and on which side it is put, so that
// the same algorithm serves arrays (array-fold.ts) and whole values (value-fold.ts). Operands stay in rank order.
import type { Board, Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import type { Slot } from "./chunk.ts";

export interface Fold {
  /** True when operands may change places. */
  readonly commute: boolean;
  /** Bytes of the operand where every rank knows them (they are the same everywhere); undefined for values. */
  readonly bytes: number | undefined;
  /** What the ranks of the lane that comes next are called in messages, where not by their ranks. */
  names: readonly number[] | undefined;
  /** Sends what is folded so far. Until the promise resolves the fold must not change. */
  send(lane: Lane, dest: number): Promise<void> | undefined;
  /** Receives what rank `source` sends: for `append` or `prepend`, before the next `receive`. */
  receive(lane: Lane, source: number): Promise<Body>;
  /** ours = ours ⊕ theirs: theirs is the fold of the ranks that follow ours. */
  append(theirs: Body, source: number): void;
  /** ours = theirs ⊕ ours: theirs is the fold of the ranks before ours. */
  prepend(theirs: Body, source: number): void;
  /** What is folded so far, as `send` sends it. */
  body(): Body;
  /** Shows what is folded so far. @returns as Board.show */
  show(board: Board): boolean;
  /** ours = the fold of these operands, of all ranks in their order: equal bits everywhere. They are lent. */
  foldAll(operands: readonly Body[]): void;
  /** place = the fold of these operands, as `foldAll`; ours stays as it is. */
  foldInto(operands: readonly Body[], place: Body): void;
  /** ours = a copy of theirs, which is as long as ours and lent. */
  take(theirs: Body): void;
  /** ours = theirs, received from rank `source`. */
  adopt(lane: Lane, source: number): Promise<void>;
  /** As `adopt`, by another way than one message. @param receive is told where it may land */
  adoptBy(receive: (slot?: Slot) => Promise<Body>, source: number): Promise<void>;
  /**
   * The fold as folds of consecutive runs of elements; together they are this one. A number asks for so many of about the
   * same length, some empty when there are fewer elements, and only where `bytes` is known; a list for runs of these
   * lengths. @throws ERR_OP when an operator has made something else of an array of values
   */
  split(parts: number | readonly number[]): Fold[];
  /** Takes the folds that `split` has made together again, to be sent as one. */
  join(): void;
  /** What the user gets: `into`, or a new array or value. */
  result(): unknown;
}
