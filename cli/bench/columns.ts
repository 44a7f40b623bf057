// cli/bench/columns: layer 10. The columns that OSU's benchmarks print: a line of titles that begins with #, then numbers.
// Called by the command bench (the titles) and the ranks (the rows).

const WIDTHS = { first: 12, other: 20 };

/** One line of a table. */
export function line(first: string, others: readonly string[]): string {
  return first.padEnd(WIDTHS.first) + others.map((text) => text.padStart(WIDTHS.other)).join("");
}

/** A number as the tables show it: counts are whole numbers, everything else has two decimals. */
export function cell(column: string, value: number): string {
  return column === "iterations" ? String(value) : value.toFixed(2);
}
