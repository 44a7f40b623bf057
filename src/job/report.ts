// job/report: layer 2b. The sentences in which a job's end is told. Pure.
import type { RankState } from "../wire/control.ts";

/** Lines of a table of waits, and waits of one rank, beyond which the rest is counted only. */
const MOST_LINES = 24;
const MOST_WAITS = 4;
/** Hosts of one line, beyond which they are counted only. */
const MOST_HOSTS = 3;

/** A rank as reports name it. */
export interface Named {
  readonly rank: number;
  readonly pid: number;
  /** Where there are several. */
  readonly host?: string | undefined;
}

export function rankName(named: Named, size: number): string {
  return `rank ${named.rank} of ${size} (${processName(named)})`;
}

/** `pid 4711`, `pid 4711 on lab2`; before it is known, `on lab2`. */
export function processName({ pid, host }: Omit<Named, "rank">): string {
  const parts = [pid === 0 ? "" : `pid ${pid}`, host === undefined ? "" : `on ${host}`];
  return parts.filter((text) => text !== "").join(" ");
}

/** What a rank has done that ends the job; `details` in lines of their own. */
export function atFaultText(named: Named, size: number, what: string, details = ""): string {
  return `tsmpi: ${rankName(named, size)} ${what}${details && `\n${indent(details)}`}`;
}

/** `rank 3`, `ranks 0-3, 7`: ascending ranks, runs of them shortened. */
export function rankList(ranks: readonly number[]): string {
  return `${ranks.length === 1 ? "rank" : "ranks"} ${rankRuns(ranks)}`;
}

/** `rank 3 on beta`, `ranks 0-3 on alpha, beta`, `ranks 0-99 on 50 hosts`. @param hosts by rank; none where there is one */
export function rankPlaces(ranks: readonly number[], hosts: readonly (string | undefined)[]): string {
  const names = [...new Set(ranks.map((rank) => hosts[rank]))].filter((name) => name !== undefined);
  if (names.length === 0) return rankList(ranks);
  return `${rankList(ranks)} on ${names.length > MOST_HOSTS ? `${names.length} hosts` : names.join(", ")}`;
}

/** `0-3, 7`. */
export function rankRuns(ranks: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const rank of ranks) {
    const run = runs.at(-1);
    if (run !== undefined && rank === run[1] + 1) run[1] = rank;
    else runs.push([rank, rank]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

/** `1 rank`, `4 ranks`. */
export function rankCount(count: number): string {
  return `${count} ${count === 1 ? "rank" : "ranks"}`;
}

/** The text, each line two columns in. */
export function indent(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, "  ");
}

/** What is known of the ranks of a job. */
export interface Standstill {
  readonly size: number;
  /** Lacks the ranks that did not answer. */
  readonly states: ReadonlyMap<number, RankState>;
  readonly left: ReadonlySet<number>;
  /** By rank, where there are several. */
  readonly hosts: readonly (string | undefined)[];
}

/** What each rank does: a line per different answer. */
export function waitTable({ size, states, left, hosts }: Standstill): string {
  const groups = new Map<string, number[]>();
  for (let rank = 0; rank < size; rank++) {
    const text = left.has(rank) ? "has left" : doing(states.get(rank));
    groups.set(text, [...(groups.get(text) ?? []), rank]);
  }
  const rows = [...groups].map(([text, ranks]) => ({
    label: rankPlaces(ranks, hosts),
    text: ranks.length > 1 ? text.replace(/^has /, "have ") : text,
  }));
  const shown = rows.slice(0, MOST_LINES);
  const width = Math.max(...shown.map(({ label }) => label.length));
  const lines = shown.map(
    ({ label, text }) => `${label.padEnd(width)}  ${text.replaceAll("\n", `\n${" ".repeat(width + 2)}`)}`,
  );
  if (rows.length > shown.length) lines.push(`... and ${rows.length - shown.length} lines like these`);
  return indent(lines.join("\n"));
}

export function deadlockText(standstill: Standstill): string {
  return [
    "tsmpi: deadlock: every rank waits, and no message is on its way",
    waitTable(standstill),
    "tsmpi: each of these calls needs a partner that calls it too (TSMPI_DEADLOCK_TIMEOUT=0 switches this watch off)",
  ].join("\n");
}

function doing(state: RankState | undefined): string {
  if (state === undefined) return "computing (it did not answer)";
  if (state.finished) return "has finished";
  if (state.waits.length === 0) return "in no MPI call";
  const lines = state.waits.slice(0, MOST_WAITS).map(({ call, where }) => (where ? `${call}  at ${where}` : call));
  if (state.waits.length > MOST_WAITS) lines.push(`... and ${state.waits.length - MOST_WAITS} more calls`);
  return lines.join("\n");
}

/** The report's last line: what became of the others. */
export function closing(code: number, stopped: number, failedToo: number, culprit: boolean): string {
  const parts: string[] = [];
  if (failedToo > 0) parts.push(`${failedToo} other ${failedToo === 1 ? "rank" : "ranks"} failed as well`);
  if (stopped > 0) {
    const who = culprit ? `the other ${stopped === 1 ? "rank" : rankCount(stopped)}` : rankCount(stopped);
    parts.push(`${failedToo > 0 ? rankCount(stopped) : who} ${stopped === 1 ? "was" : "were"} stopped`);
  }
  return `tsmpi: ${[...parts, `exit code ${code}`].join(", ")}`;
}
