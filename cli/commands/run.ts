// cli/commands/run: layer 10. `tsmpi run`: reads the command line, says what it made of it, and hands the plan to the launcher.

import { availableParallelism, hostname, networkInterfaces } from "node:os";
import { sampleNames } from "../embedded/samples.ts";
import type { Surroundings } from "../launch/option-draft.ts";
import { parseRun } from "../launch/options.ts";
import type { RunPlan } from "../launch/plan.ts";
import { launch } from "../launch/run.ts";
import { versionLine } from "../version.ts";

/** @returns the exit code, where no job was run; a job ends this process with its own */
export async function run(argv: string[], help: () => Promise<number>): Promise<number> {
  const plan = await planFor(argv);
  if (plan === "help") return help();
  if (plan === "version") {
    console.log(versionLine());
    return 0;
  }
  if (!plan.quiet) {
    if (plan.ignored.length > 0) plan.notes.push(`without effect here: ${plan.ignored.join(", ")}`);
    for (const note of plan.notes) process.stderr.write(`tsmpi: ${note}\n`);
  }
  if (plan.displayMap) {
    const map = await (await import("../hosts/host-map.ts")).hostMap(plan);
    (plan.displayMap === "only" ? process.stdout : process.stderr).write(map);
    if (plan.displayMap === "only") return 0;
  }
  const code = await launch(plan);
  // At once: a standard input that nobody reads to its end, or a pager that never reads on, must not hold us.
  process.exit(code);
}

/** What the command line is read against. */
function surroundings(): Surroundings {
  return {
    cwd: process.cwd(),
    cores: availableParallelism(),
    hostName: hostname(),
    // Not every system lets one ask, and a job that names no hosts need not know.
    get interfaces() {
      return networkInterfaces();
    },
    environment: process.env,
    samples: sampleNames,
  };
}

/** The plan; agents that have to be found for it are found. Used by doctor, too. */
export async function planFor(argv: readonly string[], around = surroundings()): Promise<RunPlan | "help" | "version"> {
  const plan = parseRun(argv, around);
  if (typeof plan === "string" || !("findAgents" in plan)) return plan;
  const { agentsFor } = await import("../agent/known-agents.ts");
  return planFor(argv, { ...around, agents: await agentsFor(plan.interface, around.environment) });
}
