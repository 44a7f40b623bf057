// mpi/handling: layer 9. The chapter "error handling" of a communicator: Comm extends it.
import type { Exception } from "../base/errors.ts";
import { Caching } from "./caching.ts";
import type { Comm } from "./comm.ts";
import {
  callHandler,
  createErrhandler,
  ERRORS_RETURN,
  type Errhandler,
  type ErrhandlerFunction,
  errorOf,
  usable,
} from "./errhandler.ts";
import { Guard, unprotect } from "./guard.ts";

export abstract class Handling extends Caching {
  #errhandler: Errhandler = ERRORS_RETURN;

  /** False for MPI.COMM_NULL, and when the communicator has been freed. */
  protected abstract readonly exists: boolean;

  /**
   * Makes an error handler for communicators.
   *
   * @param fn Called as `fn(comm, error)` with the MPI.Exception of a call that fails, before the call throws it, or its
   * promise rejects with it. What `fn` throws is thrown instead, which is how a handler turns errors into others; what it
   * returns is not looked at, so it cannot be waited for. A TypeError about an argument is the script's own mistake and no
   * error of MPI: no handler is called.
   * @example
   * ```ts
   * const log: string[] = [];
   * const handler = MPI.Comm.createErrhandler((comm, error) => log.push(`${comm.name}: ${error.errorString}`));
   * await using comm = await MPI.COMM_WORLD.dup();
   * comm.setErrhandler(handler);
   * await comm.send("x", { dest: 99 }).catch(() => {});
   * console.log(log[0]); // dup of COMM_WORLD: invalid rank
   * ```
   * @see MPI-4.1 §9.3.1
   */
  static createErrhandler(fn: ErrhandlerFunction<Comm>): Errhandler {
    return createErrhandler(fn);
  }

  /**
   * Sets the error handler for the calls that are made on this communicator from now on, and for the requests and messages
   * that these return, whose errors appear when they are waited for. Communicators that are made from this one have it too.
   *
   * @param errhandler MPI.ERRORS_RETURN, ERRORS_ARE_FATAL, ERRORS_ABORT, or one of `createErrhandler`.
   * @throws {MPI.Exception} ERR_ERRHANDLER for MPI.ERRHANDLER_NULL and one that has been freed.
   * @see MPI-4.1 §9.3.1
   */
  setErrhandler(errhandler: Errhandler): void {
    this.use("setErrhandler");
    this.#setErrhandler(usable("setErrhandler", errhandler));
  }

  #setErrhandler(errhandler: Errhandler): void {
    this.#errhandler = errhandler;
    if (errhandler === ERRORS_RETURN) return unprotect(this);
    const inherit = (made: unknown) => {
      if (made instanceof Handling && made !== this && made.exists && made.#errhandler !== errhandler)
        made.#setErrhandler(errhandler);
    };
    new Guard(this, errhandler, inherit).protect(this);
  }

  /** The handler that was set last; MPI.ERRORS_RETURN when none was. @see MPI-4.1 §9.3.1 */
  getErrhandler(): Errhandler {
    this.use("getErrhandler");
    return this.#errhandler;
  }

  /**
   * Calls the handler, for an error that the script itself has found. With MPI.ERRORS_RETURN nothing happens; nothing is
   * thrown but what the handler throws.
   *
   * @param error An error class or code, or an exception.
   * @example
   * ```ts
   * const handler = MPI.Comm.createErrhandler((comm, error) => console.log(error.message));
   * await using comm = await MPI.COMM_WORLD.dup();
   * comm.setErrhandler(handler);
   * comm.callErrhandler(MPI.ERR_OTHER); // known error not in this list (ERR_OTHER)
   * ```
   * @see MPI-4.1 §9.5.1
   */
  callErrhandler(error: number | Exception): void {
    this.use("callErrhandler");
    callHandler(this.#errhandler, this, errorOf("callErrhandler", error));
  }
}
