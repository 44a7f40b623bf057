// mpi/environment: layer 9. The process as a whole: COMM_WORLD, initialisation, the end, the clock. runtime.ts hands
// itself down as an Environment; nothing here knows how ranks were started.
import { hostname } from "node:os";
import { LIBRARY_VERSION, SUBVERSION, THREAD_FUNNELED, VERSION } from "../base/constants.ts";
import { errorClasses } from "../base/error-classes.ts";
import { Exception, internal, show } from "../base/errors.ts";
import type { Progress } from "../engine/progress.ts";
import { attempt } from "./call.ts";
import type { Intracomm } from "./intracomm.ts";

/** What runtime.ts gives. */
export interface Environment {
  readonly world: Intracomm;
  readonly self: Intracomm;
  readonly finalized: boolean;
  readonly progress: Progress;
  /** Resolves when every rank has finished. */
  finalize(): Promise<void>;
  /** Ends the whole job; `where` is the line of the script that asked for it. */
  abort(code: number, where: string | undefined): never;
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

/** The name of the host. @see MPI-4.1 §9.1.2 */
export function getProcessorName(): string {
  return hostname();
}

/** The version of the standard: `[4, 1]`. @see MPI-4.1 §9.1.1 */
export function getVersion(): [version: number, subversion: number] {
  return [VERSION, SUBVERSION];
}

/** A line that says which library this is: `tsmpi 0.1.0 (Bun 1.4.5)`. @see MPI-4.1 §9.1.1 */
export function getLibraryVersion(): string {
  return `tsmpi ${LIBRARY_VERSION} (Bun ${Bun.version})`;
}

/** For profilers; without effect. @see MPI-4.1 §15.2.4 */
export function pcontrol(_level: number): void {
  current();
}

/** The error class of an error code. @see MPI-4.1 §9.5 */
export function getErrorClass(code: number): number {
  getErrorString(code);
  return code;
}

/** The standard's text for an error code or class. @throws {MPI.Exception} ERR_ARG for an unknown code @see MPI-4.1 §9.4 */
export function getErrorString(code: number): string {
  for (const [known, text] of Object.values(errorClasses)) if (known === code) return text;
  throw new Exception("ERR_ARG", `Cannot tell what error code ${show(code)} means: there is none of that number`);
}

/** What everything that waits on this process waits with. */
export function progressOfJob(): Progress {
  return current().progress;
}

/** Ends the whole job with exit code `code`; `where` is the line of the script that asked for it. */
export function abortJob(code: number, where: string | undefined): never {
  return current().abort(code, where);
}
