// base/error-text: layer 0. An error that ends a script, as text: the lines of the script, not ours. Called by runtime.ts and cli/rank.ts.
import { ownFrame } from "./call-site.ts";

/** Message, stack and causes; for an error in the script's own code with the lines around it, as Bun shows them. */
export function errorText(error: unknown): string {
  if (isSuppressed(error)) return `${errorText(error.suppressed)}\nand, as its block ended, ${errorText(error.error)}`;
  if (!(error instanceof Error) || !startsInLibrary(error)) return Bun.inspect(error, { colors: false });
  const frames = stackFrames(error).filter((frame) => !ownFrame(frame));
  const text = [`${error.name}: ${error.message}`, ...frames].join("\n");
  return error.cause === undefined ? text : `${text}\ncaused by ${errorText(error.cause)}`;
}

/** An error of what `using` does at the end of a block that another error has ended: that one is what has happened. */
function isSuppressed(error: unknown): error is { readonly error: unknown; readonly suppressed: unknown } {
  return error instanceof Error && error.name === "SuppressedError" && "suppressed" in error && "error" in error;
}

function stackFrames(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
}

/** True for errors that the library raised or whose stack it wrote: Bun would show the library's code. */
function startsInLibrary(error: Error): boolean {
  const [first] = stackFrames(error);
  return error.name.startsWith("MPI.") || (first !== undefined && ownFrame(first));
}
