// cli/launch/option-values: layer 10. From the text behind an option to its value; what does not fit is a UsageError that
// names the option as it was typed, the text, and what was expected. Called by option-table, option-hosts and options.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../usage-error.ts";

/** More ranks than this do not fit on one machine: their mesh alone has eight million connections. */
const mostRanks = 4096;
/** The longest time a timer can wait, in seconds. */
const longest = 2_147_483;

/** An argument as a message shows it: as it is, or in quotes where a reader would lose it. */
function quoted(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text);
}

/** The error for a value that does not fit, such as `Cannot use -np 0: expected a whole number from 1`. */
export function misfit(option: string, text: string, expected: string, help?: string): UsageError {
  return new UsageError(
    `Cannot use ${option}${option.endsWith("=") ? "" : " "}${quoted(text)}: expected ${expected}`,
    help,
  );
}

/** A number of ranks; `auto` and `*` are one per core. */
export function rankCount(text: string, option: string, cores: number): number {
  if (text === "auto" || text === "*") return cores;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= mostRanks) return value;
  throw misfit(
    option,
    text,
    `a whole number from 1 to ${mostRanks}, or auto for one per core`,
    "five ranks: tsmpi run -np 5 script.ts",
  );
}

/** A time in seconds, fractions allowed. */
export function seconds(text: string, option: string): number {
  const value = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && value > 0 && value <= longest) return value;
  throw misfit(
    option,
    text,
    `a number of seconds greater than 0, at most ${longest}`,
    "a minute: tsmpi run --timeout 60 …",
  );
}

/** Who reads standard input: a rank, `all` or `none`. That the rank exists is checked when all ranks are counted. */
export function stdinReader(text: string, option: string): "all" | "none" | number {
  if (text === "all" || text === "none") return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw misfit(option, text, "a rank, all or none");
}

/** `NAME=VALUE` cut at its first `=`; the value is undefined without one. */
export function assignment(text: string, option: string): [name: string, value: string | undefined] {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  if (name === "" || /[\s\0]/.test(name)) throw misfit(option, text, "NAME or NAME=VALUE");
  return [name, at < 0 ? undefined : text.slice(at + 1)];
}

/** A directory that exists, absolute. */
export function existingDirectory(text: string, option: string, cwd: string): string {
  if (kindOf(resolve(cwd, text)) !== "directory" || text === "") throw misfit(option, text, "a directory that exists");
  return resolve(cwd, text);
}

/** A directory that exists or can be made, absolute. */
export function outputDirectory(text: string, option: string, cwd: string): string {
  if (kindOf(resolve(cwd, text)) === "file" || text === "") throw misfit(option, text, "the name of a directory");
  return resolve(cwd, text);
}

function kindOf(path: string): "directory" | "file" | undefined {
  try {
    return statSync(path).isDirectory() ? "directory" : "file";
  } catch {
    return undefined;
  }
}
