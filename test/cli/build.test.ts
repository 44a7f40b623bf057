// The build: when it is skipped, and what is inside the executable.
import { readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { defaultOutfile, isUpToDate } from "../../cli/build.ts";
import { declarations } from "../../cli/embedded/declarations.ts";
import { sampleTexts } from "../../cli/embedded/sample-texts.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { binary, tsmpi, workspace } from "../support/tsmpi.ts";

const house = {
  "src/a.ts": "",
  "cli/deep/b.ts": "",
  "samples/c.ts": "",
  "package.json": "",
  "package-lock.json": "",
  "tsconfig.json": "",
  "test/d.ts": "",
  "dist/tsmpi": "",
};

/** A house in which everything is a minute older than its executable. */
function built(): { dir: string; touch: (path: string) => void } {
  const dir = workspace(house);
  const now = Date.now() / 1000;
  const set = (path: string, time: number) => utimesSync(join(dir, path), time, time);
  for (const path of [...Object.keys(house), "src", "cli", "cli/deep", "samples"]) set(path, now - 60);
  set("dist/tsmpi", now);
  return { dir, touch: (path) => set(path, now + 60) };
}

test("--if-needed skips when the executable is newer than every source", () => {
  const { dir, touch } = built();
  touch("test/d.ts");
  is(isUpToDate(join(dir, "dist/tsmpi"), dir), true);
});

for (const path of [
  "src/a.ts",
  "cli/deep/b.ts",
  "samples/c.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
]) {
  test(`--if-needed builds again when ${path} has changed`, () => {
    const { dir, touch } = built();
    touch(path);
    is(isUpToDate(join(dir, "dist/tsmpi"), dir), false);
  });
}

test("--if-needed builds when a source was removed, or when there is no executable", () => {
  const { dir, touch } = built();
  rmSync(join(dir, "cli/deep/b.ts"));
  touch("cli/deep");
  is(isUpToDate(join(dir, "dist/tsmpi"), dir), false);
  is(isUpToDate(join(dir, "dist/none"), dir), false);
});

test("each target has a name of its own, with .exe on Windows", () => {
  match(defaultOutfile("bun-linux-arm64"), /dist.tsmpi-linux-arm64$/);
  match(defaultOutfile("bun-windows-x64"), /dist.tsmpi-windows-x64\.exe$/);
});

test("the executable reads no .env and no bunfig.toml of the directory it runs in", async () => {
  const files = {
    ".env": "FROM_DOTENV=1\n",
    "bunfig.toml": 'preload = ["./preload.ts"]\n',
    "preload.ts": "console.log('preloaded');",
    "a.ts": "console.log(process.env.FROM_DOTENV);",
  };
  const { stdout, code } = await tsmpi(["a.ts"], { files });
  equal([stdout, code], ["undefined\n", 0]);
});

test("in the executable classes have the names that they are exported by, and messages show them", async () => {
  const script = `import { MPI } from "tsmpi";
import * as util from "tsmpi/util";
for (const names of [MPI, util]) {
  for (const [name, value] of Object.entries(names)) {
    if (/^[A-Z][a-z]/.test(name) && value.name !== name) console.log(name, "is called", value.name);
  }
}
await MPI.COMM_WORLD.send(1, MPI.COMM_WORLD.group).catch((error) => console.log(error.message));`;
  const { stdout, code } = await tsmpi(["names.ts"], { files: { "names.ts": script } });
  equal([stdout, code], ["Cannot call send: options are Group, expected an object with dest, tag, type, count\n", 0]);
});

test("the executable finds a script's own packages and the paths of its tsconfig", async () => {
  const files = {
    "tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }',
    "lib/one.ts": "export const one = 1;",
    "node_modules/two/package.json": '{ "name": "two", "main": "main.js", "type": "module" }',
    "node_modules/two/main.js": "export const two = 2;",
    "scripts/sum.ts": 'import { two } from "two";\nimport { one } from "~/one";\nconsole.log(one + two);\n',
  };
  const { stdout, code } = await tsmpi(["sum"], { files });
  equal([stdout, code], ["3\n", 0]);
});

test("the executable stands alone in its directory, without the source map beside it", async () => {
  await tsmpi(["--version"]);
  const beside = [...new Bun.Glob("**").scanSync({ cwd: join(binary, ".."), dot: true })];
  equal(
    beside.filter((name) => /\.map$|\.build-/.test(name)),
    [],
  );
  ok((statSync(binary).mode & 0o111) !== 0);
});

test("the declarations begin at index.d.ts and hold every file that they refer to", () => {
  match(declarations["index.d.ts"]!, /\bMPI\b/);
  for (const [name, text] of Object.entries(declarations)) {
    for (const [, path] of text.matchAll(/from\s*["'](\.[^"']+)\.ts["']/g)) {
      const target = join(name, "..", `${path}.d.ts`).replaceAll("\\", "/");
      ok(declarations[target] !== undefined, `${name} refers to ${target}`);
    }
  }
});

test("the samples are embedded as they stand in the repository", () => {
  const hello = readFileSync(join(import.meta.dir, "../../samples/hello.ts"), "utf8");
  is(sampleTexts["hello.ts"], hello);
});

test.run();
