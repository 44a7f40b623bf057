// sync/semaphore: layer 10. A number of permits that ranks take and give back. Given out by src/sync.ts.
import { Exception, show } from "../base/errors.ts";
import { checkOptions } from "../mpi/arguments.ts";
import { endBlock } from "../mpi/block-end.ts";
import { checkIntracomm } from "../mpi/check-comm.ts";
import { COMM_SELF } from "../mpi/mpi.ts";
import { Cells, type SyncOptions } from "./cells.ts";
import { Condition } from "./condition.ts";

export interface SemaphoreOptions extends SyncOptions {
  /** How many ranks may have it at the same time. @default {1} */
  value?: number;
  /** It is an error to give back more than were taken. @default {true} */
  bounded?: boolean;
}

/**
 * Lets at most so many ranks do something at the same time.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 * import { Semaphore } from "tsmpi/util";
 *
 * await using two = await Semaphore.create({ value: 2, comm: MPI.COMM_WORLD });
 * await two.acquire();
 * // One other rank may be here, too.
 * await two.release();
 * ```
 */
export class Semaphore {
  readonly #condition: Condition;
  readonly #value: Cells;
  readonly #most: number;

  private constructor(condition: Condition, value: Cells, most: number) {
    this.#condition = condition;
    this.#value = value;
    this.#most = most;
  }

  /** Makes a semaphore; every rank of `comm` calls it. `await using` frees it. @throws {MPI.Exception} ERR_ARG when `value` is no whole number from 0 */
  static async create(options: SemaphoreOptions = {}): Promise<Semaphore> {
    checkOptions("Semaphore.create", options, ["value", "bounded", "comm", "info"]);
    const { comm: given = COMM_SELF, value = 1, bounded = true, info } = options;
    const comm = checkIntracomm("Semaphore.create", given);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Exception("ERR_ARG", `Cannot make a semaphore of ${show(value)}: expected a whole number from 0`);
    }
    const condition = await Condition.create({ comm, ...(info && { info }) });
    const most = bounded ? value : Number.POSITIVE_INFINITY;
    return new Semaphore(condition, await Cells.create(comm, info, 1, value), most);
  }

  /** Takes a permit; waits for one, unless `blocking` is false. @returns True when this rank has it. */
  async acquire({ blocking = true }: { blocking?: boolean } = {}): Promise<boolean> {
    await this.#condition.acquire();
    try {
      const take = () =>
        this.#value.change((value) => {
          const free = value[0]! > 0;
          if (free) value[0]!--;
          return free;
        });
      return blocking ? await this.#condition.waitFor(take) : await take();
    } finally {
      await this.#condition.release();
    }
  }

  /** Gives permits back. @param n How many. @throws {MPI.Exception} ERR_ARG when these are more than were taken */
  async release(n = 1): Promise<void> {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new Exception(
        "ERR_ARG",
        `Cannot release ${show(n)} permits of a semaphore: expected a whole number from 1`,
      );
    }
    await this.#condition.acquire();
    try {
      const fits = await this.#value.change((value) => {
        const fits = value[0]! + n <= this.#most;
        if (fits) value[0]! += n;
        return fits;
      });
      if (!fits) {
        throw new Exception("ERR_ARG", `Cannot release ${n} permits of a semaphore: that is more than were taken`);
      }
      await this.#condition.notify(n);
    } finally {
      await this.#condition.release();
    }
  }

  /** Gives the semaphore up; every rank calls it. */
  async free(): Promise<void> {
    await this.#value.free();
    await this.#condition.free();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return endBlock(() => this.free());
  }
}
