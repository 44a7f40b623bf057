// collectives/barrier-hierarchical: layer 6, row `hierarchical` of barrier. The ranks of each host meet, then the leaders; then
// each leader tells its host.
//
//   hosts 0 1 2 and 3 4 5      0 1 2 meet, 3 4 5 meet ·· 0↔3 ·· 0→1 0→2, 3→4 3→5
//
// Cost   ⌈log₂ h⌉·α, and two meetings on each host          h hosts, α latency between them
// Good   several hosts with several ranks each. 4 hosts of 4 ranks, 0.2 ms apart, all on two cores: 2.7 ms, dissemination 4.2
// Needs  hosts that are known
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import { TOKEN } from "./barrier-dissemination.ts";
import { carry } from "./carry.ts";
import { standing } from "./leaders.ts";
import { select } from "./select.ts";

export async function barrierHierarchical(lane: Lane): Promise<void> {
  const { near, leader, across } = standing(lane);
  await promised(select("barrier", near)(near));
  if (across) await promised(select("barrier", across)(across));
  await promised(carry(near, leader, across && TOKEN, undefined));
}
