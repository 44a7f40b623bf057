// collectives/carry: layer 6. A bcast of one chunk by the rows of select.ts. Called by movement.ts, and by algorithms that are
// made of several collectives.
import type { Lane } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { following, type Started } from "../engine/operation.ts";
import type { Slot } from "./chunk.ts";
import { type Facts, select } from "./select.ts";

/** @param chunk the root's, which alone knows how long it is @param slot where it is to land on the others @returns the chunk */
export function carry(lane: Lane, root: number, chunk: Body | undefined, slot: Slot | undefined): Started<Body> {
  const bytes = chunk && bodyBytes(chunk);
  const by = (facts: ChunkFacts) => select("bcast", facts)(lane, root, chunk, slot);
  const { board } = lane;
  // Who does not come first in a call, to which the board belongs, carries what is short.
  if (board?.used) return by(new ChunkFacts(lane, bytes, undefined, false)) as Promise<Body>;
  const carried = by(new ChunkFacts(lane, bytes, board, true));
  return following(carried, (body) => body ?? carryLong(lane, root, chunk, slot));
}

/** As carry, of what has no room on the board, which all ranks have seen. */
export function carryLong(lane: Lane, root: number, chunk: Body | undefined, slot: Slot | undefined): Started<Body> {
  const facts = new ChunkFacts(lane, chunk && bodyBytes(chunk), undefined, true);
  return select("bcast", facts)(lane, root, chunk, slot) as Promise<Body>;
}

/** What the choice of an algorithm may depend on. */
class ChunkFacts implements Facts {
  readonly size: number;
  readonly bytes: number | undefined;
  readonly board: Facts["board"];
  readonly #lane: Lane;
  readonly #staged: boolean;

  /** @param staged whether it may go through memory for long data */
  constructor(lane: Lane, bytes: number | undefined, board: Facts["board"], staged: boolean) {
    this.size = lane.size;
    this.bytes = bytes;
    this.board = board;
    this.#lane = lane;
    this.#staged = staged;
  }

  /** Made where it is asked for. */
  get staging(): Facts["staging"] {
    return this.#staged ? this.#lane.staging : undefined;
  }

  get hosts(): Facts["hosts"] {
    return this.#lane.hosts;
  }
}
