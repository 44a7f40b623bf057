// Bench rate: messages per second from one rank to another, with a window of them under way; the sum of all pairs.
import { sumOfPairs, timed } from "./pair.ts";
import { report, task } from "./report.ts";
import { windows } from "./window.ts";

for (const row of task.rows) {
  const seconds = await timed(windows(row.size), row);
  report(row, { rate: await sumOfPairs((task.window * row.iterations) / seconds) });
}
