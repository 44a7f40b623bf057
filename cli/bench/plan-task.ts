// cli/bench/plan-task: layer 10. How often each row of a bench is done: often enough to be steady, and not for minutes.
// Pure; called by the command bench and by against.

import type { Bench } from "./bench-table.ts";
import type { Row, Size, Task } from "./task.ts";

/** Bytes that one row may move before, and while, the clock runs. */
const BYTES = 2 ** 29;
/** The fewest messages or calls of a row. */
const LEAST = 20;

/** Numbers that the user chose, in place of those of the table. */
export interface Chosen {
  readonly iterations: number | undefined;
  readonly warmup: number | undefined;
}

/** The task of a bench's ranks. The first row of its kind warms up until the code is compiled, the others only a little. */
export function planTask(
  { name, work }: Pick<Bench, "name"> & { work: NonNullable<Bench["work"]> },
  sizes: readonly Size[],
  chosen: Chosen,
  json: boolean,
): Task {
  const { window, warmup, messages } = work;
  const times = (count: number, size: Size) => {
    const affordable = size === "object" ? count : Math.min(count, Math.max(LEAST, BYTES / Math.max(size, 1)));
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
