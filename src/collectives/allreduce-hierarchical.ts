// collectives/allreduce-hierarchical: layer 6, row `hierarchical` of allreduce. Each host folds its operands together, the leaders
// fold theirs, all of them, and each gives the result to its host.
//
//   hosts 0 1 2 and 3 4 5      1→0 2→0, 4→3 5→3 ·· 0↔3 ·· 0→1 0→2, 3→4 3→5      (0⊕1⊕2) ⊕ (3⊕4⊕5)
//
// Equal bits everywhere, as the leaders' allreduce gives them.
//
// Cost   that of an allreduce of h ranks, and a reduce and a bcast on each host          h hosts
// Good   several hosts with several ranks each. 4 hosts of 4 ranks, 0.2 ms apart, all on two cores: a number 2.9 ms, 8 KiB 6.0,
//        1 MiB 67; by the flat rows that are best at it 4.6, 8.4 and 74
// Needs  hosts that are known; where the operator does not commute, hosts of consecutive ranks
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import { carry } from "./carry.ts";
import type { Fold } from "./fold.ts";
import { FoldFacts } from "./fold-facts.ts";
import { standing } from "./leaders.ts";
import { reducePart } from "./reduce-hierarchical.ts";
import { select } from "./select.ts";

export async function allreduceHierarchical(lane: Lane, fold: Fold): Promise<void> {
  const { near, nearRanks, leader, across, acrossRanks } = standing(lane);
  await reducePart(near, nearRanks, leader, fold);
  if (!across) return fold.adoptBy((slot) => promised(carry(near, leader, undefined, slot)), nearRanks[leader]!);
  fold.names = acrossRanks;
  await promised(select("allreduce", new FoldFacts(across, fold))(across, fold));
  fold.join();
  await promised(carry(near, leader, fold.body(), undefined));
}
