// mpi/call: layer 9. Waiting on behalf of a script: with the call's description for reports, its line for errors, and an
// AbortSignal where the script gave one.
import { CallSite } from "../base/call-site.ts";
import type { Call, Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";

/** Runs what may throw at once inside a method that returns a promise: a thrown error becomes a rejection. */
export function attempt<T>(start: () => Promise<T>): Promise<T> {
  try {
    return start();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A result that is here, after a turn of the event loop where one is due. */
export function after<T>(turn: Promise<void> | undefined, result: T): Promise<T> {
  return turn ? turn.then(() => result) : Promise.resolve(result);
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Takes the operation back when `signal` aborts; false when it is too late: then it completes. */
  readonly cancel?: (() => boolean) | undefined;
  /** How many frames, ours included, to look through for the script's line. */
  readonly frames?: number;
  /**
   * Looking for messages at once is of no use: the caller has done so, or there are several steps, which go on in microtasks.
   */
  readonly later?: boolean | undefined;
}

/**
 * Waits for `operation`.
 * @param call describes it; asked only for reports
 */
export function waitFor<T>(
  progress: Progress,
  operation: Operation<T>,
  call: Call,
  { signal, cancel, frames, later }: WaitOptions = {},
): Promise<T> {
  if (!operation.settled && !later) progress.spin(operation);
  if (operation.settled) {
    if (operation.failed) operation.locate(new CallSite(frames));
    const turn = progress.served();
    return turn ? turn.then(() => operation.promise()) : operation.promise();
  }
  operation.call ??= call;
  operation.site ??= new CallSite(frames);
  if (signal) abortWith(operation, signal, cancel);
  return progress.wait(operation);
}

function abortWith(operation: Operation<any>, signal: AbortSignal, cancel: (() => boolean) | undefined): void {
  const abort = () => {
    if (!cancel || cancel()) operation.reject(signal.reason);
  };
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  operation.onSettled(() => signal.removeEventListener("abort", abort));
}
