// sync/condition: layer 10. Waiting for what another rank says. Given out by src/sync.ts, used by semaphore.ts.
import { checkOptions } from "../mpi/arguments.ts";
import { endBlock } from "../mpi/block-end.ts";
import { checkIntracomm } from "../mpi/check-comm.ts";
import { COMM_SELF, type Intracomm } from "../mpi/mpi.ts";
import { Cells } from "./cells.ts";
import { Mutex, type MutexOptions } from "./mutex.ts";

export interface ConditionOptions extends MutexOptions {
  /** The mutex that goes with it; one of its own by default, which is recursive. */
  mutex?: Mutex;
}

/**
 * Lets ranks wait until another one notifies them. Each has the mutex when it calls `wait` or `notify`; who waits does not have
 * it meanwhile.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 * import { Condition } from "tsmpi/util";
 *
 * const comm = MPI.COMM_WORLD;
 * await using condition = await Condition.create({ comm });
 * if (comm.rank > 0) {
 *   await condition.acquire();
 *   await condition.wait();
 *   await condition.release();
 * } else {
 *   for (let woken = 1; woken < comm.size; ) {
 *     await condition.acquire();
 *     woken += await condition.notify();
 *     await condition.release();
 *   }
 * }
 * ```
 */
export class Condition {
  readonly #comm: Intracomm;
  readonly #mutex: Mutex;
  readonly #own: boolean;
  /** How many wait, and which ranks, the longest waiting first; changed by who has the mutex. */
  readonly #queue: Cells;

  private constructor(comm: Intracomm, mutex: Mutex, own: boolean, queue: Cells) {
    this.#comm = comm;
    this.#mutex = mutex;
    this.#own = own;
    this.#queue = queue;
  }

  /** Makes a condition; every rank of `comm` calls it. `await using` frees it. */
  static async create(options: ConditionOptions = {}): Promise<Condition> {
    checkOptions("Condition.create", options, ["comm", "info", "recursive", "mutex"]);
    const { comm: given = COMM_SELF, info, mutex } = options;
    const comm = checkIntracomm("Condition.create", given);
    const own = await comm.dup();
    const its = mutex ?? (await Mutex.create({ recursive: true, ...options, comm: own }));
    return new Condition(own, its, mutex === undefined, await Cells.create(own, info, own.size + 1));
  }

  /** Acquires the mutex. */
  acquire(options?: { blocking?: boolean }): Promise<boolean> {
    return this.#mutex.acquire(options);
  }
  /** Releases the mutex. */
  release(): Promise<void> {
    return this.#mutex.release();
  }
  /** True when this rank has the mutex. */
  locked(): boolean {
    return this.#mutex.locked();
  }

  /** Gives the mutex back, waits until another rank notifies this one, and waits for the mutex. @throws {MPI.Exception} ERR_RMA_SYNC when this rank does not have it */
  async wait(): Promise<true> {
    this.#mutex.check("wait for a condition");
    const { rank } = this.#comm;
    await this.#queue.change((queue) => {
      queue[++queue[0]!] = rank;
    });
    const count = await this.#mutex.releaseAll();
    await this.#comm.recv();
    await this.#mutex.restore(count);
    return true;
  }

  /** Waits until `predicate` gives something that counts as true, and returns that; it is called before waiting, and each time when notified. */
  async waitFor<T>(predicate: () => T | Promise<T>): Promise<T> {
    let result = await predicate();
    while (!result) {
      await this.wait();
      result = await predicate();
    }
    return result;
  }

  /** Notifies those who wait longest. @param n How many, at most. @returns How many there were. @throws {MPI.Exception} ERR_RMA_SYNC when this rank does not have the mutex */
  async notify(n = 1): Promise<number> {
    this.#mutex.check("notify a condition");
    const ranks = await this.#queue.change((queue) => {
      const taken = [...queue.subarray(1, 1 + Math.min(n, queue[0]!))];
      queue.copyWithin(1, 1 + taken.length);
      queue[0]! -= taken.length;
      return taken;
    });
    for (const dest of ranks) await this.#comm.send(null, { dest });
    return ranks.length;
  }

  /** Notifies all who wait. @returns How many there were. */
  notifyAll(): Promise<number> {
    return this.notify(this.#comm.size);
  }

  /** Gives the condition up; every rank calls it. A mutex that was given to it stays. */
  async free(): Promise<void> {
    await this.#queue.free();
    if (this.#own) await this.#mutex.free();
    await this.#comm.free();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return endBlock(() => this.free());
  }
}
