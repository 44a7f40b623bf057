// cli/agent/staging: layer 10. What other hosts need of this one to run the job's programs: each script in one file with
// all that it imports, and the files of --stage. Used by open-hosts.
import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Program, RunPlan } from "../launch/plan.ts";
import { UsageError } from "../usage-error.ts";
import type { AgentProgram } from "./protocol.ts";
import { badPath } from "./staged-files.ts";

/** A file for the job's directory. */
export interface StagedFile {
  /** Relative to that directory, with `/`. */
  readonly path: string;
  readonly mode: number;
  /** The bytes, or the path of a file that has them. */
  readonly content: Uint8Array | string;
}

export interface Staging {
  readonly programs: readonly AgentProgram[];
  readonly files: readonly StagedFile[];
}

/** Gathers what is to be staged. @throws UsageError when that cannot be */
export async function gather(plan: Pick<RunPlan, "programs" | "remote">, cwd: string): Promise<Staging> {
  const given = plan.remote.stageFiles.flatMap((path) => filesBelow(path, cwd));
  const sources = await Promise.all(given.map(({ content }) => hashed(content as string)));
  const files = new Map<string, StagedFile>();
  const programs: AgentProgram[] = [];
  for (const [index, program] of plan.programs.entries()) {
    const made = await bundle(program, index, cwd);
    for (const file of made.files) add(files, file);
    const { script, wdir } = program;
    const all = [...made.sources, ...sources];
    programs.push({ script, staged: made.files[0]?.path ?? "", sources: all, ...(wdir !== undefined && { wdir }) });
  }
  for (const file of given) add(files, file);
  return { programs, files: [...files.values()] };
}

function add(files: Map<string, StagedFile>, file: StagedFile): void {
  const bad = badPath(file.path);
  if (bad !== undefined) throw new UsageError(`Cannot stage ${JSON.stringify(file.path)}: it has ${bad}`);
  const key = file.path.toLowerCase();
  const before = files.get(key);
  if (before !== undefined && !same(before, file)) {
    throw new UsageError(
      `Cannot stage ${file.path}: there are two files of this name`,
      "give one of them another name",
    );
  }
  files.set(key, file);
}

function same(a: StagedFile, b: StagedFile): boolean {
  if (typeof a.content === "string" || typeof b.content === "string") return a.content === b.content;
  return Buffer.from(a.content).equals(b.content);
}

/** Where a file lies in the job's directory: as in the working directory, or, if it is not in there, at the top. */
function stagedPath(path: string, cwd: string, top: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") || resolve(inside) === inside
    ? join(top, basename(path))
    : inside.split(sep).join("/");
}

/** The regular files at or below a path that the user has named. */
function filesBelow(path: string, cwd: string, top = dirname(path)): StagedFile[] {
  const is = lstatSync(path, { throwIfNoEntry: false });
  if (is === undefined) throw new UsageError(`Cannot use --stage ${path}: there is no such file`);
  if (is.isSymbolicLink()) throw new UsageError(`Cannot use --stage ${path}: it is a link, expected a file`);
  if (is.isDirectory()) return readdirSync(path).flatMap((name) => filesBelow(join(path, name), cwd, top));
  if (!is.isFile()) throw new UsageError(`Cannot use --stage ${path}: expected a file`);
  const inside = stagedPath(path, cwd, "");
  const name = resolve(cwd, inside) === path ? inside : relative(top, path).split(sep).join("/");
  return [{ path: name, mode: is.mode, content: path }];
}

interface Made {
  /** The script first. */
  readonly files: readonly StagedFile[];
  readonly sources: AgentProgram["sources"];
}

/** A program's script in one file; samples and benches are inside tsmpi. */
async function bundle({ script }: Program, index: number, cwd: string): Promise<Made> {
  // What is inside the executable.
  if (!isAbsolute(script)) return { files: [], sources: [] };
  const built = await Bun.build({
    entrypoints: [script],
    target: "bun",
    format: "esm",
    sourcemap: "inline",
    external: ["tsmpi", "tsmpi/*"],
    metafile: true,
    throw: false,
  });
  if (!built.success) {
    const reasons = built.logs.map(({ message, position }) => {
      const where = position ? ` (${position.file}:${position.line})` : "";
      return `${message}${where}`;
    });
    throw new UsageError(
      `Cannot prepare ${script} for other hosts: ${reasons.join("; ")}`,
      "with all of it on a shared file system, use the same path there",
    );
  }
  const inputs = Object.keys(built.metafile!.inputs).map((path) => resolve(path));
  const path = stagedPath(script, cwd, `program-${index}`);
  const files = await Promise.all(
    built.outputs.map(async (output): Promise<StagedFile> => {
      if (output.kind !== "entry-point") {
        // What the script imports as a file, such as a WebAssembly module.
        return { path: join(dirname(path), basename(output.path)), mode: 0o600, content: await output.bytes() };
      }
      const text = await output.text();
      return { path, mode: 0o600, content: new TextEncoder().encode(withOwnPaths(text, inputs)) };
    }),
  );
  files.sort((a, b) => Number(b.path === path) - Number(a.path === path));
  return { files, sources: await Promise.all(inputs.map(hashed)) };
}

/** The bundle with a map to the user's own files, so that errors name these, at their lines. */
function withOwnPaths(text: string, inputs: readonly string[]): string {
  return text.replace(/(?<=^\/\/# sourceMappingURL=data:application\/json;[^,\n]*base64,)[\w+/=]+/m, (encoded) => {
    const map = JSON.parse(Buffer.from(encoded, "base64").toString()) as { sources: string[] };
    // The map's own paths start from a directory of the bundler's choice.
    map.sources = map.sources.map((source) => {
      const tail = source.replace(/^(\.\.?\/)+/, "");
      return inputs.find((input) => input.endsWith(`/${tail}`)) ?? source;
    });
    return Buffer.from(JSON.stringify(map)).toString("base64");
  });
}

async function hashed(path: string): Promise<{ path: string; sha256: string }> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return { path, sha256: digest.digest("hex") };
}
