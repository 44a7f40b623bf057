// cli/find-script: layer 10. From what a user calls a script to the file it is. Called by launch/options and command-line.

import { readdirSync, type Stats, statSync } from "node:fs";
import { extname, isAbsolute, join, resolve } from "node:path";
import type { ScriptRef } from "./launch/plan.ts";
import { nearest, UsageError } from "./usage-error.ts";

/** What is tried, in this order, for a name without an ending. */
const tried = [".ts", ".tsx", ".js", ".mjs"];
const endings = [...tried, ".mts", ".cts", ".cjs", ".jsx"];

/** The directory, in the working directory, in which bare names are looked up. */
export const scriptsDirectory = "scripts";

/** True for a file name that a rank can run. */
export function isScriptName(name: string): boolean {
  return endings.includes(extname(name)) && !/\.d\.[cm]?ts$/.test(name);
}

/**
 * Finds a script: a path with or without its ending, a bare name in the scripts directory, or `sample:<name>`.
 *
 * @param cwd the directory that relative names start from
 * @param samples the names of the samples inside the executable
 * @throws UsageError that says what was found instead, or where it was looked for
 */
export function findScript(name: string, cwd: string, samples: readonly string[]): ScriptRef {
  if (name.startsWith("sample:")) return findSample(name.slice("sample:".length), samples);
  if (name === "") throw new UsageError('Cannot run script "": expected the path of a file');
  const bare = !isAbsolute(name) && !/^\.\.?([/\\]|$)/.test(name);
  const bases = bare ? [name, join(scriptsDirectory, name)] : [name];
  const paths = isScriptName(name) ? bases : bases.flatMap((base) => [base, ...tried.map((ending) => base + ending)]);
  let other: { path: string; is: Stats } | undefined;
  for (const path of paths) {
    const is = stat(resolve(cwd, path));
    if (is?.isFile() && isScriptName(path)) return resolve(cwd, path);
    if (is) other ??= { path, is };
  }
  if (other) throw notAScript(other.path, other.is, cwd);
  const places = isScriptName(name) ? bases : bases.map((base) => `${base}[${tried.join("|")}]`);
  throw new UsageError(
    `Cannot find script ${name}: tried ${places.join(" and ")}`,
    samples.includes(name)
      ? `a sample has this name: sample:${name}`
      : "`tsmpi scripts` lists yours, `tsmpi samples` those that come with tsmpi",
  );
}

function findSample(name: string, samples: readonly string[]): ScriptRef {
  if (samples.includes(name)) return `sample:${name}`;
  const close = nearest(name, samples);
  throw new UsageError(
    `Cannot find sample ${name || '""'}: expected one of ${samples.join(", ")}`,
    close && `did you mean sample:${close}?`,
  );
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // nothing there, or nothing that can be reached
  }
}

function notAScript(path: string, is: Stats, cwd: string): UsageError {
  if (!is.isDirectory())
    return new UsageError(`Cannot run ${path}: expected a file that ends in ${endings.join(", ")}`);
  const inside = readdirSync(resolve(cwd, path)).sort().find(isScriptName);
  return new UsageError(
    `Cannot run ${path}: it is a directory, expected a script file`,
    inside && `did you mean ${join(path, inside)}?`,
  );
}
