// cli/launch/joint: layer 10. The place where the lines of many writers come together on one sink. It keeps a line of
// one writer free of the bytes of any other, also where a line arrives in pieces. Used by output and rank-output.
import type { Sink } from "./sink.ts";

/** Somebody whose lines go to a joint. */
export interface Writer {
  /** True when nothing more comes: an unfinished line stays as it is and holds nobody up. */
  ended: boolean;
  /** Set when the unfinished line was broken off for others; what follows begins a line of its own. */
  broken: boolean;
}

/** How long a writer that has stopped in the middle of a line may hold up the others. */
const HOLD_MS = 1000;

const newline = new Uint8Array([10]);

export class Joint {
  readonly sink: Sink;
  /** Whose unfinished line is the last thing in the sink. */
  #open: Writer | undefined;
  #waiting: (() => void)[] = [];
  #hold: Timer | undefined;
  #lastWrite = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /** True when `writer` may show the beginning of a line without anybody having to wait: nobody has written for `ms`. */
  quiet(writer: Writer, ms: number): boolean {
    if (this.#waiting.length > 0 || !this.sink.idle) return false;
    if (this.#open === writer) return true;
    return (this.#open?.ended ?? true) && performance.now() - this.#lastWrite >= ms;
  }

  /**
   * Writes pieces that begin where the writer's last ones ended; `whole` says that they end with a line's end.
   * Resolves when the writer may go on: after its turn has come and the sink has room.
   */
  async put(writer: Writer, pieces: readonly Uint8Array[], whole: boolean): Promise<void> {
    while (this.#open !== undefined && this.#open !== writer && !this.#open.ended) await this.#turn();
    if (this.#open !== writer) this.#break();
    for (const piece of pieces) this.sink.write(piece);
    this.#lastWrite = performance.now();
    clearTimeout(this.#hold);
    this.#open = whole ? undefined : writer;
    if (whole || writer.ended) this.#release();
    else if (this.#waiting.length > 0) this.#limit();
    await this.sink.room();
  }

  /** Writes whole lines at once, breaking off an unfinished one: for the launcher's own words. */
  say(lines: Uint8Array): void {
    this.#break();
    this.sink.write(lines);
    this.#release();
  }

  /** To be called when a writer has ended, with or without an unfinished line. */
  end(writer: Writer): void {
    writer.ended = true;
    if (this.#open === writer) this.#release();
  }

  #turn(): Promise<void> {
    if (this.#waiting.length === 0) this.#limit();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    clearTimeout(this.#hold);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Without a limit, a rank that waits for another one in the middle of its line could stop that one for ever. */
  #limit(): void {
    this.#hold = setTimeout(() => {
      if (!this.sink.idle) return this.#limit();
      this.#break();
      this.#release();
    }, HOLD_MS);
  }

  #break(): void {
    if (this.#open === undefined) return;
    this.sink.write(newline);
    this.#open.broken = true;
    this.#open = undefined;
  }
}
