// cli/embedded/read-files: runs while the executable is built (and at every start from source), never inside it: its functions
// are imported as macros, whose results stand in the code instead of the calls.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative, resolve } from "node:path";
import { zstdCompressSync } from "node:zlib";

const house = resolve(import.meta.dir, "../..");

/** The text of every file below a directory whose path is wanted, by its path in there with `/` on every system. */
function textsBelow(dir: string, wanted = /^/): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll("\\", "/")).sort();
  return Object.fromEntries(
    paths.filter((path) => wanted.test(path)).map((path) => [path, readFileSync(join(dir, path), "utf8")]),
  );
}

/** The samples as they stand in the repository, and the files that they read. */
export function readSamples(): Record<string, string> {
  return textsBelow(join(house, "samples"));
}

/** The npm packages of tsmpi and their versions, as package.json has them. */
export function readDependencies(): Record<string, string> {
  return JSON.parse(readFileSync(join(house, "package.json"), "utf8")).dependencies;
}

/** The type declarations of `tsmpi`: what the compiler makes of src/index.ts and of the files that its types lead to. */
export function makeDeclarations(): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), "tsmpi-types-"));
  try {
    const compilerOptions = {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true },
      ...{ rootDir: join(house, "src"), outDir: join(dir, "types"), typeRoots: [join(house, "node_modules")] },
    };
    const settings = {
      extends: join(house, "tsconfig.json"),
      compilerOptions,
      files: [join(house, "src/index.ts"), join(house, "src/sync.ts")],
      include: [],
    };
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(settings));
    // Declarations come out even where the types have mistakes, which are for `npm run check` to report.
    Bun.spawnSync([process.execPath, join(house, "node_modules/typescript/bin/tsc"), "-p", dir]);
    return reachable(["index.d.ts", "sync.d.ts"], textsBelow(join(dir, "types")));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The packages that type what a script has beside tsmpi, by the name under which the compiler is to find them. */
const runtimePackages = { bun: "bun-types", node: "@types/node", "undici-types": "undici-types" };

/** The type declarations of Bun and Node.js with their licences, compressed: a JSON object of texts by path. */
export function packRuntimeTypes(): Uint8Array {
  const files = Object.entries(runtimePackages).flatMap(([name, source]) =>
    Object.entries(textsBelow(join(house, "node_modules", source), /^(?!ts\d|docs\/).*\.d\.ts$|^LICENSE/)).map(
      ([path, text]) => [`${name}/${path}`, text] as const,
    ),
  );
  return zstdCompressSync(JSON.stringify(Object.fromEntries(files)));
}

/** Of the declaration files, those that `starts` lead to through relative imports. */
function reachable(starts: readonly string[], files: Record<string, string>): Record<string, string> {
  const found = new Map<string, string>();
  const open = [...starts];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const text = files[name];
    if (text === undefined) throw new Error(`Cannot embed the type declarations: ${name} is missing`);
    found.set(name, text);
    for (const [, path] of text.matchAll(/(?:from|import\(|import)\s*["'](\.[^"']+)["']/g)) {
      open.push(posix.join(dirname(name), path!.replace(/\.ts$/, ".d.ts")));
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
