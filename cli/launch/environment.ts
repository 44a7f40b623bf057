// cli/launch/environment: layer 10. The environment variables that a rank starts with, here and on other hosts. Pure; used
// by job, and for other hosts by agent/.

import type { placeVariables } from "../../src/base/config.ts";

/** Where a rank stands in its job. */
export interface Place {
  /** The job's. */
  readonly id: string;
  readonly rank: number;
  readonly size: number;
  readonly localRank: number;
  readonly localSize: number;
}

/** Set by other launchers, or meant for this process alone: a rank that saw them would take them for its own. */
const foreign =
  /^(BUN_BE_BUN$|TSMPI_AGENT_CODE$|PMI_|PMIX_|OMPI_|PRTE_|HYDI_|MPI_LOCALN?RANK|SLURM_(PROCID|LOCALID|NODEID|GTIDS|TASK_PID|STEP_?|SRUN_|LAUNCH_))/;

/**
 * glibc's memcpy uses `rep movsb` for long copies, which on AMD Zen 3 and 4 crawls where source and target lie 1 to 15
 * bytes apart within a page, as the payload behind a frame's header does: 64 KiB took 20–40 µs instead of 1.3. Raising
 * the threshold keeps to the vector loop. Other C libraries and processors ignore the variable.
 */
const fastCopies = "glibc.cpu.x86_rep_movsb_threshold=0x40000000";

/**
 * JavaScriptCore has a thread that touches memory for the heap before it is needed. It begins after 1 MiB, so that every
 * rank had it, on cores that all ranks want, and 0.7 MiB that it never used. After 8 MiB only who needs it has it.
 */
const lateWarmUp = { name: "BUN_JSC_warmUpMarkedBlockStartAfterBlocks", value: "512" };

/**
 * Bun's allocator has a thread that soon gives freed memory back to the system. A rank that receives long arrays frees and
 * allocates the same memory again and again, and had it filled with zeros page by page each time. After a second only
 * memory that is not needed soon is given back: an object with 16 MiB takes 2.3 ms in place of 3.0 with 250 ms; 3 s give no more.
 */
const latePurge = { name: "MIMALLOC_PURGE_DELAY", value: "1000" };

/**
 * JavaScriptCore collects garbage for the first time after 8 MiB, and then again and again so soon, as a rank keeps little: 80 times
 * in a bench of message rates, 42 times from here on, which is 8 % of it. The memory of a rank is the same after 200,000 messages.
 */
const lateCollection = { name: "BUN_JSC_largeHeapSize", value: "20000000" };

/**
 * JavaScriptCore collects garbage with a thread for each core, in every rank. They wait for work by looking for it: of ranks that have
 * a core each, all but one only take cores from the others, and a rank that waits 3 s took 1.1 % of one in place of 0.6. With its share of the
 * cores a rank that has the machine for itself collects as before, and 4 ranks with a heap of a million objects on 4 cores do.
 */
function shareOfCores(cores: number, localSize: number): { readonly name: string; readonly value: string } {
  return { name: "BUN_JSC_numberOfGCMarkers", value: String(Math.min(8, Math.max(1, Math.floor(cores / localSize)))) };
}

/** What of the launcher's environment means the same on every host. */
const everywhere = /^(TSMPI_.*|FORCE_COLOR|NO_COLOR|TERM|TZ|LANG|LANGUAGE|LC_.*|NODE_ENV)$/;

/** What belongs to a login, a terminal or a file system, of which other hosts have their own; and secrets of this one. */
const atHome =
  /^(_|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|SHLVL|HOSTNAME|TMPDIR|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_.*|SSH_.*|DBUS_.*|SLURM_.*|TSMPI_HOSTFILE|TSMPI_TOKEN|TSMPI_TOKEN_FILE|TSMPI_LIBPMIX)$/;

/**
 * What ranks on other hosts get of the launcher's environment, beyond what options name: `few` variables, as paths and
 * secrets of this host mean nothing there; `all` but what each host has its own of; or `none`.
 */
export function travelling(
  own: Readonly<Record<string, string | undefined>>,
  how: "few" | "all" | "none",
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || how === "none" || atHome.test(name) || foreign.test(name)) continue;
    if (how === "all" || everywhere.test(name)) env[name] = value;
  }
  return env;
}

/**
 * The launcher's environment with the program's variables and the rank's place in it; never the job's secret.
 * @param cores of the rank's host
 */
export function rankEnvironment(
  own: Record<string, string | undefined>,
  program: Record<string, string>,
  place: Place,
  terminal: { readonly stdout: boolean; readonly stderr: boolean },
  cores: number,
): Record<string, string> {
  const env: Record<string, string> = {};
  const all = { ...own, ...program };
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && !foreign.test(name)) env[name] = value;
  }
  // A rank's output is a pipe; where the pipe ends in a terminal, Bun is to colour what it prints all the same.
  if (terminal.stdout && !all.NO_COLOR) env.FORCE_COLOR ??= "1";
  if (!env.GLIBC_TUNABLES?.includes("rep_movsb")) {
    env.GLIBC_TUNABLES = env.GLIBC_TUNABLES ? `${env.GLIBC_TUNABLES}:${fastCopies}` : fastCopies;
  }
  for (const { name, value } of [lateWarmUp, latePurge, lateCollection, shareOfCores(cores, place.localSize)]) {
    env[name] ??= value;
  }
  // For a rank that draws on stdout, or shows progress on stderr, where a person watches.
  if (terminal.stdout) env.TSMPI_STDOUT_TTY = "1";
  if (terminal.stderr) env.TSMPI_STDERR_TTY = "1";
  const where: Record<keyof typeof placeVariables, string> = {
    TSMPI_RANK: String(place.rank),
    TSMPI_SIZE: String(place.size),
    TSMPI_LOCAL_RANK: String(place.localRank),
    TSMPI_LOCAL_SIZE: String(place.localSize),
    TSMPI_JOB_ID: place.id,
  };
  return { ...env, ...where };
}
