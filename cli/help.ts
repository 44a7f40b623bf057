// cli/help: layer 10. cac, which reads the plain commands and writes the help of all. Called by command-line.

import { type CAC, cac } from "cac";
import { commands, run } from "./command-table.ts";
import { optionTable } from "./launch/option-table.ts";
import { versionLine } from "./version.ts";

interface Section {
  title?: string;
  body: string;
}

/** The commands as cac knows them. */
function describe(): CAC {
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
  cli.help((sections) => arrange(sections, cli.matchedCommandName));
  cli.option("-V, --version", "Display the version");
  return cli;
}

/** cac's sections with the version line on top, without its list of further calls, and with the options of `run` in groups. */
function arrange(sections: Section[], command: string | undefined): Section[] {
  const kept = sections.filter(({ title }, i) => i > 0 && !title?.startsWith("For more info"));
  const groups = command === run.name ? optionSections() : [];
  const at = kept.findIndex(({ title }) => title === "Options");
  return [{ body: versionLine() }, ...kept.slice(0, at), ...groups, ...kept.slice(at)];
}

function optionSections(): Section[] {
  const width = Math.max(...optionTable.map(({ shown }) => shown.length));
  return [...Map.groupBy(optionTable, ({ group }) => group)].map(([title, rows]) => ({
    title,
    body: rows.map(({ shown, about }) => `  ${shown.padEnd(width)}  ${about}`).join("\n"),
  }));
}

/** Runs a plain command; its arguments are checked by cac, which throws a CACError. */
export async function runPlain(argv: readonly string[]): Promise<number> {
  const cli = describe();
  cli.parse(["", "", ...argv], { run: false });
  return (await cli.runMatchedCommand()) ?? 0;
}

/** Prints the help of a command, or of tsmpi. */
export async function printHelp(command?: string): Promise<number> {
  describe().parse(["", "", ...(command === undefined ? [] : [command]), "--help"]);
  return 0;
}
