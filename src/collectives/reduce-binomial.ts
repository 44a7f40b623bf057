// collectives/reduce-binomial: layer 6, row `binomial` of reduce. Neighbouring runs of ranks are folded in pairs: the
// upper one's first rank sends to the lower one's, whose fold then covers both.
//
//   p = 7   1→0 3→2 5→4,  then 2→0 6→4,  then 4→0:      ((0⊕1)⊕(2⊕3)) ⊕ ((4⊕5)⊕6)
//
// Ranks are counted from the root where the operator is commutative. Where it is not they are counted from 0, so that
// every run is in rank order, and rank 0 sends the result to the root.
//
// Cost   ⌈log₂ p⌉·(α + nβ + nγ), + α + nβ for the detour          γ time to combine a byte
// Good   short data, any p
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";

export async function reduceBinomial(lane: Lane, root: number, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const top = fold.commute ? root : 0;
  const vrank = (rank - top + size) % size;
  let mask = 1;
  for (; mask < size && !(vrank & mask); mask <<= 1) {
    if (vrank + mask >= size) continue;
    const child = (vrank + mask + top) % size;
    fold.append(await fold.receive(lane, child), child);
  }
  const dest = vrank > 0 ? (vrank - mask + top) % size : root;
  if (dest !== rank) {
    const sent = fold.send(lane, dest);
    if (sent) await sent;
  }
  if (rank === root && rank !== top) await fold.adopt(lane, top);
}
