// collectives/allreduce-staged: layer 6, row `staged` of allreduce. Every rank folds its share of the array, through memory that
// all ranks share, and copies the others' shares (staged-shares.ts).
//
// A share is finished on one rank and only copied from there: equal bits everywhere.
//
// Cost   (⌈n/s⌉ + 1)·α + 2n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte, s bytes of a slot
// Good   long arrays
// Needs  memory that all ranks share; elementwise operators, also such as do not commute
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { foldShares } from "./staged-shares.ts";

export function allreduceStaged(lane: Lane, fold: Fold): Promise<void> {
  return foldShares(lane, fold, fold.split(lane.size), "all");
}
