// collectives/alltoall-bruck: layer 6, row `bruck` of alltoall. A chunk for the rank d above, round the ring, goes there in
// jumps of the powers of two that make up d. In step k every rank passes on in one message all that still has to jump 2ᵏ.
// Long chunks are only announced on this way (bundle.ts), and then travel by themselves.
//
//   p = 5   step 0: distances 1 3 jump 1      step 1: 2 3 jump 2      step 2: 4 jumps 4
//
// Cost   ⌈log₂ p⌉·(α + n/2·β); with long chunks (p−1)·α more          n bytes of one rank's chunks
// Good   short chunks, many ranks
// Needs  nothing; chunks may differ in length
// From   Bruck, Ho, Kipnis, Upfal, Weathersby, IEEE TPDS 8(11), 1997
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { bundle, isLong, unbundle } from "./bundle.ts";
import type { Chunks } from "./chunks.ts";
import { guarded, Sends } from "./sends.ts";

/** @param out one chunk for each rank @param chunks where those from each rank are to land; it has its own already */
export async function alltoallBruck(lane: Lane, out: readonly Body[], chunks: Chunks): Promise<void> {
  const { rank, size } = lane;
  // By distance: first what this rank sends so far, in the end what has come from so far.
  const travelling = Array.from(out, (_, distance): Body | undefined => out[(rank + distance) % size]);
  for (let jump = 1; jump < size; jump <<= 1) {
    const jumping = [...travelling.keys()].filter((distance) => distance & jump);
    const source = (rank - jump + size) % size;
    const sent = guarded(lane.isend((rank + jump) % size, bundle(jumping.map((distance) => travelling[distance]))));
    const came = unbundle(await lane.irecv(source), jumping.length, source);
    for (const [i, distance] of jumping.entries()) travelling[distance] = came[i];
    if (sent) await sent;
  }
  const sends = new Sends();
  for (let i = 1; i < size; i++) {
    const dest = (rank + i) % size;
    if (isLong(out[dest]!)) sends.add(lane.isend(dest, out[dest]!));
  }
  for (let distance = 1; distance < size; distance++) {
    const source = (rank - distance + size) % size;
    const chunk = travelling[distance];
    if (chunk) chunks.put(source, chunk);
    else chunks.set(source, await lane.irecv(source, chunks.slot(source)));
  }
  if (sends.open) await sends.all();
}
