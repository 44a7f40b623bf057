// cli/bench/plan-task: layer 10. How often each row of a bench is done: often enough to be steady, and not for minutes.
// Pure; called by the command bench, by against and by curves.

import type { Bench, Work } from "./bench-table.ts";
import type { Row, Size, Task } from "./task.ts";

/** The fewest messages or calls of a row. */
const LEAST = 20;
/** By how much `--quick` does less. */
const QUICK = 20;

/** Numbers that the user chose, in place of those of the table. */
export interface Chosen {
  readonly iterations: number | undefined;
  readonly warmup: number | undefined;
  readonly quick: boolean;
}

/** The task of a bench's ranks. The first row of its kind warms up until the code is compiled, the others only a little. */
export function planTask(
  { name, work }: Pick<Bench, "name"> & { work: Work },
  sizes: readonly (Size | undefined)[],
  chosen: Chosen,
  json: boolean,
): Task {
  const { window, warmup, messages } = work;
  const times = (count: number, size: Size | undefined) => {
    const wanted = chosen.quick ? Math.min(count, Math.max(LEAST, count / QUICK)) : count;
    const bytes = (work.sizes?.bytes ?? 0) / (chosen.quick ? QUICK : 1);
    const affordable = typeof size === "number" ? Math.min(wanted, Math.max(LEAST, bytes / Math.max(size, 1))) : wanted;
    return Math.ceil(affordable / window);
  };
  const rows = sizes.map((size, i): Row => {
    const isFirst = i === 0 || sizes[i - 1] === "object";
    return {
      size,
      warmup: chosen.warmup ?? times(isFirst ? warmup : messages / 10, size),
      iterations: chosen.iterations ?? times(messages, size),
    };
  });
  return { bench: name, rows, window, json };
}
