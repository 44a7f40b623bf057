// collectives/reduce-scatter-binomial: layer 6, row `binomial` of reduceScatter. Rank 0 gets the fold of all by
// reduce-binomial.ts, and gives each rank its run.
//
// Cost   ⌈log₂ p⌉·(α + nβ + nγ) + (p−1)·α + n·(p−1)/p·β          γ time to combine a byte
// Good   short data; values, and operators that do not commute
// Needs  nothing; operands stay in rank order
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { scatterRuns } from "./linear.ts";
import { reduceBinomial } from "./reduce-binomial.ts";

/** @param lengths of the runs, one a rank @returns this rank's run */
export async function reduceScatterBinomial(lane: Lane, fold: Fold, lengths: readonly number[]): Promise<Fold> {
  await reduceBinomial(lane, 0, fold);
  return scatterRuns(lane, fold, lengths);
}
