// sync/sequential: layer 10. Ranks that do something one after the other. Given out by src/sync.ts.
import { checkIntracomm } from "../mpi/check-comm.ts";
import { COMM_SELF, type Intracomm } from "../mpi/mpi.ts";

/**
 * Lets the ranks of a communicator do something one after the other, in the order of their ranks.
 *
 * @example
 * ```ts
 * import { MPI } from "tsmpi";
 * import { Sequential } from "tsmpi/util";
 *
 * await using turn = await new Sequential(MPI.COMM_WORLD).begin();
 * console.log("rank", MPI.COMM_WORLD.rank);
 * ```
 */
export class Sequential {
  readonly comm: Intracomm;
  readonly tag: number;

  /** @param comm The ranks. @param tag Of the messages with which they pass the turn on. */
  constructor(comm: Intracomm = COMM_SELF, tag = 0) {
    this.comm = checkIntracomm("new Sequential", comm);
    this.tag = tag;
  }

  /** Waits for this rank's turn. @returns this, so that `await using` ends it */
  async begin(): Promise<this> {
    const { rank } = this.comm;
    if (rank > 0) await this.comm.recv({ source: rank - 1, tag: this.tag });
    return this;
  }

  /** Passes the turn on. */
  async end(): Promise<void> {
    const { rank, size } = this.comm;
    if (rank + 1 < size) await this.comm.send(null, { dest: rank + 1, tag: this.tag });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
