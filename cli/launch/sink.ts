// cli/launch/sink: layer 10. One file descriptor that the launcher writes to (its own stdout and stderr, a rank's file)
// without ever blocking its event loop: writes are made by a thread, one at a time, and callers are told when to wait.
import { writev } from "node:fs";

/** Bytes waiting in a sink above which whoever fills it has to pause. */
const FULL = 1 << 20;
/** Pieces given to the system in one call; IOV_MAX is 1024 on Linux. */
const PIECES = 256;
/** Another process may have made our terminal or pipe non-blocking: how long to wait before the next try. */
const AGAIN_MS = 5;

export class Sink {
  readonly fd: number;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #writing = false;
  #failed = false;
  #waiting: { room: boolean; resolve: () => void }[] = [];
  #onError: (error: NodeJS.ErrnoException) => void;

  /** `onError` is called once at most; what is written after that is dropped. */
  constructor(fd: number, onError: (error: NodeJS.ErrnoException) => void) {
    this.fd = fd;
    this.#onError = onError;
  }

  /** True when everything has been written. */
  get idle(): boolean {
    return this.#queued === 0;
  }

  /** Takes bytes, which must not change afterwards. */
  write(bytes: Uint8Array): void {
    if (this.#failed || bytes.byteLength === 0) return;
    this.#queue.push(bytes);
    this.#queued += bytes.byteLength;
    if (!this.#writing) this.#next();
  }

  /** Resolves when more may be written; undefined: at once. */
  room(): Promise<void> | undefined {
    return this.#queued < FULL ? undefined : this.#until(true);
  }

  /** Resolves when everything has been written. */
  drained(): Promise<void> | undefined {
    return this.#queued === 0 ? undefined : this.#until(false);
  }

  #until(room: boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ room, resolve }));
  }

  #next(): void {
    this.#writing = true;
    writev(this.fd, this.#queue.slice(0, PIECES), (error, written) => {
      this.#writing = false;
      if (error?.code === "EAGAIN") {
        this.#writing = true;
        setTimeout(() => this.#next(), AGAIN_MS);
        return;
      }
      if (error) {
        this.#failed = true;
        this.#queue = [];
        this.#queued = 0;
        this.#onError(error);
      } else {
        this.#drop(written);
      }
      this.#wake();
      if (this.#queued > 0) this.#next();
    });
  }

  /** Forgets the first `count` bytes of the queue. */
  #drop(count: number): void {
    this.#queued -= count;
    let pieces = 0;
    let rest = count;
    while (rest > 0 && this.#queue[pieces]!.byteLength <= rest) rest -= this.#queue[pieces++]!.byteLength;
    this.#queue.splice(0, pieces);
    if (rest > 0) this.#queue[0] = this.#queue[0]!.subarray(rest);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) {
      if (this.#queued === 0 || (waiter.room && this.#queued < FULL)) waiter.resolve();
      else this.#waiting.push(waiter);
    }
  }
}
