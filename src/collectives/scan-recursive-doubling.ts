// collectives/scan-recursive-doubling: layer 6, rows `recursive-doubling` of scan and exscan. In step k every rank
// sends what it has folded to the rank 2ᵏ above and puts what comes from 2ᵏ below in front; runs double in each step.
//
//   p = 5   step 0:  0→1 1→2 2→3 3→4      step 1:  0→2 1→3 2→4      step 2:  0→4
//           rank 4 has  4   then  3⊕4   then  (1⊕2)⊕(3⊕4)   then  0⊕((1⊕2)⊕(3⊕4))
//
// The exclusive prefix is the inclusive one of the rank before: first every rank hands its operand one rank up.
//
// Cost   ⌈log₂ p⌉·(α + nβ + nγ); exscan α + nβ + ⌈log₂(p−1)⌉·(α + nβ + nγ)          γ time to combine a byte
// Good   any p
// Needs  nothing; operands stay in rank order
// From   Kogge, Stone, IEEE Trans. Computers C-22(8), 1973; Hillis, Steele, CACM 29(12), 1986
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { guarded } from "./sends.ts";

export function scanRecursiveDoubling(lane: Lane, fold: Fold): Promise<void> {
  return prefix(lane, fold, 0);
}

/** Rank 0's fold has no meaning afterwards. */
export async function exscanRecursiveDoubling(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const sent = rank + 1 < size ? guarded(fold.send(lane, rank + 1)) : undefined;
  if (rank > 0) await fold.adopt(lane, rank - 1);
  if (sent) await sent;
  if (rank > 0) await prefix(lane, fold, 1);
}

/** The inclusive prefix over the ranks from `first` on. */
async function prefix(lane: Lane, fold: Fold, first: number): Promise<void> {
  const { rank, size } = lane;
  for (let distance = 1; first + distance < size; distance <<= 1) {
    const sent = rank + distance < size ? guarded(fold.send(lane, rank + distance)) : undefined;
    const source = rank - distance;
    const theirs = source >= first ? await fold.receive(lane, source) : undefined;
    if (sent) await sent;
    if (theirs) fold.prepend(theirs, source);
  }
}
