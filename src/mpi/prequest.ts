// mpi/prequest: layer 9. Persistent requests: a call whose arguments are checked once, to be started any number of times.
import { Exception, show } from "../base/errors.ts";
import { isTypedArray } from "../data/buffer.ts";
import { type Pending, Request } from "./request.ts";

/** Starts a call whose arguments have been checked. */
export type Plan<T> = () => Pending<T>;

/** The partitions of a partitioned request; numbers that are given have been checked. */
export interface Partitions {
  readonly count: number;
  /** The call as a user would say it. */
  readonly describe: () => string;
  /** Of a send. */
  readonly isReady?: (partition: number) => boolean;
  readonly ready?: (partition: number) => void;
  /** Of a receive. */
  readonly arrived?: (partition: number) => boolean;
  readonly free: () => void;
}

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
  readonly #partitions: Partitions | undefined;

  /** Made by the library; with `partitions` by psendInit and precvInit. */
  constructor(plan: Plan<T>, partitions?: Partitions) {
    super(undefined);
    this.#plan = plan;
    this.#partitions = partitions;
  }

  /**
   * Starts the call. Persistent collectives are started in the same order on every rank.
   *
   * @throws {MPI.Exception} ERR_REQUEST when it is active already, or freed; what the call itself throws.
   * @see MPI-4.1 §3.9
   */
  start(): void {
    this.activate(this.startable()());
  }

  /**
   * Gives the request up: it cannot be started again; a call that is under way goes on.
   *
   * @throws {MPI.Exception} ERR_REQUEST for a partitioned request that is active: its partitions could not get ready.
   * @see MPI-4.1 §3.9
   */
  override free(): void {
    if (this.#partitions && this.pending)
      throw requestError("free", this.pending.describe(), "it is active, expected wait or test first");
    super.free();
    if (this.#plan) this.#partitions?.free();
    this.#plan = undefined;
  }

  /**
   * Sends one partition of a request of `psendInit`, whose elements must not be changed until the round is complete.
   *
   * @param partition 0 … partitions−1, in any order, each once between `start` and `wait`.
   * @throws {MPI.Exception} ERR_REQUEST when the request is not active or no partitioned send; ERR_ARG when there is no such
   * partition, or it is ready already.
   * @see MPI-4.1 §4.2.1
   */
  pready(partition: number): void {
    this.#ready("pready", [partition]);
  }

  /** As pready for the partitions `first` … `last`, both included: for all of them, or none. @see MPI-4.1 §4.2.1 */
  preadyRange(first: number, last: number): void {
    const call = "preadyRange";
    const partitions = this.#sending(call);
    this.#check(call, partitions, first);
    this.#check(call, partitions, last);
    if (first > last)
      throw new Exception("ERR_ARG", `Cannot call ${call}: first is ${first}, expected at most last, ${last}`);
    const list = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    this.#ready(call, list);
  }

  /** As pready for the partitions of a list: for all of them, or none. @see MPI-4.1 §4.2.1 */
  preadyList(partitions: ArrayLike<number> & Iterable<number>): void {
    if (!Array.isArray(partitions) && !isTypedArray(partitions)) {
      throw new TypeError(`Cannot call preadyList: partitions are ${show(partitions)}, expected an array of numbers`);
    }
    this.#ready("preadyList", [...partitions] as number[]);
  }

  /**
   * Lets arrived messages in and says whether one partition of a request of `precvInit` is here as a whole; it may be read
   * then, while others are still to come.
   *
   * @param partition 0 … partitions−1 of this side.
   * @returns Always true for a request that is not active: its rounds are complete.
   * @throws {MPI.Exception} ERR_REQUEST for anything but a partitioned receive, ERR_ARG when there is no such partition.
   * @see MPI-4.1 §4.2.2
   */
  async parrived(partition: number): Promise<boolean> {
    const partitions = this.#partitions;
    if (!partitions?.arrived) throw requestError("call parrived on", this.#name, "it is no partitioned receive");
    this.#check("parrived", partitions, partition);
    await this.pending?.progress.poll();
    return !this.active || partitions.arrived(partition);
  }

  #ready(call: string, list: readonly number[]): void {
    const partitions = this.#sending(call);
    const seen = new Set<number>();
    for (const partition of list) {
      this.#check(call, partitions, partition);
      if (partitions.isReady!(partition) || seen.has(partition)) {
        const what = `Cannot call ${call} on ${partitions.describe()}: partition ${partition} is ready already`;
        throw new Exception("ERR_ARG", what);
      }
      seen.add(partition);
    }
    for (const partition of list) partitions.ready!(partition);
  }

  /** The partitions of an active send. */
  #sending(call: string): Partitions {
    const partitions = this.#partitions;
    if (!partitions?.ready) throw requestError(`call ${call} on`, this.#name, "it is no partitioned send");
    if (this.active) return partitions;
    throw requestError(`call ${call} on`, this.#name, "it is not active, expected start first");
  }

  #check(call: string, { count, describe }: Partitions, partition: unknown): void {
    if (typeof partition !== "number")
      throw new TypeError(`Cannot call ${call}: partition is ${show(partition)}, expected a number`);
    if (Number.isInteger(partition) && partition >= 0 && partition < count) return;
    const expected = `expected a whole number from 0 to ${count - 1}`;
    throw new Exception(
      "ERR_ARG",
      `Cannot call ${call} on ${describe()}: there is no partition ${partition}, ${expected}`,
    );
  }

  get #name(): string {
    return (this.#partitions ?? this.pending)?.describe() ?? "a persistent request";
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
      request.startable();
    }
    for (const request of requests) request.start();
  }

  /** What start calls. @throws {MPI.Exception} ERR_REQUEST when it cannot be started */
  protected startable(): Plan<T> {
    if (this.pending) {
      throw requestError("start", this.pending.describe(), "it is active, expected wait or test first");
    }
    if (this.#plan) return this.#plan;
    throw requestError("start", "a persistent request", "it has been freed");
  }
}

function requestError(verb: string, object: string, state: string): Exception {
  return new Exception("ERR_REQUEST", `Cannot ${verb} ${object}: ${state}`);
}
