// cli/write-new: layer 10. Writing files into a user's directory without ever replacing one. Called by the commands init
// and samples.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "./usage-error.ts";

/** What became of each file, by its name in the directory. */
export interface Written {
  readonly made: string[];
  /** They were there already, with just these contents. */
  readonly same: string[];
  /** They were there already, with other contents, and were left alone. */
  readonly kept: string[];
}

/** Writes those of `files` (contents by name) into `dir` that are not there yet; makes `dir` if need be. */
export function writeNew(dir: string, files: ReadonlyMap<string, string>): Written {
  if (existsSync(dir) && !statSync(dir).isDirectory()) {
    throw new UsageError(`Cannot write into ${dir}: it is a file, expected a directory`);
  }
  const result: Written = { made: [], same: [], kept: [] };
  for (const [name, contents] of files) {
    const path = join(dir, name);
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents, { flag: "wx" });
      result.made.push(name);
    } else if (statSync(path).isFile() && readFileSync(path, "utf8") === contents) result.same.push(name);
    else result.kept.push(name);
  }
  return result;
}
