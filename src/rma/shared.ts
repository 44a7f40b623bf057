// rma/shared: layer 8. Windows as memory that ranks of one host share. A rank makes a file without a name, which the others
// map by way of its process; once they have, it is closed. So nothing is left, however the ranks end. Called by creation.ts.
//
// In the file: first a page of words for each rank whose memory it has, then their memory, each piece behind the other.
import { closeSync } from "node:fs";
import { Exception } from "../base/errors.ts";
import { discardMemory, openNameless } from "../transport/nameless-file.ts";
import { pause } from "../transport/pause.ts";
import type { LockWord } from "./locks.ts";
import { type Near, Views } from "./near.ts";

const PAGE = 4096;
/** The longest memory that one array can have. */
const LONGEST = 2 ** 32;
/** Why so many bytes cannot be one rank's; undefined where they can. */
export function tooLong(bytes: number): string | undefined {
  return bytes > LONGEST ? `${bytes} bytes are more than the 4 GiB that a rank can have` : undefined;
}

/** A rank's words, by index: the process that accumulates, or 0; who holds the lock; whether somebody waits for it; a mark. */
const ACCUMULATING = 0;
const LOCK = 1;
const WANTED = 2;
const MARK = 3;
/** What the word MARK says: that the file is the one that is meant. */
const marked = (context: number) => (context / 8) | 1;

/** How often a rank tries to take a lock before it asks for it: about 40 µs. */
const TRIES = 64;

let paused: (() => void) | undefined;

/** Lets another process have this core, which it may need to give back what this one waits for. */
function rest(): void {
  paused ??= pause() ?? (() => {});
  paused();
}

/** The lock in the words of a rank. The word LOCK is the number of shared holders, -1 for an exclusive one. */
class SharedWord implements LockWord {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  take(exclusive: boolean): boolean {
    const words = this.#words;
    if (exclusive) return Atomics.compareExchange(words, LOCK, 0, -1) === 0;
    for (let holders = Atomics.load(words, LOCK); holders >= 0; holders = Atomics.load(words, LOCK)) {
      if (Atomics.compareExchange(words, LOCK, holders, holders + 1) === holders) return true;
    }
    return false;
  }

  takeDirectly(exclusive: boolean): boolean {
    // Who holds it may be about to give it back, and whose window it is may compute for long.
    for (let tries = 0; tries < TRIES && !this.isWanted; tries++) {
      if (this.take(exclusive)) return true;
      rest();
    }
    return false;
  }

  give(exclusive: boolean): void {
    if (exclusive) Atomics.store(this.#words, LOCK, 0);
    else Atomics.sub(this.#words, LOCK, 1);
  }

  wanted(waits: boolean): void {
    Atomics.store(this.#words, WANTED, Number(waits));
  }

  get isWanted(): boolean {
    return Atomics.load(this.#words, WANTED) !== 0;
  }
}

const PID = process.pid;

/** How often a rank tries to accumulate between looking whether who does so is still there: about 5 ms. */
const PATIENCE = 8192;

/** Runs `change` while no other process does so with these words. */
function alone<T>(words: Int32Array, change: () => T): T {
  for (let tries = 1; Atomics.compareExchange(words, ACCUMULATING, 0, PID) !== 0; tries++) {
    // The event loop, which would notice that a process was killed, does not run meanwhile.
    if (tries % PATIENCE === 0) checkAlive(Atomics.load(words, ACCUMULATING));
    rest();
  }
  try {
    return change();
  } finally {
    Atomics.store(words, ACCUMULATING, 0);
  }
}

function checkAlive(pid: number): void {
  try {
    if (pid !== 0) process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") return;
    throw new Exception("ERR_PROC_ABORTED", `Cannot change a window: process ${pid} has ended while it did so`);
  }
}

/** A file that has the memory of one or several ranks. */
export class SharedFile {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Makes one for pieces of these sizes, or says why not. @param context the window's */
  static make(sizes: readonly number[], context: number): SharedFile | string {
    const refused = tooLong(Math.max(...sizes));
    if (refused) return refused;
    const bytes = sizes.reduce((sum, size) => sum + size, sizes.length * PAGE);
    const fd = openNameless(Math.max(bytes, PAGE));
    if (typeof fd === "string") return fd;
    const file = new SharedFile(fd);
    for (const [piece] of sizes.entries()) wordsOf(`/proc/self/fd/${fd}`, piece)[MARK] = marked(context);
    return file;
  }

  /** Gives the file up; what has mapped it keeps it. */
  close(): void {
    closeSync(this.fd);
  }
}

function wordsOf(path: string, piece: number): Int32Array {
  const page = map(path, piece * PAGE, PAGE);
  return new Int32Array(page.buffer, page.byteOffset, PAGE / 4);
}

/** Bytes of a file. */
function map(path: string, offset: number, bytes: number): Uint8Array {
  if (bytes === 0) return new Uint8Array(0);
  const ahead = offset % PAGE;
  const mapped = Bun.mmap(path, { shared: true, offset: offset - ahead, size: bytes + ahead });
  return mapped.subarray(ahead, ahead + bytes);
}

/**
 * Maps pieces of a file that a process of this host has open.
 * @param sizes of all pieces in the file
 * @throws Error where it cannot be reached
 */
export function mapShared(pid: number, fd: number, sizes: readonly number[], context: number): Near[] {
  const path = `/proc/${pid}/fd/${fd}`;
  const data = sizes.length * PAGE;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  // In one piece where that is possible: then who has one can go on to the next.
  const all = total <= LONGEST ? map(path, data, total) : undefined;
  let offset = 0;
  return sizes.map((size, piece) => {
    const words = wordsOf(path, piece);
    if (words[MARK] !== marked(context)) throw new Error(`file ${fd} of process ${pid} is another one`);
    const bytes = all ? all.subarray(offset, offset + size) : map(path, data + offset, size);
    offset += size;
    const discard = () => discardMemory(bytes);
    return {
      bytes,
      views: new Views(bytes),
      alone: (change) => alone(words, change),
      lock: new SharedWord(words),
      discard,
    };
  });
}
