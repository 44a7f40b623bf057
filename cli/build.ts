// cli/build: makes dist/tsmpi, the one executable.
//   bun cli/build.ts [--if-needed] [--target=bun-linux-arm64] [--outfile=dist/tsmpi]
// Run by package.json's scripts; no part of the executable.

import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packRuntimeTypes } from "./embedded/read-files.ts";
import { RUNTIME_TYPES } from "./embedded/runtime-types.ts";

const house = resolve(import.meta.dir, "..");

/** What the executable is made of; a change to anything else does not make it out of date. */
const sources = ["src", "cli", "samples", "package.json", "package-lock.json", "tsconfig.json"];

/** The time of the last change at or below a path; a directory's own time tells of removed files. */
function lastChange(path: string): number {
  const is = statSync(path);
  if (!is.isDirectory()) return is.mtimeMs;
  return Math.max(is.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}

/** True when `outfile` exists and is newer than every source in `dir`. */
export function isUpToDate(outfile: string, dir: string = house): boolean {
  const made = statSync(outfile, { throwIfNoEntry: false });
  return made !== undefined && sources.every((source) => lastChange(join(dir, source)) < made.mtimeMs);
}

/** Where the executable for `target` goes when nobody says it. */
export function defaultOutfile(target: string | undefined): string {
  const name = `tsmpi${target ? target.replace(/^bun/, "") : ""}`;
  const windows = target ? target.includes("windows") : process.platform === "win32";
  return join(house, "dist", windows ? `${name}.exe` : name);
}

/** Makes the executable. It appears under its name only when it is whole, and may replace one that is running. */
export async function build(outfile: string, target: string | undefined): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  const unfinished = mkdtempSync(join(dirname(outfile), ".build-"));
  try {
    await compile(join(unfinished, basename(outfile)), target);
    renameSync(join(unfinished, basename(outfile)), outfile);
  } finally {
    rmSync(unfinished, { recursive: true }); // the source map too, which is inside the executable as well
  }
}

async function compile(outfile: string, target: string | undefined): Promise<void> {
  const types = join(dirname(outfile), `${RUNTIME_TYPES}.zst`);
  writeFileSync(types, packRuntimeTypes());
  await Bun.build({
    entrypoints: [join(house, "cli/main.ts"), types],
    loader: { ".zst": "file" },
    target: "bun",
    format: "esm",
    // Half of a rank's start-up time.
    bytecode: true,
    // What is imported when it is needed lies in chunks of its own: a third of a job's start-up time, as else every
    // process, ranks above all, unpacks launcher, agents, benches and all packages.
    splitting: true,
    // Samples and benches get the module that users' scripts get (rank.ts). With index.ts in the executable, every rank would
    // make the object MPI of it, too: a getter and a setter for each of 470 names took 1.5 ms.
    external: ["tsmpi", "tsmpi/util"],
    minify: true,
    sourcemap: "linked",
    compile: {
      ...(target === undefined ? {} : { target: target as Bun.Build.CompileTarget }),
      outfile,
      // What runs while a process starts runs a few times: it is not worth a compiler, whose threads take cores from the
      // ranks. A tenth of the start of 16 ranks. The normal 1 comes back in rank.ts, launch/job.ts and, for the other
      // commands, command-line.ts.
      jitPolicy: 8,
      // A user's script finds its own packages and paths; what lies in its directory for other programs stays out.
      autoloadPackageJson: true,
      autoloadTsconfig: true,
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
  });
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { "if-needed": { type: "boolean" }, target: { type: "string" }, outfile: { type: "string" } },
  });
  const outfile = resolve(values.outfile ?? defaultOutfile(values.target));
  if (!values["if-needed"] || !isUpToDate(outfile)) {
    const start = performance.now();
    await build(outfile, values.target);
    const megabytes = Math.round(statSync(outfile).size / 1e6);
    console.log(`built ${outfile}: ${megabytes} MB in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}
