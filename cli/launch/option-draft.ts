// cli/launch/option-draft: layer 10. The plan while it is being read from the command line; types only.

import type { Program, RunPlan } from "./plan.ts";

/** What the command line is read against, handed in so that tests can choose it. */
export interface Surroundings {
  /** The working directory, which relative names start from. */
  readonly cwd: string;
  readonly cores: number;
  readonly hostName: string;
  /** The launcher's environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The names of the samples inside the executable. */
  readonly samples: readonly string[];
}

/** One program between two colons; what counts its ranks if `-np` does not is remembered until its end. */
export interface ProgramDraft extends Omit<Program, "ranks" | "script"> {
  ranks: number | undefined;
  /** `-ppn`: ranks per host. */
  perHost: number | undefined;
  /** Slots of the hosts that were named. */
  slots: number | undefined;
  script: string;
}

/** What an option changes: the whole job, or the program whose section it stands in. */
export interface Draft {
  readonly around: Surroundings;
  readonly job: Omit<RunPlan, "programs" | "hosts" | "placement" | "network" | "remote">;
  /** `-genv`: variables for every program. */
  readonly jobEnv: Record<string, string>;
  program: ProgramDraft;
}
