// collectives/bcast-binomial: layer 6, row `binomial` of bcast. Who has the data gives it to the rank 2ᵏ further on,
// the longest way first; the number of those who have it doubles each time.
//
//   p = 7, root 0          0
//                       ┌──┼───────┐           0→4, then 0→2 and 4→6, then 0→1, 2→3 and 4→5
//                       1  2       4
//                          3     5   6
//
// Cost   ⌈log₂ p⌉·(α + nβ)          α latency of a message, β time per byte, n bytes
// Good   short data, any p; receivers need not know the length
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import type { Slot } from "./chunk.ts";
import { Sends } from "./sends.ts";

/**
 * @param body at root the data @param slot on the others where it is to land
 * @param orNote the root may send a note in place of the data: see bcast-scatter-allgather.ts
 * @returns the data, or the note
 */
export async function bcastBinomial(lane: Lane, root: number, body?: Body, slot?: Slot, orNote = false): Promise<Body> {
  const { rank, size } = lane;
  const vrank = (rank - root + size) % size;
  let mask = 1;
  while (mask < size && !(vrank & mask)) mask <<= 1;
  const data = body ?? (await lane.irecv((vrank - mask + root) % size, slot, orNote));

  const sends = new Sends();
  for (mask >>= 1; mask > 0; mask >>= 1) {
    if (vrank + mask < size) sends.add(lane.isend((vrank + mask + root) % size, data));
  }
  if (sends.open) await sends.all();
  return data;
}
