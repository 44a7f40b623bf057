// io/disk: layer 8. A file that this rank has open: whole reads and writes at any place, and what the system says where
// they fail, in MPI's classes. Used by opening.ts, open-file.ts and
// served-disk.ts.
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  read,
  readSync,
  write,
  writeSync,
} from "node:fs";
import { MODE_APPEND, MODE_CREATE, MODE_EXCL, MODE_RDONLY, MODE_RDWR, MODE_WRONLY } from "../base/constants-io.ts";
import type { ErrorClassName } from "../base/error-classes.ts";
import { Exception, show } from "../base/errors.ts";
import { cFunctions } from "../transport/c-library.ts";
import type { Storage } from "./storage.ts";

/** Up to so many bytes are read or written at once; more in the background, piece by piece, while messages are served. */
const AT_ONCE = 256 * 1024;
const PIECE = 16 * 1024 * 1024;
const MODE = 0o666;

const classes: Readonly<Record<string, ErrorClassName>> = {
  ENOENT: "ERR_NO_SUCH_FILE",
  EEXIST: "ERR_FILE_EXISTS",
  EACCES: "ERR_ACCESS",
  EPERM: "ERR_ACCESS",
  EROFS: "ERR_READ_ONLY",
  ENOSPC: "ERR_NO_SPACE",
  EDQUOT: "ERR_QUOTA",
  EFBIG: "ERR_QUOTA",
  ENOTDIR: "ERR_BAD_FILE",
  EISDIR: "ERR_BAD_FILE",
  ELOOP: "ERR_BAD_FILE",
  ENAMETOOLONG: "ERR_BAD_FILE",
  ETXTBSY: "ERR_FILE_IN_USE",
  EBUSY: "ERR_FILE_IN_USE",
  ENOMEM: "ERR_NO_MEM",
};

/** What the system has refused. @param what the call and its file: `Cannot read "data", bytes 0 to 99` */
export function systemError(what: string, cause: unknown): Exception {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new Exception(classes[code] ?? "ERR_IO", `${what}: ${message}`, { cause });
}

/** True where a system call was merely interrupted. */
function again(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EINTR" || code === "EAGAIN";
}

/** The flags of open(2). @param create false on ranks that open what another one has made */
function flagsOf(amode: number, create: boolean): number {
  const made = create && amode & MODE_CREATE ? constants.O_CREAT | (amode & MODE_EXCL ? constants.O_EXCL : 0) : 0;
  if (amode & MODE_RDONLY) return constants.O_RDONLY | made;
  return (amode & MODE_RDWR ? constants.O_RDWR : constants.O_WRONLY) | made;
}

export class Disk implements Storage {
  readonly path: string;
  readonly fd: number;
  readonly #who: string;

  /** @param who this rank, for messages @throws Exception */
  constructor(path: string, amode: number, create: boolean, who: string) {
    this.path = path;
    this.#who = who;
    try {
      this.fd = openSync(path, flagsOf(amode, create), MODE);
    } catch (cause) {
      throw systemError(`Cannot open ${show(path)} on ${who}`, cause);
    }
  }

  /** Which file it is: numbers that the system gives. */
  get identity(): { readonly device: number; readonly file: number } {
    const { dev, ino } = this.#try("look at", () => fstatSync(this.fd));
    return { device: dev, file: ino };
  }

  get size(): number {
    return this.#try("look at", () => fstatSync(this.fd).size);
  }

  resize(bytes: number): void {
    this.#try(`resize to ${bytes} bytes`, () => ftruncateSync(this.fd, bytes));
  }

  reserve(bytes: number): void {
    if (bytes === 0) return;
    const before = this.size;
    const failed = allocator()?.(this.fd, 0, bytes);
    if (failed === 0) return;
    // Not every file system, and not every system, can do more than make the file longer.
    if (failed === undefined || failed === EOPNOTSUPP || failed === EINVAL) {
      if (before < bytes) this.resize(bytes);
      return;
    }
    // What was reserved before the disk was full is given back.
    this.resize(before);
    const code = failed === ENOSPC ? "ENOSPC" : failed === EFBIG ? "EFBIG" : "EIO";
    throw systemError(this.#cannot("reserve", 0, bytes), { code, message: `${code} (error ${failed})` });
  }

  /** In the background: a disk that has much to write takes long, and rank 0 may be serving the others. */
  async sync(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => fsync(this.fd, (error) => (error ? reject(error) : resolve())));
    } catch (cause) {
      throw systemError(`Cannot sync ${show(this.path)} on ${this.#who}`, cause);
    }
  }

  async refresh(): Promise<void> {}

  close(): void {
    this.#try("close", () => closeSync(this.fd));
  }

  /** Runs what asks the system something about the file. @throws Exception */
  #try<T>(verb: string, ask: () => T): T {
    try {
      return ask();
    } catch (cause) {
      throw systemError(`Cannot ${verb} ${show(this.path)} on ${this.#who}`, cause);
    }
  }

  #cannot(verb: string, offset: number, bytes: number): string {
    return `Cannot ${verb} bytes ${offset} to ${offset + bytes - 1} of ${show(this.path)} on ${this.#who}`;
  }

  async read(bytes: Uint8Array, offset: number): Promise<number> {
    return this.#whole("read", bytes, offset, readSync as Transfer, readLater);
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    await this.#whole("write", bytes, offset, writeSync as Transfer, writeLater);
  }

  async #whole(
    verb: string,
    bytes: Uint8Array,
    offset: number,
    atOnce: Transfer,
    later: (...transfer: Parameters<Transfer>) => Promise<number>,
  ): Promise<number> {
    const { length } = bytes;
    let done = 0;
    while (done < length) {
      try {
        const step =
          length <= AT_ONCE
            ? atOnce(this.fd, bytes, done, length - done, offset + done)
            : await later(this.fd, bytes, done, Math.min(PIECE, length - done), offset + done);
        if (step === 0) break;
        done += step;
      } catch (cause) {
        if (!again(cause)) throw systemError(this.#cannot(verb, offset + done, length - done), cause);
      }
    }
    if (verb === "read" || done === length) return done;
    const state = `only ${done} of ${length} bytes were taken`;
    throw systemError(this.#cannot(verb, offset, length), { code: "EIO", message: state });
  }
}

type Transfer = (fd: number, bytes: Uint8Array, from: number, length: number, offset: number) => number;

const later =
  (transfer: typeof read | typeof write) =>
  (fd: number, bytes: Uint8Array, from: number, length: number, offset: number): Promise<number> =>
    new Promise((resolve, reject) => {
      (transfer as typeof write)(fd, bytes, from, length, offset, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    });
const readLater = later(read);
const writeLater = later(write);

/** What the system says, by number, on Linux. */
const [EINVAL, EFBIG, ENOSPC, EOPNOTSUPP] = [22, 27, 28, 95];

type Allocate = (fd: number, offset: number, bytes: number) => number;
let found: Allocate | undefined;
let looked = false;

/** `posix_fallocate`; undefined where it cannot be had. */
function allocator(): Allocate | undefined {
  if (looked) return found;
  looked = true;
  found = cFunctions({ posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" } })?.posix_fallocate;
  return found;
}

/** Where all file pointers begin: at the end for MODE_APPEND. */
export function startOf(amode: number, { size }: Storage): number {
  return amode & MODE_APPEND ? size : 0;
}

/** True where a file of this access mode can be written to. */
export function isWritable(amode: number): boolean {
  return (amode & (MODE_WRONLY | MODE_RDWR)) !== 0;
}
