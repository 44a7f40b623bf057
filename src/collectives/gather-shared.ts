// collectives/gather-shared: layer 6, row `shared` of gather. Every rank shows its chunk, and does not wait for anybody; the
// root copies them all. A chunk that has no room goes to the root by a message.
//
//   rank 1: b   rank 2: c   → rank 0 copies b and c
//
// Cost   p·nβ at the root, one cache line more for each rank
// Good   short chunks
// Needs  memory that all ranks share
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { following, type Started } from "../engine/operation.ts";
import { TOKEN } from "./barrier-dissemination.ts";
import { kept, lentChunkOf, open, opened } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";

export function gatherShared(lane: Lane, root: number, own: Body, chunks?: Chunks): Started<void> {
  const board = lane.board!;
  if (!chunks) {
    const fits = board.show(own);
    return following(board.from(lane.rank), () => (fits ? undefined : lane.isend(root, own)));
  }
  board.show(TOKEN);
  const take = () => {
    const late: Promise<void>[] = [];
    for (let rank = 0; rank < lane.size; rank++) {
      if (rank === root) continue;
      const chunk = board.shown(rank);
      if (chunk) chunks.put(rank, chunk);
      else late.push(lane.irecv(rank, chunks.slot(rank)).then((came) => chunks.set(rank, came)));
    }
    return late.length > 0 ? Promise.all(late).then(() => {}) : undefined;
  };
  return following(board.all(), take);
}

/** The same from values (or buffers) to new ones, with as little made on the way as can be. @returns at the root all by rank */
export function gatherValuesShared(lane: Lane, root: number, value: unknown): Started<unknown> {
  const board = lane.board!;
  const chunk = lentChunkOf(value);
  if (lane.rank !== root) {
    if (board.show(chunk)) return following(board.from(lane.rank), () => null);
    const own = kept(chunk);
    return following(board.from(lane.rank), () => following(lane.isend(root, own), () => null));
  }
  // While the others are on their way.
  const own = opened(chunk);
  board.show(TOKEN);
  const take = () => {
    const values: unknown[] = [];
    const late: Promise<void>[] = [];
    for (let rank = 0; rank < lane.size; rank++) {
      const shown = rank === root ? undefined : board.shown(rank);
      values.push(shown ? opened(shown) : own);
      if (!shown && rank !== root) late.push(receive(lane, rank, values));
    }
    return late.length > 0 ? Promise.all(late).then(() => values) : values;
  };
  return following(board.all(), take);
}

async function receive(lane: Lane, source: number, values: unknown[]): Promise<void> {
  values[source] = open(await lane.irecv(source));
}
