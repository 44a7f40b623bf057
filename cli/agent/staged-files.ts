// cli/agent/staged-files: layer 10. The job's directory on an agent's host: files arrive in pieces, under names that
// cannot lead out of it. Used by agent.ts; the launcher checks the same names before it sends anything.
import { closeSync, constants, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join, posix } from "node:path";

const LONGEST_PATH = 1024;

/** Why `path` is no name for a staged file; undefined when it is one. */
export function badPath(path: string): string | undefined {
  if (path === "" || path.length > LONGEST_PATH) return "its length";
  if (path.includes("\0")) return "a NUL byte";
  if (path.includes("\\") || /^[a-z]:/i.test(path)) return "a backslash or a drive";
  if (posix.isAbsolute(path)) return "an absolute path";
  if (path.split("/").includes("..")) return "..";
  if (posix.normalize(path) !== path || path.endsWith("/") || path === ".") return "a path that is not normalized";
  return undefined;
}

export class StagedFiles {
  readonly directory: string;
  #open: { readonly path: string; readonly fd: number } | undefined;
  /** Lower case: some file systems take two spellings for one name. */
  #names = new Set<string>();

  /** @param directory exists, is new and nobody else's */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes a piece of a file. @throws Error that names the file and what is wrong */
  take(path: string, mode: number, bytes: Uint8Array, last: boolean): void {
    if (this.#open?.path !== path) this.#begin(path, mode);
    const { fd } = this.#open!;
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(fd, bytes, at);
    if (last) this.close();
  }

  close(): void {
    if (this.#open) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #begin(path: string, mode: number): void {
    this.close();
    const bad = badPath(path);
    if (bad !== undefined) throw new Error(`Cannot stage ${JSON.stringify(path)}: it has ${bad}`);
    if (this.#names.has(path.toLowerCase())) throw new Error(`Cannot stage ${path}: there is one already`);
    this.#names.add(path.toLowerCase());
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const fd = openSync(file, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600 | (mode & 0o100));
    this.#open = { path, fd };
  }
}
