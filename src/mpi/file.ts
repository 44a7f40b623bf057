// mpi/file: layer 9. Files as users hold them: how they are opened and deleted, and their error handlers. The other chapters
// stand in a row of classes, each in its file: file-handle.ts, file-access.ts, file-shared.ts.
import { MODE_RDONLY } from "../base/constants-io.ts";
import { Exception, show } from "../base/errors.ts";
import { checkOf } from "../comm/check.ts";
import { basics } from "../data/type-basic.ts";
import { TypeTree } from "../data/type-tree.ts";
import { isServed } from "../io/hints.ts";
import { representationNamed } from "../io/representation.ts";
import { View } from "../io/view.ts";
import { agree } from "./agree.ts";
import { attempt, waitFor } from "./call.ts";
import { Comm } from "./comm.ts";
import { getProcessorName, hostOfJob } from "./environment.ts";
import {
  callHandler,
  createErrhandler,
  ERRORS_RETURN,
  type Errhandler,
  type ErrhandlerFunction,
  errorOf,
  handle,
  usable,
} from "./errhandler.ts";
import { checkAmode, checkPath } from "./file-arguments.ts";
import { FileShared } from "./file-shared.ts";
import { Guard, unprotect } from "./guard.ts";
import { type Info, infoItems } from "./info.ts";

/**
 * A file that the ranks of a communicator have open together, each with a view of its own: which bytes of the file it sees.
 *
 * Data is read and written at explicit offsets (`readAt`), at the rank's own pointer (`read`) or at one that all ranks share
 * (`readShared`); by one rank or by all together (`readAll`), which is faster where their pieces lie between each other;
 * waited for, in the background (`iread`), or split in two calls. The hosts of the ranks need a file system in common.
 *
 * @example
 * ```ts
 * const { rank, size } = MPI.COMM_WORLD;
 * const mode = MPI.MODE_RDWR | MPI.MODE_CREATE | MPI.MODE_DELETE_ON_CLOSE;
 * await using file = await MPI.File.open(MPI.COMM_WORLD, `${import.meta.dir}/ranks.bin`, mode);
 * await file.writeAtAll(4 * rank, Int32Array.of(rank));
 * const all = await file.readAtAll(0, new Int32Array(size));
 * console.log(all[size - 1] === size - 1); // true
 * ```
 * @see MPI-4.1 §14
 */
export class File extends FileShared {
  #errhandler: Errhandler = ERRORS_RETURN;

  /**
   * Opens a file on all ranks of a communicator: all of them must call it, with the same access mode and names of the same file.
   *
   * @param comm An intracommunicator; MPI.COMM_SELF for a file of this rank's own.
   * @param path The file's name.
   * @param amode A sum: exactly one of MPI.MODE_RDONLY, MODE_RDWR and MODE_WRONLY, and any of MODE_CREATE (make it where there
   * is none), MODE_EXCL (it must not be there), MODE_DELETE_ON_CLOSE, MODE_APPEND (pointers begin at the end),
   * MODE_SEQUENTIAL (it is accessed by shared pointer only) and MODE_UNIQUE_OPEN. A file that is there keeps its content.
   * @param info Hints: see setInfo. `striping` set to `"root"` is for hosts without a file system in common: rank 0 opens the file,
   * and serves it to the others. They learn its size, as everything that others have written, with `sync`.
   * @returns The file. `await using` closes it.
   * @throws {MPI.Exception} On every rank: ERR_NO_SUCH_FILE, ERR_FILE_EXISTS, ERR_ACCESS, ERR_READ_ONLY, ERR_BAD_FILE;
   * ERR_NOT_SAME when modes differ, or hosts have no file system in common; ERR_AMODE.
   * @see MPI-4.1 §14.2.1
   */
  static open(comm: Comm, path: string, amode: number = MODE_RDONLY, info?: Info): Promise<File> {
    return FILE_NULL.#guarded(async () => {
      const call = "open";
      if (!(comm instanceof Comm))
        throw new TypeError(`Cannot call ${call}: comm is ${show(comm)}, expected an MPI.Comm`);
      const parent = comm.endpointFor(call);
      if (parent.inter) {
        const state = `${parent.name} is an intercommunicator, expected an intracommunicator`;
        throw new Exception("ERR_COMM", `Cannot call ${call}: ${state}`);
      }
      checkPath(call, path);
      checkAmode(call, amode);
      const hints = infoItems(call, info);
      const lane = parent.lane(checkOf(call));
      const { engine } = parent;
      const served = isServed(new Map(hints));
      const opening = { path, amode, served, host: hostOfJob(), hostName: getProcessorName() };
      const operation = parent.run(lane, async () => {
        // Only now: most programs have no file, and every rank would start later.
        const [{ OpenFile }, { openTogether }, { Service }] = await Promise.all([
          import("../io/open-file.ts"),
          import("../io/opening.ts"),
          import("../io/service.ts"),
        ]);
        const endpoint = await agree(engine, lane, parent.group);
        endpoint.name = show(path);
        const service = new Service(endpoint);
        try {
          const opened = await openTogether(lane, service, opening);
          const byte = new TypeTree({ kind: "basic", basic: basics.byte });
          const view = new View(call, 0, byte, byte, representationNamed(call, "native"));
          return new File(new OpenFile(endpoint, service, opened, amode, view, hints));
        } catch (error) {
          endpoint.retire();
          throw error;
        }
      });
      const describe = () => `open(${show(path)}) on ${parent.name}${lane.awaited && `, waiting for ${lane.awaited}`}`;
      const file = await waitFor(engine.progress, operation, { describe });
      file.#setErrhandler(FILE_NULL.#errhandler);
      return file;
    });
  }

  /**
   * Deletes a file; one that ranks have open goes when they have closed it.
   *
   * @param path The file's name.
   * @param _info As in mpi4py; there are no hints for it.
   * @throws {MPI.Exception} ERR_NO_SUCH_FILE, ERR_ACCESS.
   * @see MPI-4.1 §14.2.3
   */
  static delete(path: string, _info?: Info): Promise<void> {
    return FILE_NULL.#guarded(async () => {
      infoItems("delete", _info);
      checkPath("delete", path);
      const { remove } = await import("../io/open-file.ts");
      remove(path);
    });
  }

  // --- error handlers ---

  /** Makes an error handler for files, which is called as `fn(file, error)`; as for communicators. @see MPI-4.1 §9.3.3 */
  static createErrhandler(fn: ErrhandlerFunction<File>): Errhandler {
    return createErrhandler(fn);
  }

  /**
   * Sets the error handler for the calls on this file from now on. On MPI.FILE_NULL it is the one that files have at first,
   * and that of errors in `open` and `delete`.
   *
   * @param errhandler MPI.ERRORS_RETURN, which is the default, ERRORS_ARE_FATAL, ERRORS_ABORT, or one of `createErrhandler`.
   * @throws {MPI.Exception} ERR_ERRHANDLER for MPI.ERRHANDLER_NULL and one that has been freed.
   * @see MPI-4.1 §9.3.3
   */
  setErrhandler(errhandler: Errhandler): void {
    this.#exists("setErrhandler");
    this.#setErrhandler(usable("setErrhandler", errhandler));
  }

  #setErrhandler(errhandler: Errhandler): void {
    this.#errhandler = errhandler;
    if (this === FILE_NULL) return;
    if (errhandler === ERRORS_RETURN) unprotect(this);
    else new Guard(this, errhandler, () => {}).protect(this);
  }

  /** The handler that was set last. @see MPI-4.1 §9.3.3 */
  getErrhandler(): Errhandler {
    this.#exists("getErrhandler");
    return this.#errhandler;
  }

  /** Calls the handler, for an error that the script itself has found; as for communicators. @see MPI-4.1 §9.5.3 */
  callErrhandler(error: number | Exception): void {
    this.#exists("callErrhandler");
    callHandler(this.#errhandler, this, errorOf("callErrhandler", error));
  }

  #exists(call: string): void {
    if (this !== FILE_NULL) this.use(call);
  }

  #guarded<T>(call: () => Promise<T>): Promise<T> {
    return attempt(call).catch((error: unknown) => {
      handle(this.#errhandler, this, error);
      throw error;
    });
  }
}

/** The file that is none. @see MPI-4.1 §14.2.2 */
export const FILE_NULL: File = new File(undefined);
