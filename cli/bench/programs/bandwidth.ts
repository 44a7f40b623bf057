// Bench bandwidth: bytes per second from one rank to another, with a window of messages under way; the sum of all pairs.
import { sumOfPairs, timed } from "./pair.ts";
import { report, task } from "./report.ts";
import { windows } from "./window.ts";

for (const row of task.rows) {
  const seconds = await timed(windows(row.size), row);
  const megabytes = (Number(row.size) * task.window * row.iterations) / 1e6;
  report(row, { bandwidth: await sumOfPairs(megabytes / seconds) });
}
