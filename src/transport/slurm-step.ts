// transport/slurm-step: layer 3. Of how many ranks the step of Slurm is that this process runs in. Pure; called by engines.ts,
// wireup-slurm.ts and cli/hosts/slurm-allocation.ts, which need no more of Slurm to know whether it is there.

/** Slurm numbers steps that are no `srun` from here on: the batch script, an interactive shell. */
const NO_STEP = 0xffff_fff0;

type Lookup = (name: string) => string | undefined;

/** The number of ranks of the step that this process is of; undefined: it is in no step, as an sbatch script. */
export function stepSize(value: Lookup): number | undefined {
  const step = Number(value("SLURM_STEP_ID") ?? Number.NaN);
  if (Number.isNaN(step) || step >= NO_STEP || value("SLURM_PROCID") === undefined) return undefined;
  return Number(value("SLURM_STEP_NUM_TASKS") ?? value("SLURM_NTASKS") ?? 1);
}
