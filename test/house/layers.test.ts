// The rules of the house that a machine can check: who may import whom, who may touch what, and how long files are.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { test } from "uvu";
import { equal } from "../support/assert.ts";

const root = join(import.meta.dir, "../..");

/** Lowest first. A file may import its own layer and those before it, but not the other folders of its layer. */
const layers = [
  ["src/base"],
  ["src/data"],
  ["src/wire"],
  ["src/job"],
  ["src/transport"],
  ["src/engine"],
  ["src/comm"],
  ["src/collectives"],
  ["src/topology", "src/rma", "src/io", "src/process", "src/tools"],
  ["src/mpi"],
  ["src/sync"],
  ["src/runtime.ts", "src/oversight.ts", "src/start-alone.ts", "src/index.ts", "src/sync.ts"],
  ["cli"],
];

const transports = /^src\/transport\/(websocket|inproc|shared-memory|native|tcp|unix)\.ts$/;
const operations =
  "barrier|bcast|scatterv?|gatherv?|allgatherv?|alltoall[vw]?|reduce|allreduce|scan|exscan|reduce-scatter(-block)?";
const algorithms = new RegExp(`^src/collectives/(linear|(${operations})-.+)\\.ts$`);

const scan = (pattern: string) => [...new Bun.Glob(pattern).scanSync(root)].sort();
const read = (file: string) => readFileSync(join(root, file), "utf8");
const sources = scan("{src,cli}/**/*.ts");

/** The specifiers of all import and export … from statements and import() calls and types, `import type` included. */
function importsOf(text: string): string[] {
  const statement = /^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"']+)["']/gm;
  const call = /\bimport\(\s*["']([^"']+)["']/g;
  return [...text.matchAll(statement), ...text.matchAll(call)].map((found) => found[1]!);
}

/** The files of this repository that `file` imports. */
function targetsOf(file: string): string[] {
  return importsOf(read(file))
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative(root, join(root, dirname(file), specifier)));
}

/** The code of a file: JavaScript without comments and types. */
function codeOf(file: string): string {
  return new Bun.Transpiler({ loader: "ts", deadCodeElimination: false }).transformSync(read(file));
}

function home(file: string): { level: number; unit: string } | undefined {
  for (const [level, units] of layers.entries()) {
    const unit = units.find((unit) => file === unit || file.startsWith(`${unit}/`));
    if (unit) return { level, unit };
  }
  return undefined;
}

function mayImport(file: string, target: string): boolean {
  const from = home(file);
  const to = home(target);
  // The binary carries the samples and the package's own papers.
  if (!to) return from?.unit === "cli" && !target.startsWith("test/");
  if (!from || to.level > from.level) return false;
  return to.level < from.level || to.unit === from.unit || from.unit.endsWith(".ts");
}

test("importsOf() finds every kind of import", () => {
  const text = `import type { A } from "./a.ts";
import {
  b,
} from "./b.ts";
import "./c.ts";
export { d } from "./d.ts";
let e: import("./e.ts").E = await import("./f.ts");
// import "./g.ts";
 * import { MPI } from "./h.ts";`;
  equal(importsOf(text), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
});

test("every source file is in a layer", () => {
  equal(
    sources.filter((file) => !home(file)),
    [],
  );
});

test("every import points to the same or a lower layer, and to a file that exists", () => {
  const wrong = sources.flatMap((file) =>
    targetsOf(file)
      .filter((target) => !mayImport(file, target) || !existsSync(join(root, target)))
      .map((target) => `${file} imports ${target}`),
  );
  equal(wrong, []);
});

test("src imports itself by relative paths, never by its package's name", () => {
  const wrong = scan("src/**/*.ts").filter((file) => importsOf(read(file)).some((name) => /^tsmpi(\/|$)/.test(name)));
  equal(wrong, []);
});

test("only runtime.ts imports concrete transports", () => {
  const wrong = sources
    .filter((file) => file !== "src/runtime.ts" && !file.startsWith("src/transport/"))
    .filter((file) => targetsOf(file).some((target) => transports.test(target)));
  equal(wrong, []);
});

test("only select.ts and other algorithms import collective algorithms", () => {
  const wrong = sources
    .filter((file) => file !== "src/collectives/select.ts" && !algorithms.test(file))
    .filter((file) => targetsOf(file).some((target) => algorithms.test(target)));
  equal(wrong, []);
});

test("in src, only base/config.ts reads the environment", () => {
  const wrong = scan("src/**/*.ts")
    .filter((file) => file !== "src/base/config.ts")
    .filter((file) => /\b(process|Bun|import\.meta)\.env\b/.test(codeOf(file)));
  equal(wrong, []);
});

test("only cli prints", () => {
  const wrong = scan("src/**/*.ts").filter((file) =>
    /\bconsole\.\w|\bprocess\.(stdout|stderr)\b|\bBun\.(stdout|stderr)\b/.test(codeOf(file)),
  );
  equal(wrong, []);
});

test("no file of src and cli has more than 400 lines", () => {
  const wrong = sources
    .map((file) => [file, read(file).trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > 400);
  equal(wrong, []);
});

test("every file of src and cli starts with a comment", () => {
  equal(
    sources.filter((file) => !/^(#!.*\n)?\/[/*]/.test(read(file))),
    [],
  );
});

test("the names of files are in kebab-case, and none is called utils, helpers or common", () => {
  const wrong = scan("{src,cli,samples,test,docs}/**/*.{ts,tsx,txt}").filter((file) => {
    const stem = basename(file).replace(/(\.long)?(\.test)?(\.d)?\.\w+$/, "");
    return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) || /^(utils?|helpers?|common)$/.test(stem);
  });
  equal(wrong, []);
});

test("no file but the index exports everything of another, or has a default export", () => {
  equal(
    sources.filter((file) => file !== "src/index.ts" && /^\s*export\s*\*/m.test(read(file))),
    [],
  );
  equal(
    sources.filter((file) => file !== "src/index.ts" && /^\s*export default\b/m.test(read(file))),
    [],
  );
});

test("every test file ends by running its tests", () => {
  equal(
    scan("test/**/*.test.ts").filter((file) => !/\btest\.run\(\);\s*$/.test(read(file))),
    [],
  );
});

test.run();
