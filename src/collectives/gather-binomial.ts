// collectives/gather-binomial: layer 6, row `binomial` of gather. Each rank collects the chunks of its whole subtree
// and passes them on in one message. Long chunks are only announced there (bundle.ts) and go to the root by themselves.
//
//   p = 7, root 0          0                   1→0 [1], 3→2 [3], 5→4 [5], 2→0 [2 3], 6→4 [6], 4→0 [4 5 6]
//                       ┌──┼───────┐
//                       1  2       4
//                          3     5   6
//
// Cost   ⌈log₂ p⌉·α + n·(p−1)/p·β; long chunks (p−1)·α more          n bytes at the root
// Good   any p, any length, also a different one on each rank
// Needs  nothing
// From   Thakur, Rabenseifner, Gropp, IJHPCA 19(1), 2005
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { bundle, isLong, unbundle } from "./bundle.ts";
import type { Chunks } from "./chunks.ts";
import { guarded } from "./sends.ts";

/** @param own this rank's chunk @param chunks at root where all of them are to land; it has its own already */
export async function gatherBinomial(lane: Lane, root: number, own: Body, chunks?: Chunks): Promise<void> {
  const { rank, size } = lane;
  const vrank = (rank - root + size) % size;
  const subtree: (Body | undefined)[] = [own];
  const announced: number[] = [];
  let mask = 1;
  for (; mask < size && !(vrank & mask); mask <<= 1) {
    const child = vrank + mask;
    if (child >= size) continue;
    const source = (child + root) % size;
    const count = Math.min(mask, size - child);
    if (!chunks) {
      subtree.push(...unbundle(await lane.irecv(source), count, source));
    } else if (count === 1) {
      // A leaf of the root gives its chunk as it is.
      chunks.set(source, await lane.irecv(source, chunks.slot(source)));
    } else {
      unbundle(await lane.irecv(source), count, source).forEach((chunk, i) => {
        const from = (source + i) % size;
        if (chunk) chunks.put(from, chunk);
        else announced.push(from);
      });
    }
  }
  if (chunks) {
    const receive = async (i: number) => chunks.set(i, await lane.irecv(i, chunks.slot(i)));
    if (announced.length > 0) await Promise.all(announced.map(receive));
    return;
  }
  const parent = (vrank - mask + root) % size;
  const leaf = parent === root && subtree.length === 1;
  const sent = guarded(lane.isend(parent, leaf ? own : bundle(subtree)));
  const long = !leaf && isLong(own) ? guarded(lane.isend(root, own)) : undefined;
  if (sent) await sent;
  if (long) await long;
}
