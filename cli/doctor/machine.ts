// cli/doctor/machine: layer 10. What a machine has of what ranks need. Used by commands/doctor (for this machine) and by
// probe, on every host that is examined.
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism, freemem, hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { filesFor, openFileLimit } from "../launch/open-files.ts";

/** Plain, as it travels from rank to rank. */
export interface Machine {
  readonly host: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: { readonly free: number; readonly size: number };
  /** The limit on a process's open files; undefined where the system does not say. */
  readonly openFiles: number | undefined;
  /** Bytes of /dev/shm; undefined: there is none. */
  readonly shared: { readonly free: number; readonly size: number } | undefined;
  /** Why a connection over loopback fails. */
  readonly loopback: string | undefined;
  readonly temporary: { readonly path: string; readonly problem: string | undefined };
}

/** For windows; less than this, and they work by messages. */
const LEAST_SHARED = 16 * 2 ** 20;
/** Ranks that a machine should be able to start. */
const RANKS = 64;

const SHARED = "/dev/shm";

/** Looks at this machine. */
export async function examine(): Promise<Machine> {
  return {
    host: hostname(),
    cores: availableParallelism(),
    memory: { free: freemem(), size: totalmem() },
    openFiles: openFileLimit(),
    shared: sharedMemory(),
    loopback: await overLoopback(),
    temporary: { path: tmpdir(), problem: temporaryFile() },
  };
}

/** What should be changed there, a sentence each. */
export function faults({ openFiles, shared, loopback, temporary }: Machine, system = process.platform): string[] {
  const found: string[] = [];
  if (loopback !== undefined) {
    found.push(`ranks cannot reach each other over loopback (${loopback}): bring it up, ip link set lo up`);
  }
  const needed = filesFor(RANKS, 0);
  if (openFiles !== undefined && openFiles < needed) {
    found.push(`${openFiles} open files are too few for ${RANKS} ranks: ulimit -n ${needed}`);
  }
  if (system === "linux" && (shared === undefined || shared.free < LEAST_SHARED)) {
    const state = shared === undefined ? "is missing" : `has only ${bytes(shared.free)} free`;
    found.push(`${SHARED} ${state}, so that windows go by slower messages: free some; in a container, --shm-size=1g`);
  }
  if (temporary.problem !== undefined) {
    found.push(`no file can be written in ${temporary.path} (${temporary.problem}): make room, or set TMPDIR`);
  }
  return found;
}

/** `1.5 GB`, `64 MB`. */
export function bytes(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toFixed(1)} GB` : `${Math.round(count / 1e6)} MB`;
}

function sharedMemory(): Machine["shared"] {
  try {
    const { bsize, bavail, blocks } = statfsSync(SHARED);
    return { free: bsize * bavail, size: bsize * blocks };
  } catch {
    return undefined;
  }
}

function temporaryFile(): string | undefined {
  try {
    const directory = mkdtempSync(join(tmpdir(), "tsmpi-doctor-"));
    try {
      writeFileSync(join(directory, "file"), new Uint8Array(4096));
    } finally {
      rmSync(directory, { recursive: true });
    }
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}

async function overLoopback(): Promise<string | undefined> {
  const heard = Promise.withResolvers<void>();
  const socket = {
    open: () => {},
    data: () => heard.resolve(),
    error: (_: unknown, error: Error) => heard.reject(error),
  };
  try {
    const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    try {
      const client = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data() {} } });
      client.write("x");
      await heard.promise;
      client.end();
    } finally {
      listener.stop(true);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
