// cli/bench/programs/report: layer 10. What every bench program begins and ends with: its task, and a line per row.

import { MPI } from "tsmpi";
import { row } from "../columns.ts";
import type { Row, Task, Values } from "../task.ts";

export const task: Task = JSON.parse(process.argv[2]!);

/** Prints a row's values, on rank 0. */
export function report({ size }: Row, values: Values): void {
  const { rank, size: np } = MPI.COMM_WORLD;
  if (rank !== 0) return;
  if (task.json) console.log(JSON.stringify({ bench: task.bench, np, size, ...values }));
  else console.log(row(String(size ?? np), values));
}
