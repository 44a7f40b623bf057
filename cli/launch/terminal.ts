// cli/launch/terminal: layer 10. Whether one of this process's streams is a terminal. Used by output, hosts-of-job and start-local.
import { fstatSync } from "node:fs";

/** True for a terminal. */
export function isTerminal(fd: number): boolean {
  try {
    // Loading node:tty takes 2 ms: only for what can be one.
    return fstatSync(fd).isCharacterDevice() && (require("node:tty") as typeof import("node:tty")).isatty(fd);
  } catch {
    return false; // It is closed.
  }
}
