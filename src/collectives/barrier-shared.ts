// collectives/barrier-shared: layer 6, row `shared` of barrier. Every rank writes a word that the others look at.
//
//   rank 0: ✓…  rank 1: ✓…  rank 2: …  → all go on when all have a ✓
//
// Cost   one cache line to each rank
// Good   where it can be used
// Needs  memory that all ranks share
import type { Lane } from "../comm/lane.ts";
import type { Started } from "../engine/operation.ts";
import { TOKEN } from "./barrier-dissemination.ts";

export function barrierShared(lane: Lane): Started<void> {
  const board = lane.board!;
  board.show(TOKEN);
  return board.all();
}
