// collectives/movement-v: layer 6. The collectives that move runs of different lengths: movement.ts's, by the same
// algorithms, with `counts` and `displs`. An array of values travels as it is cut, one run a message.

import { IN_PLACE } from "../base/constants.ts";
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import { Chunks } from "./chunks.ts";
import {
  collectAtRoot,
  collectEverywhere,
  copied,
  deal,
  exchange,
  type Into,
  type Rooted,
  type ScatterInto,
} from "./movement.ts";
import { cut, type Layout, runOf } from "./runs.ts";

/**
 * Collects every rank's run at the root.
 * @param layout where in `into`; without `into` only counts, which are then what is expected
 * @returns at the root `into`, or one array or buffer of all runs; `null` on the others
 * @throws ERR_COUNT, ERR_DISP, ERR_TRUNCATE, ERR_TYPE at the root when runs do not fit
 * @see MPI-4.1 §6.5
 */
export async function gatherv(lane: Lane, data: unknown, { root, into, ...layout }: Rooted & Layout): Promise<unknown> {
  const chunks = lane.rank === root ? new Chunks(lane.size, into, "gatherv", layout) : undefined;
  await promised(collectAtRoot(lane, root, own(data, "gatherv"), chunks));
  return chunks ? chunks.joined() : null;
}

/**
 * Gives each rank its run of the root's data.
 * @param layout where in the root's data; the others' is not looked at
 * @returns `into`, or this rank's run
 * @throws ERR_COUNT, ERR_DISP, ERR_TYPE at the root when the data has no such runs; ERR_TRUNCATE for a short `into`
 * @see MPI-4.1 §6.6
 */
export function scatterv(lane: Lane, data: unknown, { root, into, ...layout }: ScatterInto & Layout): Promise<unknown> {
  return deal(lane, () => cut(data, lane.size, layout, "scatterv"), { root, into });
}

/**
 * Collects every rank's run on every rank.
 * @param layout as for gatherv
 * @returns `into`, or one array or buffer of all runs
 * @throws ERR_COUNT, ERR_DISP, ERR_TRUNCATE, ERR_TYPE when runs do not fit
 * @see MPI-4.1 §6.7
 */
export async function allgatherv(lane: Lane, data: unknown, { into, ...layout }: Into & Layout): Promise<unknown> {
  const chunks = new Chunks(lane.size, into, "allgatherv", layout);
  await promised(collectEverywhere(lane, own(data, "allgatherv"), chunks));
  return chunks.joined();
}

export interface Exchange extends Into {
  /** Where in the data the runs for the others are. */
  readonly send: Layout;
  /** Where in `into` theirs land. */
  readonly receive: Layout;
}

/**
 * Gives every rank its run of every rank's data. In place `send` is not looked at: runs come from where others land.
 * @returns `into`, or one array or buffer of what came from each rank
 * @throws ERR_COUNT, ERR_DISP, ERR_TYPE when the data has no such runs, or `into`; ERR_TRUNCATE when one does not fit
 * @see MPI-4.1 §6.8
 */
export async function alltoallv(lane: Lane, data: unknown, { into, send, receive }: Exchange): Promise<unknown> {
  const inPlace = data === IN_PLACE;
  const out = cut(inPlace ? copied(into!) : data, lane.size, inPlace ? receive : send, "alltoallv");
  const chunks = new Chunks(lane.size, into, "alltoallv", receive);
  await promised(exchange(lane, out, chunks));
  return chunks.joined();
}

function own(data: unknown, verb: string) {
  return data === IN_PLACE ? undefined : runOf(data, verb);
}
