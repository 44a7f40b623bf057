// collectives/reduce-hierarchical: layer 6, row `hierarchical` of reduce. Each host folds its operands together, and the leaders
// theirs; the root leads on its host.
//
//   hosts 0 1 2 and 3 4 5, root 1      0→1 2→1, 4→3 5→3 ·· 3→1      (0⊕1⊕2) ⊕ (3⊕4⊕5)
//
// Cost   ⌈log₂ h⌉·(α + nβ + nγ), and a reduce on each host          h hosts, α and β between them, γ time to combine a byte
// Good   several hosts with several ranks each, wherever the root and the ranks are. 4 hosts of 4 ranks, 0.2 ms apart, all on two
//        cores, with a barrier, root 5: 8 bytes 5.7 ms, binomial 6.3; 1 MiB 36, binomial 39, rabenseifner 55
// Needs  hosts that are known; where the operator does not commute, hosts of consecutive ranks
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { FoldFacts } from "./fold-facts.ts";
import { standing } from "./leaders.ts";
import { select } from "./select.ts";

export async function reduceHierarchical(lane: Lane, root: number, fold: Fold): Promise<void> {
  const { near, nearRanks, leader, across, acrossRanks, top } = standing(lane, root);
  await reducePart(near, nearRanks, leader, fold);
  if (across) await reducePart(across, acrossRanks, top, fold);
}

/** A reduce of some of the ranks. @param names what they are called */
export async function reducePart(lane: Lane, names: readonly number[], root: number, fold: Fold): Promise<void> {
  fold.names = names;
  await select("reduce", new FoldFacts(lane, fold))(lane, root, fold);
  if (lane.rank === root) fold.join();
}
