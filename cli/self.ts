// cli/self: layer 10. How this program starts itself again: the launcher does so for every rank.

import { fileURLToPath } from "node:url";

/** True in the executable that `bun build --compile` made, whose own files have paths inside it. */
export const compiled: boolean = Bun.main.startsWith("/$bunfs/") || Bun.main.includes("~BUN");

/** The command line, without arguments, that runs this program again: the executable, or Bun and cli/main.ts. */
export function selfCommand(): string[] {
  return compiled ? [process.execPath] : [process.execPath, fileURLToPath(new URL("./main.ts", import.meta.url))];
}
