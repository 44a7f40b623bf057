// collectives/leaders: layer 6. A collective on several hosts, host by host: on each one rank leads, and only the leaders talk
// to other hosts. What the algorithms named `hierarchical` have in common; they take their parts from select.ts again.
//
//   host A: 0 1 2   host B: 3 4 5   root 4   leaders: 0 and 4
import type { Lane } from "../comm/lane.ts";

/** Where this rank stands. */
export interface Standing {
  /** The lane of this rank's host. */
  readonly near: Lane;
  /** The ranks of `near` as they are called in the whole lane. */
  readonly nearRanks: readonly number[];
  /** The rank in `near` that leads: the root where it is there, else the first one. */
  readonly leader: number;
  /** The lane of the leaders, in the order of the hosts; undefined on the ranks that do not lead. */
  readonly across: Lane | undefined;
  /** The leaders as they are called in the whole lane. */
  readonly acrossRanks: readonly number[];
  /** The rank in `across` that the root has. */
  readonly top: number;
}

export function standing(lane: Lane, root = 0): Standing {
  const { ranks: hosts, near, among } = lane.hosts!;
  const leads = (host: readonly number[]) => (host.includes(root) ? root : host[0]!);
  const acrossRanks = hosts.map(leads);
  const nearRanks = hosts.find((host) => host.includes(lane.rank))!;
  const leading = leads(nearRanks);
  return {
    near,
    nearRanks,
    leader: nearRanks.indexOf(leading),
    across: leading === lane.rank ? among(acrossRanks) : undefined,
    acrossRanks,
    top: acrossRanks.indexOf(root),
  };
}
