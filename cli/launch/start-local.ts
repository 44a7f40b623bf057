// cli/launch/start-local: layer 10. Starts one rank as a process on this host, which makes itself the leader of a process group
// (own-group.ts says why): a signal to it takes along what the rank itself has started.
import { selfImage } from "../self.ts";
import { ControlChannel } from "./control-channel.ts";
import type { RankEvents, RankInput, RankProcess } from "./rank-process.ts";
import { isTerminal } from "./terminal.ts";

export interface LocalStart {
  readonly rank: number;
  readonly command: string[];
  readonly env: Record<string, string>;
  readonly cwd: string | undefined;
  /** `inherit`: the launcher's own standard input; `pipe`: fed by the launcher; `ignore`: an empty one. */
  readonly stdin: "inherit" | "pipe" | "ignore";
  /** A file descriptor of this process that is to be the rank's number 4. */
  readonly sharedMemory?: number | undefined;
}

/** How long the last control messages of a process that has ended may take, where its channel does not close. */
const LAST_WORDS_MS = 100;
/** How long a process may live after it has closed its channel. */
const SILENT_MS = 2000;

/** Starts a rank. @throws the system's error when the process cannot be started */
export function startLocal(start: LocalStart, events: RankEvents): RankProcess {
  const { rank } = start;
  let gone = false;
  let channelClosed = false;
  let silence: Timer | undefined;
  let last: (() => void) | undefined;

  const stdio: ["ignore" | "inherit" | "pipe", "pipe", "pipe", "pipe"] = [start.stdin, "pipe", "pipe", "pipe"];
  const [name, ...args] = start.command;
  const image = name === process.execPath ? selfImage : name!;
  const child = Bun.spawn([image, ...args], {
    argv0: name!,
    stdio: start.sharedMemory === undefined ? stdio : [...stdio, start.sharedMemory],
    env: start.env,
    ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
    // Who reads from a terminal must not be in the background of its session.
    detached: start.stdin === "inherit" && isTerminal(0),
    onExit(child, code, _signal) {
      clearTimeout(silence);
      // What the rank leaves behind ends with it; its group cannot have been given to anybody else yet.
      signal("SIGKILL");
      gone = true;
      const exit = { code, signal: child.signalCode };
      if (channelClosed) return events.exit(rank, exit);
      const timer = setTimeout(() => last?.(), LAST_WORDS_MS);
      last = () => {
        clearTimeout(timer);
        last = undefined;
        events.exit(rank, exit);
      };
    },
  });

  const channel = new ControlChannel(child.stdio[3] as number, {
    message: (message) => events.message(rank, message),
    closed(reason) {
      channelClosed = true;
      if (gone) last?.();
      else if (reason !== undefined) events.unreachable(rank, reason);
      else silence = setTimeout(() => events.unreachable(rank, "it closed its file descriptor 3"), SILENT_MS);
    },
  });

  function signal(name: NodeJS.Signals): void {
    if (gone) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // ESRCH: the group has ended by itself, or the rank does not lead one yet.
      child.kill(name);
    }
  }

  return {
    rank,
    pid: child.pid,
    stdout: child.stdout as ReadableStream<Uint8Array>,
    stderr: child.stderr as ReadableStream<Uint8Array>,
    stdin: start.stdin === "pipe" ? (child.stdin as unknown as RankInput) : null,
    send: (message) => channel.send(message),
    signal,
  };
}
