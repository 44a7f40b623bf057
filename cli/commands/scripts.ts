// cli/commands/scripts: layer 10. `tsmpi scripts`: the programs in the scripts directory.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isScriptName, scriptsDirectory } from "../find-script.ts";
import { leadingComment } from "../leading-comment.ts";
import { printTable } from "../print-table.ts";

/** Lists the scripts that a bare name finds, each with the line that it introduces itself with. */
export function scripts(): number {
  let names: string[];
  try {
    names = readdirSync(scriptsDirectory).filter(isScriptName).sort();
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) throw error;
    names = [];
  }
  if (names.length === 0) {
    process.stderr.write(`tsmpi: there are no scripts in ${join(process.cwd(), scriptsDirectory)}\n`);
    process.stderr.write("       make a first one: tsmpi init\n");
    return 0;
  }
  printTable(names.map((name) => [name, leadingComment(readFileSync(join(scriptsDirectory, name), "utf8"))]));
  return 0;
}
