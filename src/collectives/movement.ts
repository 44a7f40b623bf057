// collectives/movement: layer 6. The collectives that move data without changing it, one function each, called by
// mpi/collective.ts. (Data becomes chunks, select.ts picks how they travel.)
import { IN_PLACE } from "../base/constants.ts";
import type { Lane } from "../comm/lane.ts";
import { type Body, viewOf } from "../data/body.ts";
import { type BufferLike, isBuffer } from "../data/buffer.ts";
import { VALUE } from "../data/element.ts";
import { following, type Started } from "../engine/operation.ts";
import { carry, carryLong } from "./carry.ts";
import { bufferLike, chunkOf, copyOf, land, open, slotOf } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import { chunksOf } from "./runs.ts";
import { pick, select } from "./select.ts";

export interface Into {
  /** Memory of the caller for the result, which is then what the call returns. */
  readonly into?: BufferLike | undefined;
}

/** `into` of a scatter, which at the root may be IN_PLACE: its own chunk stays where it is. */
export interface ScatterInto {
  readonly root: number;
  readonly into?: BufferLike | typeof IN_PLACE | undefined;
}

export interface Rooted extends Into {
  readonly root: number;
}

/** Resolves when every rank has called it. @see MPI-4.1 §6.3 */
export function barrier(lane: Lane): Started<void> {
  return select("barrier", lane)(lane);
}

/**
 * Gives every rank the root's data.
 * @param data the root's; the others' is not looked at
 * @returns `into`, or the data: the root's own value itself, for a buffer a copy
 * @throws ERR_TRUNCATE, ERR_TYPE when `into` is too short or of another kind
 * @see MPI-4.1 §6.4
 */
export function bcast(lane: Lane, data: unknown, { root, into }: Rooted): Started<unknown> {
  if (!into && (lane.rank !== root || !isBuffer(data))) {
    const { values } = pick("bcast", lane);
    if (values) return values(lane, root, data, bcastLong);
  }
  if (lane.rank !== root) return following(carry(lane, root, undefined, slotOf(into)), (chunk) => into ?? open(chunk));
  const chunk = chunkOf(data);
  if (into) land(chunk, slotOf(into), "the root's data");
  return following(give(lane, chunk), () => into ?? (isBuffer(data) ? open(copyOf(chunk)) : data));
}

/** A bcast of what has no room on the board. @returns nothing of use on the root, which has `chunk` */
function bcastLong(lane: Lane, root: number, chunk?: Body): Started<unknown> {
  return following(carryLong(lane, root, chunk, undefined), (carried) => chunk ?? open(carried));
}

/** A bcast on the root, which this rank is. */
export function give(lane: Lane, chunk: Body): Started<Body> {
  return carry(lane, lane.rank, chunk, undefined);
}

/**
 * Gives each rank its chunk of the root's data.
 * @param data the root's: an array of one value a rank, or a buffer of equal chunks; the others' is not looked at
 * @returns `into`, or this rank's chunk
 * @throws ERR_COUNT, ERR_TYPE at the root when the data does not divide; ERR_TRUNCATE, ERR_TYPE for a wrong `into`
 * @see MPI-4.1 §6.6
 */
export function scatter(lane: Lane, data: unknown, options: ScatterInto): Promise<unknown> {
  return deal(lane, () => chunksOf(data, lane.size, "scatter"), options);
}

/** As scatter, of the chunks that `chunksAtRoot` makes of the data. */
export async function deal(lane: Lane, chunksAtRoot: () => Body[], { root, into }: ScatterInto): Promise<unknown> {
  const run = select("scatter", lane);
  if (lane.rank !== root) {
    const memory = into as BufferLike | undefined;
    const chunk = await run(lane, root, undefined, slotOf(memory));
    return memory ?? open(chunk);
  }
  const chunks = chunksAtRoot();
  const mine = chunks[root]!;
  const own = into === IN_PLACE ? undefined : land(mine, slotOf(into), "the root's chunk");
  await run(lane, root, chunks);
  if (own) return into ?? open(own);
  return mine.element === VALUE ? open(copyOf(mine)) : viewOf(mine);
}

/**
 * Collects every rank's data at the root.
 * @param into at the root: `size` equal chunks long
 * @returns at the root `into`, or an array by rank; `null` on the others
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE at the root when a rank's chunk is not what `into` expects
 * @see MPI-4.1 §6.5
 */
export function gather(lane: Lane, data: unknown, { root, into }: Rooted): Started<unknown> {
  if (!into && data !== IN_PLACE) {
    const { values } = pick("gather", lane);
    if (values) return values(lane, root, data);
  }
  const atRoot = lane.rank === root;
  const chunks = atRoot ? new Chunks(lane.size, into, "gather") : undefined;
  const collected = collectAtRoot(lane, root, data === IN_PLACE ? undefined : chunkOf(data), chunks);
  return following(collected, () => (chunks ? chunks.result() : null));
}

/** @param own this rank's chunk; undefined at the root where it stands in `into` already */
export function collectAtRoot(lane: Lane, root: number, own: Body | undefined, chunks?: Chunks): Started<void> {
  if (chunks) putOwn(lane, own, chunks);
  return select("gather", lane)(lane, root, own ?? chunks!.at(root), chunks);
}

function putOwn(lane: Lane, own: Body | undefined, chunks: Chunks): void {
  // A value that has no buffers beside it has memory of its own already.
  if (own?.element === VALUE && own.parts.length === 1 && !chunks.slot(lane.rank)) chunks.set(lane.rank, own);
  else if (own) chunks.put(lane.rank, own);
  else chunks.keep(lane.rank);
}

/**
 * Collects every rank's data on every rank.
 * @param into `size` equal chunks long
 * @returns `into`, or an array by rank
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a rank's chunk is not what `into` expects
 * @see MPI-4.1 §6.7
 */
export function allgather(lane: Lane, data: unknown, { into }: Into): Started<unknown> {
  if (!into && data !== IN_PLACE) {
    const { values } = pick("allgather", lane);
    if (values) return values(lane, data);
  }
  const chunks = new Chunks(lane.size, into, "allgather");
  const collected = collectEverywhere(lane, data === IN_PLACE ? undefined : chunkOf(data), chunks);
  return following(collected, () => chunks.result());
}

/** @param own this rank's chunk; undefined where it stands in `into` already */
export function collectEverywhere(lane: Lane, own: Body | undefined, chunks: Chunks): Started<void> {
  putOwn(lane, own, chunks);
  return select("allgather", lane)(lane, chunks);
}

/**
 * Gives every rank its chunk of every rank's data.
 * @param data an array of one value a rank, or a buffer of equal chunks
 * @returns `into`; or for a buffer a new one, for an array a new one, of what came from each rank
 * @throws ERR_COUNT, ERR_TYPE when the data does not divide; ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk does not fit
 * @see MPI-4.1 §6.8
 */
export function alltoall(lane: Lane, data: unknown, { into }: Into): Started<unknown> {
  const given = data === IN_PLACE ? copied(into!) : data;
  const out = chunksOf(given, lane.size, "alltoall");
  const chunks = new Chunks(lane.size, into ?? (isBuffer(given) ? bufferLike(given) : undefined), "alltoall");
  return following(exchange(lane, out, chunks), () => chunks.result());
}

/** @param out one chunk for each rank */
export function exchange(lane: Lane, out: readonly Body[], chunks: Chunks): Started<void> {
  chunks.put(lane.rank, out[lane.rank]!);
  return select("alltoall", lane)(lane, out, chunks);
}

/** A new buffer with the same content. */
export function copied(buffer: BufferLike): BufferLike {
  return open(copyOf(chunkOf(buffer))) as BufferLike;
}
