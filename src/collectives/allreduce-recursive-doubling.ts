// collectives/allreduce-recursive-doubling: layer 6, row `recursive-doubling` of allreduce. Neighbouring runs of ranks
// exchange their folds, so that both have the fold of the two; runs double in each step.
//
//   p = 4   step 0:  0↔1 2↔3      step 1:  0↔2 1↔3
//   p = 6   before:  0→1 2→3      steps among 1 3 4 5      after:  1→0 3→2
//
// Where p is no power of two, the first ranks join in pairs, of which the upper one stays: runs stay runs, and operands
// in rank order. Both sides of an exchange combine the same two folds in the same order: equal bits everywhere.
//
// Cost   log₂ p·(α + nβ + nγ), + 2·(α + nβ) + nγ where p is no power of two          γ time to combine a byte
// Good   short data, any operator
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { guarded } from "./sends.ts";

export async function allreduceRecursiveDoubling(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const power = 2 ** Math.floor(Math.log2(size));
  /** Ranks below this number join in pairs. */
  const paired = 2 * (size - power);

  if (rank < paired && rank % 2 === 0) {
    const sent = fold.send(lane, rank + 1);
    if (sent) await sent;
    await fold.adopt(lane, rank + 1);
    return;
  }
  if (rank < paired) fold.prepend(await fold.receive(lane, rank - 1), rank - 1);

  const vrank = rank < paired ? rank >> 1 : rank - paired / 2;
  for (let mask = 1; mask < power; mask <<= 1) {
    const vpeer = vrank ^ mask;
    const peer = vpeer < paired / 2 ? 2 * vpeer + 1 : vpeer + paired / 2;
    const sent = guarded(fold.send(lane, peer));
    const theirs = await fold.receive(lane, peer);
    if (sent) await sent;
    if (peer < rank) fold.prepend(theirs, peer);
    else fold.append(theirs, peer);
  }

  if (rank < paired) {
    const sent = fold.send(lane, rank - 1);
    if (sent) await sent;
  }
}
