// cli/agent/binary: layer 10. Which executable runs on a host of which kind, and its hash. Used by ssh.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { compiled } from "../self.ts";
import { UsageError } from "../usage-error.ts";

/** As `uname -s`, `uname -m` have it; `libc` is gnu or musl. */
export interface Platform {
  readonly system: string;
  readonly machine: string;
  readonly libc: string;
}

export interface Binary {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

const systems: Record<string, string> = { Linux: "linux", Darwin: "darwin" };
const machines: Record<string, string> = { x86_64: "x64", amd64: "x64", aarch64: "arm64", arm64: "arm64" };

/** The file of a release that runs there; undefined: there is none. */
export function releaseName({ system, machine, libc }: Platform): string | undefined {
  const [os, arch] = [systems[system], machines[machine]];
  if (os === undefined || arch === undefined) return undefined;
  return `tsmpi-${os}-${arch}${os === "linux" && libc === "musl" ? "-musl" : ""}`;
}

function ownName(): string {
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  const musl = process.platform === "linux" && existsSync(`/lib/ld-musl-${arch}.so.1`) && !existsSync("/lib64");
  return `tsmpi-${process.platform}-${process.arch}${musl ? "-musl" : ""}`;
}

/** This program as one file: what is put on hosts of this platform. @throws UsageError when it has not been built */
export function ownBinary(): string {
  if (compiled) return process.execPath;
  const built = join(import.meta.dir, "../../dist/tsmpi");
  if (existsSync(built)) return built;
  throw new UsageError("Cannot use other hosts from source: dist/tsmpi is missing", "make it: npm run build");
}

/** The executable for a host, with its hash; undefined when there is none here. */
export async function binaryFor(platform: Platform, directory: string | undefined): Promise<Binary | undefined> {
  const name = releaseName(platform);
  if (name === undefined) return undefined;
  if (name === ownName()) return hashed(ownBinary());
  if (directory === undefined) return undefined;
  const path = join(directory, name);
  return existsSync(path) ? hashed(path) : undefined;
}

const hashes = new Map<string, Promise<Binary>>();

/** The same file is hashed once, for however many hosts. */
function hashed(path: string): Promise<Binary> {
  let binary = hashes.get(path);
  binary ??= hash(path);
  hashes.set(path, binary);
  return binary;
}

async function hash(path: string): Promise<Binary> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) digest.update(chunk);
  return { path, size: statSync(path).size, sha256: digest.digest("hex") };
}
