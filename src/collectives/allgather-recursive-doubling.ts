// collectives/allgather-recursive-doubling: layer 6, row `recursive-doubling` of allgather. Partners at distances 1, 2, 4, …
// give each other all that they have; what a rank has doubles each time. Long chunks are only announced on this way
// (bundle.ts), and follow in a ring.
//
//   p = 4   step 0:  0↔1 2↔3      step 1:  0↔2 1↔3
//
// Cost   log₂ p·α + n·(p−1)/p·β; with long chunks (p−1)·α more          n bytes of the result
// Good   short chunks
// Needs  a power of two ranks; chunks may differ in length
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { place } from "./allgather-bruck.ts";
import { bundle, unbundle } from "./bundle.ts";
import type { Chunks } from "./chunks.ts";
import { guarded } from "./sends.ts";

/** @param chunks has this rank's own chunk already */
export async function allgatherRecursiveDoubling(lane: Lane, chunks: Chunks): Promise<void> {
  const { rank, size } = lane;
  // What has come: chunks of a run of ranks that begins at a multiple of its length.
  let have: (Body | undefined)[] = [chunks.at(rank)];
  for (let mask = 1; mask < size; mask <<= 1) {
    const peer = rank ^ mask;
    const sent = guarded(lane.isend(peer, bundle(have)));
    const theirs = unbundle(await lane.irecv(peer), mask, peer);
    if (sent) await sent;
    have = peer < rank ? [...theirs, ...have] : [...have, ...theirs];
  }
  await place(lane, chunks, have);
}
