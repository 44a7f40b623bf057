// sync/counter: layer 10. A number that all ranks count with. Given out by src/sync.ts.
import { checkOptions } from "../mpi/arguments.ts";
import { endBlock } from "../mpi/block-end.ts";
import { checkIntracomm } from "../mpi/check-comm.ts";
import { COMM_SELF } from "../mpi/mpi.ts";
import { Cells, type SyncOptions } from "./cells.ts";

export interface CounterOptions extends SyncOptions {
  /** The first number. @default {0} */
  start?: number;
  /** What `next` adds. @default {1} */
  step?: number;
  /** The rank that keeps the number. @default {0} */
  root?: number;
}

/**
 * A number that all ranks count with: each call of `next`, on whatever rank, gives another one.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 * import { Counter } from "tsmpi/util";
 *
 * await using counter = await Counter.create({ comm: MPI.COMM_WORLD });
 * for (let task = await counter.next(); task < 20; task = await counter.next()) {
 *   // Whoever is free does the next task.
 * }
 * ```
 */
export class Counter {
  readonly #cells: Cells;
  readonly #step: number;

  private constructor(cells: Cells, step: number) {
    this.#cells = cells;
    this.#step = step;
  }

  /** Makes a counter; every rank of `comm` calls it. `await using` frees it. */
  static async create(options: CounterOptions = {}): Promise<Counter> {
    checkOptions("Counter.create", options, ["start", "step", "comm", "info", "root"]);
    const { comm: given = COMM_SELF, start = 0, step = 1, info, root = 0 } = options;
    const comm = checkIntracomm("Counter.create", given);
    return new Counter(await Cells.create(comm, info, 1, start, root), step);
  }

  /** Adds to the number. @param incr What is added; `step` by default. @returns What it was before. */
  next(incr: number = this.#step): Promise<number> {
    return this.#cells.add(incr);
  }

  /** The number as it is now. */
  getValue(): Promise<number> {
    return this.#cells.add(0);
  }

  /** Sets the number. */
  setValue(value: number): Promise<void> {
    return this.#cells.change((numbers) => {
      numbers[0] = value;
    });
  }

  /** `for await (const n of counter)`: one number after the other, without end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<number, never> {
    for (;;) yield await this.next();
  }

  /** Gives the counter up; every rank calls it. */
  free(): Promise<void> {
    return this.#cells.free();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return endBlock(() => this.free());
  }
}
