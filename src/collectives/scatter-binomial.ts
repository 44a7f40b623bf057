// collectives/scatter-binomial: layer 6, row `binomial` of scatter. Each rank gets the chunks of its whole subtree in
// one message, keeps its own and passes on the rest; half of the chunks stay after every step. Long chunks come from
// the root itself (bundle.ts), so that nothing long passes through others.
//
//   p = 7, root 0          0                   0→4 [4 5 6], 0→2 [2 3], 4→6 [6], 0→1 [1], 2→3 [3], 4→5 [5]
//                       ┌──┼───────┐
//                       1  2       4
//                          3     5   6
//
// Cost   ⌈log₂ p⌉·α + n·(p−1)/p·β; long chunks (p−1)·α more          n bytes at the root
// Good   any p, any length; receivers need not know it
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { bundle, isLong, unbundle } from "./bundle.ts";
import { land, type Slot } from "./chunk.ts";
import { Sends } from "./sends.ts";

/** @param chunks at root one chunk a rank @param slot on the others where theirs is to land @returns this rank's chunk */
export async function scatterBinomial(lane: Lane, root: number, chunks?: Body[], slot?: Slot): Promise<Body> {
  const { rank, size } = lane;
  const vrank = (rank - root + size) % size;
  let mask = 1;
  while (mask < size && !(vrank & mask)) mask <<= 1;
  // The subtree is [vrank, vrank + mask) in numbers that start at the root.
  const count = Math.min(mask, size - vrank);
  const parent = (vrank - mask + root) % size;

  // A leaf of the root gets its chunk as it is.
  if (!chunks && parent === root && count === 1) return lane.irecv(root, slot);
  const subtree = chunks
    ? Array.from(chunks, (_, i) => chunks[(i + root) % size])
    : unbundle(await lane.irecv(parent), count, parent);

  const sends = new Sends();
  for (mask >>= 1; mask > 0; mask >>= 1) {
    if (mask >= count) continue;
    const theirs = subtree.slice(mask, Math.min(2 * mask, count));
    sends.add(lane.isend((vrank + mask + root) % size, chunks && theirs.length === 1 ? theirs[0]! : bundle(theirs)));
    if (!chunks || theirs.length === 1) continue;
    theirs.forEach((chunk, i) => {
      if (isLong(chunk!)) sends.add(lane.isend((vrank + mask + i + root) % size, chunk!));
    });
  }
  const own = subtree[0];
  const mine = chunks ? own! : own ? land(own, slot, `the chunk of rank ${rank}`) : await lane.irecv(root, slot);
  if (sends.open) await sends.all();
  return mine;
}
