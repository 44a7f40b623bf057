// transport/wireup-slurm: layer 3. Ranks that plain `srun` has started: it gives each its number and nothing to talk over. All
// know the host of rank 0, the first of the step, and ports that follow from the job's number. Called by engines.ts.
import { variable } from "../base/config.ts";
import { agreedPorts } from "./agreed-ports.ts";
import { stepSize } from "./slurm-step.ts";
import { jobToken } from "./token.ts";
import type { Engine } from "./wireup-engine.ts";

/** The first name of a list such as `n[07-9,12],gpu1`. */
export function firstHost(list: string): string {
  const [, name = "", first = "", rest = ""] = /^([^,[]*)(?:\[([^\],-]*)[^\]]*\]([^,]*))?/.exec(list) ?? [];
  return name + first + rest;
}

/** The host as something that has an address: Slurm's nodes may have names that only Slurm knows. */
async function reachable(host: string): Promise<string> {
  try {
    await Bun.dns.lookup(host, { backend: "system" });
    return host;
  } catch {
    return /\bNodeAddr=(\S+)/.exec(await scontrol("show", "node", host, "--oneliner"))?.[1] ?? host;
  }
}

async function scontrol(...args: string[]): Promise<string> {
  try {
    return await Bun.$`scontrol ${args}`.quiet().text();
  } catch {
    return "";
  }
}

export async function slurm(): Promise<Engine> {
  const size = stepSize(variable) ?? 1;
  const name = ["slurm", variable("SLURM_JOB_ID"), variable("SLURM_STEP_ID"), variable("SLURM_RESTART_COUNT") ?? "0"];
  const job = name.join(".");
  const host = firstHost(variable("SLURM_STEP_NODELIST") ?? "");
  if (host === "") throw new Error("Cannot meet the other ranks: SLURM_STEP_NODELIST names no host");
  const oneHost = variable("SLURM_STEP_NUM_NODES") === "1";
  return {
    rank: Number(variable("SLURM_PROCID")),
    size,
    oneHost,
    job,
    meeting: { host: oneHost ? "127.0.0.1" : await reachable(host), ports: agreedPorts(job), token: jobToken(true) },
    // srun has no ear for its tasks: it sees their exit codes, and with -K ends the others at the first bad one.
    abort: () => {},
    leave: () => {},
  };
}
