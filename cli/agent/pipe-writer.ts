// cli/agent/pipe-writer: layer 10. Writes to the standard input of a process that the launcher has started, in order and
// with an account of what waits. Used by ssh.
import type { Outgoing } from "./channel.ts";

/** Bytes that may wait before whoever sends in masses has to pause. */
const FULL = 1 << 20;

export class PipeWriter implements Outgoing {
  #sink: Bun.FileSink;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #running = false;
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(sink: Bun.FileSink) {
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#queue.push(bytes);
    this.#queued += bytes.byteLength;
    if (!this.#running) void this.#run();
  }

  room(): Promise<void> | undefined {
    return this.#queued < FULL ? undefined : new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#running) this.#end();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
        await this.#sink.write(bytes);
        await this.#sink.flush();
        this.#queued -= bytes.byteLength;
        if (this.#queued < FULL) this.#wake();
      }
    } catch {
      // EPIPE: the process has gone, which is noticed by its end.
      this.#closed = true;
      this.#queue = [];
      this.#queued = 0;
      this.#wake();
    }
    this.#running = false;
    if (this.#closed) this.#end();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #end(): void {
    Promise.resolve(this.#sink.end()).catch(() => {});
  }
}
