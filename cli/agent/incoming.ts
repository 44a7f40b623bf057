// cli/agent/incoming: layer 10. What comes from a host, first as lines and from some line on as bytes. Used by ssh.

/** A line that is longer than this comes from no program of ours. */
const LONGEST = 64 * 1024;

const LINE_END = 10;

export class Incoming {
  #reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  #rest = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next line that begins with `prefix`, without it; what comes before is discarded. Undefined at the end. */
  async line(prefix: string): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(LINE_END);
      if (end >= 0) {
        const text = new TextDecoder().decode(this.#rest.subarray(0, end)).trimEnd();
        this.#rest = this.#rest.slice(end + 1);
        if (text.startsWith(prefix)) return text.slice(prefix.length);
        continue;
      }
      // The end of a line that is too long is a line too; it begins with nothing of ours.
      if (this.#rest.byteLength > LONGEST) this.#rest = new Uint8Array([0]);
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) return undefined;
      const both = new Uint8Array(this.#rest.byteLength + value.byteLength);
      both.set(this.#rest);
      both.set(value, this.#rest.byteLength);
      this.#rest = both;
    }
  }

  /** Everything behind the last line, as bytes. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    if (this.#rest.byteLength > 0) yield this.#rest;
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) return;
      yield value;
    }
  }
}
