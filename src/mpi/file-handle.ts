// mpi/file-handle: layer 9. What every file has: a life from open to close, a size, hints, a view, error handlers; and how its
// calls are started and waited for. File extends it, by way of file-access.ts, file-shared.ts and file-split.ts.
import { ANY_SOURCE, ANY_TAG } from "../base/constants.ts";
import { DISPLACEMENT_CURRENT, MODE_RDONLY, MODE_SEQUENTIAL, MODE_WRONLY } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import { checkOf } from "../comm/check.ts";
import type { EndpointLane } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import { Operation } from "../engine/operation.ts";
import { hintsInUse } from "../io/hints.ts";
import type { Memory } from "../io/memory.ts";
import type { OpenFile, Way } from "../io/open-file.ts";
import { representationNamed } from "../io/representation.ts";
import { View } from "../io/view.ts";
import { checkOptions, checkStatus } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import type { Datatype } from "./datatype.ts";
import { checkRunning } from "./environment.ts";
import { checkMemory, checkOffset } from "./file-arguments.ts";
import { Group } from "./group.ts";
import { Info, infoItems } from "./info.ts";
import { BYTE } from "./predefined-types.ts";
import type { Pending } from "./request.ts";
import type { Status } from "./status.ts";
import { checkType } from "./type-arguments.ts";
import type { TypeOptions } from "./typed-data.ts";

/** What a call on a file takes beside the buffer. */
export interface FileOptions extends TypeOptions {
  /** Is filled in with the number of bytes that were read or written. */
  status?: Status;
}

/** A file's view as scripts see it. */
interface Seen {
  readonly disp: number;
  readonly etype: Datatype;
  readonly filetype: Datatype;
  readonly datarep: string;
}

/** How a call on a file is done. */
interface Doing<T> {
  readonly call: string;
  /** More to say of it in reports. */
  readonly details?: string;
  /** Local: undefined. Collective: given a lane. */
  readonly run: (file: OpenFile, lane: EndpointLane) => Promise<T>;
  /** The number of bytes that it has read or written, from what it gave. */
  readonly collective: boolean;
}

export abstract class FileHandle {
  #file: OpenFile | undefined;
  #closed = false;
  #seen: Seen;
  /** The split collective that has begun: only one may have. */
  #split: { readonly call: string; readonly buffer: unknown; readonly pending: Pending<any> } | undefined;
  /** Accesses that have begun and not ended. */
  #open = 0;

  /** Made by the library; without an open file it is MPI.FILE_NULL. */
  constructor(file: OpenFile | undefined) {
    this.#file = file;
    this.#seen = { disp: 0, etype: BYTE, filetype: BYTE, datarep: "native" };
  }

  // --- its life ---

  /**
   * Closes the file; using it from now on is ERR_FILE. Every rank must call it. A file that was opened with
   * MPI.MODE_DELETE_ON_CLOSE is deleted. Does not wait for the disk: see `sync`.
   *
   * @throws {MPI.Exception} ERR_PENDING while an access to the file is under way.
   * @see MPI-4.1 §14.2.2
   */
  close(): Promise<void> {
    return this.#close("close");
  }
  /** Closes the file, if it is open. @see MPI-4.1 §14.2.2 */
  async free(): Promise<void> {
    if (this.#file && !this.#closed) await this.#close("free");
  }
  /** Closes the file, if it is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.free();
  }

  #close(call: string): Promise<void> {
    return this.finish(() => {
      const file = this.use(call);
      if (this.#open > 0) {
        const state = `${this.#open} of its accesses are under way`;
        throw new Exception("ERR_PENDING", `Cannot ${call} ${this}: ${state}, expected them to be waited for`);
      }
      const pending = this.planAll("close", (open, lane) => open.close("close", lane));
      this.#closed = true;
      pending.operation.onSettled(() => file.endpoint.retire());
      return pending;
    });
  }

  // --- what it is ---

  /** Bytes in the file. @see MPI-4.1 §14.2.6 */
  getSize(): number {
    return this.use("getSize").disk.size;
  }
  /** As `getSize()`. @see MPI-4.1 §14.2.6 */
  get size(): number {
    return this.use("size").disk.size;
  }

  /** The access mode that the file was opened with. @see MPI-4.1 §14.2.7 */
  getAmode(): number {
    return this.use("getAmode").amode;
  }
  /** As `getAmode()`. @see MPI-4.1 §14.2.7 */
  get amode(): number {
    return this.use("amode").amode;
  }

  /** The processes that have the file open. @see MPI-4.1 §14.2.7 */
  getGroup(): Group {
    const { engine, group } = this.use("getGroup").endpoint;
    return new Group(group, engine);
  }
  /** As `getGroup()`. @see MPI-4.1 §14.2.7 */
  get group(): Group {
    return this.getGroup();
  }

  /**
   * Makes the file so many bytes long, cutting it off or adding zeros. Every rank must call it, with the same size.
   *
   * @throws {MPI.Exception} ERR_READ_ONLY for a file that is only read, ERR_NO_SPACE.
   * @see MPI-4.1 §14.2.4
   */
  setSize(size: number): Promise<void> {
    return this.#resize("setSize", size, (file) => file.disk.resize(size));
  }

  /**
   * Makes sure that the first so many bytes of the file have their place on the disk; it becomes as long where it is shorter.
   * Every rank must call it, with the same size.
   *
   * @throws {MPI.Exception} As setSize.
   * @see MPI-4.1 §14.2.5
   */
  preallocate(size: number): Promise<void> {
    return this.#resize("preallocate", size, (file) => file.disk.reserve(size));
  }

  #resize(call: string, size: number, work: (file: OpenFile) => void): Promise<void> {
    return this.finish(() => {
      checkOffset(call, size, "size");
      this.checkWay(call, "write");
      const run = (file: OpenFile, lane: EndpointLane) => file.sameSize(call, lane, size, () => work(file));
      return this.planAll(call, run, `size ${size}`);
    });
  }

  /** Waits until what was written by any rank is on the disk (fsync). Every rank must call it. @see MPI-4.1 §14.6.1 */
  sync(): Promise<void> {
    return this.finish(() => {
      this.checkWay("sync", "write");
      return this.planAll("sync", (file, lane) => file.sync("sync", lane));
    });
  }

  // --- hints ---

  /**
   * Sets hints, beside those that are there. Every rank must call it.
   *
   * `cb_nodes` is how many ranks write for the others in a collective call whose pieces lie between each other, `cb_buffer_size`
   * how many bytes each of them writes at a time; `collective_buffering` set to `"false"` lets each rank write its own.
   *
   * @see MPI-4.1 §14.2.8
   */
  setInfo(info: Info): Promise<void> {
    return this.finish(() => {
      const items = infoItems("setInfo", info);
      return this.planAll("setInfo", (file, lane) => this.#hint(file, lane, items));
    });
  }
  async #hint(file: OpenFile, lane: EndpointLane, items: readonly [string, string][]): Promise<void> {
    const hints = hintsInUse([...file.hints, ...items], lane.size);
    await file.agree("setInfo", lane, [hints.get("cb_nodes")!, hints.get("cb_buffer_size")!], "hints");
    file.hints = hints;
  }
  /** The hints in use, in a new Info. @see MPI-4.1 §14.2.8 */
  getInfo(): Info {
    return Info.create(this.use("getInfo").hints);
  }
  /** As `getInfo()` and `setInfo()`, without waiting: hints for accesses of this rank alone. @see MPI-4.1 §14.2.8 */
  get info(): Info {
    return this.getInfo();
  }

  // --- the view ---

  /**
   * Sets which bytes of the file this rank sees: from byte `disp` on, items of `filetype` one behind the other, of which those
   * bytes count that are data. Offsets and pointers count `etype`s of that. All pointers go to its beginning. Every rank must
   * call it, with etypes of the same size and the same data representation.
   *
   * @param disp Bytes; MPI.DISPLACEMENT_CURRENT is where the shared pointer is, in files with MPI.MODE_SEQUENTIAL.
   * @param etype The unit of access; committed. @param filetype Made of etypes, whose places grow; by default `etype`.
   * @param datarep `"native"`: bytes as in memory; `"external32"`: big-endian; `"internal"`: as native; or one of
   * `MPI.registerDatarep`.
   * @throws {MPI.Exception} ERR_TYPE, ERR_ARG, ERR_UNSUPPORTED_DATAREP; ERR_NOT_SAME where ranks disagree.
   * @example
   * ```ts
   * // Each rank writes every size-th number.
   * const { rank, size } = MPI.COMM_WORLD;
   * const path = `${import.meta.dir}/numbers.bin`;
   * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
   * await using file = await MPI.File.open(MPI.COMM_WORLD, path, mode);
   * const every = MPI.INT.createResized(0, 4 * size).commit();
   * await file.setView(4 * rank, MPI.INT, every);
   * await file.writeAll(Int32Array.of(rank, rank + size));
   * console.log(file.size === 8 * size); // true
   * ```
   * @see MPI-4.1 §14.3
   */
  setView(
    disp = 0,
    etype: Datatype | null = null,
    filetype: Datatype | null = null,
    datarep = "native",
    info?: Info,
  ): Promise<void> {
    return this.finish(() => {
      const call = "setView";
      const sequential = (this.use(call).amode & MODE_SEQUENTIAL) !== 0;
      const current = disp === DISPLACEMENT_CURRENT;
      if (current !== sequential && (current || disp !== 0)) {
        const state = sequential ? "the file has MPI.MODE_SEQUENTIAL" : "the file has no MPI.MODE_SEQUENTIAL";
        const expected = sequential ? "MPI.DISPLACEMENT_CURRENT" : "a whole number from 0 on";
        throw new Exception("ERR_DISP", `Cannot call ${call} with disp ${show(disp)}: ${state}, expected ${expected}`);
      }
      if (!current) checkOffset(call, disp, "disp");
      const unit = etype ?? BYTE;
      const items = filetype ?? unit;
      const [unitTree, itemTree] = [checkType(call, unit), checkType(call, items)];
      if (typeof datarep !== "string") {
        throw new TypeError(`Cannot call ${call}: datarep is ${show(datarep)}, expected a string`);
      }
      const representation = representationNamed(call, datarep);
      const hints = infoItems(call, info);
      const make = (at: number) => new View(call, at, unitTree, itemTree, representation);
      // What is wrong with a type is known before anybody is told.
      make(current ? 0 : disp);
      const seen = { etype: kept(unit), filetype: kept(items), datarep };
      return this.planAll(call, async (file, lane) => {
        await file.setView(call, lane, (at) => make(current ? at : disp));
        if (hints.length > 0) file.hints = hintsInUse([...file.hints, ...hints], lane.size);
        this.#seen = { disp: file.view.disp, ...seen };
      });
    });
  }

  /** The view: displacement, etype, filetype and data representation. @see MPI-4.1 §14.3 */
  getView(): [disp: number, etype: Datatype, filetype: Datatype, datarep: string] {
    this.use("getView");
    const { disp, etype, filetype, datarep } = this.#seen;
    return [disp, kept(etype), kept(filetype), datarep];
  }

  /** Bytes from one item of a datatype to the next in the file. @see MPI-4.1 §14.5.1 */
  getTypeExtent(datatype: Datatype): number {
    const { representation } = this.use("getTypeExtent").view;
    return representation.layout("getTypeExtent", checkType("getTypeExtent", datatype)).extent;
  }

  // --- atomicity ---

  /**
   * Makes accesses of the ranks that have the file open atomic: what one writes, another reads as a whole or not at all, at once.
   * Every rank must call it, with the same value. Without it that is certain only after `sync` on both sides.
   *
   * @see MPI-4.1 §14.6.1
   */
  setAtomicity(flag: boolean): Promise<void> {
    return this.finish(() => {
      if (typeof flag !== "boolean") {
        throw new TypeError(`Cannot call setAtomicity: flag is ${show(flag)}, expected true or false`);
      }
      return this.planAll("setAtomicity", async (file, lane) => {
        await file.agree("setAtomicity", lane, [`${flag}`], "flag");
        file.atomic = flag;
      });
    });
  }
  /** Whether accesses are atomic; false at first. @see MPI-4.1 §14.6.1 */
  getAtomicity(): boolean {
    return this.use("getAtomicity").atomic;
  }
  /** As `getAtomicity()`. @see MPI-4.1 §14.6.1 */
  get atomicity(): boolean {
    return this.getAtomicity();
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

  /** A collective call that moves no data. */
  protected planAll<T>(call: string, run: Doing<T>["run"], details?: string): Pending<T> {
    return this.#start({ call, run, collective: true, ...(details === undefined ? {} : { details }) });
  }

  /** A call of one rank that moves no data. */
  protected planOne<T>(call: string, run: (file: OpenFile) => Promise<T>): Pending<T> {
    return this.#start({ call, run, collective: false });
  }

  #start<T>({ call, details, run, collective }: Doing<T>): Pending<T> {
    const file = this.use(call);
    const { endpoint } = file;
    let operation: Operation<T>;
    let lane: EndpointLane | undefined;
    if (collective) {
      const own = endpoint.lane(checkOf(call));
      lane = own;
      operation = endpoint.run(own, () => run(file, own));
    } else operation = Operation.of(run(file, undefined as never));
    const describe = () => {
      const waiting = lane?.awaited && `, waiting for ${lane.awaited}`;
      return `${call}(${details ?? ""}) on ${this}${waiting ?? ""}`;
    };
    return { operation, progress: endpoint.engine.progress, describe };
  }

  /**
   * An access: its arguments are checked, and it is started.
   * @param run does it; gives the bytes of memory that were read or written
   * @returns what completes with the buffer for a read, with nothing for a write
   */
  protected planAccess<B extends BufferLike>(
    { call, way, kind, collective, details }: Access,
    buffer: B,
    options: FileOptions | undefined,
    run: (file: OpenFile, memory: Memory, lane: EndpointLane) => Promise<number>,
  ): Pending<any> {
    checkOptions(call, options, /^i|Begin$/.test(call) ? ["type", "count"] : ["status", "type", "count"]);
    checkStatus(call, options?.status);
    const file = this.checkWay(call, way, kind);
    const memory = checkMemory(call, way, buffer, options, file.view);
    if (collective) this.#checkSplit(call);
    let bytes = 0;
    const pending = this.#start({
      call,
      details: details ?? "",
      collective: collective === true,
      run: async (open, lane) => {
        bytes = await run(open, memory, lane);
        return way === "read" ? buffer : undefined;
      },
    });
    this.#open++;
    pending.operation.onSettled(() => this.#open--);
    return { ...pending, fill: (status) => status.fill(ANY_SOURCE, ANY_TAG, bytes, memory.element) };
  }

  /** Waits for a call. */
  protected finish<T>(start: () => Pending<T>, options?: { status?: Status }): Promise<T> {
    return attempt(async () => {
      const pending = start();
      const result = await waitFor(pending.progress, pending.operation, pending);
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
  readonly collective?: boolean;
  readonly details?: string;
}

/** A handle of a type that the script cannot free. */
function kept(type: Datatype): Datatype {
  return type.isPredefined ? type : type.dup();
}
