// cli/launch/rank-output: layer 10. One output stream of one rank on its way to the joint and to the rank's file: cut
// after whole lines, in chunks of bytes, reading no faster than the places it goes to can take. Used by output.
import type { Joint, Writer } from "./joint.ts";
import type { LinePrefix } from "./line-prefix.ts";
import type { Sink } from "./sink.ts";

/** The beginning of a line that is not continued for this long is shown: it may be a question. */
const PROMPT_MS = 50;
/** The beginning of a line that is kept in memory; a longer line is passed on in pieces. */
const LONGEST = 256 * 1024;

const LINE_END = 10;

export interface Destination {
  /** Where the lines go with those of others; undefined: nowhere. */
  readonly joint: Joint | undefined;
  /** Shows the beginnings of lines before their ends are there; pointless where nobody looks on, as in a file. */
  readonly prompts: boolean;
  readonly prefix: LinePrefix | undefined;
  /** A file of this stream's own, which gets its bytes as they are. */
  readonly file: Sink | undefined;
}

export class RankOutput implements Writer {
  ended = false;
  broken = false;
  /** Bytes read so far. */
  bytesRead = 0;
  #to: Destination;
  /** The beginning of a line. */
  #partial: Uint8Array[] = [];
  #partialBytes = 0;
  #prompt: Timer | undefined;
  #reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> };
  /** What is being handed to the joint, so that nothing overtakes it. */
  #putting: Promise<void> = Promise.resolve();

  constructor(stream: ReadableStream<Uint8Array>, to: Destination) {
    this.#reader = stream.getReader();
    this.#to = to;
  }

  /** Passes the stream on until it ends. */
  async run(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) break;
      this.bytesRead += value.byteLength;
      this.#to.file?.write(value);
      if (this.#to.joint !== undefined) await this.#take(value);
      await this.#to.file?.room();
    }
    clearTimeout(this.#prompt);
    await this.#putting;
    this.ended = true;
    if (this.#partialBytes > 0) await this.#flush(false);
    this.#to.joint?.end(this);
  }

  /** Stops reading: run() ends with what it has. */
  stop(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #take(chunk: Uint8Array): Promise<void> {
    clearTimeout(this.#prompt);
    await this.#putting;
    const end = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).lastIndexOf(LINE_END) + 1;
    if (end > 0) {
      this.#keep(chunk.subarray(0, end));
      await this.#flush(true);
    }
    if (end < chunk.byteLength) this.#keep(chunk.subarray(end));
    if (this.#partialBytes > LONGEST) await this.#flush(false);
    if (this.#partialBytes > 0 && this.#to.prompts) this.#askToPrompt();
  }

  #keep(bytes: Uint8Array): void {
    this.#partial.push(bytes);
    this.#partialBytes += bytes.byteLength;
  }

  #flush(whole: boolean): Promise<void> {
    const pieces = this.#partial;
    this.#partial = [];
    this.#partialBytes = 0;
    if (this.broken) this.#to.prefix?.restart();
    this.broken = false;
    this.#putting = this.#to.joint!.put(this, this.#to.prefix?.apply(pieces) ?? pieces, whole);
    return this.#putting;
  }

  #askToPrompt(): void {
    this.#prompt = setTimeout(() => {
      if (this.#to.joint!.quiet(this, PROMPT_MS)) this.#flush(false);
      else this.#askToPrompt();
    }, PROMPT_MS);
  }
}
