// cli/launch/option-values: layer 10. From the text behind an option to its value; what does not fit is a UsageError that
// names the option as it was typed, the text, and what was expected. Called by the option-… files and options.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { variables } from "../../src/base/config.ts";
import { ipVersion } from "../hosts/ip-version.ts";
import { UsageError } from "../usage-error.ts";

/** More ranks than this do not fit on one machine: their mesh alone has eight million connections. */
export const mostRanks = 4096;
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
export function seconds(text: string, option: string, least = 0): number {
  const value = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && value > 0 && value >= least && value <= longest) return value;
  const from = least === 0 ? "greater than 0" : `from ${least}`;
  throw misfit(option, text, `a number of seconds ${from}, at most ${longest}`, `half a minute: ${option} 30`);
}

/** Who reads standard input: a rank, `all` or `none`. That the rank exists is checked when all ranks are counted. */
export function stdinReader(text: string, option: string): "all" | "none" | number {
  if (text === "all" || text === "none") return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw misfit(option, text, "a rank, all or none");
}

/** What the ranks of one host talk through, as `TSMPI_TRANSPORT` has it. */
export function transportName(text: string, option: string): string {
  const names = variables.TSMPI_TRANSPORT.words;
  if ((names as readonly string[]).includes(text)) return text;
  throw misfit(option, text, `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
}

/** `NAME=VALUE` cut at its first `=`; the value is undefined without one. */
export function assignment(text: string, option: string): [name: string, value: string | undefined] {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  if (name === "" || /[\s\0]/.test(name)) throw misfit(option, text, "NAME or NAME=VALUE");
  return [name, at < 0 ? undefined : text.slice(at + 1)];
}

/** `10.1.0.0/16`. */
export function subnet(text: string, option: string): string {
  const [, address = "", length = ""] = /^([^/%]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = ipVersion(address);
  if (version !== 0 && Number(length) <= (version === 4 ? 32 : 128)) return text;
  throw misfit(option, text, "a subnet: an address and the bits that its hosts share, such as 10.1.0.0/16");
}

/** An interface, a subnet or an address. */
export function networkPart(text: string, option: string): string {
  if (text.includes("/")) return subnet(text, option);
  const meantAsAddress = /^[\d.]+$/.test(text) || /^[\da-f]*:[\da-f:.]*$/i.test(text);
  const fits = meantAsAddress ? ipVersion(text) !== 0 : /^[^\s/-][^\s/]{0,31}$/.test(text);
  if (fits) return text;
  throw misfit(option, text, "an interface, a subnet or an address: eth0, 10.1.0.0/16, 10.1.0.7");
}

/** `LO:HI`, both included; also `LO-HI` and `LO,HI`. */
export function portRange(text: string, option: string): [first: number, last: number] {
  const [, lo = "", hi = ""] = /^(\d{1,5})[:,-](\d{1,5})$/.exec(text) ?? [];
  const [first, last] = [Number(lo), Number(hi)];
  if (first >= 1 && first <= last && last <= 65535) return [first, last];
  throw misfit(option, text, "two ports from 1 to 65535, the lower one first: 50000:50100");
}

/** A program that is called as ssh is, with arguments of its own behind blanks. A path counts from the working directory. */
export function remoteShell(text: string, option: string, cwd: string): string {
  const words = text.trim().split(/\s+/);
  if (words[0] === "") throw misfit(option, text, "a program, such as ssh");
  if (/[/\\]/.test(words[0]!)) words[0] = resolve(cwd, words[0]!);
  return words.join(" ");
}

/** The words of `a,b`. */
export function commaList(text: string, option: string): string[] {
  const words = text.split(",");
  if (words.every((word) => /^[^\s\0-]\S*$/.test(word))) return words;
  throw misfit(option, text, "names with commas between them");
}

/** Files that exist, absolute: one, or several with commas between them. */
export function existingFiles(text: string, option: string, cwd: string): string[] {
  const names = kindOf(resolve(cwd, text)) === "file" ? [text] : text.split(",");
  return names.map((name) => {
    if (name !== "" && kindOf(resolve(cwd, name)) === "file") return resolve(cwd, name);
    throw misfit(option, name, "a file that exists");
  });
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
