// cli/write-new: layer 10. Writing files into a user's directory without ever replacing one. Called by the commands init
// and samples.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "./usage-error.ts";

/** What became of each file, by its name in the directory. */
export interface Written {
  readonly written: string[];
  /** They were there already, with other contents, and were left alone. */
  readonly kept: string[];
}

/** Writes `files` (contents by name) into `dir`, which is made if need be. A file that has its contents already counts as written. */
export function writeNew(dir: string, files: ReadonlyMap<string, string>): Written {
  if (existsSync(dir) && !statSync(dir).isDirectory()) {
    throw new UsageError(`Cannot write into ${dir}: it is a file, expected a directory`);
  }
  const result: Written = { written: [], kept: [] };
  for (const [name, contents] of files) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) writeFileSync(path, contents, { flag: "wx" });
    const same = statSync(path).isFile() && readFileSync(path, "utf8") === contents;
    (same ? result.written : result.kept).push(name);
  }
  return result;
}
