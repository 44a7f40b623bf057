// collectives/allgather-bruck: layer 6, row `bruck` of allgather. In step k every rank takes from the one 2ᵏ above it,
// round the ring, all that it has; what a rank has doubles each time. Long chunks are only announced on this way
// (bundle.ts): then every rank knows which they are, and they follow in a ring.
//
//   p = 5, rank 0 has   [0]   step 0: +[1] from 1   step 1: +[2 3] from 2   step 2: +[4] from 4
//
// Cost   ⌈log₂ p⌉·α + n·(p−1)/p·β; with long chunks (p−1)·α more          n bytes of the result
// Good   short chunks, any p
// Needs  nothing; chunks may differ in length
// From   Bruck, Ho, Kipnis, Upfal, Weathersby, IEEE TPDS 8(11), 1997
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { allgatherRing } from "./allgather-ring.ts";
import { bundle, isLong, unbundle } from "./bundle.ts";
import type { Chunks } from "./chunks.ts";
import { guarded } from "./sends.ts";

/** @param chunks has this rank's own chunk already */
export async function allgatherBruck(lane: Lane, chunks: Chunks): Promise<void> {
  const { rank, size } = lane;
  // What has come, from this rank's own chunk upwards, round the ring.
  const have: (Body | undefined)[] = [chunks.at(rank)];
  for (let distance = 1; distance < size; distance <<= 1) {
    const count = Math.min(distance, size - distance);
    const source = (rank + distance) % size;
    const sent = guarded(lane.isend((rank - distance + size) % size, bundle(have.slice(0, count))));
    have.push(...unbundle(await lane.irecv(source), count, source));
    if (sent) await sent;
  }
  await place(lane, chunks, [...have.slice(size - rank), ...have.slice(0, size - rank)]);
}

/** Puts by rank what has come in bundles, and lets those follow that were only announced. */
export async function place(lane: Lane, chunks: Chunks, have: readonly (Body | undefined)[]): Promise<void> {
  const long = have.map((chunk) => !chunk || isLong(chunk));
  for (const [from, chunk] of have.entries()) {
    if (from !== lane.rank && chunk && !long[from]) chunks.put(from, chunk);
  }
  if (long.includes(true)) await allgatherRing(lane, chunks, long);
}
