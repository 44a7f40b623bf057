// collectives/across-reduction: layer 6. The collectives that combine data, between two groups: each group reduces its own,
// by the algorithms of reduction.ts, and the result crosses over. `root` is as in across-movement.ts.
import { PROC_NULL, ROOT } from "../base/constants.ts";
import type { AcrossLane, Peers } from "../comm/lane.ts";
import { type BufferLike, isTypedArray } from "../data/buffer.ts";
import { elementOf } from "../data/element.ts";
import { promised } from "../engine/operation.ts";
import { swap } from "./across-swap.ts";
import { checkFits, chunkOf, open, slotOf } from "./chunk.ts";
import { scatter } from "./movement.ts";
import { scatterv } from "./movement-v.ts";
import * as within from "./reduction.ts";
import type { Layout } from "./runs.ts";
import { guarded } from "./sends.ts";

/** Combines the other group's data at the root. @returns at the root `into`, or a new array or value; `null` elsewhere */
export async function reduce(
  lane: AcrossLane,
  data: unknown,
  { op, root, into, items }: within.ReducedAtRoot,
): Promise<unknown> {
  if (root === PROC_NULL) return null;
  if (root === ROOT) return receive(lane.remote, into);
  const ours = await within.reduce(lane, data, { op, root: 0, items });
  if (lane.rank === 0) await lane.remote.isend(root, chunkOf(ours));
  return null;
}

/** From rank 0 of the other group. */
async function receive(remote: Peers, into?: BufferLike): Promise<unknown> {
  const theirs = await remote.irecv(0, slotOf(into));
  return into ?? open(theirs);
}

/** Combines the other group's data on every rank: the same bits everywhere. @returns `into`, or a new array or value */
export async function allreduce(
  lane: AcrossLane,
  data: unknown,
  { op, into, items }: within.Reduced,
): Promise<unknown> {
  const slot = slotOf(into);
  // The other group's arrays are as long as ours: known before anything is sent.
  if (slot && isTypedArray(data) && op.elementwise) {
    checkFits(elementOf(data), data.byteLength, slot, "the result");
  }
  const ours = await promised(within.allreduce(lane, data, { op, items }));
  const theirs = await swap(lane, chunkOf(ours), slot);
  return into ?? open(theirs);
}

/**
 * Combines the other group's data, of which each rank gets its run.
 * @param data as long as everyone's of this group, and with `counts` of both
 * @param counts the length of each run, by the ranks of this group; left out, data is one value for each rank of the other
 * group, or so many equal blocks
 * @returns `into`, or this rank's run
 */
export async function reduceScatter(
  lane: AcrossLane,
  data: unknown,
  { op, into, items, counts }: within.Reduced & Pick<Layout, "counts">,
): Promise<unknown> {
  within.lengthsOf(data, counts ? lane.size : lane.remote.size, counts);
  const ours = await within.reduce(lane, data, { op, root: 0, items });
  let theirs: unknown;
  if (lane.rank === 0) {
    const sent = guarded(lane.remote.isend(0, chunkOf(ours)));
    theirs = await receive(lane.remote);
    if (sent) await sent;
  }
  return counts ? scatterv(lane, theirs, { root: 0, into, counts }) : scatter(lane, theirs, { root: 0, into });
}
