// sync/mutex: layer 10. A lock that one rank has at a time. Given out by src/sync.ts, used by condition.ts.
//
// Each rank has a flag, which says that it has the mutex or waits for it. Who sets its flag and finds no other one set has the
// mutex; else it waits for a message, which the one before it sends when it gives the mutex back. So nobody polls.
import { Exception } from "../base/errors.ts";
import { checkOptions } from "../mpi/arguments.ts";
import { endBlock } from "../mpi/block-end.ts";
import { checkIntracomm } from "../mpi/check-comm.ts";
import { COMM_SELF, type Intracomm } from "../mpi/mpi.ts";
import { Cells, type SyncOptions } from "./cells.ts";

export interface MutexOptions extends SyncOptions {
  /** The rank that has it may acquire it again, and releases it as many times. @default {false} */
  recursive?: boolean;
}

/**
 * A lock that one rank of a communicator has at a time.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 * import { Mutex } from "tsmpi/util";
 *
 * await using mutex = await Mutex.create({ comm: MPI.COMM_WORLD });
 * await mutex.acquire();
 * // Nobody else is here.
 * await mutex.release();
 * ```
 */
export class Mutex {
  readonly #comm: Intracomm;
  readonly #flags: Cells;
  readonly #recursive: boolean;
  #waits = false;
  #count = 0;

  private constructor(comm: Intracomm, flags: Cells, recursive: boolean) {
    this.#comm = comm;
    this.#flags = flags;
    this.#recursive = recursive;
  }

  /** Makes a mutex; every rank of `comm` calls it. `await using` frees it. */
  static async create(options: MutexOptions = {}): Promise<Mutex> {
    checkOptions("Mutex.create", options, ["comm", "info", "recursive"]);
    const { comm: given = COMM_SELF, info, recursive = false } = options;
    const comm = checkIntracomm("Mutex.create", given);
    const own = await comm.dup();
    return new Mutex(own, await Cells.create(own, info, own.size), recursive);
  }

  /**
   * Waits for the mutex.
   *
   * @param options.blocking With `false` it does not wait.
   * @returns True when this rank has it.
   * @throws {MPI.Exception} ERR_RMA_SYNC when this rank has it already, and it is not recursive.
   */
  async acquire({ blocking = true }: { blocking?: boolean } = {}): Promise<boolean> {
    if (this.#waits) throw new Exception("ERR_RMA_SYNC", "Cannot acquire a mutex: this rank waits for it already");
    if (this.#count > 0) {
      if (!this.#recursive) throw new Exception("ERR_RMA_SYNC", "Cannot acquire a mutex: this rank has it already");
      this.#count++;
      return true;
    }
    this.#waits = true;
    try {
      const { rank } = this.#comm;
      const taken = await this.#flags.change((flags) => {
        const others = flags.some((flag, of) => flag === 1 && of !== rank);
        if (blocking || !others) flags[rank] = 1;
        return others;
      });
      if (taken && !blocking) return false;
      if (taken) await this.#comm.recv();
      this.#count = 1;
      return true;
    } finally {
      this.#waits = false;
    }
  }

  /** Gives the mutex back. @throws {MPI.Exception} ERR_RMA_SYNC when this rank does not have it */
  async release(): Promise<void> {
    this.check("release a mutex");
    if (--this.#count > 0) return;
    const { rank, size } = this.#comm;
    const next = await this.#flags.change((flags) => {
      flags[rank] = 0;
      for (let i = 1; i < size; i++) if (flags[(rank + i) % size] === 1) return (rank + i) % size;
      return undefined;
    });
    if (next !== undefined) await this.#comm.send(null, { dest: next });
  }

  /** Gives it back wholly, however many times it was acquired. @returns How many, for `restore`; for conditions. */
  async releaseAll(): Promise<number> {
    const count = this.#count;
    this.#count = Math.min(1, count);
    await this.release();
    return count;
  }

  /** Waits for the mutex, and has it so many times; for conditions. */
  async restore(count: number): Promise<void> {
    await this.acquire();
    this.#count = count;
  }

  /** Throws unless this rank has it. */
  check(what: string): void {
    if (this.#count > 0) return;
    throw new Exception("ERR_RMA_SYNC", `Cannot ${what}: this rank does not have the mutex, expected acquire before`);
  }

  /** True when this rank has it. */
  locked(): boolean {
    return this.#count > 0;
  }

  /** How many times this rank has it. */
  count(): number {
    return this.#count;
  }

  /** Gives the mutex up; every rank calls it, and releases it first if it has it. */
  async free(): Promise<void> {
    if (this.#count > 0) await this.releaseAll();
    await this.#flags.free();
    await this.#comm.free();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return endBlock(() => this.free());
  }
}
