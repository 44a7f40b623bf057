// cli/whole-output: layer 10. In Bun, what a script has written to a pipe with process.stdout.write may be lost when it
// calls process.exit (console.log loses nothing). In a rank nothing is lost: every write is complete when it returns, so
// a slow reader slows the rank down. Called by rank.ts.
import type { Writable } from "node:stream";

/**
 * Makes process.stdout and process.stderr write at once and whole.
 * @param pipes that neither is a terminal is known: then nothing is loaded before the script asks for one of them, which
 * saves every rank 2 ms
 */
export function writeWhole(pipes: boolean): void {
  for (const [name, descriptor] of [
    ["stdout", 1],
    ["stderr", 2],
  ] as const) {
    if (!pipes && process[name].isTTY) continue;
    let stream: Writable | undefined;
    const get = () => {
      stream ??= wholeStream(descriptor);
      return stream;
    };
    // Defining a property makes Bun make the stream that it replaces, assigning one does not.
    Object.assign(process, { [name]: undefined });
    Object.defineProperty(process, name, { get, enumerable: true, configurable: true });
  }
}

/** As Node's own stream for a file: a Writable that writes at once, has its descriptor, and does not close it. */
function wholeStream(fd: number): Writable {
  const { Writable } = require("node:stream") as typeof import("node:stream");
  const { writeSync } = require("node:fs") as typeof import("node:fs");
  const writeSome = (bytes: Uint8Array, at: number): number => {
    try {
      return writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Bun.sleepSync(1); // The pipe is full: its reader is slow.
      return 0;
    }
  };
  const write = (bytes: Uint8Array, _: BufferEncoding, done: (error?: Error) => void) => {
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSome(bytes, at);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
  // After an error or end() the descriptor is still there for others: console.log, the other stream.
  const stream = new Writable({ write, autoDestroy: false, emitClose: false });
  return Object.assign(stream, { fd, _isStdio: true });
}
