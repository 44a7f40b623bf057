// collectives/power-of-two: layer 6. For reductions in which ranks exchange in pairs at distances 1, 2, 4, …: where p is no
// power of two, the first ranks join in pairs, of which the upper one stays. Runs of ranks stay runs, so that operands stay
// in rank order. Then halving, which leaves each of those who stay with one piece of the fold of all.
//
//   p = 6   before:  0→1 2→3      who stay: 1 3 4 5, with the numbers 0 1 2 3
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { guarded } from "./sends.ts";

export interface Stayed {
  /** How many ranks stay. */
  readonly power: number;
  /** This rank's number among them; undefined when it has given its fold to the rank above. */
  readonly vrank: number | undefined;
  /** True when the rank below has given its fold to this one. */
  readonly forTwo: boolean;
  /** The rank of a number. */
  rankOf(vrank: number): number;
}

export async function joinPairs(lane: Lane, fold: Fold): Promise<Stayed> {
  const { rank, size } = lane;
  const power = 2 ** Math.floor(Math.log2(size));
  /** Ranks below this number join in pairs. */
  const paired = 2 * (size - power);
  const rankOf = (vrank: number) => (vrank < paired / 2 ? 2 * vrank + 1 : vrank + paired / 2);
  if (rank >= paired) return { power, vrank: rank - paired / 2, forTwo: false, rankOf };
  if (rank % 2 === 0) {
    const sent = fold.send(lane, rank + 1);
    if (sent) await sent;
    return { power, vrank: undefined, forTwo: false, rankOf };
  }
  fold.prepend(await fold.receive(lane, rank - 1), rank - 1);
  return { power, vrank: rank >> 1, forTwo: true, rankOf };
}

/** One step of halving: `whole` was split, this rank has folded `kept`, and `given` is its partner's. */
export interface Half {
  readonly whole: Fold;
  readonly kept: Fold;
  readonly given: Fold;
  /** The partner's number, and its rank. */
  readonly vpeer: number;
  readonly peer: number;
}

/** In each step partners fold one half each of what they have in common. @returns the steps, the last one first */
export async function halve(lane: Lane, fold: Fold, { power, rankOf }: Stayed, vrank: number): Promise<Half[]> {
  const steps: Half[] = [];
  let whole = fold;
  for (let mask = 1; mask < power; mask <<= 1) {
    const vpeer = vrank ^ mask;
    const peer = rankOf(vpeer);
    const [lower, upper] = whole.split(2) as [Fold, Fold];
    const [kept, given] = vrank < vpeer ? [lower, upper] : [upper, lower];
    const sent = guarded(given.send(lane, peer));
    const theirs = await kept.receive(lane, peer);
    if (sent) await sent;
    if (peer < lane.rank) kept.prepend(theirs, peer);
    else kept.append(theirs, peer);
    steps.unshift({ whole, kept, given, vpeer, peer });
    whole = kept;
  }
  return steps;
}
