// test/cli/agent/hosts: jobs on hosts that are directories of this machine, each with a home of its own, reached through
// test/programs/fake-rsh instead of ssh. Everything is on loopback. Used by the tests of cli/agent.
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../../../cli/hosts/host.ts";
import { untilNone } from "../../support/processes.ts";
import { workspace } from "../../support/tsmpi.ts";
import { type Ended, type Running, start } from "../launch/launching.ts";
import { hashedOwnBinary } from "./own-binary.ts";

/** What the jobs have in place of ssh. */
export const rsh = join(import.meta.dir, "../../programs/fake-rsh");

export interface HostsJob {
  /** Names of the hosts, round which the ranks are placed; `here` is this machine. Default: alpha, beta. */
  readonly hosts?: readonly string[];
  readonly ranks?: number;
  /** The program: files in the launcher's directory, of which main.ts is run unless `script` says otherwise. */
  readonly files?: Record<string, string>;
  readonly script?: string;
  readonly args?: readonly string[];
  /** More of the plan, of its program, of its network and its remote part. */
  readonly plan?: object;
  readonly program?: object;
  readonly network?: object;
  readonly remote?: object;
  readonly env?: Record<string, string>;
  readonly stdin?: "pipe" | Uint8Array;
  /** tsmpi is on no host yet. */
  readonly bare?: boolean;
  /** Files to stage, relative to the launcher's directory. */
  readonly stageInCwd?: readonly string[];
  /** The launcher's directory cannot be seen by ranks on other hosts. */
  readonly move?: boolean;
  /** Called before the launcher starts. */
  readonly prepare?: (rooms: string) => void;
}

export interface HostsRunning extends Running {
  /** The launcher's directory, and the one with a directory for each host. */
  readonly cwd: string;
  readonly rooms: string;
  readonly ended: Promise<Ended>;
  /** What the job has left on its hosts: files outside the cache. */
  readonly files: () => string[];
  /** Processes on `host`, or all, whose command has `word`. */
  readonly on: (host: string, word: string) => number[];
}

/** Starts a job of real ranks. */
export async function onHosts(job: HostsJob): Promise<HostsRunning> {
  const names = job.hosts ?? ["alpha", "beta"];
  const rooms = workspace();
  const cwd = workspace(job.files ?? {});
  const hosts = names.map((name): Host => ({ name, slots: 1, local: name === "here" }));
  const ranks = job.ranks ?? names.length;
  const binary = await hashedOwnBinary();
  if (!job.bare) for (const name of names) await install(rooms, name, binary);
  job.prepare?.(rooms);
  const plan = {
    hosts,
    placement: Array.from({ length: ranks }, (_, rank) => rank % hosts.length),
    executable: binary.path,
    network: {
      interface: "127.0.0.1",
      portRange: undefined,
      tls: true,
      heartbeat: 10,
      connectTimeout: 10,
      ...job.network,
    },
    remote: {
      rsh,
      stage: true,
      stageFiles: (job.stageInCwd ?? []).map((path) => join(cwd, path)),
      binaryDir: undefined,
      environment: "few",
      ...job.remote,
    },
    ...job.plan,
  };
  const script = job.script ?? join(cwd, "main.ts");
  const running = start({
    args: job.args ?? [],
    ranks,
    plan,
    program: { script, ...job.program },
    env: { FAKE_RSH: rooms, ...(job.move && { FAKE_RSH_MOUNT: `none ${cwd}` }), ...job.env },
    shell: `cd ${cwd} && exec "$@"`,
    ...(job.stdin !== undefined && { stdin: job.stdin }),
  });
  const mark = running.processes;
  return {
    ...running,
    cwd,
    rooms,
    files: () => leftBehind(rooms),
    on: (host, word) =>
      mark().flatMap(({ pid, command }) => (command.includes(word) && whereOf(pid) === host ? [pid] : [])),
  };
}

/** Runs a job to its end; nothing may be left of it. */
export async function run(job: HostsJob): Promise<Ended & { rooms: string; cwd: string }> {
  const running = await onHosts(job);
  const ended = await running.ended;
  const files = await untilNone(running.files);
  return { ...ended, left: [...ended.left, ...files], rooms: running.rooms, cwd: running.cwd };
}

/** Puts tsmpi where the launcher would have put it. */
async function install(
  rooms: string,
  host: string,
  { path, version, sha256 }: Awaited<ReturnType<typeof hashedOwnBinary>>,
) {
  const target = join(rooms, host, "home/.cache/tsmpi/bin", `${version}-${sha256}`, "tsmpi");
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  linkSync(path, target);
}

function whereOf(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return variables.find((variable) => variable.startsWith("WHERE="))?.slice("WHERE=".length);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** Files on the hosts that are not in tsmpi's cache of itself. */
function leftBehind(rooms: string): string[] {
  const known = new Set(["log", "crowd"]);
  const all = [...new Bun.Glob("**/*").scanSync({ cwd: rooms, dot: true, onlyFiles: false })];
  return all.filter(
    (path) =>
      !known.has(path) &&
      !path.startsWith("bin-") &&
      !/^[^/]+(\/(home|tmp)|\/home\/\.cache|\/home\/\.cache\/tsmpi|\/home\/\.cache\/tsmpi\/bin(\/.*tsmpi)?)?$/.test(
        path,
      ) &&
      !/\/bin\/[^/]+$/.test(path),
  );
}

/** A program that stands before the others in the PATH of `host`. */
export function shim(rooms: string, host: string, name: string, text: string): void {
  const path = join(rooms, `bin-${host}`, name);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path));
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
