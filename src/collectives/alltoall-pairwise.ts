// collectives/alltoall-pairwise: layer 6, row `pairwise` of alltoall. In step k every rank gives to the one k above it,
// round the ring, and takes from the one k below: each has one message out and one in at a time.
//
//   p = 4   step 1:  0→1 1→2 2→3 3→0      step 2:  0→2 1→3 2→0 3→1      step 3:  0→3 1→0 2→1 3→2
//
// Cost   (p−1)·α + n·(p−1)/p·β          α latency of a message, β time per byte, n bytes of one rank's chunks
// Good   long chunks, any p; bounded memory
// Needs  nothing; chunks may differ in length
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import type { Chunks } from "./chunks.ts";
import { guarded } from "./sends.ts";

/** @param out one chunk for each rank @param chunks where those from each rank are to land; it has its own already */
export async function alltoallPairwise(lane: Lane, out: readonly Body[], chunks: Chunks): Promise<void> {
  const { rank, size } = lane;
  for (let distance = 1; distance < size; distance++) {
    const dest = (rank + distance) % size;
    const source = (rank - distance + size) % size;
    const sent = guarded(lane.isend(dest, out[dest]!));
    chunks.set(source, await lane.irecv(source, chunks.slot(source)));
    if (sent) await sent;
  }
}
