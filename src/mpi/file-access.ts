// mpi/file-access: layer 9. Accesses at explicit offsets and at the rank's own pointer: of one rank and of all, waited for or
// not. File extends it, by way of file-shared.ts.
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { Way } from "../io/collective-access.ts";
import type { OpenFile } from "../io/open-file.ts";
import { checkOffset } from "./file-arguments.ts";
import type { FileOptions } from "./file-calls.ts";
import { FileHandle } from "./file-handle.ts";
import { type Pending, Request } from "./request.ts";
import { checkInteger } from "./type-numbers.ts";
import type { TypeOptions } from "./typed-data.ts";

export abstract class FileAccess extends FileHandle {
  // --- at explicit offsets ---

  #at(way: Way, call: string, offset: number, buffer: BufferLike, options?: FileOptions): Pending<any> {
    checkOffset(call, offset);
    const access = { call, way, kind: "own", details: `offset ${offset}` } as const;
    return this.planAccess(access, buffer, options, (file, memory) => file.access(way, offset, memory));
  }

  /** The same by all ranks. */
  protected planAtAll(way: Way, call: string, offset: number, buffer: BufferLike, options?: FileOptions): Pending<any> {
    checkOffset(call, offset);
    const access = { call, way, kind: "own", details: `offset ${offset}` } as const;
    return this.planAccessAll(access, buffer, options, (file, memory, lane) =>
      file.accessAll(call, lane, way, offset, memory),
    );
  }

  /**
   * Reads from an offset on. At the end of the file there may be less than the buffer holds: then the rest of it stays as it
   * is, and the status tells.
   *
   * @param offset In etypes of the view, which at first are bytes.
   * @param buffer A typed array, ArrayBuffer or DataView, which is filled.
   * @param options.type A committed datatype: its items in the buffer are filled, `count` of them or as many as fit.
   * @param options.status Its `count` is the number of bytes that were read.
   * @returns `buffer`.
   * @throws {MPI.Exception} ERR_ACCESS for a file that is only written, ERR_ARG for a negative offset, ERR_TYPE where the
   * buffer is no whole number of etypes, ERR_IO.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
   * await using file = await MPI.File.open(MPI.COMM_WORLD, `${import.meta.dir}/at.bin`, mode);
   * await file.writeAt(4 * rank, Int32Array.of(rank));
   * await file.sync();
   * const next = await file.readAt(4 * ((rank + 1) % size), new Int32Array(1));
   * console.log(next[0] === (rank + 1) % size); // true
   * ```
   * @see MPI-4.1 §14.4.2
   */
  readAt<B extends BufferLike>(offset: number, buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.#at("read", "readAt", offset, buffer, options), options);
  }
  /** Starts a readAt. @see MPI-4.1 §14.4.2 */
  ireadAt<B extends BufferLike>(offset: number, buffer: B, options?: TypeOptions): Request<B> {
    return new Request(this.#at("read", "ireadAt", offset, buffer, options));
  }
  /** As readAt, by all ranks that have the file open. @see MPI-4.1 §14.4.2 */
  readAtAll<B extends BufferLike>(offset: number, buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.planAtAll("read", "readAtAll", offset, buffer, options), options);
  }
  /** Starts a readAtAll. @see MPI-4.1 §14.4.2 */
  ireadAtAll<B extends BufferLike>(offset: number, buffer: B, options?: TypeOptions): Request<B> {
    return new Request(this.planAtAll("read", "ireadAtAll", offset, buffer, options));
  }

  /**
   * Writes from an offset on. When it fails, a part from the beginning of the data may be in the file.
   *
   * @param offset In etypes of the view, which at first are bytes.
   * @param buffer What is written: a typed array, ArrayBuffer or DataView.
   * @param options.type A committed datatype: its items in the buffer are written, `count` of them or as many as fit.
   * @param options.status Its `count` is the number of bytes that were written.
   * @throws {MPI.Exception} ERR_READ_ONLY for a file that is only read, ERR_NO_SPACE, ERR_QUOTA, ERR_IO; as readAt.
   * @see MPI-4.1 §14.4.2
   */
  writeAt(offset: number, buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.#at("write", "writeAt", offset, buffer, options), options);
  }
  /** Starts a writeAt. @see MPI-4.1 §14.4.2 */
  iwriteAt(offset: number, buffer: BufferLike, options?: TypeOptions): Request<void> {
    return new Request(this.#at("write", "iwriteAt", offset, buffer, options));
  }
  /**
   * As writeAt, by all ranks that have the file open. Where their pieces lie between each other, some of the ranks put them in
   * order and write them for all. It fails on all ranks where it fails on one.
   *
   * @see MPI-4.1 §14.4.2
   */
  writeAtAll(offset: number, buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.planAtAll("write", "writeAtAll", offset, buffer, options), options);
  }
  /** Starts a writeAtAll. @see MPI-4.1 §14.4.2 */
  iwriteAtAll(offset: number, buffer: BufferLike, options?: TypeOptions): Request<void> {
    return new Request(this.planAtAll("write", "iwriteAtAll", offset, buffer, options));
  }

  // --- at the rank's own pointer ---

  #next(way: Way, call: string, buffer: BufferLike, options?: FileOptions): Pending<any> {
    return this.planAccess({ call, way, kind: "own" }, buffer, options, (file, memory) => file.next(way, memory));
  }

  /** The same by all ranks. */
  protected planNextAll(way: Way, call: string, buffer: BufferLike, options?: FileOptions): Pending<any> {
    const access = { call, way, kind: "own" } as const;
    return this.planAccessAll(access, buffer, options, (file, memory, lane) => file.nextAll(call, lane, way, memory));
  }

  /**
   * Reads at this rank's pointer, which moves behind what was read. Otherwise as readAt.
   *
   * @returns `buffer`.
   * @see MPI-4.1 §14.4.3
   */
  read<B extends BufferLike>(buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.#next("read", "read", buffer, options), options);
  }
  /** Starts a read; the pointer moves at once. @see MPI-4.1 §14.4.3 */
  iread<B extends BufferLike>(buffer: B, options?: TypeOptions): Request<B> {
    return new Request(this.#next("read", "iread", buffer, options));
  }
  /** As read, by all ranks that have the file open. @see MPI-4.1 §14.4.3 */
  readAll<B extends BufferLike>(buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.planNextAll("read", "readAll", buffer, options), options);
  }
  /** Starts a readAll; the pointer moves at once. @see MPI-4.1 §14.4.3 */
  ireadAll<B extends BufferLike>(buffer: B, options?: TypeOptions): Request<B> {
    return new Request(this.planNextAll("read", "ireadAll", buffer, options));
  }

  /**
   * Writes at this rank's pointer, which moves behind what was written. Otherwise as writeAt.
   *
   * @example
   * ```ts
   * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
   * await using file = await MPI.File.open(MPI.COMM_SELF, `${import.meta.dir}/own${MPI.COMM_WORLD.rank}.bin`, mode);
   * await file.write(Float64Array.of(1, 2, 3));
   * file.seek(8);
   * console.log(await file.read(new Float64Array(1))); // Float64Array(1) [ 2 ]
   * ```
   * @see MPI-4.1 §14.4.3
   */
  write(buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.#next("write", "write", buffer, options), options);
  }
  /** Starts a write; the pointer moves at once. @see MPI-4.1 §14.4.3 */
  iwrite(buffer: BufferLike, options?: TypeOptions): Request<void> {
    return new Request(this.#next("write", "iwrite", buffer, options));
  }
  /** As write, by all ranks that have the file open; see writeAtAll. @see MPI-4.1 §14.4.3 */
  writeAll(buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.planNextAll("write", "writeAll", buffer, options), options);
  }
  /** Starts a writeAll; the pointer moves at once. @see MPI-4.1 §14.4.3 */
  iwriteAll(buffer: BufferLike, options?: TypeOptions): Request<void> {
    return new Request(this.planNextAll("write", "iwriteAll", buffer, options));
  }

  /**
   * Moves this rank's pointer.
   *
   * @param offset In etypes of the view; may be negative where it does not count from the beginning.
   * @param whence MPI.SEEK_SET: from the beginning of the view; MPI.SEEK_CUR: from where the pointer is; MPI.SEEK_END: from
   * the end of the file.
   * @throws {MPI.Exception} ERR_ARG where that is before the beginning.
   * @see MPI-4.1 §14.4.3
   */
  seek(offset: number, whence: number = SEEK_SET): void {
    const file = this.checkWay("seek", undefined, "own");
    file.position = this.target("seek", file, offset, whence, file.position);
  }

  /** Where a seek goes. @param current where the pointer is */
  protected target(call: string, file: OpenFile, offset: unknown, whence: unknown, current: number): number {
    const by = checkInteger(call, "offset", offset);
    const from = fromOf(call, file, whence, current);
    if (from + by >= 0) return from + by;
    const state = `etype ${from + by} is before the beginning of the view`;
    throw new Exception("ERR_ARG", `Cannot call ${call} on ${this} with offset ${by}: ${state}`);
  }

  /** Where this rank's pointer is, in etypes of the view. @see MPI-4.1 §14.4.3 */
  getPosition(): number {
    return this.checkWay("getPosition", undefined, "own").position;
  }

  /**
   * The byte of the file at an offset of the view.
   *
   * @param offset In etypes.
   * @see MPI-4.1 §14.4.3
   */
  getByteOffset(offset: number): number {
    const { view } = this.checkWay("getByteOffset", undefined, "own");
    return view.offsetOf(checkOffset("getByteOffset", offset) * view.etype);
  }
}

function fromOf(call: string, file: OpenFile, whence: unknown, current: number): number {
  if (whence === SEEK_SET) return 0;
  if (whence === SEEK_CUR) return current;
  if (whence === SEEK_END) return file.end;
  const expected = "expected MPI.SEEK_SET, SEEK_CUR or SEEK_END";
  throw new Exception("ERR_ARG", `Cannot call ${call} with whence ${show(whence)}: ${expected}`);
}
