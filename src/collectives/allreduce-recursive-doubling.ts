// collectives/allreduce-recursive-doubling: layer 6, row `recursive-doubling` of allreduce. Neighbouring runs of ranks
// exchange their folds, so that both have the fold of the two; runs double in each step.
//
//   p = 4   step 0:  0↔1 2↔3      step 1:  0↔2 1↔3
//   p = 6   before:  0→1 2→3      steps among 1 3 4 5      after:  1→0 3→2
//
// Where p is no power of two, the first ranks join in pairs before (power-of-two.ts). Operands stay in rank order. Both sides of an exchange combine the same two folds in the same order: equal bits everywhere.
//
// Cost   log₂ p·(α + nβ + nγ), + 2·(α + nβ) + nγ where p is no power of two          γ time to combine a byte
// Good   short data, any operator
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { joinPairs } from "./power-of-two.ts";
import { guarded } from "./sends.ts";

export async function allreduceRecursiveDoubling(lane: Lane, fold: Fold): Promise<void> {
  const { rank } = lane;
  const { power, vrank, forTwo, rankOf } = await joinPairs(lane, fold);
  if (vrank === undefined) {
    await fold.adopt(lane, rank + 1);
    return;
  }
  for (let mask = 1; mask < power; mask <<= 1) {
    const peer = rankOf(vrank ^ mask);
    const sent = guarded(fold.send(lane, peer));
    const theirs = await fold.receive(lane, peer);
    if (sent) await sent;
    if (peer < rank) fold.prepend(theirs, peer);
    else fold.append(theirs, peer);
  }
  if (forTwo) {
    const sent = fold.send(lane, rank - 1);
    if (sent) await sent;
  }
}
