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
