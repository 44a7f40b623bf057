// collectives/reduce-scatter-staged: layer 6, row `staged` of reduceScatter. Every rank folds its run of the array, whose operands
// the others lay down in memory that all share (staged-shares.ts).
//
// Cost   (⌈n/s⌉ + 1)·α + n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte, s bytes of a slot
// Good   long arrays. On 2 ranks 512 KiB a run took 0.20 ms, ring 0.35; on 4 ranks of two cores 256 KiB a run 1.0, ring 1.6
// Needs  memory that all ranks share; elementwise operators, also such as do not commute
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { foldShares } from "./staged-shares.ts";

/** @param lengths of the runs, one a rank @returns this rank's run */
export async function reduceScatterStaged(lane: Lane, fold: Fold, lengths: readonly number[]): Promise<Fold> {
  const runs = fold.split(lengths);
  await foldShares(lane, fold, runs, "none");
  return runs[lane.rank]!;
}
