// collectives/allreduce-shared: layer 6, row `shared` of allreduce. Every rank shows its operand, and each folds all of them by
// itself, in rank order.
//
//   rank 0: a   rank 1: b   rank 2: c   → everywhere (a ⊕ b) ⊕ c
//
// A value may have no room on the board, which only its own rank knows beforehand: then all see so, and take to messages.
//
// Cost   p·(nβ + nγ), one cache line more for each rank          γ time to combine a byte
// Good   short data
// Needs  memory that all ranks share
import type { Lane } from "../comm/lane.ts";
import { type Body, viewOf } from "../data/body.ts";
import { elementOf, type TypedArray } from "../data/element.ts";
import type { Loop } from "../data/op-loop.ts";
import { following, type Started, underWay } from "../engine/operation.ts";
import { allreduceRecursiveDoubling } from "./allreduce-recursive-doubling.ts";
import type { Fold } from "./fold.ts";

export function allreduceShared(lane: Lane, fold: Fold): Started<void> {
  const board = lane.board!;
  fold.show(board);
  const combine = () => {
    const operands: Body[] = [];
    for (let rank = 0; rank < lane.size; rank++) {
      const operand = board.shown(rank);
      if (!operand) return allreduceRecursiveDoubling(lane, fold);
      operands.push(operand);
    }
    return fold.foldAll(operands);
  };
  return following(board.all(), combine);
}

/**
 * The same for two arrays of one kind and length, in memory apart, with as little made on the way as can be.
 * @param loop combines arrays of their kind: those of the other ranks are as long, or the call fails (comm/check.ts)
 */
export function allreduceArraysShared(
  lane: Lane,
  loop: Loop,
  array: TypedArray,
  into: TypedArray,
): Started<TypedArray> {
  const board = lane.board!;
  board.showArray(elementOf(array), array);
  const all = board.all();
  return underWay(all) ? following(all, () => combined(lane, loop, into)) : combined(lane, loop, into);
}

function combined({ board, size }: Lane, loop: Loop, into: TypedArray): TypedArray {
  let folded = viewOf(board!.shown(0)!) as TypedArray;
  for (let rank = 1; rank < size; rank++) {
    loop(folded, viewOf(board!.shown(rank)!) as TypedArray, into);
    folded = into;
  }
  if (folded !== into) into.set(folded as never);
  return into;
}
