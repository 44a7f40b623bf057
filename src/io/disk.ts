// io/disk: layer 8. A file that this rank has open: whole reads and writes at any place. Used by opening.ts, open-file.ts and
// served-disk.ts.
import { constants, fstatSync, fsync, ftruncateSync, openSync, read, readSync, write, writeSync } from "node:fs";
import { MODE_APPEND, MODE_CREATE, MODE_EXCL, MODE_RDONLY, MODE_RDWR, MODE_WRONLY } from "../base/constants-io.ts";
import { show } from "../base/errors.ts";
import { type Identity, identityOf } from "./identity.ts";
import type { Storage } from "./storage.ts";
import { allocated, closeFile, isInterrupted, systemError } from "./system.ts";

/**
 * Up to so many bytes are read or written at once; more in the background, piece by piece, while messages are served. A disk
 * whose last long transfer was quick, as it is where the system's memory takes the data, gets more at once: in the background a
 * window of 4 MiB took 1.2 times as long, where all cores were busy.
 */
const AT_ONCE = 256 * 1024;
const QUICK = 4 * 1024 * 1024;
/** Bytes in a millisecond of a disk that is quick. */
const QUICK_SPEED = 200_000;
const PIECE = 16 * 1024 * 1024;
const MODE = 0o666;

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
  #quick = true;

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

  /** Which file it is. */
  get identity(): Identity {
    return this.#try("look at", () => identityOf(this.path, this.fd));
  }

  get size(): number {
    return this.#try("look at", () => fstatSync(this.fd).size);
  }

  resize(bytes: number): void {
    this.#try("resize", () => ftruncateSync(this.fd, bytes), ` to ${bytes} bytes`);
  }

  reserve(bytes: number): void {
    if (bytes === 0) return;
    const before = this.size;
    try {
      // Where there is no such call the file becomes longer, at least.
      if (!allocated(this.fd, bytes) && before < bytes) this.resize(bytes);
    } catch (cause) {
      // What was reserved before the disk was full is given back.
      this.resize(before);
      throw systemError(this.#cannot("reserve", 0, bytes), cause);
    }
  }

  /** In the background: a disk that has much to write takes long, and rank 0 may be serving the others. */
  async sync(): Promise<void> {
    for (;;) {
      try {
        return await synced(this.fd);
      } catch (cause) {
        if (!isInterrupted(cause)) throw systemError(`Cannot sync ${show(this.path)} on ${this.#who}`, cause);
      }
    }
  }

  async refresh(): Promise<void> {}

  close(): void {
    this.#try("close", () => closeFile(this.fd));
  }

  /** Runs what asks the system something about the file. @throws Exception */
  #try<T>(verb: string, ask: () => T, rest = ""): T {
    try {
      return ask();
    } catch (cause) {
      throw systemError(`Cannot ${verb} ${show(this.path)}${rest} on ${this.#who}`, cause);
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
    const now = length <= (this.#quick ? QUICK : AT_ONCE);
    const begin = length > AT_ONCE ? performance.now() : 0;
    let done = 0;
    while (done < length) {
      try {
        const step = now
          ? atOnce(this.fd, bytes, done, length - done, offset + done)
          : await later(this.fd, bytes, done, Math.min(PIECE, length - done), offset + done);
        if (step === 0) break;
        done += step;
      } catch (cause) {
        if (!isInterrupted(cause)) throw systemError(this.#cannot(verb, offset + done, length - done), cause);
      }
    }
    if (length > AT_ONCE) this.#quick = done >= QUICK_SPEED * (performance.now() - begin);
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
const synced = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => fsync(fd, (error) => (error ? reject(error) : resolve())));
const readLater = later(read);
const writeLater = later(write);

/** Where all file pointers begin: at the end for MODE_APPEND. */
export function startOf(amode: number, { size }: Storage): number {
  return amode & MODE_APPEND ? size : 0;
}

/** True where a file of this access mode can be written to. */
export function isWritable(amode: number): boolean {
  return (amode & (MODE_WRONLY | MODE_RDWR)) !== 0;
}
