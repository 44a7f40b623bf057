// collectives/bcast-hierarchical: layer 6, row `hierarchical` of bcast. The root gives its data to the leaders of the other hosts,
// and each leader to its host.
//
//   hosts 0 1 2 and 3 4 5, root 1      1→3 ·· 1→0 1→2, 3→4 3→5
//
// Cost   ⌈log₂ h⌉·(α + nβ), and a bcast on each host          h hosts, α and β between them, n bytes
// Good   several hosts with several ranks each, wherever the root and the ranks are. 4 hosts of 4 ranks, 0.2 ms apart, all on two
//        cores, with a barrier, root 5: 8 bytes 4.1 ms, binomial 4.4; 1 MiB 20.7, binomial 25.2
// Needs  hosts that are known
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { promised } from "../engine/operation.ts";
import { carry } from "./carry.ts";
import type { Slot } from "./chunk.ts";
import { standing } from "./leaders.ts";

/** @param body at root the data @param slot on the others where it is to land @returns the data */
export async function bcastHierarchical(lane: Lane, root: number, body?: Body, slot?: Slot): Promise<Body> {
  const { near, leader, across, top } = standing(lane, root);
  const data = across && (await promised(carry(across, top, body, slot)));
  return promised(carry(near, leader, data, slot));
}
