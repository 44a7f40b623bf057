// cli/commands/info: layer 10. `tsmpi info`: what a report of a problem should contain, and every variable.

import { availableParallelism, hostname, release, totalmem } from "node:os";
import { variable, variables } from "../../src/base/config.ts";
import { printTable } from "../print-table.ts";
import { selfCommand } from "../self.ts";
import { versionLine } from "../version.ts";

/** Prints the version, the machine, and the variables with their values. */
export function info(): number {
  printTable([
    ["version", versionLine()],
    ["command", selfCommand().join(" ")],
    ["host", `${hostname()}, ${process.platform} ${release()}`],
    ["cores", `${availableParallelism()}`],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
  ]);
  console.log("\nVariables, with their values here:\n");
  for (const [name, { about, default: usual }] of Object.entries(variables)) {
    const value = variable(name)!;
    const set = value === usual ? "(default)" : `(default ${usual})`;
    console.log(`${name}=${value} ${set}${about.replace(/(.{1,76})(?: |$)/g, "\n    $1")}`);
  }
  return 0;
}
