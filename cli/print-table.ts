// cli/print-table: layer 10. Rows of a name and a text on stdout, in two columns.

/** Prints the rows; a name stands out from its text by at least two blanks. */
export function printTable(rows: readonly (readonly [name: string, about: string])[]): void {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  process.stdout.write(rows.map(([name, about]) => `${`${name.padEnd(width)}  ${about}`.trimEnd()}\n`).join(""));
}
