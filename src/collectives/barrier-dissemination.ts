// collectives/barrier-dissemination: layer 6, row `dissemination` of barrier. In step k every rank tells the one 2ᵏ
// above it, round the ring, and waits for the one 2ᵏ below; what it knows doubles each time.
//
//   p = 5   step 0:  0→1 1→2 2→3 3→4 4→0      step 1:  0→2 1→3 2→4 3→0 4→1      step 2:  0→4 1→0 2→1 3→2 4→3
//
// Cost   ⌈log₂ p⌉·α          α latency of a message
// Good   any p
// Needs  nothing
// From   Hensgen, Finkel, Manber, "Two algorithms for barrier synchronization", IJPP 17(1), 1988
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { BYTES } from "../data/element.ts";
import { guarded } from "./sends.ts";

/** A message that says only that it was sent. */
export const TOKEN: Body = { element: BYTES, parts: [new Uint8Array(0)] };

export async function barrierDissemination(lane: Lane): Promise<void> {
  const { rank, size } = lane;
  for (let distance = 1; distance < size; distance <<= 1) {
    const sent = guarded(lane.isend((rank + distance) % size, TOKEN));
    await lane.irecv((rank - distance + size) % size);
    if (sent) await sent;
  }
}
