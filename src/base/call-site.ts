// base/call-site: layer 0. The line of the user's script that made a call: taken cheaply when the call is made, turned
// into text only when a message needs it.

/** Where the library's sources are, when it is not compiled into a binary. */
const home = () => import.meta.path.replace(/src\/base\/call-site\.ts$/, "");

/** Whether a line of a stack is the library's own, or the engine's: not the script's. */
export function ownFrame(frame: string): boolean {
  const sources = home();
  if (frame.includes(`${sources}src/`) || frame.includes(`${sources}cli/`)) return true;
  if (/[/(]samples\//.test(frame)) return false;
  if (frame.includes("/$bunfs/") || frame.includes("~BUN")) return true;
  return /\((?:native|unknown)|\bnative:|\bunknown:|\bat <anonymous>$|\bat (?:async )?loadAndEvaluateModule|\((?:src|cli)\//.test(
    frame,
  );
}

/** Frames that are kept: ours above the call, and the script's. */
const FRAMES = 6;

const located = new WeakSet<Error>();

export class CallSite {
  readonly #trace: Error;

  /** Where we are now. About 250 ns; more when more than the usual `frames` lie between here and the script. */
  constructor(frames = FRAMES) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = frames;
    this.#trace = new Error();
    Error.stackTraceLimit = limit;
  }

  /** The script's frames, innermost first, as they stand in a stack. */
  get frames(): string[] {
    const lines = (this.#trace.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    return lines.filter((line) => !ownFrame(line));
  }

  /** `script.ts:12:9`, or undefined when no frame of the script is known. */
  get where(): string | undefined {
    const place = /\(?((?:[a-z]+:)?[^\s()]+:\d+:\d+)\)?$/.exec(this.frames[0] ?? "")?.[1];
    return place?.split("/").at(-1);
  }

  /** Gives an error that arose elsewhere the stack of this call; the first call that does so counts. */
  locate(error: Error): void {
    if (located.has(error)) return;
    located.add(error);
    const { frames } = this;
    if (frames.length > 0) error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  }
}
