// cli/bench/outcome: layer 10. What a comparison gave: runs, their medians, the goal that was reached, and how all of it reads.
// Pure; used by against and by the page.

import { type Comparison, moreIsBetter } from "./comparisons.ts";
import type { Disturbance } from "./noise.ts";
import { median } from "./startup.ts";

/** What both sides gave in one pair of runs. */
export interface Run {
  readonly tsmpi: number;
  readonly mpi4py: number;
  /** Above 1 where ours is better. */
  readonly ratio: number;
}

/** A comparison with the medians of its runs; that of the ratios need not be the ratio of the medians. */
export interface Outcome extends Run {
  readonly row: Comparison;
  readonly runs: readonly Run[];
  readonly reached: "ambition" | "reach" | "neither";
  readonly noise: Disturbance;
}

export function runOf(row: Comparison, tsmpi: number, mpi4py: number): Run {
  return { tsmpi, mpi4py, ratio: moreIsBetter(row) ? tsmpi / mpi4py : mpi4py / tsmpi };
}

export function outcomeOf(row: Comparison, runs: readonly Run[], noise: Disturbance): Outcome {
  const middle = (key: keyof Run) => median(runs.map((run) => run[key]));
  const [tsmpi, mpi4py, ratio] = [middle("tsmpi"), middle("mpi4py"), middle("ratio")];
  const has = (goal: number | undefined) =>
    goal !== undefined && (row.limit ? tsmpi < goal : Number(ratio.toFixed(2)) >= goal);
  const reached = has(row.ambition) ? "ambition" : has(row.reach) ? "reach" : "neither";
  return { row, runs, tsmpi, mpi4py, ratio, reached, noise };
}

export function amount({ unit }: Comparison, value: number): string {
  if (unit === "/s") return `${(value / 1e6).toFixed(3)} M/s`;
  if (unit === "MB/s") return `${(value / 1e3).toFixed(2)} GB/s`;
  if (unit === "us" && value >= 1000) return `${(value / 1000).toFixed(2)} ms`;
  return `${value.toFixed(2)} ${unit === "us" ? "µs" : unit}`;
}

export const titles = ["work", "tsmpi", "mpi4py", "ratio", "reach", "ambition", ""] as const;

/** The cells of an outcome, one for each title. */
export function cells({ row, tsmpi, mpi4py, ratio, reached, noise }: Outcome): string[] {
  const goal = row.limit ? `< ${row.reach} ${row.unit}` : String(row.reach);
  const verdict = reached === "ambition" ? "ambition" : reached === "neither" ? "not reached" : "reached";
  const shown = row.limit ? "-" : ratio.toFixed(2);
  const ours = [row.title, amount(row, tsmpi), amount(row, mpi4py), shown, goal, String(row.ambition ?? "-")];
  return [...ours, `${verdict}${noise.disturbed ? " (disturbed)" : ""}`];
}

/** A table for terminals. */
export function asText(outcomes: readonly Outcome[]): string {
  const rows = [["# Medians", ...titles.slice(1)], ...outcomes.map(cells)];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((text, i) => (i === 0 || i === 6 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

/** The table of the README. */
export function asMarkdown(outcomes: readonly Outcome[]): string {
  const rows = [[...titles], ...outcomes.map(cells)];
  const widths = titles.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
