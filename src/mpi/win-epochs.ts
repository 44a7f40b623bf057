// mpi/win-epochs: layer 9. The chapter "synchronization" of a window: fences, post and start, locks, flushes. Win extends it, by way of
// win-access.ts.
import { PROC_NULL } from "../base/constants.ts";
import {
  LOCK_EXCLUSIVE,
  LOCK_SHARED,
  MODE_NOCHECK,
  MODE_NOPRECEDE,
  MODE_NOPUT,
  MODE_NOSTORE,
  MODE_NOSUCCEED,
} from "../base/constants-rma.ts";
import { Exception, show } from "../base/errors.ts";
import type { Window } from "../rma/window.ts";
import { checkDest, checkOptions } from "./arguments.ts";
import { attempt } from "./call.ts";
import { type Group, membersOf } from "./group.ts";
import { WinHandle } from "./win-handle.ts";

const FENCE = MODE_NOSTORE | MODE_NOPUT | MODE_NOPRECEDE | MODE_NOSUCCEED;

/** Throws where an assertion is made of other flags than these. */
function checkAssert(call: string, assert: unknown, flags: number): number {
  if (assert === undefined) return 0;
  if (typeof assert !== "number") {
    throw new TypeError(`Cannot call ${call}: assert is ${show(assert)}, expected a number of MPI.MODE_…`);
  }
  if (Number.isInteger(assert) && (assert & ~flags) === 0) return assert;
  throw new Exception(
    "ERR_ASSERT",
    `Cannot call ${call} with assert ${assert}: it has flags that the call does not know`,
  );
}

export abstract class WinEpochs extends WinHandle {
  /**
   * Ends the epoch that the last fence has begun, and begins the next one, in which every rank may reach the memory of
   * every other. Every rank must call it. When it resolves, all that any rank has asked for in the epoch that ends is done.
   *
   * @param assert Of MPI.MODE_NOPRECEDE, MODE_NOSUCCEED (no epoch follows), MODE_NOPUT and MODE_NOSTORE.
   * @throws {MPI.Exception} ERR_RMA_SYNC while another kind of epoch is open, ERR_ASSERT.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const mine = new Int32Array(1);
   * await using win = await MPI.Win.create(mine, { comm: MPI.COMM_WORLD });
   * await win.fence();
   * await win.put(Int32Array.of(rank), { target: (rank + 1) % size });
   * await win.fence(MPI.MODE_NOSUCCEED);
   * console.log(mine[0] === (rank + size - 1) % size); // true
   * ```
   * @see MPI-4.1 §12.5.1
   */
  fence(assert = 0): Promise<void> {
    return attempt(async () => {
      const window = this.use("fence");
      const flags = checkAssert("fence", assert, FENCE);
      const ended = window.epochs.fence("fence");
      try {
        await this.waitFor(() => "fence()", window.fence("fence"));
      } finally {
        ended((flags & MODE_NOSUCCEED) === 0);
      }
    });
  }

  /**
   * Lets the ranks of a group reach this rank's memory, until `wait`.
   *
   * @param group Of ranks of the window; each of them calls `start` with a group that has this rank.
   * @param assert Of MPI.MODE_NOCHECK, MODE_NOSTORE and MODE_NOPUT.
   * @throws {MPI.Exception} ERR_RMA_SYNC when the memory is posted already, ERR_GROUP, ERR_ASSERT.
   * @example
   * ```ts
   * const { rank, size, group } = MPI.COMM_WORLD;
   * const mine = new Float64Array(1);
   * await using win = await MPI.Win.create(mine, { comm: MPI.COMM_WORLD });
   * const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
   * await win.post(group.incl([left]));
   * await win.start(group.incl([right]));
   * await win.put(Float64Array.of(rank / 2), { target: right });
   * await win.complete();
   * await win.wait();
   * console.log(mine[0] === left / 2); // true
   * ```
   * @see MPI-4.1 §12.5.2
   */
  post(group: Group, assert = 0): Promise<void> {
    return attempt(async () => {
      const window = this.use("post");
      const origins = this.#ranksOf("post", window, group);
      checkAssert("post", assert, MODE_NOCHECK | MODE_NOSTORE | MODE_NOPUT);
      window.epochs.post("post", origins);
      window.post(origins);
    });
  }

  /**
   * Begins an epoch in which this rank may reach the memory of the ranks of a group, until `complete`. Waits until all of
   * them have posted it.
   *
   * @param group Of ranks of the window. @param assert MPI.MODE_NOCHECK or 0.
   * @throws {MPI.Exception} ERR_RMA_SYNC while another epoch is open, ERR_GROUP, ERR_ASSERT.
   * @see MPI-4.1 §12.5.2
   */
  start(group: Group, assert = 0): Promise<void> {
    return attempt(async () => {
      const window = this.use("start");
      const targets = this.#ranksOf("start", window, group);
      checkAssert("start", assert, MODE_NOCHECK);
      const begun = window.epochs.start("start", targets);
      const waiting = () => `, waiting for post of rank ${window.missing(targets, "posted").join(", ")}`;
      await this.waitFor(() => "start()", window.start(targets), waiting);
      begun();
    });
  }

  /** Ends the epoch of `start`: when it resolves, what was asked for is done. @throws {MPI.Exception} ERR_RMA_SYNC without one @see MPI-4.1 §12.5.2 */
  complete(): Promise<void> {
    return attempt(() => {
      const window = this.use("complete");
      const targets = window.epochs.complete("complete");
      return this.waitFor(() => "complete()", window.complete(targets));
    });
  }

  /** Ends what `post` has begun: waits until all ranks of its group have completed. @throws {MPI.Exception} ERR_RMA_SYNC without a post @see MPI-4.1 §12.5.2 */
  wait(): Promise<void> {
    return attempt(async () => {
      const window = this.use("wait");
      const origins = window.epochs.posted("wait");
      const waiting = () => `, waiting for complete of rank ${window.missing(origins, "completed").join(", ")}`;
      await this.waitFor(() => "wait()", window.completed(origins), waiting);
      window.epochs.unpost();
    });
  }

  /** Whether all have completed: then it is a `wait`. @throws {MPI.Exception} ERR_RMA_SYNC without a post @see MPI-4.1 §12.5.2 */
  test(): Promise<boolean> {
    return attempt(async () => {
      const window = this.use("test");
      const origins = window.epochs.posted("test");
      await window.endpoint.engine.progress.poll();
      if (!window.tookCompleted(origins)) return false;
      window.epochs.unpost();
      return true;
    });
  }

  #ranksOf(call: string, { endpoint }: Window, group: Group): number[] {
    const members = membersOf(call, group);
    return members.processes.map((process, rank) => {
      const here = endpoint.group.rankOf(process);
      if (here !== undefined) return here;
      throw new Exception(
        "ERR_GROUP",
        `Cannot call ${call} on ${endpoint.name}: rank ${rank} of the group is not in it`,
      );
    });
  }

  // --- locks ---

  /**
   * Waits for the lock of a rank's window: from then on this rank may reach the memory there, until `unlock`. The other rank
   * takes no part.
   *
   * @param target A rank. @param options.type MPI.LOCK_EXCLUSIVE, or MPI.LOCK_SHARED, which several ranks hold at the same time.
   * @default {MPI.LOCK_EXCLUSIVE}
   * @param options.assert MPI.MODE_NOCHECK or 0.
   * @throws {MPI.Exception} ERR_RMA_SYNC when this rank has it already, or another epoch is open; ERR_RANK, ERR_LOCKTYPE,
   * ERR_ASSERT.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using win = await MPI.Win.allocate(8, { comm: MPI.COMM_WORLD });
   * await win.lock(0);
   * const count = await win.get(new Float64Array(1), { target: 0 });
   * await win.put(count.map((n) => n + 1), { target: 0 });
   * await win.unlock(0);
   * await MPI.COMM_WORLD.barrier();
   * if (rank === 0) console.log(new Float64Array(win.memory!.buffer, win.memory!.byteOffset, 1)[0] === size); // true
   * ```
   * @see MPI-4.1 §12.5.3
   */
  lock(target: number, options?: { type?: number; assert?: number }): Promise<void> {
    return attempt(async () => {
      const window = this.use("lock");
      checkOptions("lock", options, ["type", "assert"]);
      const { type = LOCK_EXCLUSIVE, assert } = options ?? {};
      const rank = this.#target("lock", window, target);
      checkAssert("lock", assert, MODE_NOCHECK);
      if (type !== LOCK_EXCLUSIVE && type !== LOCK_SHARED) {
        const expected = "expected MPI.LOCK_EXCLUSIVE or MPI.LOCK_SHARED";
        throw new Exception(
          "ERR_LOCKTYPE",
          `Cannot call lock on ${window.endpoint.name}: type is ${show(type)}, ${expected}`,
        );
      }
      if (rank === PROC_NULL) return;
      const ended = window.epochs.lock("lock", rank);
      let held = false;
      try {
        await this.waitFor(() => `lock(${rank})`, window.lock(rank, type === LOCK_EXCLUSIVE));
        held = true;
      } finally {
        ended(held);
      }
    });
  }

  /** Gives the lock of a rank back; when it resolves, what was asked for there is done. @throws {MPI.Exception} ERR_RMA_SYNC when this rank has not locked it, ERR_RANK @see MPI-4.1 §12.5.3 */
  unlock(target: number): Promise<void> {
    return attempt(async () => {
      const window = this.use("unlock");
      const rank = this.#target("unlock", window, target);
      if (rank === PROC_NULL) return;
      window.epochs.unlock("unlock", rank);
      await this.waitFor(() => `unlock(${rank})`, window.unlock([rank]));
    });
  }

  /**
   * Waits for a shared lock of every rank's window, until `unlockAll`. Other ranks take no part, and may call it too.
   *
   * @param assert MPI.MODE_NOCHECK or 0.
   * @throws {MPI.Exception} ERR_RMA_SYNC while another epoch is open, ERR_ASSERT.
   * @example
   * ```ts
   * const comm = MPI.COMM_WORLD;
   * await using win = await MPI.Win.allocate(8, { comm });
   * await win.lockAll();
   * for (let i = 0; i < 10; i++) await win.accumulate(BigInt64Array.of(1n), { target: i % comm.size, op: MPI.SUM });
   * await win.unlockAll();
   * ```
   * @see MPI-4.1 §12.5.3
   */
  lockAll(assert = 0): Promise<void> {
    return attempt(async () => {
      const window = this.use("lockAll");
      checkAssert("lockAll", assert, MODE_NOCHECK);
      const ended = window.epochs.lockAll("lockAll");
      let held = false;
      try {
        await this.waitFor(() => "lockAll()", window.lockAll());
        held = true;
      } finally {
        ended(held);
      }
    });
  }

  /** Gives the locks of lockAll back; when it resolves, what was asked for is done. @throws {MPI.Exception} ERR_RMA_SYNC @see MPI-4.1 §12.5.3 */
  unlockAll(): Promise<void> {
    return attempt(() => {
      const window = this.use("unlockAll");
      window.epochs.unlockAll("unlockAll");
      return this.waitFor(() => "unlockAll()", window.unlock(window.shown.keys()));
    });
  }

  // --- flushes ---

  /** Waits until what was asked of a rank is done there, within an epoch of locks. @throws {MPI.Exception} ERR_RMA_SYNC, ERR_RANK @see MPI-4.1 §12.5.4 */
  flush(target: number): Promise<void> {
    try {
      const window = this.use("flush");
      if (typeof target === "number" && window.shown[target] && window.epochs.locked(target)) {
        // What is near was done at once.
        if (window.near[target]) return this.served(undefined);
        return this.waitFor(() => `flush(${target})`, window.flush([target]));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#flush("flush", target);
  }
  /** As flush, for all ranks. @throws {MPI.Exception} ERR_RMA_SYNC @see MPI-4.1 §12.5.4 */
  flushAll(): Promise<void> {
    return this.#flush("flushAll");
  }
  /** Waits until the buffers of what was asked of a rank may be used again. @throws {MPI.Exception} ERR_RMA_SYNC, ERR_RANK @see MPI-4.1 §12.5.4 */
  flushLocal(target: number): Promise<void> {
    return this.#flush("flushLocal", target);
  }
  /** As flushLocal, for all ranks. @throws {MPI.Exception} ERR_RMA_SYNC @see MPI-4.1 §12.5.4 */
  flushLocalAll(): Promise<void> {
    return this.#flush("flushLocalAll");
  }

  #flush(call: "flush" | "flushAll" | "flushLocal" | "flushLocalAll", ...target: [] | [number]): Promise<void> {
    return attempt(() => {
      const window = this.use(call);
      const ranks = target.length === 0 ? window.shown.keys() : [this.#target(call, window, target[0])];
      if (target[0] === PROC_NULL) return Promise.resolve();
      window.epochs.passive(call, target[0]);
      const operation = call.startsWith("flushLocal") ? window.flushLocal(ranks) : window.flush(ranks);
      return this.waitFor(() => `${call}(${target.join()})`, operation);
    });
  }

  /** Makes what others have done to the memory and what this rank does to it one: here it always is. @see MPI-4.1 §12.5.4 */
  sync(): Promise<void> {
    return attempt(async () => {
      await this.use("sync").endpoint.engine.progress.poll();
    });
  }

  #target(call: string, { endpoint }: Window, target: unknown): number {
    return checkDest(call, { size: endpoint.group.size, name: endpoint.name }, target, "target");
  }
}
