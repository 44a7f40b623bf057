// cli/algorithm-lines: layer 10. The table that picks the collectives' algorithms, in words. Called by the command info.

import { variable } from "../src/base/config.ts";
import { algorithms, type Row, variableOf, type When } from "../src/collectives/select.ts";

/** The columns of `tsmpi info algorithms`: for each collective a line with its variable, and one for each row. */
export function algorithmLines(): string[] {
  const width = Math.max(
    ...Object.values(algorithms)
      .flat()
      .map(({ name }) => name.length),
  );
  return Object.entries(algorithms).flatMap(([collective, rows]) => {
    const name = variableOf(collective);
    const asked = variable(name);
    return [
      "",
      `${collective} (${asked ? `${name}=${asked}` : `${name} is not set`})`,
      ...rows.map((row: Row<unknown>, i) => `  ${row.name.padEnd(width)}  ${pickedWhen(row, rows.slice(0, i))}`),
    ];
  });
}

/** When the table picks a row that stands behind `before`. */
function pickedWhen(row: Row<unknown>, before: readonly Row<unknown>[]): string {
  if (before.some((each) => !each.when && !each.needs)) return "only when asked for";
  const conditions = row.when ? [inWords(row.when)] : [];
  if (row.needs) conditions.push(`if ${row.needs.join(" and ")}`);
  if (conditions.length > 0) return conditions.join(", ");
  return before.length > 0 ? "else" : "always";
}

function inWords({ bytesAbove, ranksFrom, ranksTo }: When): string {
  const words: string[] = [];
  if (bytesAbove !== undefined) words.push(`above ${size(bytesAbove)}`);
  if (ranksFrom !== undefined) words.push(`from ${ranksFrom} ranks`);
  if (ranksTo !== undefined) words.push(`up to ${ranksTo} ranks`);
  return words.join(", ");
}

function size(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 10} KiB`;
}
