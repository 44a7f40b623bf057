// transport/engines: layer 3. The one table of the launchers that can start our ranks in the place of `tsmpi run`, by what each
// leaves in the environment; the first row that applies is taken. Called by cli/rank.ts and start-alone.ts, for a script
// that `tsmpi run` has not started, and by `tsmpi info`.
import { variable } from "../base/config.ts";
import { stepSize } from "./slurm-step.ts";
import type { WireUp } from "./wireup.ts";
import type { Engine } from "./wireup-engine.ts";

type Lookup = (name: string) => string | undefined;

export interface EngineRow {
  /** What TSMPI_ENGINE calls it. */
  readonly name: string;
  readonly about: string;
  /** What in the environment says that it has started this process; undefined: nothing does. */
  readonly sign: (value: Lookup) => string | undefined;
  /** This process as one of its ranks; undefined: it is the only one. @throws Error that says what is missing */
  readonly open?: () => Promise<Engine>;
}

/** The names, with values, of variables that are all there. */
function all(value: Lookup, ...names: string[]): string | undefined {
  if (names.some((name) => !value(name))) return undefined;
  return names.map((name) => `${name}=${value(name)}`).join(", ");
}

function several(text: string | undefined): boolean {
  return Number(text ?? 1) > 1;
}

export const engines: readonly EngineRow[] = [
  {
    name: "none",
    about: "a process that a rank of tsmpi has started",
    sign: (value) => all(value, "TSMPI_JOB_ID"),
  },
  {
    name: "pmi",
    about: "PMI-1: MPICH's mpiexec (Hydra), Intel MPI, srun --mpi=pmi2",
    sign: (value) => all(value, "PMI_FD", "PMI_RANK", "PMI_SIZE") ?? all(value, "PMI_PORT", "PMI_ID"),
    open: async () => (await import("./wireup-pmi.ts")).pmi(),
  },
  {
    name: "pmix",
    about: "PMIx: Open MPI's mpirun, PRRTE, srun --mpi=pmix",
    sign: (value) =>
      all(value, "PMIX_RANK", "PMIX_NAMESPACE") ?? all(value, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    open: async () => (await import("./wireup-pmix.ts")).pmix(),
  },
  {
    name: "slurm",
    about: "Slurm's srun without PMI",
    sign: (value) => (several(`${stepSize(value) ?? 1}`) ? all(value, "SLURM_STEP_ID", "SLURM_PROCID") : undefined),
    open: async () => (await import("./wireup-slurm.ts")).slurm(),
  },
  {
    name: "kubernetes",
    about: "a Kubernetes Indexed Job",
    sign: (value) => all(value, "JOB_COMPLETION_INDEX"),
    open: async () => (await import("./wireup-kubernetes.ts")).kubernetes(),
  },
];

/** What another launcher of which we know no more than this has set. */
const hints = ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE"];

export interface Picked {
  readonly row: EngineRow | undefined;
  /** Why this one. */
  readonly why: string;
}

/**
 * The engine that has started this process; without a row, nobody has.
 * @throws Error when the environment speaks of several ranks, but not of a way to meet them
 */
export function pickEngine(value: Lookup = variable): Picked {
  const wanted = value("TSMPI_ENGINE") ?? "auto";
  if (wanted !== "auto") {
    const row = engines.find(({ name }) => name === wanted);
    if (!row)
      throw new Error(
        `Cannot use TSMPI_ENGINE=${wanted}: expected auto, ${engines.map(({ name }) => name).join(", ")}`,
      );
    return { row, why: `TSMPI_ENGINE=${wanted}` };
  }
  for (const row of engines) {
    const why = row.sign(value);
    if (why !== undefined) return { row, why };
  }
  const hint = hints.find((name) => several(value(name)));
  if (hint === undefined) return { row: undefined, why: "no variable of another launcher is set" };
  throw new Error(
    `Cannot meet the other ranks: ${hint}=${value(hint)} says that there are several, but nothing says how; TSMPI_ENGINE=none makes this a job of one rank`,
  );
}

/**
 * This process as a rank of the engine that has started it, with the others met; undefined: it is alone. Where there are
 * others and they cannot be met it says so, and ends the process: never is this a job of one rank by mistake.
 */
export async function openWithoutLauncher(say: (text: string) => void): Promise<WireUp | undefined> {
  let engine: Engine | undefined;
  try {
    engine = await pickEngine().row?.open?.();
    if (!engine || engine.size === 1) return undefined;
    const { EngineWireUp } = await import("./wireup-engine.ts");
    return await EngineWireUp.open(engine, say);
  } catch (error) {
    const who = engine ? `rank ${engine.rank} of ${engine.size}: ` : "";
    say(`tsmpi: ${who}${(error as Error).message}`);
    engine?.abort(1);
    process.exit(1);
  }
}
