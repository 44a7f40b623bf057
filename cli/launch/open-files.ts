// cli/launch/open-files: layer 10. Whether the system lets the launcher open as many files as a job needs. Used by run and
// doctor/machine.
import { readFileSync } from "node:fs";

/** Per rank: stdout, stderr, the control channel, and what the system notices its end by. */
const PER_RANK = 4;
/** What the launcher has open without any rank. */
const OWN = 32;

/** The limit on this process's open files; undefined where the system does not say. */
export function openFileLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Files that the launcher opens for a job. */
export function filesFor(ranks: number, filesPerRank: number): number {
  return OWN + ranks * (PER_RANK + filesPerRank);
}

/** Why `ranks` ranks cannot be started, or undefined when they can. */
export function tooManyFiles(ranks: number, filesPerRank: number, limit = openFileLimit()): string | undefined {
  const needed = filesFor(ranks, filesPerRank);
  if (limit === undefined || needed <= limit) return undefined;
  return `Cannot start ${ranks} ranks: the launcher needs ${needed} open files, and the limit is ${limit}; raise it with ulimit -n ${needed}`;
}
