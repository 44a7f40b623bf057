// collectives/reduce-staged: layer 6, row `staged` of reduce. Every rank folds its share of the array, through memory that all
// ranks share, and the root copies the others' shares (staged-shares.ts).
//
// Cost   (⌈n/s⌉ + 1)·α + 2n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte, s bytes of a slot
// Good   long arrays. On 2 ranks 1 MiB took 0.10 ms, binomial 0.22, and 16 MiB 4.2, binomial 8.0; on 4 ranks of two cores 16 MiB
//        13 ms, binomial 20; 64 KiB take longer there, since all wait for all
// Needs  memory that all ranks share; elementwise operators, also such as do not commute
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { foldShares } from "./staged-shares.ts";

export function reduceStaged(lane: Lane, root: number, fold: Fold): Promise<void> {
  return foldShares(lane, fold, fold.split(lane.size), root);
}
