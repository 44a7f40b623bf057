// test/support/lan-process: a program that runs inside the namespaces of a host of test/support/lan.ts.
import { readFileSync } from "node:fs";

export interface Ended {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to stdout. */
  readonly bytes: Uint8Array;
}

export interface Running {
  /** Its process id, as this machine has it. */
  pid(): Promise<number>;
  readonly output: { stdout: string; stderr: string };
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when stdout and stderr together match; rejects when the program ends or its time is over first. */
  prints(pattern: RegExp | string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface InsideOptions {
  readonly stdin?: string | Uint8Array | undefined;
  /** Seconds. Default: 60. */
  readonly deadline?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** The home of a host's only user. */
export const HOME = "/home/lab";

/** What every program inside has in its environment; of this process's own only what ../matrix.ts sets. */
const ENVIRONMENT = {
  HOME,
  PATH: "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^TSMPI_(TRANSPORT|CHECK|DELAY)$/.test(name))),
};

/** Options of nsenter for all namespaces of a host. */
export const ALL = ["--net", "--uts", "--mount", "--pid", "--ipc"];

/** Starts `command` in the namespaces of the process `init`. */
export function spawnInside(
  init: number,
  command: readonly string[],
  options: InsideOptions = {},
  namespaces = ALL,
): Running {
  const { stdin, deadline = 60 } = options;
  const variables = Object.entries({ ...ENVIRONMENT, ...options.env }).map(([name, value]) => `${name}=${value}`);
  const where = namespaces === ALL ? ["-C", options.cwd ?? HOME] : [];
  const child = Bun.spawn(
    ["nsenter", "--target", String(init), ...namespaces, "env", "-i", ...where, ...variables, ...command],
    { stdio: [stdin === undefined ? "ignore" : Buffer.from(stdin as string), "pipe", "pipe"] },
  );
  const output = { stdout: "", stderr: "" };
  const chunks: Uint8Array[] = [];
  let look = () => {};
  const collect = async (stream: ReadableStream<Uint8Array>, name: "stdout" | "stderr") => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      if (name === "stdout") chunks.push(bytes);
      output[name] += decoder.decode(bytes, { stream: true });
      look();
    }
  };
  const dump = () =>
    `${command.join(" ")}\n--- stdout\n${output.stdout.slice(-4000)}\n--- stderr\n${output.stderr.slice(-4000)}`;
  const pid = async (): Promise<number> => {
    // With a process namespace, nsenter waits for a child, which is the program.
    if (!namespaces.includes("--pid")) return child.pid;
    for (;;) {
      const text = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
      if (text !== "") return Number(text);
      await Bun.sleep(5);
    }
  };
  const { promise: late, reject: isLate } = Promise.withResolvers<never>();
  const timer = setTimeout(async () => {
    isLate(new Error(`No end after ${deadline} s: ${dump()}`));
    process.kill(await pid(), "SIGKILL");
  }, deadline * 1000);
  const end = async (): Promise<Ended> => {
    await Promise.all([collect(child.stdout, "stdout"), collect(child.stderr, "stderr"), child.exited]);
    return { code: child.exitCode, signal: child.signalCode as string | null, ...output, bytes: Buffer.concat(chunks) };
  };
  const ended = Promise.race([end(), late]).finally(() => clearTimeout(timer));
  ended.catch(() => {});
  return {
    pid,
    output,
    kill: async (signal) => void process.kill(await pid(), signal),
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const text = output.stdout + output.stderr;
          if (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)) resolve();
        };
        look();
        ended.then(() => reject(new Error(`Never printed ${pattern}: ${dump()}`)), reject);
      }),
    ended,
  };
}
