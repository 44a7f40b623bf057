// cli/completion/fish: layer 10. The completion script for fish. Called by commands/completion.

import { takesPath, type Words } from "./words.ts";

/** A word in single quotes, as fish reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** `-s n`, `-o np` or `-l tag-output`: fish's three kinds of option, one letter, one dash and two. */
function spelling(name: string): string {
  const bare = name.replace(/^-+/, "");
  return `${bare.length === 1 ? "-s" : name.startsWith("--") ? "-l" : "-o"} ${bare}`;
}

export function completionFish({ commands, options, samples }: Words): string {
  const lines = [
    "# fish completion for tsmpi: tsmpi completion fish | source",
    "function __tsmpi_scripts",
    "  for file in scripts/*.ts scripts/*.tsx scripts/*.js scripts/*.mjs",
    "    string replace -r '^scripts/(.*)\\.[^.]+$' '$1' -- $file",
    "  end",
    "end",
    "function __tsmpi_runs",
    "  not __fish_seen_subcommand_from scripts init samples info completion",
    "end",
    "complete -c tsmpi -n '__fish_seen_subcommand_from scripts info completion samples' -f",
    ...commands
      .filter(({ words }) => words)
      .map(({ name, words }) => `complete -c tsmpi -n '__fish_seen_subcommand_from ${name}' -a '${words!.join(" ")}'`),
    ...commands.map(({ name, about }) => `complete -c tsmpi -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`),
    ...samples.map((name) => `complete -c tsmpi -n __tsmpi_runs -a ${name} -d sample`),
    "complete -c tsmpi -n __tsmpi_runs -a '(__tsmpi_scripts)' -d script",
  ];
  for (const { name, about, value } of options) {
    const needs = value === undefined ? "" : takesPath(value) ? " -r" : " -x";
    lines.push(`complete -c tsmpi -n __tsmpi_runs ${spelling(name)}${needs} -d ${quoted(about)}`);
  }
  return lines.join("\n");
}
