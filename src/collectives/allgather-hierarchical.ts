// collectives/allgather-hierarchical: layer 6, row `hierarchical` of allgather. Each host's leader collects the chunks of its host,
// the leaders give each other what they have, and each its host all. Long chunks are only announced there (bundle.ts): then every
// rank knows which they are, and they follow in a ring.
//
//   hosts 0 1 2 and 3 4 5      1→0 2→0, 4→3 5→3 ·· 0↔3 ·· 0→1 0→2, 3→4 3→5 [0 1 2 3 4 5]
//
// Cost   that of an allgather of h ranks, and a gather and a bcast on each host; long chunks (p−1)·α more          h hosts
// Good   short chunks, several hosts with several ranks each, wherever the ranks are. 4 hosts of 4 ranks, all on two cores, with a
//        barrier: 8 bytes 7.2 ms, recursive doubling 8.0, Bruck 8.2; 4000 bytes 6.5, 8.7 and 8.8
// Needs  hosts that are known
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { promised } from "../engine/operation.ts";
import { place } from "./allgather-bruck.ts";
import { bundle, unbundle } from "./bundle.ts";
import { carry } from "./carry.ts";
import { Chunks } from "./chunks.ts";
import { standing } from "./leaders.ts";
import { select } from "./select.ts";

/** @param chunks has this rank's own chunk already */
export async function allgatherHierarchical(lane: Lane, chunks: Chunks): Promise<void> {
  const { near, nearRanks, leader, across } = standing(lane);
  const { ranks } = lane.hosts!;
  const own = bundle([chunks.at(lane.rank)]);
  const bundles = across && new Chunks(near.size, undefined, "allgather");
  bundles?.set(leader, own);
  await promised(select("gather", near)(near, leader, own, bundles));
  let all: Body | undefined;
  if (across) {
    const hosts = new Chunks(across.size, undefined, "allgather");
    const ofHost = nearRanks.flatMap((rank, i) => unbundle(bundles!.at(i), 1, rank));
    hosts.set(across.rank, bundle(ofHost));
    await promised(select("allgather", across)(across, hosts));
    all = bundle(ranks.flatMap((host, i) => unbundle(hosts.at(i), host.length, host[0]!)));
  }
  const given = unbundle(await promised(carry(near, leader, all, undefined)), lane.size, nearRanks[leader]!);
  const have: (Body | undefined)[] = [];
  for (const [i, rank] of ranks.flat().entries()) have[rank] = given[i];
  await place(lane, chunks, have);
}
