// collectives/allreduce-rabenseifner: layer 6, row `rabenseifner` of allreduce. Partners at distances 1, 2, 4, … fold one
// half each of what they have in common; then, the other way round, they give each other the halves that are complete.
//
//   p = 4   step 0:  0↔1 2↔3, halves      step 1:  0↔2 1↔3, quarters      back:  0↔2 1↔3, quarters      0↔1 2↔3, halves
//
// A piece is finished on one rank and only copied from there: equal bits everywhere.
//
// Cost   2·log₂ p·α + 2·n·(p−1)/p·β + n·(p−1)/p·γ, + 2·(α + nβ) + nγ where p is no power of two
// Good   long arrays, also where the operator does not commute          γ time to combine a byte
// Needs  elementwise operators
// From   Rabenseifner, "Optimization of collective reduction operations", ICCS 2004
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { halve, joinPairs } from "./power-of-two.ts";
import { guarded } from "./sends.ts";

export async function allreduceRabenseifner(lane: Lane, fold: Fold): Promise<void> {
  const stayed = await joinPairs(lane, fold);
  if (stayed.vrank === undefined) {
    await fold.adopt(lane, lane.rank + 1);
    return;
  }
  for (const { whole, kept, given, peer } of await halve(lane, fold, stayed, stayed.vrank)) {
    const sent = guarded(kept.send(lane, peer));
    await given.adopt(lane, peer);
    if (sent) await sent;
    whole.join();
  }
  if (stayed.forTwo) {
    const sent = fold.send(lane, lane.rank - 1);
    if (sent) await sent;
  }
}
