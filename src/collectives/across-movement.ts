// collectives/across-movement: layer 6. The collectives that move data, between two groups: those of movement.ts and
// movement-v.ts, by the same algorithms. `root` is MPI.ROOT at the root, MPI.PROC_NULL at the other ranks of its group, which
// do nothing, and the root's rank in the remote group at the ranks of that.

import { PROC_NULL, ROOT } from "../base/constants.ts";
import type { AcrossLane, Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { type BufferLike, isBuffer } from "../data/buffer.ts";
import { promised } from "../engine/operation.ts";
import { collectAcross, exchangeAcross, NOTHING, swap } from "./across-swap.ts";
import { bufferLike, chunkOf, type Slot } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import * as within from "./movement.ts";
import type { Exchange } from "./movement-v.ts";
import { chunksOf, cut, type Layout, runOf } from "./runs.ts";
import { select } from "./select.ts";

/** Resolves when every rank of the other group has called it. */
export async function barrier(lane: AcrossLane): Promise<void> {
  await promised(within.barrier(lane));
  await swap(lane, NOTHING);
}

/** Gives every rank of the other group the root's data. @returns `into`, or the data; `null` in the root's group */
export async function bcast(lane: AcrossLane, data: unknown, { root, into }: within.Rooted): Promise<unknown> {
  if (root === PROC_NULL) return null;
  const [all, last] = withRoot(lane, root);
  if (root !== ROOT) return promised(within.bcast(all, undefined, { root: last, into }));
  await promised(within.give(all, chunkOf(data)));
  return null;
}

/** Gives each rank of the other group its chunk. @returns `into`, or the chunk; `null` in the root's group */
export function scatter(lane: AcrossLane, data: unknown, options: within.ScatterInto): Promise<unknown> {
  return deal(lane, () => chunksOf(data, lane.remote.size, "scatter"), options);
}

/** Gives each rank of the other group its run. @returns as scatter */
export function scatterv(
  lane: AcrossLane,
  data: unknown,
  { root, into, ...layout }: within.ScatterInto & Layout,
): Promise<unknown> {
  return deal(lane, () => cut(data, lane.remote.size, layout, "scatterv"), { root, into });
}

async function deal(lane: AcrossLane, chunksAtRoot: () => Body[], { root, into }: within.ScatterInto) {
  if (root === PROC_NULL) return null;
  const [all, last] = withRoot(lane, root);
  if (root !== ROOT) return within.deal(all, chunksAtRoot, { root: last, into });
  await select("scatter", all)(all, last, [...chunksAtRoot(), NOTHING]);
  return null;
}

/** Collects the other group's data at the root. @returns `into`, or an array by remote rank; `null` on the others */
export async function gather(lane: AcrossLane, data: unknown, { root, into }: within.Rooted): Promise<unknown> {
  const chunks = root === ROOT ? new Chunks(lane.remote.size, into, "gather") : undefined;
  await collect(lane, root, () => chunkOf(data), chunks);
  return chunks ? chunks.result() : null;
}

/** Collects the other group's runs at the root. @returns `into`, or one array or buffer of them; `null` on the others */
export async function gatherv(
  lane: AcrossLane,
  data: unknown,
  { root, into, ...layout }: within.Rooted & Layout,
): Promise<unknown> {
  const chunks = root === ROOT ? new Chunks(lane.remote.size, into, "gatherv", layout) : undefined;
  await collect(lane, root, () => runOf(data, "gatherv"), chunks);
  return chunks ? chunks.joined() : null;
}

async function collect(lane: AcrossLane, root: number, own: () => Body, chunks?: Chunks): Promise<void> {
  if (root === PROC_NULL) return;
  const [all, last] = withRoot(lane, root);
  await promised(select("gather", all)(all, last, chunks ? NOTHING : own(), chunks));
}

/** Collects the other group's data on every rank. @returns `into`, or an array by remote rank */
export async function allgather(lane: AcrossLane, data: unknown, { into }: within.Into): Promise<unknown> {
  const chunks = new Chunks(lane.remote.size, into, "allgather");
  await collectAcross(lane, chunkOf(data), chunks);
  return chunks.result();
}

/** Collects the other group's runs on every rank. @returns `into`, or one array or buffer of them */
export async function allgatherv(
  lane: AcrossLane,
  data: unknown,
  { into, ...layout }: within.Into & Layout,
): Promise<unknown> {
  const chunks = new Chunks(lane.remote.size, into, "allgatherv", layout);
  await collectAcross(lane, runOf(data, "allgatherv"), chunks);
  return chunks.joined();
}

/** Gives every rank of the other group its chunk, and gets one of each. @returns as alltoall of movement.ts */
export async function alltoall(lane: AcrossLane, data: unknown, { into }: within.Into): Promise<unknown> {
  const { size } = lane.remote;
  const out = chunksOf(data, size, "alltoall");
  const chunks = new Chunks(size, into ?? (isBuffer(data) ? bufferLike(data as BufferLike) : undefined), "alltoall");
  await exchangeAcross(lane, out, chunks);
  return chunks.result();
}

/** Gives every rank of the other group its run, and gets one of each. @returns `into`, or one array or buffer of them */
export async function alltoallv(lane: AcrossLane, data: unknown, { into, send, receive }: Exchange): Promise<unknown> {
  const { size } = lane.remote;
  const out = cut(data, size, send, "alltoallv");
  const chunks = new Chunks(size, into, "alltoallv", receive);
  await exchangeAcross(lane, out, chunks);
  return chunks.joined();
}

/** Gives every rank of the other group its chunk, and gets one of each, where every chunk has memory of its own. */
export async function alltoallw(lane: AcrossLane, out: readonly Body[], slots: readonly Slot[]): Promise<void> {
  await exchangeAcross(lane, out, Chunks.over(slots, "alltoallw"));
}

/** The lane of the group that gives or takes, and of the root, which is its last rank. */
function withRoot(lane: AcrossLane, root: number): [lane: Lane, last: number] {
  const all = lane.rooted(root);
  return [all, all.size - 1];
}
