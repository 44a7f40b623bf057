// cli/launch/rank-process: layer 10. What the launcher holds of a rank that it started, whichever way that was done:
// the contract of start-local. Types only.
import type { FromRank, ToRank } from "../../src/wire/control.ts";

/** How a process ended: with an exit code, or by a signal, which is a number where it has no name. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | number | null;
}

export interface RankProcess {
  readonly rank: number;
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** The writing end of the rank's standard input, where the launcher feeds it; null where it does not. */
  readonly stdin: Bun.FileSink | null;
  /** Sends a control message; one to a rank that has gone is dropped. */
  send(message: ToRank): void;
  /** Signals the rank and everything that it has started. Does nothing once the rank has gone. */
  signal(signal: NodeJS.Signals): void;
}

/** What a rank's process tells the launcher. Never called from inside the start or from inside a method above. */
export interface RankEvents {
  message(rank: number, message: FromRank): void;
  /** The rank cannot be talked to any more though its process lives. */
  unreachable(rank: number, reason: string): void;
  /** The process has ended; every message that it sent has been delivered before. Called once. */
  exit(rank: number, exit: Exit): void;
}
