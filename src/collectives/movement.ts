// collectives/movement: layer 6. The collectives that move data without changing it, one function each, called by the
// public methods with checked arguments. `into` and buffers mean what API.md section 3 says.
import type { Lane } from "../comm/lane.ts";
import { type BufferLike, isBuffer } from "../data/buffer.ts";
import { bufferLike, chunkOf, chunksOf, copyOf, land, open, slotOf } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import { select } from "./select.ts";

export interface Into {
  /** Memory of the caller for the result, which is then what the call returns. */
  readonly into?: BufferLike | undefined;
}

export interface Rooted extends Into {
  readonly root: number;
}

/** Resolves when every rank has called it. @see MPI-4.1 §6.3 */
export function barrier(lane: Lane): Promise<void> {
  return select("barrier", lane)(lane);
}

/**
 * Gives every rank the root's data.
 * @param data the root's; the others' is not looked at
 * @returns `into`, or the data: the root's own value itself, for a buffer a copy
 * @throws ERR_TRUNCATE, ERR_TYPE when `into` is too short or of another kind
 * @see MPI-4.1 §6.4
 */
export async function bcast(lane: Lane, data: unknown, { root, into }: Rooted): Promise<unknown> {
  const run = select("bcast", lane);
  if (lane.rank !== root) {
    const chunk = await run(lane, root, undefined, slotOf(into));
    return into ?? open(chunk);
  }
  const chunk = chunkOf(data);
  if (into) land(chunk, slotOf(into), "the root's data");
  await run(lane, root, chunk);
  return into ?? (isBuffer(data) ? open(copyOf(chunk)) : data);
}

/**
 * Gives each rank its chunk of the root's data.
 * @param data the root's: an array of one value a rank, or a buffer of equal chunks; the others' is not looked at
 * @returns `into`, or this rank's chunk
 * @throws ERR_COUNT, ERR_TYPE at the root when the data does not divide; ERR_TRUNCATE, ERR_TYPE for a wrong `into`
 * @see MPI-4.1 §6.6
 */
export async function scatter(lane: Lane, data: unknown, { root, into }: Rooted): Promise<unknown> {
  const run = select("scatter", lane);
  if (lane.rank !== root) {
    const chunk = await run(lane, root, undefined, slotOf(into));
    return into ?? open(chunk);
  }
  const chunks = chunksOf(data, lane.size, "scatter");
  const own = land(chunks[root]!, slotOf(into), "the root's chunk");
  await run(lane, root, chunks);
  return into ?? open(own);
}

/**
 * Collects every rank's data at the root.
 * @param into at the root: `size` equal chunks long
 * @returns at the root `into`, or an array by rank; `null` on the others
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE at the root when a rank's chunk is not what `into` expects
 * @see MPI-4.1 §6.5
 */
export async function gather(lane: Lane, data: unknown, { root, into }: Rooted): Promise<unknown> {
  const run = select("gather", lane);
  const own = chunkOf(data);
  if (lane.rank !== root) {
    await run(lane, root, own);
    return null;
  }
  const chunks = new Chunks(lane.size, into, "gather");
  chunks.put(root, own);
  await run(lane, root, own, chunks);
  return chunks.result();
}

/**
 * Collects every rank's data on every rank.
 * @param into `size` equal chunks long
 * @returns `into`, or an array by rank
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a rank's chunk is not what `into` expects
 * @see MPI-4.1 §6.7
 */
export async function allgather(lane: Lane, data: unknown, { into }: Into): Promise<unknown> {
  const chunks = new Chunks(lane.size, into, "allgather");
  chunks.put(lane.rank, chunkOf(data));
  await select("allgather", lane)(lane, chunks);
  return chunks.result();
}

/**
 * Gives every rank its chunk of every rank's data.
 * @param data an array of one value a rank, or a buffer of equal chunks
 * @returns `into`; or for a buffer a new one, for an array a new one, of what came from each rank
 * @throws ERR_COUNT, ERR_TYPE when the data does not divide; ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk does not fit
 * @see MPI-4.1 §6.8
 */
export async function alltoall(lane: Lane, data: unknown, { into }: Into): Promise<unknown> {
  const out = chunksOf(data, lane.size, "alltoall");
  const chunks = new Chunks(lane.size, into ?? (isBuffer(data) ? bufferLike(data) : undefined), "alltoall");
  chunks.put(lane.rank, out[lane.rank]!);
  await select("alltoall", lane)(lane, out, chunks);
  return chunks.result();
}
