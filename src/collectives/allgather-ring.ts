// collectives/allgather-ring: layer 6, row `ring` of allgather. Each step passes on what came in the step before;
// after p−1 steps all have all.
//
//   p = 4   step 0:  0─[0]→1─[1]→2─[2]→3─[3]→0      step 1:  0─[3]→1─[0]→2─[1]→3─[2]→0      step 2: …
//
// Cost   (p−1)·α + n·(p−1)/p·β          α latency of a message, β time per byte, n bytes of the result
// Good   long chunks, which land in place; two or three ranks
// Needs  nothing; chunks may differ in length
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Chunks } from "./chunks.ts";
import { guarded } from "./sends.ts";

/** @param chunks has this rank's own chunk already @param moves the chunks that travel, all by default */
export async function allgatherRing(lane: Lane, chunks: Chunks, moves?: readonly boolean[]): Promise<void> {
  const { rank, size } = lane;
  const right = (rank + 1) % size;
  const left = (rank - 1 + size) % size;
  for (let step = 0; step < size - 1; step++) {
    const out = (rank - step + size) % size;
    const next = (out - 1 + size) % size;
    const sent = !moves || moves[out] ? guarded(lane.isend(right, chunks.at(out))) : undefined;
    if (!moves || moves[next]) chunks.set(next, await lane.irecv(left, chunks.slot(next)));
    if (sent) await sent;
  }
}
