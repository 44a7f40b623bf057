// cli/launch/plan: what `tsmpi run` was asked to do, fully checked: the contract between the command line
// (launch/options, which makes it) and the launcher (launch/run, which carries it out). Layer 10.

import type { Host, Placement } from "../hosts/host.ts";

/** A script as it travels from the launcher to a rank: the absolute path of a file, or `sample:hello`. */
export type ScriptRef = string;

/** One program of the job: what stands between two lone colons on the command line. */
export interface Program {
  /** How many ranks run it, at least 1. */
  ranks: number;
  script: ScriptRef;
  /** Everything behind the script's name, byte for byte. */
  args: string[];
  /** Variables to set or replace in these ranks, beyond the launcher's own environment, which they inherit. */
  env: Record<string, string>;
  /** The ranks' working directory, absolute; undefined: the launcher's. */
  wdir: string | undefined;
}

/** The network between the hosts of a job. */
export interface NetworkOptions {
  /** Only addresses of this interface, in this subnet (`10.1.0.0/16`), or this very address; undefined: all. */
  interface: string | undefined;
  /** Ports to listen on, first and last; undefined: whichever are free. */
  portRange: readonly [first: number, last: number] | undefined;
  /** Encrypt what crosses it. */
  tls: boolean;
  /** Seconds without a sign of life after which a host is lost. */
  heartbeat: number;
  /** Seconds for each step of the way to a host. */
  connectTimeout: number;
}

/** How ranks get to other hosts. */
export interface RemoteOptions {
  /** The program in place of ssh, which is called with ssh's arguments: `--rsh`. */
  rsh: string;
  /** May put tsmpi itself on hosts that have not got this version. */
  stage: boolean;
  /** Files, absolute, that the script needs on every host. */
  stageFiles: readonly string[];
  /** A directory, absolute, with tsmpi for other platforms, named as the release names them. */
  binaryDir: string | undefined;
  /** What ranks there get of the launcher's environment: see `travelling` in environment.ts. */
  environment: "few" | "all" | "none";
}

/** What a plan says of hosts when it names none. */
export function onThisMachine(
  ranks: number,
  slots = ranks,
): Pick<RunPlan, "hosts" | "placement" | "network" | "remote"> {
  return {
    hosts: [{ name: "localhost", slots, local: true }],
    placement: new Array<number>(ranks).fill(0),
    network: { interface: undefined, portRange: undefined, tls: true, heartbeat: 10, connectTimeout: 10 },
    remote: {
      ...{ rsh: "ssh", stage: true, stageFiles: [], binaryDir: undefined },
      environment: "few",
    },
  };
}

/** A whole job. The ranks of COMM_WORLD are numbered through the programs in their order. */
export interface RunPlan {
  /** At least one. */
  programs: Program[];
  /** At least one, each once. */
  hosts: readonly Host[];
  placement: Placement;
  network: NetworkOptions;
  remote: RemoteOptions;
  /** Put the rank before every line of output. */
  tagOutput: boolean;
  /** Put the time before every line of output. */
  timestampOutput: boolean;
  /** A directory, absolute, that gets one file per rank and stream; undefined: no files. */
  outputDir: string | undefined;
  /** Which rank reads the launcher's standard input; the others read an empty one. */
  stdin: "all" | "none" | number;
  /** Seconds after which the job is ended with exit code 124; undefined: never. */
  timeout: number | undefined;
  /** Print nothing of the launcher's own but errors. */
  quiet: boolean;
  /** Print what the launcher does: ranks, process ids, times. */
  verbose: boolean;
  /** Print which rank runs where before the start; `only`: and start nothing. */
  displayMap: boolean | "only";
  /** Options that were accepted and mean nothing in this job, as they were typed. `commands/run` names them, not the launcher. */
  ignored: string[];
  /** What else to say before the start, unless quiet, one line each; also printed by `commands/run`. */
  notes: string[];
}
