// base/call-site: layer 0. The line of the user's script that made a call: taken cheaply when the call is made, turned
// into text only when a message needs it.

/** Frames of this library in a stack: the directory of the sources, or the inside of the compiled binary. */
const own =
  import.meta.dir.startsWith("/$bunfs/") || import.meta.dir.includes("~BUN")
    ? import.meta.dir
    : import.meta.dir.replace(/base$/, "");

/** Frames that are kept: ours above the call, and the script's. */
const FRAMES = 6;

export class CallSite {
  readonly #trace: Error;

  /** Where we are now. About 250 ns. */
  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    this.#trace = new Error();
    Error.stackTraceLimit = limit;
  }

  /** The script's frames, innermost first, as they stand in a stack. */
  get frames(): string[] {
    const lines = (this.#trace.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    return lines.filter((line) => !line.includes(own) && !/\((?:native|unknown)\)|\bnative:|<anonymous>$/.test(line));
  }

  /** `script.ts:12:9`, or undefined when no frame of the script is known. */
  get where(): string | undefined {
    const place = /\(?((?:[a-z]+:)?[^\s()]+:\d+:\d+)\)?$/.exec(this.frames[0] ?? "")?.[1];
    return place?.split("/").at(-1);
  }

  /** Gives an error that arose elsewhere the stack of this call. */
  locate(error: Error): void {
    const { frames } = this;
    if (frames.length > 0) error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  }
}
