// mpi/comm: layer 9. Communicators: what all kinds are. Their chapters stand in a row of classes, each in its file:
// point-to-point.ts, probe.ts, collective.ts, collective-v.ts, persistent.ts, and this one.
import { CallSite } from "../base/call-site.ts";
import { Exception, show } from "../base/errors.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { abortJob, checkRunning } from "./environment.ts";
import { Persistent } from "./persistent.ts";

export class Comm extends Persistent {
  readonly #endpoint: Endpoint | undefined;
  #name: string;

  /** Made by the library; without an endpoint it is MPI.COMM_NULL. */
  constructor(endpoint: Endpoint | undefined, name: string) {
    super();
    this.#endpoint = endpoint;
    this.#name = name;
  }

  /** This process's rank, 0 … size−1. @see MPI-4.1 §7.4.1 */
  get rank(): number {
    return this.#exists("rank").group.rank!;
  }
  getRank(): number {
    return this.rank;
  }

  /** Number of ranks. @see MPI-4.1 §7.4.1 */
  get size(): number {
    return this.#exists("size").group.size;
  }
  getSize(): number {
    return this.size;
  }

  /** The communicator's name, for messages and debugging. @see MPI-4.1 §7.8 */
  get name(): string {
    return this.#name;
  }
  set name(name: string) {
    this.setName(name);
  }
  getName(): string {
    return this.#name;
  }
  setName(name: string): void {
    this.#exists("setName");
    if (typeof name !== "string") throw new TypeError(`Cannot call setName: name is ${show(name)}, expected a string`);
    this.#name = name;
  }

  /** False for communicators that connect two groups. @see MPI-4.1 §7.6.1 */
  get isInter(): boolean {
    return false;
  }
  get isIntra(): boolean {
    return !this.isInter;
  }

  /**
   * Ends all ranks of the job at once.
   *
   * @param errorcode The job's exit code, 0 … 255.
   * @see MPI-4.1 §9.7
   */
  abort(errorcode = 0): never {
    if (!Number.isInteger(errorcode))
      throw new TypeError(`Cannot call abort: errorcode is ${show(errorcode)}, expected a whole number`);
    return abortJob(errorcode & 0xff, new CallSite().where);
  }

  /** Predefined communicators have nothing to free. */
  async [Symbol.asyncDispose](): Promise<void> {}

  protected override use(call: string): Endpoint {
    const endpoint = this.#exists(call);
    checkRunning(call, this.#name);
    return endpoint;
  }

  #exists(call: string): Endpoint {
    if (this.#endpoint) return this.#endpoint;
    throw new Exception("ERR_COMM", `Cannot call ${call} on MPI.COMM_NULL: it is no communicator`);
  }
}
