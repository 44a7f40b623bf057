// cli/launch/rank-process: layer 10. What the launcher holds of a rank that it started, whichever way that was done:
// the contract of local-starter (this host) and agent/remote (others). Types only.
import type { FromRank, ToRank } from "../../src/wire/control.ts";
import type { Program } from "./plan.ts";

/** How a process ended: with an exit code, or by a signal, which is a number where it has no name. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | number | null;
}

/** The writing end of a rank's standard input. */
export interface RankInput {
  write(bytes: Uint8Array): unknown;
  flush(): unknown;
  end(): unknown;
}

export interface RankProcess {
  readonly rank: number;
  /** 0 until a rank on another host has been started. */
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** Where the launcher feeds the rank; null where it does not. */
  readonly stdin: RankInput | null;
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

/** What a rank is started with, on whichever host. */
export interface RankStart {
  readonly rank: number;
  readonly program: Program;
  /** The first message to the rank; `appnum` is the number of its program. */
  readonly job: Extract<ToRank, { kind: "job" }>;
  /** `inherit`: the launcher's own standard input; `pipe`: fed by the launcher; `ignore`: an empty one. */
  readonly stdin: "inherit" | "pipe" | "ignore";
  /** Which of the launcher's streams are terminals. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
}

/** A host of the job, as something that starts ranks. */
export interface Starter {
  /** The host's name in reports; undefined where there is one host. */
  readonly host: string | undefined;
  /** Starts a rank and sends it its job. @throws the system's error when that is known to be impossible at once */
  start(start: RankStart, events: StarterEvents): RankProcess;
}

export interface StarterEvents extends RankEvents {
  /** Something for who wants to know all (`-v`). */
  detail(text: string): void;
  /** The rank has not come to life; no other event of it comes. */
  notStarted(rank: number, reason: string): void;
}
