// collectives/reduce-rabenseifner: layer 6, row `rabenseifner` of reduce. Partners at distances 1, 2, 4, … fold one half
// each of what they have in common; then, the other way round, the halves go to the partner that is nearer to the root.
//
//   p = 4, root 0   step 0:  0↔1 2↔3, halves      step 1:  0↔2 1↔3, quarters      back:  2→0 3→1, quarters      1→0, half
//
// Cost   2·log₂ p·α + 2·n·(p−1)/p·β + n·(p−1)/p·γ, + 2·(α + nβ) + nγ where p is no power of two
// Good   long arrays, also where the operator does not commute          γ time to combine a byte
// Needs  elementwise operators
// From   Rabenseifner, "Optimization of collective reduction operations", ICCS 2004
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { halve, joinPairs } from "./power-of-two.ts";

export async function reduceRabenseifner(lane: Lane, root: number, fold: Fold): Promise<void> {
  const { rank } = lane;
  const stayed = await joinPairs(lane, fold);
  if (stayed.vrank === undefined) {
    if (rank === root) await fold.adopt(lane, rank + 1);
    return;
  }
  const { power, rankOf, vrank } = stayed;
  // Who gets it all: the root, or the rank that has stayed for it.
  const vroot = Array.from({ length: power }, (_, i) => rankOf(i)).findIndex((top) => top >= root);
  for (const { whole, kept, given, vpeer, peer } of await halve(lane, fold, stayed, vrank)) {
    const mask = vrank ^ vpeer;
    if ((vrank & mask) !== (vroot & mask)) {
      const sent = kept.send(lane, peer);
      if (sent) await sent;
      return;
    }
    await given.adopt(lane, peer);
    whole.join();
  }
  if (rank === root) return;
  const sent = fold.send(lane, root);
  if (sent) await sent;
}
