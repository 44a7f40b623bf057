// cli/bench/columns: layer 10. The columns that OSU's benchmarks print: a line of titles that begins with #, then numbers.
// Called by the command bench (the titles) and the ranks (the rows).

import type { Values } from "./task.ts";

const WIDTHS = { first: 12, other: 20 };

/** One line of a table. */
export function line(first: string, others: readonly string[]): string {
  return first.padEnd(WIDTHS.first) + others.map((text) => text.padStart(WIDTHS.other)).join("");
}

/** A line of numbers: iterations are whole, everything else has two decimals. */
export function row(first: string, values: Values): string {
  return line(
    first,
    Object.entries(values).map(([name, value]) => (name === "iterations" ? String(value) : value.toFixed(2))),
  );
}
