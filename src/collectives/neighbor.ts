// collectives/neighbor: layer 6. The collectives between neighbours of a topology, one function each, called by the public
// methods with checked arguments. Each rank talks to its neighbours only, in one step, so there is nothing to select.
import { PROC_NULL } from "../base/constants.ts";
import type { Lane } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate, bufferFrom, isBuffer } from "../data/buffer.ts";
import { chunkOf, type Slot } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import type { Into } from "./movement.ts";
import type { Exchange } from "./movement-v.ts";
import { chunksOf, cut, type Layout, runOf } from "./runs.ts";
import { Sends } from "./sends.ts";

/** Who sends to this rank, and whom it sends to. A rank may occur several times, and be this rank itself or PROC_NULL. */
export interface Neighbors {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /**
   * The numbers of the destinations in the order in which messages leave. Messages of a pair of ranks do not overtake, so
   * the order among those to the same rank says which of its sources there each one is for.
   */
  readonly order: readonly number[];
}

/**
 * Collects the data of every source.
 * @param into as many equal chunks long as there are sources
 * @returns `into`, or an array by source, with `undefined` for PROC_NULL
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk is not what `into` expects
 * @see MPI-4.1 §8.6.1
 */
export async function neighborAllgather(lane: Lane, neighbors: Neighbors, data: unknown, { into }: Into) {
  const chunks = new Chunks(neighbors.sources.length, into, "neighborAllgather", { each: "neighbor" });
  const own = chunkOf(data);
  await trade(lane, neighbors, () => own, chunks);
  return chunks.result();
}

/**
 * Collects the run of every source.
 * @param layout where in `into`; without `into` only counts, which are then what is expected
 * @returns `into`, or one array or buffer of all runs
 * @throws ERR_COUNT, ERR_DISP, ERR_TRUNCATE, ERR_TYPE when runs do not fit
 * @see MPI-4.1 §8.6.1
 */
export async function neighborAllgatherv(
  lane: Lane,
  neighbors: Neighbors,
  data: unknown,
  { into, ...layout }: Into & Layout,
): Promise<unknown> {
  const chunks = new Chunks(neighbors.sources.length, into, "neighborAllgatherv", layout);
  const own = runOf(data, "neighborAllgatherv");
  await trade(lane, neighbors, () => own, chunks);
  return chunks.joined(own.element);
}

/**
 * Gives every destination its chunk of the data, and collects one from every source.
 * @param data an array of one value a destination, or a buffer of equal chunks
 * @returns `into`; or, by source, for a buffer a new one (zero for PROC_NULL), for an array a new one
 * @throws ERR_COUNT, ERR_TYPE when the data does not divide; ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk does not fit
 * @see MPI-4.1 §8.6.2
 */
export async function neighborAlltoall(lane: Lane, neighbors: Neighbors, data: unknown, { into }: Into) {
  const { sources, destinations } = neighbors;
  const out = chunksOf(data, destinations.length, "neighborAlltoall", "neighbor");
  // All chunks are as long as this rank's own. One that sends nothing does not know how long, and takes them as they come.
  const [own] = isBuffer(data) ? out : [];
  const target = into ?? (own && bufferFrom(own.element, allocate(sources.length * bodyBytes(own))));
  const chunks = new Chunks(sources.length, target, "neighborAlltoall", { each: "neighbor" });
  await trade(lane, neighbors, (i) => out[i]!, chunks);
  return isBuffer(data) ? chunks.joined(runOf(data, "neighborAlltoall").element) : chunks.result();
}

/**
 * Gives every destination its run of the data, and collects one from every source.
 * @returns `into`, or one array or buffer of what came from each source
 * @throws ERR_COUNT, ERR_DISP, ERR_TYPE when the data has no such runs, or `into`; ERR_TRUNCATE when one does not fit
 * @see MPI-4.1 §8.6.2
 */
export async function neighborAlltoallv(
  lane: Lane,
  neighbors: Neighbors,
  data: unknown,
  { into, send, receive }: Exchange,
): Promise<unknown> {
  const { sources, destinations } = neighbors;
  const verb = "neighborAlltoallv";
  const out = cut(data, destinations.length, send, verb);
  const chunks = new Chunks(sources.length, into, verb, receive);
  await trade(lane, neighbors, (i) => out[i]!, chunks);
  return chunks.joined(runOf(data, verb).element);
}

/**
 * Gives every destination its chunk, and collects one from every source.
 * @param out one chunk a destination
 * @param slots memory for the chunk from each source, as long as it is
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk is not what its slot expects
 * @see MPI-4.1 §8.6.2
 */
export async function neighborAlltoallw(
  lane: Lane,
  neighbors: Neighbors,
  out: readonly Body[],
  slots: readonly Slot[],
): Promise<void> {
  await trade(lane, neighbors, (i) => out[i]!, Chunks.over(slots, "neighborAlltoallw", "neighbor"));
}

/** One message to every destination, and one from every source. @param out the chunk for destination `i` */
async function trade(
  lane: Lane,
  { sources, destinations, order }: Neighbors,
  out: (i: number) => Body,
  chunks: Chunks,
): Promise<void> {
  const receive = async (source: number, i: number) => {
    if (source !== PROC_NULL) chunks.set(i, await lane.irecv(source, chunks.slot(i)));
  };
  const received = Promise.all(sources.map(receive));
  const sends = new Sends();
  for (const i of order) if (destinations[i] !== PROC_NULL) sends.add(lane.isend(destinations[i]!, out(i)));
  await received;
  await sends.all();
}
