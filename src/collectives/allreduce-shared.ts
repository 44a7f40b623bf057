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
import type { Body } from "../data/body.ts";
import { following, type Started } from "../engine/operation.ts";
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
