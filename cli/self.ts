// cli/self: layer 10. How this program starts itself again: the launcher does so for every rank.

import { join } from "node:path";

/** True in the executable that `bun build --compile` made, where the program's own files have paths that no disk has. */
export const compiled: boolean = import.meta.dir.startsWith("/$bunfs/") || import.meta.dir.includes("~BUN");

/** What the system is to load for `selfCommand()`. On Linux it is this very program, also where its file is another one by now, or gone. */
export const selfImage: string = compiled && process.platform === "linux" ? "/proc/self/exe" : process.execPath;

/** The command line, without arguments, that runs this program again: the executable, or Bun and cli/main.ts. */
export function selfCommand(): string[] {
  return compiled ? [process.execPath] : [process.execPath, join(import.meta.dir, "main.ts")];
}
