// collectives/bcast-scatter-allgather: layer 6, row `scatter-allgather` of bcast. Only the root knows how long the data is, so
// the first message, down the binomial tree, tells: it either is the data, from a root that runs `binomial`, or a note
// that the data comes in p pieces. Then the root gives every rank one piece, and the pieces go round in a ring, which
// ends before the root. Each piece lands in its place, and is passed on as soon as it is there.
//
//   p = 4, root 0   tree:  0→2 0→1 2→3      scatter:  0─[1]→1 0─[2]→2 0─[3]→3      ring:  0─[0 3 2]→1─[1 0 3]→2─[2 1 0]→3
//
// Cost   (⌈log₂ p⌉ + p)·α + 2n·(p−1)/p·β          α latency of a message, β time per byte, n bytes
// Good   very long data. On one host, where ranks share the cores and the memory's bandwidth, its speed on 4 and 8 ranks
//        was 0.65 of binomial's at 1 MiB, 0.8 at 4, 0.9 at 8, 1.1 (0.9 to 1.3) at 16 and 1.15 (1.0 to 1.6) at 32 MiB
// Needs  nothing
// From   Barnett, Gupta, Payne, Shuler, van de Geijn, Watts, "Building a high-performance collective communication
//        library", Supercomputing 1994
import type { Lane } from "../comm/lane.ts";
import { type Body, isNote, noteOf } from "../data/body.ts";
import { allocate } from "../data/buffer.ts";
import { BYTES } from "../data/element.ts";
import { decodeValue, encodeValue } from "../wire/value.ts";
import { bcastBinomial } from "./bcast-binomial.ts";
import { checkFits, type Slot } from "./chunk.ts";
import { guarded } from "./sends.ts";
import { runsBetween } from "./staged-chunk.ts";

/** @param body at root the data @param slot on the others where it is to land @returns the data */
export async function bcastScatterAllgather(lane: Lane, root: number, body?: Body, slot?: Slot): Promise<Body> {
  if (body) {
    await bcastBinomial(lane, root, announcementOf(body));
    await givePieces(lane, root, pieces(body, lane.size));
    return body;
  }
  const first = await bcastBinomial(lane, root, undefined, slot, true);
  if (!isNote(first.element, first.parts[0]!.byteLength)) return first;
  const { element, sizes } = readAnnouncement(first);
  const misfit = slot && whyNot(element, sizes, slot);
  // A rank with a wrong `into` passes the pieces on all the same: the others have done nothing wrong.
  const place = slot && !misfit ? [slot.bytes.subarray(0, sizes[0])] : sizes.map(allocate);
  const whole = { element, parts: place };
  await takePieces(lane, root, pieces(whole, lane.size));
  if (misfit) throw misfit;
  return whole;
}

function announcementOf({ element, parts }: Body): Body {
  return noteOf(encodeValue([element, ...parts.map((part) => part.byteLength)]).parts[0]!.slice());
}

function readAnnouncement(note: Body): { element: number; sizes: number[] } {
  const [element, ...sizes] = decodeValue([note.parts[1]!]) as [number, ...number[]];
  return { element, sizes };
}

/** The error of a rank whose `into` does not take the data. */
function whyNot(element: number, sizes: readonly number[], slot: Slot): unknown {
  try {
    checkFits(element, sizes[0]!, slot, "the root's data");
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The data in `count` pieces of about the same length. One that begins in one part and ends in another is several runs. */
function pieces({ parts }: Body, count: number): Uint8Array[][] {
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return Array.from({ length: count }, (_, i) => {
    const begin = Math.floor((i * bytes) / count);
    return runsBetween(parts, begin, Math.floor(((i + 1) * bytes) / count));
  });
}

/** The numbers of the pieces that go from the rank `vrank` above the root to the next one, in their order. */
function passedOn(vrank: number, size: number): number[] {
  const order = Array.from({ length: size }, (_, step) => (vrank - step + size) % size);
  return order.slice(0, -1);
}

/** The root's side. */
async function givePieces(lane: Lane, root: number, all: Uint8Array[][]): Promise<void> {
  const { size } = lane;
  const [toRight, ...others] = all.slice(1).map((piece, i) => guarded(send(lane, (root + 1 + i) % size, piece)));
  await toRight;
  for (const i of passedOn(0, size)) await send(lane, (root + 1) % size, all[i]!);
  await Promise.all(others);
}

/** The others' side. All receives are posted at once, so that no piece waits for the one before. */
async function takePieces(lane: Lane, root: number, all: Uint8Array[][]): Promise<void> {
  const { rank, size } = lane;
  const vrank = (rank - root + size) % size;
  const left = (rank - 1 + size) % size;
  const own = guarded(receive(lane, root, all[vrank]!));
  const coming = [own, ...passedOn(vrank - 1, size).map((i) => guarded(receive(lane, left, all[i]!)))];
  let sent: Promise<void> | undefined;
  for (const [step, i] of passedOn(vrank, size).entries()) {
    await coming[step];
    // One after the other: pieces that are sent at once share the way, and all of them arrive late.
    await sent;
    if (vrank + 1 < size) sent = guarded(send(lane, (rank + 1) % size, all[i]!));
  }
  await coming.at(-1);
  await sent;
}

async function send(lane: Lane, dest: number, piece: readonly Uint8Array[]): Promise<void> {
  await Promise.all(piece.map((bytes) => lane.isend(dest, { element: BYTES, parts: [bytes] })));
}

async function receive(lane: Lane, source: number, piece: readonly Uint8Array[]): Promise<void> {
  await Promise.all(piece.map((bytes) => lane.irecv(source, { element: BYTES, bytes })));
}
