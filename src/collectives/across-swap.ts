// collectives/across-swap: layer 6. The steps of which collectives between two groups are made: everyone hears from one rank
// of the other group, gives its own chunk to one, or exchanges chunks with all. Within a group select.ts's algorithms go on.

import type { AcrossLane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { BYTES } from "../data/element.ts";
import { promised } from "../engine/operation.ts";
import { chunkOf, open, type Slot } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import { bcast } from "./movement.ts";
import { select } from "./select.ts";
import { guarded, Sends } from "./sends.ts";

/** What is sent where there is nothing to send. */
export const NOTHING: Body = { element: BYTES, parts: [new Uint8Array(0)] };

/**
 * Everyone hears from one rank of the other group what all ranks there know.
 *
 *     groups of 2 and 5     0→0 1→1 0→2 1→3 0→4      0←0 1←1
 *
 * Cost   α + nβ, ⌈p/q⌉ times at the ranks of the smaller group
 */
export async function swap(lane: AcrossLane, own: Body, slot?: Slot): Promise<Body> {
  const { rank, size, remote } = lane;
  const sends = new Sends();
  for (let to = rank; to < remote.size; to += size) sends.add(remote.isend(to, own));
  const theirs = await remote.irecv(rank % remote.size, slot);
  if (sends.open) await sends.all();
  return theirs;
}

/** What rank 0 of each group says, on every rank of both. */
export async function introduce<T>(lane: AcrossLane, own: T): Promise<[ours: T, theirs: T]> {
  const ours = (await promised(bcast(lane, own, { root: 0 }))) as T;
  return [ours, open(await swap(lane, chunkOf(ours))) as T];
}

/**
 * Collects the chunks of the other group's ranks, and they ours. Each goes to one rank of the other group, which has those
 * of every so many; an allgather there for each of these rounds does the rest.
 *
 *     from 5 to 2 ranks     0→0 1→1 │ 2→0 3→1 │ 4→0, and an allgather of [0 1], of [2 3], of [4 –]
 *
 * Cost   α + nβ, and for groups of p and q ranks ⌈p/q⌉ allgathers on q ranks
 */
export async function collectAcross(lane: AcrossLane, own: Body, chunks: Chunks): Promise<void> {
  const { rank, size, remote } = lane;
  const sends = new Sends();
  sends.add(remote.isend(rank % remote.size, own));
  for (let i = rank; i < remote.size; i += size) chunks.set(i, await remote.irecv(i, chunks.slot(i)));
  for (let begin = 0; begin < remote.size; begin += size) {
    await promised(select("allgather", lane)(lane, new Round(chunks, begin, remote.size)));
  }
  if (sends.open) await sends.all();
}

/** Of the other group's chunks those that a round is about, as those of our ranks; in the last one some have nothing. */
class Round extends Chunks {
  readonly #all: Chunks;
  readonly #begin: number;
  readonly #size: number;

  constructor(all: Chunks, begin: number, size: number) {
    super(0, undefined, "");
    this.#all = all;
    this.#begin = begin;
    this.#size = size;
  }

  override slot(i: number): Slot | undefined {
    return this.#all.slot(this.#begin + i);
  }

  override set(i: number, chunk: Body): void {
    if (this.#begin + i < this.#size) this.#all.set(this.#begin + i, chunk);
  }

  override put(i: number, chunk: Body): void {
    if (this.#begin + i < this.#size) this.#all.put(this.#begin + i, chunk);
  }

  override at(i: number): Body {
    return this.#begin + i < this.#size ? this.#all.at(this.#begin + i) : NOTHING;
  }
}

/**
 * Gives every rank of the other group its chunk, and gets one of each. In step k rank r sends to rank r+k, and hears from
 * rank r−k, modulo the size of the larger group.
 *
 * Cost   max(p, q)·(α + nβ)
 */
export async function exchangeAcross(lane: AcrossLane, out: readonly Body[], chunks: Chunks): Promise<void> {
  const { rank, size, remote } = lane;
  const steps = Math.max(size, remote.size);
  for (let step = 0; step < steps; step++) {
    const dest = (rank + step) % steps;
    const source = (rank - step + steps) % steps;
    const sent = dest < remote.size ? guarded(remote.isend(dest, out[dest]!)) : undefined;
    if (source < remote.size) chunks.set(source, await remote.irecv(source, chunks.slot(source)));
    if (sent) await sent;
  }
}
