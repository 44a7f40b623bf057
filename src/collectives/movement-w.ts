// collectives/movement-w: layer 6. alltoallw: as alltoall, where every chunk has memory of its own, and perhaps elements of
// its own kind. Called by the public method with packed chunks.
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import type { Started } from "../engine/operation.ts";
import type { Slot } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import { exchange } from "./movement.ts";

/**
 * Gives every rank its chunk of every rank's data.
 * @param out one chunk for each rank
 * @param slots memory for the chunk from each rank, as long as it is
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when a chunk is not what its slot expects
 * @see MPI-4.1 §6.8
 */
export function alltoallw(lane: Lane, out: readonly Body[], slots: readonly Slot[]): Started<void> {
  return exchange(lane, out, Chunks.over(slots, "alltoallw"));
}
