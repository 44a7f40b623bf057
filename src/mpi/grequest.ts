// mpi/grequest: layer 9. Generalized requests: operations that the script completes itself.
import { Operation } from "../engine/operation.ts";
import { progressOfJob } from "./environment.ts";
import { Request } from "./request.ts";
import type { Status } from "./status.ts";

export interface GrequestFunctions {
  /** Fills in the status when the completion is fetched. */
  query?: (status: Status) => void;
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
  readonly #cancel: ((complete: boolean) => void) | undefined;

  private constructor(operation: Operation<T>, { query, cancel }: GrequestFunctions) {
    super({ operation, progress: progressOfJob(), describe: () => "a Grequest", ...(query && { fill: query }) });
    this.#operation = operation;
    this.#cancel = cancel;
  }

  /** Starts an operation, which `complete` completes. @see MPI-4.1 §13.2 */
  static start<T = void>(functions: GrequestFunctions = {}): Grequest<T> {
    return new Grequest<T>(new Operation<T>(), functions);
  }

  /** Tells that the operation is complete; `value` is what wait returns. @see MPI-4.1 §13.2 */
  complete(value: T): void {
    this.#operation.resolve(value);
  }

  /** Tells the script that the operation is not wanted any more; the script still has to complete it. @see MPI-4.1 §13.2 */
  override cancel(): void {
    this.#cancel?.(this.#operation.settled);
  }
}
