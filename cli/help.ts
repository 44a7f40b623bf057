// cli/help: layer 10. cac, which reads the plain commands and writes the help of all. Called by command-line.

import { type CAC, cac } from "cac";
import { commands, type HelpRow, run } from "./command-table.ts";
import { versionLine } from "./version.ts";

interface Section {
  title?: string;
  body: string;
}

/** The commands as cac knows them. @param rows what the help of the one that is asked for lists */
function describe(rows: readonly HelpRow[]): CAC {
  const cli = cac("tsmpi");
  cli.usage(
    [
      "[run] [options] script [arguments]   on several ranks",
      "  $ tsmpi script [arguments]                   as one rank",
      "  $ tsmpi <command> [--help]",
    ].join("\n"),
  );
  for (const example of run.examples) cli.example(`  $ ${example}`);
  for (const row of commands) {
    const usage = `${row.name} ${row.usage}`.trim();
    const command = cli.command("raw" in row ? row.name : usage, row.about).usage(usage);
    if ("start" in row) command.action((...args: unknown[]) => row.start(...(args.slice(0, -1) as string[])));
    for (const example of row.examples) command.example(`  $ ${example}`);
  }
  cli.help((sections) => arrange(sections, rows));
  cli.option("-V, --version", "Display the version");
  return cli;
}

/** cac's sections with the version line on top, without its list of further calls, and with the rows in groups. */
function arrange(sections: Section[], rows: readonly HelpRow[]): Section[] {
  const kept = sections.filter(({ title }, i) => i > 0 && !title?.startsWith("For more info"));
  const at = kept.findIndex(({ title }) => title === "Options");
  return [{ body: versionLine() }, ...kept.slice(0, at), ...grouped(rows), ...kept.slice(at)];
}

function grouped(rows: readonly HelpRow[]): Section[] {
  const width = Math.max(...rows.map(({ shown }) => shown.length));
  return [...Map.groupBy(rows, ({ group }) => group)].map(([title, rows]) => ({
    title,
    body: rows.map(({ shown, about }) => `  ${shown.padEnd(width)}  ${about}`).join("\n"),
  }));
}

/** Runs a plain command; its arguments are checked by cac, which throws a CACError. */
export async function runPlain(argv: readonly string[]): Promise<number> {
  const cli = describe([]);
  cli.parse(["", "", ...argv], { run: false });
  return (await cli.runMatchedCommand()) ?? 0;
}

/** Prints the help of a command, or of tsmpi. */
export async function printHelp(command?: string): Promise<number> {
  const row = commands.find(({ name }) => name === command);
  const rows = row && "raw" in row ? await row.options() : [];
  describe(rows).parse(["", "", ...(command === undefined ? [] : [command]), "--help"]);
  return 0;
}
