// cli/agent/protocol: layer 10. What the launcher and its agent on another host say to each other, framed as control
// messages (wire/control.ts). Spoken by remote.ts (the launcher's side) and agent.ts.
import type { FromRank, ToRank } from "../../src/wire/control.ts";
import type { Exit } from "../launch/rank-process.ts";

/** Counts what would not be understood by the version before; both sides must have the same. */
export const PROTOCOL = 1;

/** Bytes of one output stream, or of one standard input, that may be on their way. */
export const WINDOW = 256 * 1024;

/** Longest piece of a file in one message. */
export const PIECE = 256 * 1024;

export type Stream = "stdout" | "stderr";

/** What the agent has to know of the job before anything is started. */
export interface Hello {
  readonly kind: "hello";
  /** The job's id. */
  readonly job: string;
  /** Who asks, for the words on an agent's screen. */
  readonly launcher: { readonly host: string; readonly user: string; readonly pid: number };
  /** Seconds without a message from the launcher after which the agent ends its ranks. */
  readonly heartbeat: number;
  readonly programs: readonly AgentProgram[];
  /** The launcher's working directory: used here where the program's script is there. */
  readonly cwd: string;
}

/** One program of the job, as an agent gets to know it. */
export interface AgentProgram {
  /** An absolute path on the launcher's host, or `sample:hello`. */
  readonly script: string;
  /** The working directory that was asked for, which has to exist on this host; undefined: the agent chooses. */
  readonly wdir?: string;
  /** The script's and the user's other files on the launcher's host: where all of them are here too, nothing is staged. */
  readonly sources: readonly { readonly path: string; readonly sha256: string }[];
  /** Where the script is in what is staged. */
  readonly staged: string;
}

export interface StartMessage {
  readonly kind: "start";
  readonly rank: number;
  /** Index in Hello.programs. */
  readonly program: number;
  readonly args: readonly string[];
  /** Variables on top of those of the agent. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: "pipe" | "ignore";
  /** Which of the launcher's streams are terminals. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** First message to the rank; the agent puts its own process id in place of the launcher's. */
  readonly job: Extract<ToRank, { kind: "job" }>;
}

export type ToAgent =
  | Hello
  /** A piece of a staged file; `path` is relative to the job's directory, normalized, with `/`. */
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly bytes: Uint8Array;
      readonly last: boolean;
    }
  /** That was the last file: answer with `staged`. */
  | { readonly kind: "files-end" }
  | StartMessage
  | { readonly kind: "to"; readonly rank: number; readonly message: ToRank }
  | { readonly kind: "signal"; readonly rank: number; readonly signal: NodeJS.Signals }
  /** Bytes for a rank's standard input; no more than WINDOW of them without `taken`. */
  | { readonly kind: "input"; readonly rank: number; readonly bytes: Uint8Array }
  | { readonly kind: "input-end"; readonly rank: number }
  /** So many bytes of a rank's output have been passed on: as many more may be sent. */
  | { readonly kind: "read"; readonly rank: number; readonly stream: Stream; readonly bytes: number }
  /** Nobody reads this output any more. */
  | { readonly kind: "read-end"; readonly rank: number; readonly stream: Stream }
  | { readonly kind: "ping"; readonly id: number }
  /** The job has ended: leave. */
  | { readonly kind: "end" };

export type FromAgent =
  /** Ready. */
  | {
      readonly kind: "hello";
      /** What the host calls itself. */
      readonly host: string;
      readonly pid: number;
      readonly cores: number;
      /** Programs whose script has to be staged. */
      readonly needs: readonly number[];
    }
  /** The agent cannot, or does not want to, work for this job. */
  | { readonly kind: "refused"; readonly reason: string }
  /** All files are where they belong. */
  | { readonly kind: "staged" }
  | { readonly kind: "started"; readonly rank: number; readonly pid: number }
  | { readonly kind: "not-started"; readonly rank: number; readonly reason: string }
  | { readonly kind: "from"; readonly rank: number; readonly message: FromRank }
  /** No more than WINDOW bytes of a stream without `read`. */
  | { readonly kind: "output"; readonly rank: number; readonly stream: Stream; readonly bytes: Uint8Array }
  | { readonly kind: "output-end"; readonly rank: number; readonly stream: Stream }
  /** The rank has taken so many bytes of its input, or has closed it and takes no more. */
  | { readonly kind: "taken"; readonly rank: number; readonly bytes: number; readonly closed: boolean }
  | { readonly kind: "exit"; readonly rank: number; readonly exit: Exit }
  | { readonly kind: "unreachable"; readonly rank: number; readonly reason: string }
  /** `stopped`: ranks that a signal has stopped (SIGSTOP). */
  | { readonly kind: "pong"; readonly id: number; readonly stopped: readonly number[] }
  | { readonly kind: "note"; readonly text: string };

/** What stands before the agent's first message, in a line of its own; banners of shells may come before it. */
export function greeting(version: string): string {
  return `tsmpi-agent ${PROTOCOL} ${process.platform}-${process.arch} ${version}\n`;
}
