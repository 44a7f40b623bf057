// test/cli/launch/launching: runs the launcher as a process, with stand-ins in place of real ranks, and finds what it
// leaves behind. A hang is ended by test/run.ts, which gives every test file a deadline.
import { join } from "node:path";
import { killAll, processesWith, untilNone } from "../../support/processes.ts";

export const program = join(import.meta.dir, "../../programs/launch-stand-in.ts");

export interface Launch {
  /** How many ranks do `args`. */
  readonly ranks?: number;
  /** What the ranks do, and with what: see test/programs/stand-in-rank.ts. */
  readonly args: readonly string[];
  /** More of the plan. */
  readonly plan?: object;
  /** More of the program. */
  readonly program?: object;
  readonly env?: Record<string, string | undefined>;
  readonly stdin?: "pipe" | Uint8Array;
  /** A shell command that starts the launcher, which is `"$@"` in it: `"$@" | head -1`. */
  readonly shell?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
  /** Living processes of the job: none is expected. */
  readonly left: readonly string[];
}

export interface Running {
  readonly pid: number;
  readonly stdin: Bun.FileSink;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout and stderr together contain `text`. */
  prints(text: string): Promise<void>;
  /** Processes of the job that live now, the launcher among them. */
  processes(): { pid: number; command: string }[];
  readonly ended: Promise<Ended>;
}

const started = new Map<number, string>();
process.on("exit", () => {
  for (const [pid, mark] of started) killAll(pid, mark);
});

export function start(launch: Launch): Running {
  const id = crypto.randomUUID();
  const mark = `TSMPI_TEST_MARK=${id}`;
  const plan = { programs: [{ ranks: launch.ranks ?? 1, args: launch.args, ...launch.program }], ...launch.plan };
  const command = [process.execPath, program, JSON.stringify(plan)];
  const child = Bun.spawn(launch.shell === undefined ? command : ["bash", "-c", launch.shell, "bash", ...command], {
    env: { ...process.env, TSMPI_TEST_MARK: id, ...launch.env },
    stdio: [launch.stdin ?? "ignore", "pipe", "pipe"],
    detached: true,
  });
  started.set(child.pid, mark);
  const texts = { stdout: "", stderr: "" };
  let look = () => {};
  const collect = async (stream: ReadableStream<Uint8Array>, name: "stdout" | "stderr") => {
    const decoder = new TextDecoder();
    const pieces: Uint8Array[] = [];
    for await (const bytes of stream) {
      pieces.push(bytes);
      texts[name] += decoder.decode(bytes, { stream: true });
      look();
    }
    return Buffer.concat(pieces);
  };
  const end = async (): Promise<Ended> => {
    const [bytes] = await Promise.all([collect(child.stdout, "stdout"), collect(child.stderr, "stderr"), child.exited]);
    const left = await untilNone(() => processesWith(mark));
    return { code: child.exitCode, ...texts, bytes, left: left.map(({ pid, command }) => `${pid} ${command}`) };
  };
  const ended = end();
  const prints = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => {
        if ((texts.stdout + texts.stderr).includes(text)) resolve();
      };
      look();
      ended.then(() => reject(new Error(`Never printed ${text}:\n${texts.stdout.slice(-4000)}\n${texts.stderr}`)));
    });
  return {
    pid: child.pid,
    stdin: child.stdin as unknown as Bun.FileSink,
    kill: (signal) => process.kill(child.pid, signal),
    prints,
    processes: () => processesWith(mark),
    ended,
  };
}

/** Starts `ranks` stand-ins that do `args`, and waits for the job's end. */
export function run(ranks: number, args: readonly string[], more: Omit<Launch, "ranks" | "args"> = {}): Promise<Ended> {
  return start({ ranks, args, ...more }).ended;
}
