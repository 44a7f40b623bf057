// mpi/grequest: layer 9. Generalized requests: operations that the script completes itself.
import { Exception, errorClassOf, show } from "../base/errors.ts";
import { Operation } from "../engine/operation.ts";
import { checkOptions } from "./arguments.ts";
import { progressOfJob } from "./environment.ts";
import { Request } from "./request.ts";
import { Status } from "./status.ts";

/** What the library calls; none of them is waited for, and what one throws, the call that needed it throws. */
export interface GrequestFunctions {
  /** Fills in the status: called once, when it is first asked for after `complete`. */
  query?: (status: Status) => void;
  /** Called once, when the request is complete and nobody needs it any more: after `query`, or after `free()`. */
  free?: () => void;
  /** Called by cancel; `complete` says whether the request is complete already. */
  cancel?: (complete: boolean) => void;
}

/**
 * A request for an operation of the script's own: it can be waited for together with others.
 *
 * @example
 * ```ts
 * const work = MPI.Grequest.start<string>();
 * setTimeout(() => work.complete("done"), 1);
 * console.log(await work.wait()); // done
 * ```
 * @see MPI-4.1 §13.2
 */
export class Grequest<T = void> extends Request<T> {
  readonly #operation: Operation<T>;
  readonly #functions: GrequestFunctions;
  /** What `query` said. */
  readonly #answer = new Status();
  #asked = false;
  /** What `query` threw. */
  #thrown: { readonly error: unknown } | undefined;
  #freed = false;

  private constructor(operation: Operation<T>, functions: GrequestFunctions) {
    super({
      operation,
      progress: progressOfJob(),
      describe: () => "a Grequest",
      fill: (status) => {
        this.#ask();
        if (this.#thrown) status.error = errorClassOf(this.#thrown.error);
        else status.copy(this.#answer);
      },
      conclude: () => this.#conclude(),
    });
    this.#operation = operation;
    this.#functions = functions;
  }

  /**
   * Starts an operation, which `complete` completes.
   *
   * @param functions `query`, `free` and `cancel`, each of which may be left out.
   * @throws {TypeError} One of them is no function.
   * @see MPI-4.1 §13.2
   */
  static start<T = void>(functions: GrequestFunctions = {}): Grequest<T> {
    const names = ["query", "free", "cancel"] as const;
    checkOptions("Grequest.start", functions, names);
    for (const name of names) {
      if (functions[name] === undefined || typeof functions[name] === "function") continue;
      const what = `Cannot call Grequest.start: option ${name} is ${show(functions[name])}, expected a function`;
      throw new TypeError(what);
    }
    return new Grequest<T>(new Operation<T>(), functions);
  }

  /**
   * Tells that the operation is complete.
   *
   * @param value What wait returns.
   * @throws {MPI.Exception} ERR_REQUEST when it is complete already.
   * @see MPI-4.1 §13.2
   */
  complete(value: T): void {
    if (this.#operation.settled)
      throw new Exception("ERR_REQUEST", "Cannot complete a Grequest: it is complete already");
    this.#operation.resolve(value);
    if (!this.active) this.#release();
  }

  /** Tells the script that the operation is not wanted any more; the script still has to complete it. @see MPI-4.1 §13.2 */
  override cancel(): void {
    if (this.active) this.#functions.cancel?.(this.#operation.settled);
  }

  /** Gives the request up. The function `free` is called now, or when the script completes it. @see MPI-4.1 §13.2 */
  override free(): void {
    if (!this.active) return;
    super.free();
    if (this.#operation.settled) this.#release();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.#functions.query?.(this.#answer);
    } catch (error) {
      this.#thrown = { error };
    }
  }

  /** First query, then free, whatever query did; what it threw goes first. */
  #conclude(): void {
    this.#ask();
    try {
      this.#release();
    } catch (error) {
      this.#thrown ??= { error };
    }
    if (this.#thrown) throw this.#thrown.error;
  }

  #release(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#functions.free?.();
  }
}
