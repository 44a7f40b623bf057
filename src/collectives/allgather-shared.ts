// collectives/allgather-shared: layer 6, row `shared` of allgather. Every rank shows its chunk, and copies all others'. Where one
// has no room, which all see, another row takes all of them; its own rank need not wait to know.
//
//   rank 0: a   rank 1: b   rank 2: c   → everywhere a b c
//
// Cost   p·nβ, one cache line more for each rank
// Good   short chunks. Objects, 8 ranks on two cores: 0.04 ms, staged 0.63; 4 ranks on four: 23 µs, staged 110. While code is not
//        compiled yet, 8 ranks on two cores 0.04 ms, staged 3.1; 64 ranks 30, staged 115
// Needs  memory that all ranks share; chunks may differ in length
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { following, type Started } from "../engine/operation.ts";
import { copyOf, kept, lentChunkOf, opened } from "./chunk.ts";
import { Chunks } from "./chunks.ts";
import { select } from "./select.ts";

/** @param chunks has this rank's own chunk already */
export function allgatherShared(lane: Lane, chunks: Chunks): Started<void> {
  const board = lane.board!;
  if (!board.show(chunks.at(lane.rank))) return following(board.from(lane.rank), () => long(lane, chunks));
  const take = () => {
    const all = shownIn(lane);
    if (!all) return long(lane, chunks);
    for (const [rank, chunk] of all.entries()) if (rank !== lane.rank) chunks.put(rank, chunk);
  };
  return following(board.all(), take);
}

/** The same from values (or buffers) to new ones, with as little made on the way as can be. @returns all by rank */
export function allgatherValuesShared(lane: Lane, value: unknown): Started<unknown> {
  const board = lane.board!;
  const chunk = lentChunkOf(value);
  const byOther = (own: Body) => {
    const chunks = new Chunks(lane.size, undefined, "allgather");
    chunks.set(lane.rank, own);
    return following(long(lane, chunks), () => chunks.result());
  };
  if (!board.show(chunk)) {
    const own = kept(chunk);
    return following(board.from(lane.rank), () => byOther(own));
  }
  const take = () => shownIn(lane)?.map(opened) ?? byOther(copyOf(board.shown(lane.rank)!));
  return following(board.all(), take);
}

/** What all have shown, by rank; undefined where one had no room. */
function shownIn({ board, size }: Lane): Body[] | undefined {
  const all: Body[] = [];
  for (let rank = 0; rank < size; rank++) {
    const chunk = board!.shown(rank);
    if (!chunk) return undefined;
    all.push(chunk);
  }
  return all;
}

/** By another row, as the board has been used. */
function long(lane: Lane, chunks: Chunks): Started<void> {
  return select("allgather", lane)(lane, chunks);
}
