// cli/launch/cause: layer 10. Why a job ends before all its ranks have finished: the exit code, the report, and how the
// ranks are stopped. Pure; used by job.

import { failureCode, failureIn } from "../../src/job/failure.ts";
import {
  atFaultText,
  deadlockText,
  indent,
  type Named,
  rankList,
  type Standstill,
  waitTable,
} from "../../src/job/report.ts";
import type { FromRank } from "../../src/wire/control.ts";
import type { Exit } from "./rank-process.ts";
import { type EndingSignal, signalNumber } from "./signals.ts";

export interface Cause {
  /** The launcher's exit code. */
  readonly code: number;
  /** What the user reads when all is over; undefined: nothing. */
  readonly report?: string;
  /** The rank at fault, where there is one: it is already on its way out. */
  readonly rank?: number;
  /** Ranks that are gone with what they ran on. */
  readonly lost?: readonly number[];
  /** What the ranks get first, and how long after it they get SIGKILL. */
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

const killHint = "If nobody sent it, memory may have run out: the system's log (dmesg) tells.";

const stop = { signal: "SIGTERM", graceMs: 400 } as const;

function atFault(named: Named, size: number, code: number, what: string, details?: string): Cause {
  const report = atFaultText(named, size, what, details);
  return { ...stop, code: failureCode(code), report, rank: named.rank };
}

/** A rank that says itself that something has gone wrong; undefined when all is well. */
export function fromMessage(named: Named, size: number, message: FromRank): Cause | undefined {
  const failure = failureIn(message);
  return failure && atFault(named, size, failure.code, failure.what, failure.details);
}

/** A rank whose process has ended; `regular` says that its script had ended before. */
export function fromExit(named: Named, size: number, exit: Exit, regular: boolean): Cause | undefined {
  if (exit.signal !== null) {
    const number = signalNumber(exit.signal);
    const name = typeof exit.signal === "number" ? `signal ${number}` : `${exit.signal} (signal ${number})`;
    const hint = exit.signal === "SIGKILL" ? killHint : "";
    return atFault(named, size, 128 + number, `was killed by ${name}`, hint);
  }
  if (exit.code !== 0) return atFault(named, size, exit.code ?? 1, `ended with exit code ${exit.code}`);
  if (regular) return undefined;
  return atFault(named, size, 1, "left without finishing", "Its process ended while its script was still running.");
}

export function startFailed(
  rank: number,
  size: number,
  reason: string,
  cwd: string | undefined,
  host: string | undefined,
): Cause {
  const where = `${host === undefined ? "" : ` on ${host}`}${cwd === undefined ? "" : ` in ${cwd}`}`;
  const report = `tsmpi: rank ${rank} of ${size} could not be started${where}: ${reason}`;
  return { ...stop, code: 1, report, rank };
}

/** A host with those ranks is gone: its power, its network, or the agent there. */
export function hostLost(host: string, reason: string, ranks: readonly number[]): Cause {
  const there = ranks.length > 0 ? `\n${indent(`${rankList(ranks)} ran there`)}` : "";
  return { ...stop, code: 1, report: `tsmpi: host ${host} is lost: ${reason}${there}`, lost: ranks };
}

/** A rank that a signal has stopped, on one of several hosts. */
export function frozen(named: Named, size: number, seconds: number): Cause {
  const hint = "Continue it within that time (kill -CONT), or give it more: --heartbeat SECONDS.";
  return atFault(named, size, 1, `stood still for ${seconds} s, stopped by a signal (SIGSTOP)`, hint);
}

export function unreachable(named: Named, size: number, reason: string): Cause {
  return atFault(named, size, 1, "cannot be reached any more", `${reason[0]!.toUpperCase()}${reason.slice(1)}.`);
}

/** Two ranks that still run cannot talk any more; each is named with its host where there are several. */
export function connectionLost(rank: string, peer: string, reason: string): Cause {
  return { ...stop, code: 1, report: `tsmpi: the connection between ${rank} and ${peer} broke: ${reason}` };
}

export function neverReady(missing: string, state: string, seconds: number): Cause {
  const report = `tsmpi: ${missing} did not ${state} within ${seconds} s`;
  return { ...stop, code: 1, report };
}

export function deadlock(standstill: Standstill): Cause {
  return { ...stop, code: 1, report: deadlockText(standstill) };
}

export function timedOut(seconds: number, standstill: Standstill): Cause {
  const report = `tsmpi: the job did not end within ${seconds} s (--timeout)\n${waitTable(standstill)}`;
  return { ...stop, code: 124, report };
}

/** The launcher was sent a signal; that it ends is said when it comes. */
export function signalled(signal: EndingSignal): Cause {
  return { code: 128 + signalNumber(signal), signal, graceMs: 700 };
}

/** The launcher's stdout or stderr cannot be written. Without a reader, or a terminal, nobody is to be told. */
export function outputGone(stream: string, error: NodeJS.ErrnoException): Cause {
  if (error.code === "EPIPE") return { ...stop, code: 128 + signalNumber("SIGPIPE") };
  if (error.code === "EIO") return { ...stop, code: 128 + signalNumber("SIGHUP") };
  return { ...stop, code: 1, report: `tsmpi: ${stream} cannot be written: ${error.message}` };
}
