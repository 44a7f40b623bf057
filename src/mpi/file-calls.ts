// mpi/file-calls: layer 9. How the calls on a file are checked, started and waited for; split collectives. File extends it,
// by way of file-handle.ts, file-access.ts and file-shared.ts.
import { ANY_SOURCE, ANY_TAG } from "../base/constants.ts";
import { MODE_RDONLY, MODE_SEQUENTIAL, MODE_WRONLY } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import { checkOf } from "../comm/check.ts";
import type { EndpointLane } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import { Operation } from "../engine/operation.ts";
import type { Way } from "../io/collective-access.ts";
import type { Memory } from "../io/memory.ts";
import type { OpenFile } from "../io/open-file.ts";
import { checkOptions, checkStatus } from "./arguments.ts";
import { BLOCK_END_FRAMES } from "./block-end.ts";
import { attempt, waitFor } from "./call.ts";
import { checkRunning } from "./environment.ts";
import { checkMemory } from "./file-arguments.ts";
import type { Pending } from "./request.ts";
import type { Status } from "./status.ts";
import type { TypeOptions } from "./typed-data.ts";

/** What a call on a file takes beside the buffer. */
export interface FileOptions extends TypeOptions {
  /** Is filled in with the number of bytes that were read or written. */
  status?: Status;
}

/** What all ranks do in a call. */
type Together<T> = (file: OpenFile, lane: EndpointLane) => Promise<T>;

export abstract class FileCalls {
  #file: OpenFile | undefined;
  #closed = false;
  /** The split collective that has begun: only one may have. */
  #split: { readonly call: string; readonly buffer: unknown; readonly pending: Pending<any> } | undefined;
  /** Accesses that have begun and not ended. */
  #open = 0;
  /** Collective calls that nobody waits for, as they were assignments. */
  #background: Promise<unknown> = Promise.resolve();

  /** Made by the library; without an open file it is MPI.FILE_NULL. */
  constructor(file: OpenFile | undefined) {
    this.#file = file;
  }

  /** As messages show it. @see MPI-4.1 §14.2.1 */
  toString(): string {
    return this.#file ? show(this.#file.disk.path) : "MPI.FILE_NULL";
  }

  // --- for the chapters ---

  /** False for MPI.FILE_NULL, and when the file has been closed. */
  protected get exists(): boolean {
    return this.#file !== undefined && !this.#closed;
  }

  /** Closes the file: a script can use it no more. */
  protected planClose(call: string): Pending<void> {
    const file = this.use(call);
    if (this.#open > 0) {
      const state = `${this.#open} of its accesses are under way`;
      throw new Exception("ERR_PENDING", `Cannot ${call} ${this}: ${state}, expected them to be waited for`);
    }
    const before = this.#background;
    const pending = this.planAll("close", async (open, lane) => {
      await before;
      await open.close("close", lane);
    });
    this.#closed = true;
    pending.operation.onSettled(() => file.endpoint.retire());
    return pending;
  }

  /** @throws {MPI.Exception} ERR_FILE where there is no open file */
  protected use(call: string): OpenFile {
    if (this.#file && !this.#closed) {
      checkRunning(call, `${this}`);
      return this.#file;
    }
    const state = this.#file ? `on ${this}: it has been closed` : "on MPI.FILE_NULL: it is no file";
    throw new Exception("ERR_FILE", `Cannot call ${call} ${state}`);
  }

  /** Throws where the access mode does not allow this. @param kind of access by which the pointers differ */
  protected checkWay(call: string, way: Way | undefined, kind: "own" | "shared" = "shared"): OpenFile {
    const file = this.use(call);
    if (way === "write" && file.amode & MODE_RDONLY) {
      throw new Exception("ERR_READ_ONLY", `Cannot call ${call} on ${this}: it was opened with MPI.MODE_RDONLY`);
    }
    if (way === "read" && file.amode & MODE_WRONLY) {
      throw new Exception("ERR_ACCESS", `Cannot call ${call} on ${this}: it was opened with MPI.MODE_WRONLY`);
    }
    if (kind === "own" && file.amode & MODE_SEQUENTIAL) {
      const state = "it was opened with MPI.MODE_SEQUENTIAL, expected calls with the shared pointer";
      throw new Exception("ERR_UNSUPPORTED_OPERATION", `Cannot call ${call} on ${this}: ${state}`);
    }
    return file;
  }

  /** Closing waits for a call. Where it fails the script hears of it as of any rejection that it does not catch. */
  protected inBackground(call: Promise<void>): void {
    this.#background = Promise.allSettled([this.#background, call]);
  }

  /** A collective call. */
  protected planAll<T>(call: string, run: Together<T>, details = ""): Pending<T> {
    const file = this.use(call);
    const lane = file.endpoint.lane(checkOf(call));
    const operation = file.endpoint.run(lane, () => run(file, lane));
    return this.#pending(call, details, operation, lane);
  }

  /** A call of one rank. */
  protected planOne<T>(call: string, run: (file: OpenFile) => Promise<T>, details = ""): Pending<T> {
    return this.#pending(call, details, Operation.of(run(this.use(call))));
  }

  #pending<T>(call: string, details: string, operation: Operation<T>, lane?: EndpointLane): Pending<T> {
    const { progress } = this.use(call).endpoint.engine;
    const describe = () => `${call}(${details}) on ${this}${lane?.awaited ? `, waiting for ${lane.awaited}` : ""}`;
    return { operation, progress, describe };
  }

  /**
   * An access of one rank: its arguments are checked, and it is started.
   * @param run does it; gives the bytes of memory that were read or written
   * @returns what completes with the buffer for a read, with nothing for a write
   */
  protected planAccess(
    access: Access,
    buffer: BufferLike,
    options: FileOptions | undefined,
    run: (file: OpenFile, memory: Memory) => Promise<number>,
  ): Pending<any> {
    const { call, details } = access;
    return this.#access(access, buffer, options, (memory, done) =>
      this.planOne(call, async (file) => done(await run(file, memory)), details),
    );
  }

  /** As planAccess, of all ranks. */
  protected planAccessAll(
    access: Access,
    buffer: BufferLike,
    options: FileOptions | undefined,
    run: (file: OpenFile, memory: Memory, lane: EndpointLane) => Promise<number>,
  ): Pending<any> {
    const { call, details } = access;
    return this.#access(access, buffer, options, (memory, done) => {
      this.#checkSplit(call);
      return this.planAll(call, async (file, lane) => done(await run(file, memory, lane)), details);
    });
  }

  #access(
    { call, way, kind }: Access,
    buffer: BufferLike,
    options: FileOptions | undefined,
    start: (memory: Memory, done: (bytes: number) => unknown) => Pending<unknown>,
  ): Pending<any> {
    checkOptions(call, options, /^i|Begin$/.test(call) ? ["type", "count"] : ["status", "type", "count"]);
    checkStatus(call, options?.status);
    const file = this.checkWay(call, way, kind);
    const memory = checkMemory(call, way, buffer, options, file.view);
    let bytes = 0;
    const pending = start(memory, (done) => {
      bytes = done;
      return way === "read" ? buffer : undefined;
    });
    this.#open++;
    pending.operation.onSettled(() => this.#open--);
    return { ...pending, fill: (status) => status.fill(ANY_SOURCE, ANY_TAG, bytes, memory.element) };
  }

  /** Waits for a call. */
  protected finish<T>(start: () => Pending<T>, options?: { status?: Status }): Promise<T> {
    return attempt(async () => {
      const pending = start();
      const result = await waitFor(pending.progress, pending.operation, pending, { frames: BLOCK_END_FRAMES });
      if (options?.status) pending.fill?.(options.status);
      return result;
    });
  }

  // --- split collectives ---

  #checkSplit(call: string): void {
    const begun = this.#split;
    if (!begun) return;
    const expected = `expected ${begun.call.replace("Begin", "End")} first`;
    throw new Exception("ERR_PENDING", `Cannot call ${call} on ${this}: ${begun.call} has begun, ${expected}`);
  }

  /** Begins a split collective. */
  protected begin(call: string, buffer: unknown, start: () => Pending<any>): Promise<void> {
    return attempt(async () => {
      this.use(call);
      this.#checkSplit(call);
      this.#split = { call, buffer, pending: start() };
    });
  }

  /** Ends the one that `begin` has begun. */
  protected end(call: string, buffer: unknown, options: { status?: Status } | undefined): Promise<any> {
    return this.finish(() => {
      this.use(call);
      checkOptions(call, options, ["status"]);
      checkStatus(call, options?.status);
      const begun = this.#split;
      const expected = call.replace("End", "Begin");
      if (begun?.call !== expected) {
        const state = begun ? `${begun.call} has begun` : "no split collective has begun";
        throw new Exception("ERR_REQUEST", `Cannot call ${call} on ${this}: ${state}, expected ${expected} first`);
      }
      if (begun.buffer !== buffer) {
        const state = `${show(buffer)} is not the buffer that ${begun.call} was given`;
        throw new Exception("ERR_BUFFER", `Cannot call ${call} on ${this}: ${state}`);
      }
      this.#split = undefined;
      return begun.pending;
    }, options);
  }
}

/** Which access a call is. */
export interface Access {
  readonly call: string;
  readonly way: Way;
  /** By which pointer: of the rank, or its offset; or the shared one. */
  readonly kind: "own" | "shared";
  readonly details?: string;
}
