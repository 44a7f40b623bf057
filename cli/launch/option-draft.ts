// cli/launch/option-draft: layer 10. The plan while it is being read from the command line; types only.

import type { JoinCode } from "../agent/join-code.ts";
import type { HostEntry } from "../hosts/host-list.ts";
import type { Order } from "../hosts/placing.ts";
import type { Machine } from "../hosts/this-machine.ts";
import type { Program, RunPlan } from "./plan.ts";

/** What the command line is read against, handed in so that tests can choose it. */
export interface Surroundings extends Machine {
  /** The working directory, which relative names start from. */
  readonly cwd: string;
  readonly cores: number;
  /** The launcher's environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The names of the samples inside the executable. */
  readonly samples: readonly string[];
  /** The agents that were found, where they had to be. */
  readonly agents?: readonly JoinCode[];
}

/** One program between two colons; what counts its ranks if `-np` does not is remembered until its end. */
export interface ProgramDraft extends Omit<Program, "ranks" | "script"> {
  ranks: number | undefined;
  /** `-ppn`: ranks per host. */
  perHost: number | undefined;
  /** Hosts of host files; and those that were named, which pick from these where there are both. */
  listed: HostEntry[];
  named: HostEntry[];
  /** What must hold on this machine where ranks of the program run on it. */
  readonly checks: (() => void)[];
  script: string;
}

/** How hosts are chosen and filled, for all programs. */
export interface HostRules {
  order: Order;
  nooversubscribe: boolean;
  /** Leave this machine out. */
  nolocal: boolean;
  /** Take every host for this machine. */
  fork: boolean;
  /** An option has said what leads to other hosts. */
  wayChosen: boolean;
}

/** What an option changes: the whole job, or the program whose section it stands in. */
export interface Draft {
  readonly around: Surroundings;
  readonly job: Omit<RunPlan, "programs" | "hosts" | "placement">;
  readonly rules: HostRules;
  /** Options as they were typed that mean something only where there are several hosts. */
  readonly betweenHosts: string[];
  /** `--agents`: those of these codes, and those that are found. */
  readonly agents: JoinCode[];
  findAgents: boolean;
  /** `-genv`: variables for every program. */
  readonly jobEnv: Record<string, string>;
  program: ProgramDraft;
}
