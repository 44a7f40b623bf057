// cli/hosts/slurm-allocation: layer 10. The hosts and slots of the Slurm allocation in which `tsmpi run` has been called: in an
// sbatch script, or in the shell of an salloc. Pure; used by launch/plan-hosts.
import { stepSize } from "../../src/transport/slurm-step.ts";
import { type HostEntry, parseHostList } from "./host-list.ts";

/** The counts of `2(x3),1`: one for each node. */
export function countsOf(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [, count = "1", times = "1"] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    return new Array<number>(Math.min(Number(times), 65_536)).fill(Number(count));
  });
}

/** The allocation's hosts; undefined: there is none, or this is one task of an srun, which must not take all of it. */
export function slurmAllocation(environment: Readonly<Record<string, string | undefined>>): HostEntry[] | undefined {
  const nodes = environment.SLURM_JOB_NODELIST;
  if (!nodes || stepSize((name) => environment[name]) !== undefined) return undefined;
  const counts = countsOf(environment.SLURM_TASKS_PER_NODE ?? "1");
  return parseHostList(nodes).map((host, i) => ({ ...host, slots: counts[i] ?? counts.at(-1)! }));
}
