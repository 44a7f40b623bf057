// test/support/processes: finds and ends processes by a variable in their environment, which children inherit even when
// they leave the process group. Linux only: elsewhere it finds nothing. Used by tsmpi.ts and run.ts.
import { readdirSync, readFileSync } from "node:fs";

export interface Found {
  readonly pid: number;
  readonly command: string;
}

/** Every living process, except this one, that has `variable` (as `NAME=value`) in its environment. */
export function processesWith(variable: string): Found[] {
  if (process.platform !== "linux") return [];
  const found: Found[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      // The environment of a zombie is empty: a process that has ended but was not waited for is not found.
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable)) continue;
      found.push({ pid, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() });
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

/** Ends a process group and everything that carries `variable`, at once. */
export function killAll(group: number, variable: string): void {
  const victims = [-group, ...processesWith(variable).map(({ pid }) => pid)];
  for (const pid of victims) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Calls `check` until it returns an empty array or `ms` milliseconds have passed, and returns what it returned last. */
export async function untilNone<T>(check: () => T[], ms = 10_000): Promise<T[]> {
  const end = performance.now() + ms;
  for (;;) {
    const left = check();
    if (left.length === 0 || performance.now() > end) return left;
    await Bun.sleep(20);
  }
}

/** Ends this process in good order on a signal too: what listens to `exit` cleans up. */
export function exitOnSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
}
