// cli/print-table: layer 10. Rows of a name and a text on stdout, in two columns.

/** Prints the rows; a name stands out from its text by at least two blanks. */
export function printTable(rows: readonly (readonly [name: string, about: string])[]): void {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  for (const [name, about] of rows) console.log(`${name.padEnd(width)}  ${about}`.trimEnd());
}
