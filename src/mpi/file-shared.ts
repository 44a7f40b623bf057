// mpi/file-shared: layer 9. Accesses at the pointer that all ranks share, and split collectives, which begin in one call and
// end in another. File extends it.
import { SEEK_SET } from "../base/constants-io.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { Way } from "../io/collective-access.ts";
import { FileAccess } from "./file-access.ts";
import type { FileOptions } from "./file-calls.ts";
import { type Pending, Request } from "./request.ts";
import type { Status } from "./status.ts";
import type { TypeOptions } from "./typed-data.ts";

/** What the end of a split collective takes. */
export interface EndOptions {
  /** Is filled in with the number of bytes that were read or written. */
  status?: Status;
}

export abstract class FileShared extends FileAccess {
  // --- at the shared pointer ---

  #shared(way: Way, call: string, buffer: BufferLike, options?: FileOptions): Pending<any> {
    return this.planAccess({ call, way, kind: "shared" }, buffer, options, (file, memory) => file.shared(way, memory));
  }

  #ordered(way: Way, call: string, buffer: BufferLike, options?: FileOptions): Pending<any> {
    const access = { call, way, kind: "shared" } as const;
    return this.planAccessAll(access, buffer, options, (file, memory, lane) => file.ordered(call, lane, way, memory));
  }

  /**
   * Reads at the pointer that all ranks share, which moves by the length of the buffer: no two ranks get the same data. All
   * ranks must have the same view.
   *
   * @returns `buffer`.
   * @see MPI-4.1 §14.4.4
   */
  readShared<B extends BufferLike>(buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.#shared("read", "readShared", buffer, options), options);
  }
  /** Starts a readShared. @see MPI-4.1 §14.4.4 */
  ireadShared<B extends BufferLike>(buffer: B, options?: TypeOptions): Request<B> {
    return new Request(this.#shared("read", "ireadShared", buffer, options));
  }
  /**
   * Writes at the pointer that all ranks share, which moves by the length of the buffer, in whatever order they come. All
   * ranks must have the same view.
   *
   * @see MPI-4.1 §14.4.4
   */
  writeShared(buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.#shared("write", "writeShared", buffer, options), options);
  }
  /** Starts a writeShared. @see MPI-4.1 §14.4.4 */
  iwriteShared(buffer: BufferLike, options?: TypeOptions): Request<void> {
    return new Request(this.#shared("write", "iwriteShared", buffer, options));
  }

  /** As readShared, by all ranks, in the order of the ranks. @see MPI-4.1 §14.4.4 */
  readOrdered<B extends BufferLike>(buffer: B, options?: FileOptions): Promise<B> {
    return this.finish(() => this.#ordered("read", "readOrdered", buffer, options), options);
  }
  /**
   * As writeShared, by all ranks, in the order of the ranks.
   *
   * @example
   * ```ts
   * const { rank } = MPI.COMM_WORLD;
   * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
   * await using log = await MPI.File.open(MPI.COMM_WORLD, `${import.meta.dir}/log.txt`, mode);
   * await log.writeOrdered(new TextEncoder().encode(`rank ${rank}\n`));
   * const text = await log.readAtAll(0, new Uint8Array(6));
   * console.log(new TextDecoder().decode(text)); // rank 0
   * ```
   * @see MPI-4.1 §14.4.4
   */
  writeOrdered(buffer: BufferLike, options?: FileOptions): Promise<void> {
    return this.finish(() => this.#ordered("write", "writeOrdered", buffer, options), options);
  }

  /** Moves the shared pointer; otherwise as seek. Every rank must call it, with the same arguments. @see MPI-4.1 §14.4.4 */
  seekShared(offset: number, whence: number = SEEK_SET): Promise<void> {
    return this.finish(() => {
      const call = "seekShared";
      this.checkWay(call, undefined, "own");
      return this.planAll(call, (file, lane) =>
        file.seekShared(call, lane, [offset, whence], (current) => this.target(call, file, offset, whence, current)),
      );
    });
  }
  /** Where the shared pointer is, in etypes of the view. @see MPI-4.1 §14.4.4 */
  getPositionShared(): Promise<number> {
    return this.finish(() => {
      this.checkWay("getPositionShared", undefined, "own");
      return this.planOne("getPositionShared", (file) => file.keeper.get());
    });
  }

  // --- split collectives ---

  /**
   * Begins a readAtAll, which goes on while the script does something else. One split collective a file may have begun.
   *
   * @example
   * ```ts
   * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
   * await using file = await MPI.File.open(MPI.COMM_WORLD, `${import.meta.dir}/split.bin`, mode);
   * const data = Int32Array.of(MPI.COMM_WORLD.rank);
   * await file.writeAtAllBegin(4 * MPI.COMM_WORLD.rank, data);
   * await file.writeAtAllEnd(data);
   * console.log(file.size === 4 * MPI.COMM_WORLD.size); // true
   * ```
   * @throws {MPI.Exception} ERR_PENDING where one has begun already.
   * @see MPI-4.1 §14.4.5
   */
  readAtAllBegin(offset: number, buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "readAtAllBegin";
    return this.begin(call, buffer, () => this.planAtAll("read", call, offset, buffer, options));
  }
  /** Ends a readAtAll. @throws {MPI.Exception} ERR_REQUEST where none has begun @see MPI-4.1 §14.4.5 */
  readAtAllEnd<B extends BufferLike>(buffer: B, options?: EndOptions): Promise<B> {
    return this.end("readAtAllEnd", buffer, options);
  }
  /** Begins a writeAtAll. @see MPI-4.1 §14.4.5 */
  writeAtAllBegin(offset: number, buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "writeAtAllBegin";
    return this.begin(call, buffer, () => this.planAtAll("write", call, offset, buffer, options));
  }
  /** Ends a writeAtAll. @see MPI-4.1 §14.4.5 */
  writeAtAllEnd(buffer: BufferLike, options?: EndOptions): Promise<void> {
    return this.end("writeAtAllEnd", buffer, options);
  }
  /** Begins a readAll. @see MPI-4.1 §14.4.5 */
  readAllBegin(buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "readAllBegin";
    return this.begin(call, buffer, () => this.planNextAll("read", call, buffer, options));
  }
  /** Ends a readAll. @see MPI-4.1 §14.4.5 */
  readAllEnd<B extends BufferLike>(buffer: B, options?: EndOptions): Promise<B> {
    return this.end("readAllEnd", buffer, options);
  }
  /** Begins a writeAll. @see MPI-4.1 §14.4.5 */
  writeAllBegin(buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "writeAllBegin";
    return this.begin(call, buffer, () => this.planNextAll("write", call, buffer, options));
  }
  /** Ends a writeAll. @see MPI-4.1 §14.4.5 */
  writeAllEnd(buffer: BufferLike, options?: EndOptions): Promise<void> {
    return this.end("writeAllEnd", buffer, options);
  }
  /** Begins a readOrdered. @see MPI-4.1 §14.4.5 */
  readOrderedBegin(buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "readOrderedBegin";
    return this.begin(call, buffer, () => this.#ordered("read", call, buffer, options));
  }
  /** Ends a readOrdered. @see MPI-4.1 §14.4.5 */
  readOrderedEnd<B extends BufferLike>(buffer: B, options?: EndOptions): Promise<B> {
    return this.end("readOrderedEnd", buffer, options);
  }
  /** Begins a writeOrdered. @see MPI-4.1 §14.4.5 */
  writeOrderedBegin(buffer: BufferLike, options?: TypeOptions): Promise<void> {
    const call = "writeOrderedBegin";
    return this.begin(call, buffer, () => this.#ordered("write", call, buffer, options));
  }
  /** Ends a writeOrdered. @see MPI-4.1 §14.4.5 */
  writeOrderedEnd(buffer: BufferLike, options?: EndOptions): Promise<void> {
    return this.end("writeOrderedEnd", buffer, options);
  }
}
