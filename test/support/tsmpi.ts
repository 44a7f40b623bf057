// test/support/tsmpi: runs the real binary, dist/tsmpi, in a directory of its own, with a deadline, and finds what it
// leaves behind. Everything started here is ended, and every directory removed, when the test's process ends.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exitOnSignals, killAll, processesWith, untilNone } from "./processes.ts";

const root = join(import.meta.dir, "../..");

/** The binary's path. It exists once the first job has been started. */
export const binary = join(root, "dist/tsmpi");

export interface Options {
  /** Working directory; a fresh, empty one when left out. */
  readonly cwd?: string;
  /** Files to write into the working directory first: path → content. */
  readonly files?: Record<string, string | Uint8Array>;
  /** Variables on top of this process's; undefined takes one away. */
  readonly env?: Record<string, string | undefined>;
  /** What the launcher reads from its standard input, which then ends. Default: nothing. */
  readonly stdin?: string | Uint8Array;
  /** Another launcher's command line, which gets the program and its arguments at its end. Default: none. */
  readonly under?: readonly string[];
  /** The program. Default: the binary. */
  readonly program?: string;
  /** Seconds after which the job is killed and the call rejects with all that it has printed. Default: 100. */
  readonly deadline?: number;
}

export interface Result {
  /** Exit code, or null when a signal ended the launcher. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The working directory, which is there until the test's process ends. */
  readonly cwd: string;
  /** For `leftovers()`. */
  readonly job: Job;
}

/** A running job. */
export interface Job {
  /** Process id of the launcher, which leads a process group of its own. */
  readonly pid: number;
  /** The variable, as NAME=value, by which every process of the job is known. */
  readonly mark: string;
  /** The job's TMPDIR. */
  readonly tmp: string;
  /** What it has printed up to now. */
  readonly output: { stdout: string; stderr: string };
  /** Sends a signal to the launcher alone. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout and stderr together match `pattern`; rejects when the job ends or its deadline passes first. */
  prints(pattern: RegExp | string): Promise<void>;
  /** Resolves when the launcher has ended and its output is closed. */
  readonly ended: Promise<Result>;
}

const directories: string[] = [];
const jobs = new Map<number, string>();
exitOnSignals();
process.on("exit", () => {
  for (const [pid, mark] of jobs) killAll(pid, mark);
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A fresh directory with `files` (path → content) in it, removed when this process ends. */
export function workspace(files: Record<string, string | Uint8Array> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), "job-"));
  directories.push(directory);
  write(directory, files);
  return directory;
}

function write(directory: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

let built: Promise<void> | undefined;

/** Builds the binary if it is older than its sources. */
export function build(): Promise<void> {
  built ??= (async () => {
    const child = Bun.spawn([process.execPath, "cli/build.ts", "--if-needed"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
    if (code !== 0) throw new Error(`Cannot build ${binary}:\n${stdout}${stderr}`);
  })();
  return built;
}

/** Starts `tsmpi ...args`. */
export async function start(args: readonly string[], options: Options = {}): Promise<Job> {
  await build();
  const cwd = options.cwd ?? workspace();
  write(cwd, options.files ?? {});
  const tmp = workspace();
  const id = crypto.randomUUID();
  const mark = `TSMPI_TEST_MARK=${id}`;
  const command = [...(options.under ?? []), options.program ?? binary, ...args];
  const child = Bun.spawn(command, {
    cwd,
    env: { ...process.env, TMPDIR: tmp, TSMPI_TEST_MARK: id, ...options.env },
    stdio: [options.stdin === undefined ? "ignore" : Buffer.from(options.stdin), "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  jobs.set(pid, mark);

  const output = { stdout: "", stderr: "" };
  const dump = () =>
    `${command.join(" ")}\n--- stdout\n${output.stdout.slice(-8000)}\n--- stderr\n${output.stderr.slice(-8000)}`;
  let look = () => {};
  const collect = async (stream: ReadableStream<Uint8Array>, name: "stdout" | "stderr") => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      output[name] += decoder.decode(bytes, { stream: true });
      look();
    }
  };
  const deadline = options.deadline ?? 100;
  const { promise: late, reject: isLate } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const living = processesWith(mark).map((found) => `\n${found.pid} ${found.command}`);
    killAll(pid, mark);
    isLate(new Error(`No end after ${deadline} s: ${dump()}\n--- processes${living.join("")}`));
  }, deadline * 1000);
  const end = async (): Promise<Result> => {
    await Promise.all([collect(child.stdout, "stdout"), collect(child.stderr, "stderr"), child.exited]);
    return { code: child.exitCode, signal: child.signalCode as NodeJS.Signals | null, ...output, cwd, job };
  };
  const ended = Promise.race([end(), late]).finally(() => clearTimeout(timer));
  // A test that is over does not wait for `ended`; one that waits still sees the rejection.
  ended.catch(() => {});

  const prints = (pattern: RegExp | string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => {
        const text = output.stdout + output.stderr;
        if (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)) resolve();
      };
      look();
      ended.then(() => reject(new Error(`Never printed ${pattern}: ${dump()}`)), reject);
    });
  const job: Job = { pid, mark, tmp, output, kill: (signal) => process.kill(pid, signal), prints, ended };
  return job;
}

/** Runs `tsmpi ...args` to its end. */
export async function tsmpi(args: readonly string[], options: Options = {}): Promise<Result> {
  return (await start(args, options)).ended;
}

/** Not in /tmp: a job has a TMPDIR of its own, so that what is there is of others, who come and go beside the tests. */
const memoryFiles = () => {
  try {
    return readdirSync("/dev/shm").flatMap((name) => (name.startsWith("tsmpi") ? [`/dev/shm/${name}`] : []));
  } catch {
    return [];
  }
};
const before = new Set(memoryFiles());

/**
 * What a job that has ended left behind: its living processes, the files in its TMPDIR, and files named tsmpi* in /dev/shm
 * that were not there when the test's process started. Waits up to `ms` milliseconds for them to go.
 */
export function leftovers({ job }: Pick<Result, "job">, ms = 10_000): Promise<string[]> {
  return untilNone(
    () => [
      ...processesWith(job.mark).map(({ pid, command }) => `process ${pid}: ${command}`),
      ...readdirSync(job.tmp).map((name) => join(job.tmp, name)),
      ...memoryFiles().filter((file) => !before.has(file)),
    ],
    ms,
  );
}
