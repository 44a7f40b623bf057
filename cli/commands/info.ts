// cli/commands/info: layer 10. `tsmpi info`: what a report of a problem should contain, and every variable;
// `tsmpi info algorithms`: the table that picks the collectives' algorithms.

import { availableParallelism, hostname, release, totalmem } from "node:os";
import { placeVariables, type Variable, variable, variables } from "../../src/base/config.ts";
import { SUBVERSION, VERSION } from "../../src/base/constants.ts";
import { algorithms, variableOf } from "../../src/collectives/select.ts";
import { TRANSPORTS } from "../../src/runtime.ts";
import { pickEngine } from "../../src/transport/engines.ts";
import { algorithmLines } from "../algorithm-lines.ts";
import { printTable } from "../print-table.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { versionLine } from "../version.ts";

/** Prints the version, the machine, and the variables with their values; or the algorithms. */
export function info(what?: string): number {
  if (what === undefined) printAll();
  else if (what === "algorithms") printAlgorithms();
  else throw new UsageError(`Cannot tell about ${what}: expected nothing, or algorithms`, "tsmpi info algorithms");
  return 0;
}

function printAll(): void {
  printTable([
    ["version", versionLine()],
    ["standard", `MPI-${VERSION}.${SUBVERSION}`],
    ["command", selfCommand().join(" ")],
    ["host", `${hostname()}, ${process.platform} ${release()}`],
    ["cores", `${availableParallelism()}`],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ["transports", TRANSPORTS],
  ]);
  printEngine();
  console.log("\nVariables, with their values here:\n");
  for (const [name, { about, default: usual, secret }] of Object.entries<Variable>(variables)) {
    const value = variable(name)!;
    const shown = secret && value !== "" ? "(set, not shown)" : value;
    const note = usual === "" ? "(not set by default)" : `(default ${usual})`;
    printVariable(`${name}=${shown} ${value === usual ? "(default)" : note}`, about);
  }
  const choices = Object.keys(algorithms).map(variableOf);
  for (const name of choices.filter((name) => variable(name))) console.log(`${name}=${variable(name)}`);
  printVariable(
    `TSMPI_<COLLECTIVE>, such as ${variableOf("allreduce")}`,
    "An algorithm's name; `tsmpi info algorithms` lists them.",
  );
  console.log("\nVariables that every rank has:\n");
  printTable(Object.entries(placeVariables));
}

/** Who has started this, and would have started the ranks of a script without `tsmpi run`; and why we think so. */
function printEngine(): void {
  try {
    const { row, why } = pickEngine();
    console.log(
      row?.open ? `\nengine: ${row.name}, ${row.about}` : "\nengine: none, so a script without `tsmpi run` is one rank",
    );
    console.log(`    ${why}`);
  } catch (error) {
    console.log(`\nengine: ${(error as Error).message}`);
  }
}

function printVariable(line: string, about: string): void {
  console.log(`${line}${about.replace(/(.{1,76})(?: |$)/g, "\n    $1")}`);
}

function printAlgorithms(): void {
  console.log(`The algorithms of each collective. The first line that applies is taken. The
variable asks for a line by its name, on all ranks; where its "if" is not met,
it is as if nothing had been asked. Bytes are those of each rank's operand, in a
bcast of the data; an operator is commutative and elementwise, the number of
ranks a power of two.`);
  for (const line of algorithmLines()) console.log(line);
  console.log("\ngatherv, scatterv, allgatherv, alltoallv, alltoallw go as the plain ones do.");
}
