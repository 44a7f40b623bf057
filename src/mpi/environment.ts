// mpi/environment: layer 9. The process as a whole: COMM_WORLD, initialisation, the end, the clock. runtime.ts hands
// itself down as an Environment; nothing here knows how ranks were started.
import { CallSite } from "../base/call-site.ts";
import {
  ABI_SUBVERSION,
  ABI_VERSION,
  LIBRARY_VERSION,
  SUBVERSION,
  THREAD_FUNNELED,
  VERSION,
} from "../base/constants.ts";
import { Exception, internal, show } from "../base/errors.ts";
import type { Progress } from "../engine/progress.ts";
import { attempt } from "./call.ts";
import { Info } from "./info.ts";
import type { Intracomm } from "./intracomm.ts";

/** What runtime.ts gives. */
export interface Environment {
  readonly world: Intracomm;
  readonly self: Intracomm;
  readonly finalized: boolean;
  readonly progress: Progress;
  /** Which of the job's hosts this one is, from 0: ranks with the same number share a machine, whatever it is called. */
  readonly host: number;
  /** What this host is called, other than every other host of the job. */
  readonly processorName: string;
  /** Resolves when every rank has finished. */
  finalize(): Promise<void>;
  /** Ends the whole job; `where` is the line of the script that asked for it. */
  abort(code: number, where: string | undefined): never;
  /** Ends the whole job and reports `error`, as if the script had not caught it. */
  fail(error: Exception): never;
}

let environment: Environment | undefined;

/** All ranks of the job. @see MPI-4.1 §7.2.4 */
export let COMM_WORLD: Intracomm;
/** This rank alone. @see MPI-4.1 §7.2.4 */
export let COMM_SELF: Intracomm;

/** Called once, by runtime.ts. */
export function setEnvironment(given: Environment): void {
  environment = given;
  COMM_WORLD = given.world;
  COMM_SELF = given.self;
}

function current(): Environment {
  if (!environment) throw internal("use before the start");
  return environment;
}

/** Throws when MPI has been finalized; `call` is what the user called. */
export function checkRunning(call: string, comm: string): void {
  if (!current().finalized) return;
  throw new Exception("ERR_OTHER", `Cannot call ${call} on ${comm}: MPI has been finalized`);
}

/**
 * Ends MPI on this rank: waits until every rank has come here, after which no communication is possible.
 * Optional: the runtime does it when the script has ended.
 *
 * @example
 * ```ts
 * await MPI.finalize();
 * console.log(MPI.isFinalized()); // true
 * ```
 * @see MPI-4.1 §11.2.2
 */
export function finalize(): Promise<void> {
  return attempt(() => {
    if (current().finalized) throw new Exception("ERR_OTHER", "Cannot call finalize: MPI has been finalized already");
    return current().finalize();
  });
}

/** Does nothing: the ranks are connected before the first line of a script runs. @see MPI-4.1 §11.2.1 */
export function init(): void {
  current();
}

/** As init. @returns The level of thread support, `MPI.THREAD_FUNNELED`. @see MPI-4.1 §11.6.2 */
export function initThread(_required: number = THREAD_FUNNELED): number {
  init();
  return THREAD_FUNNELED;
}

/** True: the ranks are connected before the first line of a script runs. @see MPI-4.1 §11.2.1 */
export function isInitialized(): boolean {
  return environment !== undefined;
}

/** True once `finalize` has been called. @see MPI-4.1 §11.2.2 */
export function isFinalized(): boolean {
  return current().finalized;
}

/** The level of thread support, `MPI.THREAD_FUNNELED`: only the main thread of a rank calls MPI. @see MPI-4.1 §11.6.2 */
export function queryThread(): number {
  return THREAD_FUNNELED;
}

/** True on the thread that runs the script, false in a Worker. @see MPI-4.1 §11.6.2 */
export function isThreadMain(): boolean {
  return Bun.isMainThread;
}

/** Seconds since some moment in the past, which is the same for all calls on this rank but not on all ranks. @see MPI-4.1 §9.6 */
export function wtime(): number {
  return performance.now() / 1000;
}

/** Seconds between two ticks of wtime's clock. @see MPI-4.1 §9.6 */
export function wtick(): number {
  return 1e-9;
}

/**
 * The name of the host. Where several hosts of the job call themselves the same, what the launcher was told to call this
 * one stands behind it in parentheses.
 * @see MPI-4.1 §9.1.2
 */
export function getProcessorName(): string {
  return current().processorName;
}

/** Which of the job's hosts this one is. */
export function hostOfJob(): number {
  return current().host;
}

/** The version of the standard: `[4, 1]`. @see MPI-4.1 §9.1.1 */
export function getVersion(): [version: number, subversion: number] {
  return [VERSION, SUBVERSION];
}

/** The version of the standard's binary interface whose numbers the constants have: `[1, 0]`, as in MPI-5.0. @see MPI-4.1 §9.1.1 */
export function getAbiVersion(): [major: number, minor: number] {
  return [ABI_VERSION, ABI_SUBVERSION];
}

/** Sizes in bytes, in a new Info: `mpi_aint_size`, `mpi_count_size` and `mpi_offset_size`. @see MPI-4.1 §9.1.1 */
export function getAbiInfo(): Info {
  return Info.create({ mpi_aint_size: "8", mpi_count_size: "8", mpi_offset_size: "8" });
}

/** A line that says which library this is: `tsmpi 0.1.0 (Bun 1.4.5)`. @see MPI-4.1 §9.1.1 */
export function getLibraryVersion(): string {
  return `tsmpi ${LIBRARY_VERSION} (Bun ${Bun.version})`;
}

/** For profilers; without effect. @see MPI-4.1 §15.2.4 */
export function pcontrol(_level: number): void {
  current();
}

/** What everything that waits on this process waits with. */
export function progressOfJob(): Progress {
  return current().progress;
}

/**
 * Ends all ranks of the job at once, as `COMM_WORLD.abort` does.
 *
 * @param errorcode The job's exit code, 0 … 255.
 * @see MPI-4.1 §9.7
 */
export function abort(errorcode = 0): never {
  if (!Number.isInteger(errorcode))
    throw new TypeError(`Cannot call abort: errorcode is ${show(errorcode)}, expected a whole number`);
  return current().abort(errorcode & 0xff, new CallSite().where);
}

/** Ends the whole job because of an error, which is reported. */
export function failJob(error: Exception): never {
  return current().fail(error);
}
