// collectives/linear: layer 6, row `linear` of every collective: the plain version, without trees. It says what each
// collective means, so the tests hold the others against it; its signatures are those that select.ts expects.
//
// Cost   (p−1)·(α + nβ) at the busiest rank; allgather and alltoall have p·(p−1) messages at once
// Good   as an oracle; for few ranks
// Needs  nothing
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { TOKEN } from "./barrier-dissemination.ts";
import type { Slot } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";
import type { Fold } from "./fold.ts";
import { Sends } from "./sends.ts";

/** Rank 0 hears from everyone, then tells everyone. */
export async function barrierLinear(lane: Lane): Promise<void> {
  const { rank, size } = lane;
  const sends = new Sends();
  if (rank > 0) {
    sends.add(lane.isend(0, TOKEN));
    await lane.irecv(0);
  } else {
    for (let i = 1; i < size; i++) await lane.irecv(i);
    for (let i = 1; i < size; i++) sends.add(lane.isend(i, TOKEN));
  }
  await sends.all();
}

/** @param body at root the data @param slot on the others where it is to land @returns the data */
export async function bcastLinear(lane: Lane, root: number, body?: Body, slot?: Slot): Promise<Body> {
  if (!body) return lane.irecv(root, slot);
  const sends = new Sends();
  for (let i = 0; i < lane.size; i++) if (i !== root) sends.add(lane.isend(i, body));
  await sends.all();
  return body;
}

/** @param chunks at root one chunk a rank @param slot on the others where theirs is to land @returns this rank's chunk */
export async function scatterLinear(lane: Lane, root: number, chunks?: Body[], slot?: Slot): Promise<Body> {
  if (!chunks) return lane.irecv(root, slot);
  const sends = new Sends();
  for (let i = 0; i < lane.size; i++) if (i !== root) sends.add(lane.isend(i, chunks[i]!));
  await sends.all();
  return chunks[root]!;
}

/** @param own this rank's chunk @param chunks at root where all of them are to land; it has its own already */
export async function gatherLinear(lane: Lane, root: number, own: Body, chunks?: Chunks): Promise<void> {
  if (!chunks) await lane.isend(root, own);
  else await receiveAll(lane, chunks);
}

/** @param chunks has this rank's own chunk already */
export async function allgatherLinear(lane: Lane, chunks: Chunks): Promise<void> {
  const own = chunks.at(lane.rank);
  const sends = new Sends();
  for (let i = 0; i < lane.size; i++) if (i !== lane.rank) sends.add(lane.isend(i, own));
  await receiveAll(lane, chunks);
  await sends.all();
}

/** @param out one chunk for each rank @param chunks where those from each rank are to land; it has its own already */
export async function alltoallLinear(lane: Lane, out: readonly Body[], chunks: Chunks): Promise<void> {
  const sends = new Sends();
  for (let i = 0; i < lane.size; i++) if (i !== lane.rank) sends.add(lane.isend(i, out[i]!));
  await receiveAll(lane, chunks);
  await sends.all();
}

/** One chunk from everyone else, in whatever order they come. */
async function receiveAll(lane: Lane, chunks: Chunks): Promise<void> {
  const receive = async (i: number) => {
    if (i !== lane.rank) chunks.set(i, await lane.irecv(i, chunks.slot(i)));
  };
  await Promise.all(Array.from({ length: lane.size }, (_, i) => receive(i)));
}

/** The root takes from the ranks below it, downwards, then from those above it, upwards. */
export async function reduceLinear(lane: Lane, root: number, fold: Fold): Promise<void> {
  if (lane.rank !== root) {
    await fold.send(lane, root);
    return;
  }
  for (let i = root - 1; i >= 0; i--) fold.prepend(await fold.receive(lane, i), i);
  for (let i = root + 1; i < lane.size; i++) fold.append(await fold.receive(lane, i), i);
}

/** Rank 0 reduces and tells everyone. */
export async function allreduceLinear(lane: Lane, fold: Fold): Promise<void> {
  await reduceLinear(lane, 0, fold);
  if (lane.rank > 0) {
    await fold.adopt(lane, 0);
    return;
  }
  const sends = new Sends();
  for (let i = 1; i < lane.size; i++) sends.add(fold.send(lane, i));
  await sends.all();
}

/** Rank 0 reduces and gives each rank its run. @param lengths of the runs, one a rank @returns this rank's run */
export async function reduceScatterLinear(lane: Lane, fold: Fold, lengths: readonly number[]): Promise<Fold> {
  await reduceLinear(lane, 0, fold);
  return scatterRuns(lane, fold, lengths);
}

/** Rank 0, which has the fold of all, gives each rank its run. @returns this rank's run */
export async function scatterRuns(lane: Lane, fold: Fold, lengths: readonly number[]): Promise<Fold> {
  const { rank, size } = lane;
  const runs = fold.split(lengths);
  if (rank > 0) await runs[rank]!.adopt(lane, 0);
  else {
    const sends = new Sends();
    for (let i = 1; i < size; i++) sends.add(runs[i]!.send(lane, i));
    await sends.all();
  }
  return runs[rank]!;
}

/** From hand to hand. */
export async function scanLinear(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  if (rank > 0) fold.prepend(await fold.receive(lane, rank - 1), rank - 1);
  if (rank + 1 < size) await fold.send(lane, rank + 1);
}

/** Everyone sends to all ranks above. Rank 0's fold has no meaning afterwards. */
export async function exscanLinear(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const sends = new Sends();
  for (let i = rank + 1; i < size; i++) sends.add(fold.send(lane, i));
  if (rank > 0) await fold.adopt(lane, rank - 1);
  for (let i = rank - 2; i >= 0; i--) fold.prepend(await fold.receive(lane, i), i);
  await sends.all();
}
