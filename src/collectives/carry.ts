// collectives/carry: layer 6. A bcast of one chunk by the rows of select.ts. Called by movement.ts, and by algorithms that are
// made of several collectives.
import type { Lane } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { following, type Started } from "../engine/operation.ts";
import type { Slot } from "./chunk.ts";
import { type Facts, select } from "./select.ts";

/** @param chunk the root's, which alone knows how long it is @param slot where it is to land on the others @returns the chunk */
export function carry(lane: Lane, root: number, chunk: Body | undefined, slot: Slot | undefined): Started<Body> {
  const { size, board } = lane;
  const bytes = chunk && bodyBytes(chunk);
  const by = (facts: Facts) => select("bcast", facts)(lane, root, chunk, slot);
  const byMessages = () => by({ size, bytes, hosts: lane.hosts }) as Promise<Body>;
  return board && !board.used
    ? following(by({ size, bytes, board }), (carried) => carried ?? byMessages())
    : byMessages();
}
