// sync/cells: layer 10. Numbers at one rank of a communicator that all ranks read and change: what mutexes, conditions and
// semaphores keep. Used by the other files here.
import { checkRank } from "../mpi/arguments.ts";
import { type Info, type Intracomm, LOCK_SHARED, SUM, Win } from "../mpi/mpi.ts";

/** What all of these are made with. */
export interface SyncOptions {
  /** The ranks: every one of them makes it. @default {MPI.COMM_SELF} */
  comm?: Intracomm;
  /** Hints for the window. */
  info?: Info;
}

export class Cells {
  readonly #win: Win;
  readonly #root: number;
  readonly #count: number;

  private constructor(win: Win, root: number, count: number) {
    this.#win = win;
    this.#root = root;
    this.#count = count;
  }

  /** `count` numbers at `root`, all of them `start`. */
  static async create(comm: Intracomm, info: Info | undefined, count: number, start = 0, root = 0): Promise<Cells> {
    checkRank("create", comm, "root", root);
    const size = comm.rank === root ? count * 8 : 0;
    const win = await Win.allocate(size, { comm, dispUnit: 8, ...(info && { info }) });
    if (comm.rank === root) new Float64Array(win.memory!.buffer, win.memory!.byteOffset, count).fill(start);
    await comm.barrier();
    return new Cells(win, root, count);
  }

  /** Adds to the first number, atomically. @returns what it was */
  async add(amount: number): Promise<number> {
    await this.#win.lock(this.#root, { type: LOCK_SHARED });
    const target = this.#root;
    const [before] = await this.#win.fetchAndOp(Float64Array.of(amount), new Float64Array(1), { target, op: SUM });
    await this.#win.unlock(this.#root);
    return before!;
  }

  /** Changes all numbers while nobody else does. @param change returns what it is to give, and changes the array in place */
  async change<T>(change: (numbers: Float64Array) => T): Promise<T> {
    const target = this.#root;
    await this.#win.lock(target);
    const numbers = await this.#win.get(new Float64Array(this.#count), { target });
    const result = change(numbers);
    await this.#win.put(numbers, { target });
    await this.#win.unlock(target);
    return result;
  }

  free(): Promise<void> {
    return this.#win.free();
  }
}
