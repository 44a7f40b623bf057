// mpi/prequest: layer 9. Persistent requests: a call whose arguments are checked once, to be started any number of times.
import { Exception, show } from "../base/errors.ts";
import { type Pending, Request } from "./request.ts";

/** Starts a call whose arguments have been checked. */
export type Plan<T> = () => Pending<T>;

/**
 * A call that can be started again and again: what the …Init methods return.
 *
 * It is inactive at first, and again when its completion has been fetched with `wait`, a successful `test` or their like;
 * then it can be started anew. A buffer is read at each start; what it holds then is what is sent.
 *
 * @example
 * ```ts
 * const comm = MPI.COMM_SELF;
 * const counter = new Int32Array(1);
 * const send = comm.sendInit(counter, { dest: 0 });
 * const receive = comm.recvInit({ source: 0, into: new Int32Array(1) });
 * for (let step = 0; step < 3; step++) {
 *   counter[0] = step;
 *   MPI.Prequest.startall([receive, send]);
 *   const [received] = await MPI.Request.waitall([receive, send]);
 *   console.log(received[0]);
 * }
 * ```
 * @see MPI-4.1 §3.9
 */
export class Prequest<T = any> extends Request<T> {
  #plan: Plan<T> | undefined;

  /** Made by the library. */
  constructor(plan: Plan<T>) {
    super(undefined);
    this.#plan = plan;
  }

  /**
   * Starts the call. Persistent collectives are started in the same order on every rank.
   *
   * @throws {MPI.Exception} ERR_REQUEST when it is active already, or freed; what the call itself throws.
   * @see MPI-4.1 §3.9
   */
  start(): void {
    this.activate(this.#startable()());
  }

  /** Gives the request up: it cannot be started again; a call that is under way goes on. @see MPI-4.1 §3.9 */
  override free(): void {
    super.free();
    this.#plan = undefined;
  }

  /**
   * Starts all of the requests, in order.
   *
   * @throws {MPI.Exception} ERR_REQUEST when one is active already, freed, or no persistent request; none is started then.
   * @see MPI-4.1 §3.9
   */
  static startall(requests: readonly Prequest[]): void {
    if (!Array.isArray(requests)) {
      throw new TypeError(`Cannot call startall: requests are ${show(requests)}, expected an array`);
    }
    for (const [index, request] of requests.entries()) {
      if (!(request instanceof Prequest)) {
        throw new Exception(
          "ERR_REQUEST",
          `Cannot call startall: element ${index} is ${show(request)}, expected a Prequest`,
        );
      }
      if (requests.indexOf(request) < index) {
        throw new Exception("ERR_REQUEST", `Cannot call startall: element ${index} is in the list already`);
      }
      request.#startable();
    }
    for (const request of requests) request.start();
  }

  #startable(): Plan<T> {
    if (this.pending) {
      const call = this.pending.describe();
      throw new Exception("ERR_REQUEST", `Cannot start ${call}: it is active, expected wait or test first`);
    }
    if (this.#plan) return this.#plan;
    throw new Exception("ERR_REQUEST", "Cannot start a persistent request: it has been freed");
  }
}
