// mpi/errhandler: layer 9. Error handlers as users hold them, and how they are run. Called by what has error handlers, and guard.ts.
import { Exception, show } from "../base/errors.ts";
import { failJob } from "./environment.ts";

/** Called with the object that the error arose on, and the error. */
export type ErrhandlerFunction<Owner> = (owner: Owner, error: Exception) => void;

// What only this file may do: make one, run it, and ask whether it has been freed.
let make: (name: string, run: ErrhandlerFunction<any>, predefined?: boolean) => Errhandler;
let runOf: (handler: Errhandler) => ErrhandlerFunction<any>;
let isFreed: (handler: Errhandler) => boolean;

/**
 * What happens to an error of MPI before the script sees it.
 *
 * Whatever a handler does, a call that fails throws, or rejects: there are no return codes. MPI.ERRORS_RETURN, the default,
 * does nothing else. MPI.ERRORS_ARE_FATAL and MPI.ERRORS_ABORT report the error and end the whole job, although the script
 * may have a `catch` for it. A handler of one's own is made with `MPI.Comm.createErrhandler`. Errors of calls that belong to no
 * communicator, such as those on groups and hints, are thrown, whatever handlers are set.
 *
 * @see MPI-4.1 §9.3
 */
export class Errhandler {
  /** `"ERRORS_RETURN"`, …, or the name of the function. */
  readonly name: string;
  readonly #predefined: boolean;
  readonly #run: ErrhandlerFunction<any>;
  #freed = false;

  private constructor(name: string, run: ErrhandlerFunction<any>, predefined: boolean) {
    this.name = name;
    this.#run = run;
    this.#predefined = predefined;
  }

  static {
    make = (name, run, predefined = false) => new Errhandler(name, run, predefined);
    runOf = (handler) => handler.#run;
    isFreed = (handler) => handler.#freed;
  }

  /**
   * Gives the handler up: setting it from now on is ERR_ERRHANDLER; communicators that have it keep it. On a predefined one
   * it has no effect, since what `getErrhandler` returns may be freed. Never needed.
   *
   * @see MPI-4.1 §9.3.4
   */
  free(): void {
    usable("free", this);
    this.#freed = !this.#predefined;
  }
}

/** A handler from a script's function. */
export function createErrhandler(fn: unknown): Errhandler {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot call createErrhandler: fn is ${show(fn)}, expected a function (comm, error) => …`);
  }
  return make(fn.name || "anonymous", fn as ErrhandlerFunction<any>);
}

/** An argument that must be an error handler. */
export function usable(call: string, handler: unknown): Errhandler {
  if (!(handler instanceof Errhandler)) {
    throw new TypeError(`Cannot call ${call}: errhandler is ${show(handler)}, expected an MPI.Errhandler`);
  }
  if (handler !== ERRHANDLER_NULL && !isFreed(handler)) return handler;
  const state = handler === ERRHANDLER_NULL ? "MPI.ERRHANDLER_NULL: it is no handler" : "a handler: it has been freed";
  throw new Exception("ERR_ERRHANDLER", `Cannot call ${call} with ${state}`);
}

/** The option `errhandler` of what makes communicators out of nothing; MPI.ERRORS_RETURN by default. */
export function errhandlerOption(call: string, given: unknown): Errhandler {
  return given === undefined ? ERRORS_RETURN : usable(call, given);
}

/** The error that a script hands to a handler: an exception, or one of this class or code. */
export function errorOf(call: string, error: unknown): Exception {
  if (error instanceof Exception) return error;
  if (typeof error === "number") return new Exception(error);
  throw new TypeError(`Cannot call ${call}: error is ${show(error)}, expected an error code or an MPI.Exception`);
}

/** Errors that a handler has seen: it sees each once, however many of our calls it passes on its way to the script. */
const seen = new WeakSet<object>();

/** Runs the handler of `owner` for what a call has thrown: once for each error of MPI. @throws what the handler throws */
export function handle(handler: Errhandler, owner: object, error: unknown): void {
  if (error instanceof Exception && !seen.has(error)) callHandler(handler, owner, error);
}

/** Runs the handler of `owner`. @throws what it throws */
export function callHandler(handler: Errhandler, owner: object, error: Exception): void {
  seen.add(error);
  try {
    runOf(handler)(owner, error);
  } catch (other) {
    // It goes the way of the first one, in its place.
    if (other instanceof Exception) seen.add(other);
    throw other;
  }
}

const nothing = () => {};
const fatal = (_owner: unknown, error: Exception) => failJob(error);

/** The handler that is none. @see MPI-4.1 §9.3 */
export const ERRHANDLER_NULL: Errhandler = make("ERRHANDLER_NULL", nothing, true);
/** Errors are thrown, or reject, and nothing else: the default. @see MPI-4.1 §9.3 */
export const ERRORS_RETURN: Errhandler = make("ERRORS_RETURN", nothing, true);
/** An error is reported and ends the whole job; the exit code is the error class. @see MPI-4.1 §9.3 */
export const ERRORS_ARE_FATAL: Errhandler = make("ERRORS_ARE_FATAL", fatal, true);
/** The same: what ends the ranks of a communicator ends those that depend on them. @see MPI-4.1 §9.3 */
export const ERRORS_ABORT: Errhandler = make("ERRORS_ABORT", fatal, true);
