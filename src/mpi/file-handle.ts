// mpi/file-handle: layer 9. What every file has: a life from open to close, a size, hints, a view. File extends it, by way of
// file-access.ts and file-shared.ts.
import { DISPLACEMENT_CURRENT, MODE_SEQUENTIAL } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import type { EndpointLane } from "../comm/endpoint.ts";
import type { OpenFile } from "../io/open-file.ts";
import { representationNamed } from "../io/representation.ts";
import { View } from "../io/view.ts";
import { endBlock } from "./block-end.ts";
import type { Datatype } from "./datatype.ts";
import { checkOffset } from "./file-arguments.ts";
import { FileCalls } from "./file-calls.ts";
import { Group } from "./group.ts";
import { Info, infoItems } from "./info.ts";
import { BYTE } from "./predefined-types.ts";
import { checkType } from "./type-arguments.ts";

/** A file's view as scripts see it. */
interface Seen {
  readonly disp: number;
  readonly etype: Datatype;
  readonly filetype: Datatype;
  readonly datarep: string;
}

export abstract class FileHandle extends FileCalls {
  #seen: Seen = { disp: 0, etype: BYTE, filetype: BYTE, datarep: "native" };

  // --- its life ---

  /**
   * Closes the file; using it from now on is ERR_FILE. Every rank must call it. A file that was opened with
   * MPI.MODE_DELETE_ON_CLOSE is deleted. Does not wait for the disk: see `sync`.
   *
   * @throws {MPI.Exception} ERR_PENDING while an access to the file is under way.
   * @see MPI-4.1 §14.2.2
   */
  close(): Promise<void> {
    return this.finish(() => this.planClose("close"));
  }
  /** Closes the file, if it is open. @see MPI-4.1 §14.2.2 */
  async free(): Promise<void> {
    if (this.exists) await this.finish(() => this.planClose("free"));
  }
  /** Closes the file, if it is open. */
  [Symbol.asyncDispose](): Promise<void> {
    return endBlock(() => this.free());
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
      return this.planAll("sync", (file, lane) => file.sync("sync", lane));
    });
  }

  // --- hints ---

  /**
   * Sets hints, beside those that are there. Every rank must call it.
   *
   * `cb_nodes` is how many ranks write for the others in a collective call whose pieces lie between each other (by default one on
   * each host, 8 at most), `cb_buffer_size` how many bytes each of them writes at a time; `collective_buffering` set to `"false"`
   * lets each rank write its own. Where ranks give different ones of these, rank 0's count.
   *
   * @see MPI-4.1 §14.2.8
   */
  setInfo(info: Info): Promise<void> {
    return this.finish(() => {
      const items = infoItems("setInfo", info);
      return this.planAll("setInfo", async (file) => file.addHints(items));
    });
  }
  /** The hints in use, in a new Info. @see MPI-4.1 §14.2.8 */
  getInfo(): Info {
    return Info.create(this.use("getInfo").hints);
  }
  /** A new Info with the hints in use; what is assigned, by every rank, is as with setInfo. @see MPI-4.1 §14.2.8 */
  get info(): Info {
    return this.getInfo();
  }
  set info(info: Info) {
    this.use("setInfo");
    infoItems("setInfo", info);
    this.inBackground(this.setInfo(info));
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
      const seen = { etype: kept(unit), filetype: kept(items), datarep };
      return this.planAll(call, async (file, lane) => {
        await file.setView(call, lane, (at) => make(current ? at : disp));
        file.addHints(hints);
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
      return this.planAll("setAtomicity", (file, lane) => file.setAtomicity("setAtomicity", lane, flag));
    });
  }
  /** Whether accesses are atomic; false at first. @see MPI-4.1 §14.6.1 */
  getAtomicity(): boolean {
    return this.use("getAtomicity").atomic;
  }
  /**
   * Whether accesses are atomic. What is assigned, by every rank, counts for this rank's calls from then on, as with setAtomicity;
   * that ranks differ is noticed in the background, and `close` waits for that.
   *
   * @see MPI-4.1 §14.6.1
   */
  get atomicity(): boolean {
    return this.getAtomicity();
  }
  set atomicity(flag: boolean) {
    this.use("setAtomicity");
    if (typeof flag !== "boolean") {
      throw new TypeError(`Cannot call setAtomicity: flag is ${show(flag)}, expected true or false`);
    }
    this.inBackground(this.setAtomicity(flag));
  }
}

/** A handle of a type that the script cannot free. */
function kept(type: Datatype): Datatype {
  return type.isPredefined ? type : type.dup();
}
