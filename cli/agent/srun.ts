// cli/agent/srun: layer 10. Inside a Slurm allocation srun takes the place of ssh: it leads to every node of the allocation and
// needs no key, and what it starts counts as the job's. Used by ssh.
import type { Host } from "../hosts/host.ts";

/** The words before a line of shell that is to run on a node. */
export function srunCommand(rsh: readonly string[], { name }: Host): string[] {
  const settings = [
    "--quiet",
    // Without it, output comes in whole lines only, which a channel has none of.
    "--unbuffered",
    "--mpi=none",
    "--nodes=1",
    "--ntasks=1",
    // The node's ranks share what the job has there: not one core, and not nothing because another step has it.
    "--overlap",
    "--cpu-bind=none",
    "--mem=0",
    `--nodelist=${name}`,
  ];
  return [...rsh, ...settings, "sh", "-c"];
}

/** True where `--rsh` names srun. */
export function isSrun(rsh: string): boolean {
  return /(^|\/)srun$/.test(rsh);
}
