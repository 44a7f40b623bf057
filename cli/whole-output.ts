// cli/whole-output: layer 10. In Bun, what a script has written to a pipe with process.stdout.write may be lost when it
// calls process.exit (console.log loses nothing). In a rank nothing is lost: every write is complete when it returns, so
// a slow reader slows the rank down. Called by rank.ts.
import { writeSync } from "node:fs";

/** Makes process.stdout and process.stderr, where they are no terminals, write at once and whole. */
export function writeWhole(): void {
  if (!process.stdout.isTTY) patch(process.stdout, 1);
  if (!process.stderr.isTTY) patch(process.stderr, 2);
}

type Callback = (error?: Error | null) => void;

function patch(stream: NodeJS.WriteStream, descriptor: number): void {
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback): boolean => {
    const done = typeof encoding === "function" ? encoding : callback;
    const bytes =
      typeof chunk === "string" ? Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8") : chunk;
    let failure: Error | null = null;
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSome(descriptor, bytes, at);
    } catch (error) {
      failure = error as Error;
    }
    if (done) process.nextTick(done, failure);
    else if (failure) process.nextTick(() => stream.emit("error", failure));
    return true;
  };
}

function writeSome(descriptor: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(descriptor, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    Bun.sleepSync(1); // The pipe is full: its reader is slow.
    return 0;
  }
}
