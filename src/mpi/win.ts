// mpi/win: layer 9. Windows: one-sided communication. Here is how they are made and end; what every one has is in
// win-handle.ts, epochs in win-epochs.ts, the calls that move data in win-access.ts.

import { PROC_NULL } from "../base/constants.ts";
import {
  WIN_FLAVOR_ALLOCATE,
  WIN_FLAVOR_CREATE,
  WIN_FLAVOR_DYNAMIC,
  WIN_FLAVOR_SHARED,
} from "../base/constants-rma.ts";
import { Exception, show } from "../base/errors.ts";
import { barrier } from "../collectives/movement.ts";
import { checkOf } from "../comm/check.ts";
import { type BufferLike, bytesOf } from "../data/buffer.ts";
import type { Memory } from "../rma/creation.ts";
import type { Window } from "../rma/window.ts";
import { checkBuffer, checkDest, checkOptions } from "./arguments.ts";
import { BLOCK_END_FRAMES, endBlock } from "./block-end.ts";
import { attempt } from "./call.ts";
import { checkIntracomm } from "./check-comm.ts";
import { hostOfJob } from "./environment.ts";
import { type Info, infoItems } from "./info.ts";
import type { Intracomm } from "./intracomm.ts";
import { WinAccess } from "./win-access.ts";

/** For all that makes a window. */
export interface WinOptions {
  /** The ranks of the window: every one of them makes the call. */
  comm: Intracomm;
  /** Hints; none is used but those that a call names. */
  info?: Info;
}

/** For windows with memory. */
export interface MemoryOptions extends WinOptions {
  /** Bytes that displacements into this rank's memory count in. @default {1} */
  dispUnit?: number;
}

/** Memory of a rank that this one reaches with loads and stores. */
export interface SharedMemory {
  /** Empty where it is not shared with this rank. */
  memory: Uint8Array;
  /** Bytes that the other rank's displacements count in. */
  dispUnit: number;
}

const OPTIONS = ["comm", "info"];
const MEMORY = [...OPTIONS, "dispUnit"];

/**
 * Memory of every rank that the others can read and write, without its program taking part.
 *
 * A rank gets at the memory of others in epochs: between two `fence`s, after `start` until `complete`, or after `lock` until
 * `unlock`. What it has asked for is done when the epoch ends. A rank serves the others whenever it waits for something;
 * while it computes without a pause it does not, except that memory of `allocate` and `allocateShared` is reached directly
 * by the ranks of the same host. A program that looks at its own memory in a loop, to see what others write, does so with
 * `Atomics.load`.
 *
 * @example
 * ```ts
 * const comm = MPI.COMM_WORLD;
 * await using win = await MPI.Win.allocate(8, { comm });
 * await win.lock(0);
 * await win.accumulate(Float64Array.of(comm.rank), { target: 0, op: MPI.SUM });
 * await win.unlock(0);
 * ```
 * @see MPI-4.1 §12
 */
export class Win extends WinAccess {
  /**
   * A window over memory that every rank has already.
   *
   * @param buffer This rank's memory: any typed array, ArrayBuffer or DataView; `null` for none.
   * @param options.comm The ranks. @param options.dispUnit Bytes that displacements count in, 1 by default; ranks may differ.
   * @param options.info Hints.
   * @returns The window. `await using` frees it.
   * @throws {MPI.Exception} ERR_DISP when `dispUnit` is no whole number from 1, ERR_COMM.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const squares = Int32Array.from({ length: 10 }, (_, i) => (10 * rank + i) ** 2);
   * await using win = await MPI.Win.create(squares, { dispUnit: 4, comm: MPI.COMM_WORLD });
   * await win.fence();
   * const [last] = await win.get(new Int32Array(1), { target: size - 1, disp: 9 });
   * await win.fence();
   * console.log(last === (10 * size - 1) ** 2); // true
   * ```
   * @see MPI-4.1 §12.2.1
   */
  static create(buffer: BufferLike | null, options: MemoryOptions): Promise<Win> {
    return make("Win.create", WIN_FLAVOR_CREATE, options, MEMORY, () => {
      return { kind: "given", bytes: buffer === null ? new Uint8Array(0) : bytesOf(checkBuffer("Win.create", buffer)) };
    });
  }

  /**
   * A window with new memory, filled with zeros: `win.memory`. Ranks of one host reach each other's directly.
   *
   * @param size Bytes; ranks may differ.
   * @returns The window.
   * @throws {MPI.Exception} As `create`; ERR_SIZE when `size` is no whole number from 0, ERR_NO_MEM.
   * @see MPI-4.1 §12.2.2
   */
  static allocate(size: number, options: MemoryOptions): Promise<Win> {
    return make("Win.allocate", WIN_FLAVOR_ALLOCATE, options, MEMORY, () => {
      return { kind: "new", size: checkSize("Win.allocate", size), shared: false, apart: true };
    });
  }

  /**
   * A window with new memory that all ranks reach with loads and stores, too: see `sharedQuery`. All must be on one host, as
   * those of `comm.splitType(MPI.COMM_TYPE_SHARED)` are.
   *
   * @param size Bytes; ranks may differ.
   * @param options.info With `alloc_shared_noncontig` set to `"true"` the memory of each rank is a piece of its own; else the
   * pieces follow each other, in the order of the ranks.
   * @returns The window.
   * @throws {MPI.Exception} As `allocate`; ERR_RMA_SHARED when the ranks are on several hosts.
   * @example
   * ```ts
   * await using host = await MPI.COMM_WORLD.splitType(MPI.COMM_TYPE_SHARED);
   * await using win = await MPI.Win.allocateShared(host.rank === 0 ? 4 : 0, { comm: host });
   * const { memory } = win.sharedQuery(0);
   * const counter = new Int32Array(memory.buffer, memory.byteOffset, 1);
   * Atomics.add(counter, 0, 1);
   * await host.barrier();
   * console.log(counter[0] === host.size); // true
   * await host.barrier();
   * ```
   * @see MPI-4.1 §12.2.3
   */
  static allocateShared(size: number, options: MemoryOptions): Promise<Win> {
    return make("Win.allocateShared", WIN_FLAVOR_SHARED, options, MEMORY, () => {
      const apart = new Map(infoItems("Win.allocateShared", options.info)).get("alloc_shared_noncontig") === "true";
      return { kind: "new", size: checkSize("Win.allocateShared", size), shared: true, apart };
    });
  }

  /**
   * A window without memory, which each rank attaches and detaches as it likes. Displacements are bytes.
   *
   * @returns The window.
   * @throws {MPI.Exception} ERR_COMM.
   * @see MPI-4.1 §12.2.4
   */
  static createDynamic(options: WinOptions): Promise<Win> {
    return make("Win.createDynamic", WIN_FLAVOR_DYNAMIC, options, OPTIONS, () => ({ kind: "dynamic" }));
  }

  /**
   * Shows memory of this rank in a dynamic window.
   *
   * @param memory A buffer. It may have no byte in common with what is attached already.
   * @returns Its address: what others give as `disp` for its first byte. They have to be told.
   * @throws {MPI.Exception} ERR_RMA_FLAVOR when the window is not dynamic, ERR_RMA_ATTACH.
   * @example
   * ```ts
   * const comm = MPI.COMM_WORLD;
   * await using win = await MPI.Win.createDynamic({ comm });
   * const row = new Float64Array(100);
   * const addresses = await comm.allgather(win.attach(row));
   * await win.lockAll();
   * const next = (comm.rank + 1) % comm.size;
   * await win.put(Float64Array.of(comm.rank), { target: next, disp: addresses[next]! + 8 });
   * await win.unlockAll();
   * await comm.barrier();
   * console.log(row[1] === (comm.rank + comm.size - 1) % comm.size); // true
   * ```
   * @see MPI-4.1 §12.2.4
   */
  attach(memory: BufferLike): number {
    const { regions, endpoint } = this.#dynamic("attach");
    const address = regions.attach(bytesOf(checkBuffer("attach", memory)));
    if (address !== undefined) return address;
    const state = `some of ${show(memory)} is attached already`;
    throw new Exception("ERR_RMA_ATTACH", `Cannot call attach on ${endpoint.name}: ${state}`);
  }

  /** Takes memory out of a dynamic window again. @param memory As it was given to attach. @throws {MPI.Exception} ERR_RMA_FLAVOR, ERR_RMA_ATTACH @see MPI-4.1 §12.2.4 */
  detach(memory: BufferLike): void {
    const { regions, endpoint } = this.#dynamic("detach");
    if (regions.detach(bytesOf(checkBuffer("detach", memory)))) return;
    throw new Exception("ERR_RMA_ATTACH", `Cannot call detach on ${endpoint.name}: ${show(memory)} is not attached`);
  }

  #dynamic(call: string): Window {
    const window = this.exists(call);
    if (window.regions.dynamic) return window;
    const state = "it is not dynamic, expected one of Win.createDynamic";
    throw new Exception("ERR_RMA_FLAVOR", `Cannot call ${call} on ${window.endpoint.name}: ${state}`);
  }

  /**
   * The memory of a rank, to load from and store to, also with `Atomics`.
   *
   * @param rank A rank; MPI.PROC_NULL for the lowest one that has any.
   * @returns Its bytes, and its displacement unit. The memory begins at a multiple of 8 bytes where every size is one.
   * @throws {MPI.Exception} ERR_RMA_FLAVOR when the window is not one of allocateShared, ERR_RANK.
   * @see MPI-4.1 §12.2.3
   */
  sharedQuery(rank: number): SharedMemory {
    const { near, shown, endpoint } = this.exists("sharedQuery");
    if (this.flavor !== WIN_FLAVOR_SHARED) {
      const state = "its memory is not shared, expected a window of Win.allocateShared";
      throw new Exception("ERR_RMA_FLAVOR", `Cannot call sharedQuery on ${endpoint.name}: ${state}`);
    }
    const named = checkDest("sharedQuery", { size: shown.length, name: endpoint.name }, rank, "rank");
    const which =
      named === PROC_NULL
        ? Math.max(
            0,
            shown.findIndex(({ size }) => size > 0),
          )
        : named;
    return { memory: near[which]!.bytes, dispUnit: shown[which]!.dispUnit };
  }

  /**
   * Gives the window up. Every rank must call it, and it waits for all of them. Attributes are deleted. Memory that came
   * with the window is not to be used any more: what is in it may be gone.
   *
   * @throws {MPI.Exception} ERR_WIN on MPI.WIN_NULL and one that has been freed; ERR_RMA_SYNC while an epoch is open.
   * @see MPI-4.1 §12.2.5
   */
  free(): Promise<void> {
    return attempt(async () => {
      const { epochs, endpoint } = this.use("free");
      epochs.end("free");
      const lane = endpoint.lane(checkOf("Win.free"));
      await this.waitFor(() => "free()", endpoint.run(lane, barrier), undefined, { frames: BLOCK_END_FRAMES });
      this.end();
    });
  }

  /** Frees the window, if it has not been. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.live) await endBlock(() => this.free());
  }
}

/** The window that is none. @see MPI-4.1 §12 */
export const WIN_NULL: Win = new Win(undefined, 0);

function make(
  call: string,
  flavor: number,
  options: MemoryOptions,
  names: readonly string[],
  memoryOf: () => Memory,
): Promise<Win> {
  return attempt(async () => {
    checkOptions(call, options, names);
    const { info, dispUnit = 1 } = options ?? {};
    const comm = checkIntracomm(call, options?.comm);
    const hints = infoItems(call, info);
    if (typeof dispUnit !== "number") {
      throw new TypeError(`Cannot call ${call}: option dispUnit is ${show(dispUnit)}, expected a number of bytes`);
    }
    if (!Number.isSafeInteger(dispUnit) || dispUnit < 1) {
      throw new Exception("ERR_DISP", `Cannot call ${call} with dispUnit ${dispUnit}: expected a whole number from 1`);
    }
    const memory = memoryOf();
    const window = await comm.together(call, async (lane, { engine, group }) => {
      // Only now: most programs have no window, and every rank would start later.
      const { makeWindow } = await import("../rma/creation.ts");
      return makeWindow(engine, lane, group, memory, { dispUnit, name: `window of ${comm.name}`, host: hostOfJob() });
    });
    return new Win(window, flavor, hints);
  });
}

function checkSize(call: string, size: unknown): number {
  if (typeof size !== "number")
    throw new TypeError(`Cannot call ${call}: size is ${show(size)}, expected a number of bytes`);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new Exception("ERR_SIZE", `Cannot call ${call} with size ${size}: expected a whole number of bytes from 0`);
}
