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
  process.stdout.write("\nVariables, with their values here:\n\n");
  for (const [name, { about, default: usual }] of Object.entries(variables)) {
    const value = variable(name)!;
    const set = value === usual ? "(default)" : `(default ${usual})`;
    process.stdout.write(`${name}=${value} ${set}\n${about.replace(/(.{1,76})(?: |$)/g, "    $1\n")}`);
  }
  return 0;
}
