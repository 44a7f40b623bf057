// Tests test/run.ts itself, on a directory of small test files that pass, fail, hang, crash or pretend.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { equal, match, not } from "../support/assert.ts";
import { processesWith, untilNone } from "../support/processes.ts";

const root = join(import.meta.dir, "../..");
const dir = mkdtempSync(join(tmpdir(), "run-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

mkdirSync(join(dir, "test/cli"), { recursive: true });
cpSync(join(root, "test/run.ts"), join(dir, "test/run.ts"));
cpSync(join(root, "test/support"), join(dir, "test/support"), { recursive: true });
symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));

const head = `import { test } from "uvu"; import { is, skip } from "../test/support/assert.ts";`;
const files = {
  "cli/passes-last.test.ts": `import { test } from "uvu"; test("a", () => {}); test.run();`,
  "crash.test.ts": `${head} test("a", () => process.exit(3)); test.run();`,
  "fails.test.ts": `${head} test("one", () => is(1, 2)); test("two", () => {}); test.run();`,
  "forgets.test.ts": `${head} test("a", () => {});`,
  "hangs.test.ts": `// deadline: 1\n${head} test("a", () => new Promise(() => setInterval(() => {}, 1000))); test.run();`,
  "leaves.test.ts": `${head} test("a", () => void Bun.spawn(["sleep", "60"], { detached: true }).unref()); test.run();`,
  "passes.test.ts": `${head} test("a", () => {}); test("b", () => {}); console.log("chatter"); test.run();`,
  "skips.test.ts": `${head} skip("c", "no such thing here"); test("a", () => {}); test.run();`,
  "skips-silently.test.ts": `${head} test.skip("c"); test("a", () => {}); test.run();`,
  "passes-slowly.long.test.ts": `${head} test("a", () => {}); test.run();`,
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, "test", name), text);

const ours = `TSMPI_TEST_RUN=${crypto.randomUUID()}`;
const [variable, value] = ours.split("=") as [string, string];

function run(...args: string[]): { code: number; output: string; last: string } {
  const env = { ...process.env, [variable]: value };
  const { exitCode, stdout } = Bun.spawnSync([process.execPath, join(dir, "test/run.ts"), ...args], { env });
  const output = stdout.toString();
  return { code: exitCode, output, last: output.trimEnd().split("\n").at(-1)! };
}

test("run.ts counts the tests of all files, ends with one line of sums and exits with 0", () => {
  const { code, output, last } = run("test/passes.test");
  equal([code, last], [0, "2 passed, 0 failed"]);
  match(output, /^ok {3}test\/passes.test.ts {2}2 in \d+\.\d\d s$/m);
  not.match(output, "chatter");
});

test("run.ts prints the reason of a skip, and refuses one without", () => {
  equal(run("skips.test").last, "1 passed, 0 failed, 1 skipped");
  match(run("skips.test").output, "SKIP c: no such thing here");
  equal(run("skips-silently").last, "1 passed, 1 failed, 1 skipped");
});

test("run.ts shows the output of a file with a failed test", () => {
  const { code, output, last } = run("fails");
  equal([code, last], [1, "1 passed, 1 failed"]);
  match(output, /^FAIL test\/fails.test.ts {2}1 of 2/m);
  match(output, '"one"');
});

test("run.ts refuses a file that ran no test", () => {
  const { code, output, last } = run("forgets");
  equal([code, last], [1, "0 passed, 1 failed"]);
  match(output, "ran no test");
});

test("run.ts reports a file that ended by itself before its tests did", () => {
  const { code, output, last } = run("crash");
  equal([code, last], [1, "0 passed, 1 failed"]);
  match(output, "ended with exit code 3");
});

test("run.ts kills a file that is past its deadline", () => {
  const { code, output, last } = run("hangs");
  equal([code, last], [1, "0 passed, 1 failed"]);
  match(output, /^HANG test\/hangs.test.ts/m);
  match(output, "no end after 1 s: killed");
});

if (process.platform === "linux") {
  test("run.ts ends and reports a process that a file left behind", async () => {
    const { code, output, last } = run("leaves");
    equal([code, last], [1, "1 passed, 1 failed"]);
    match(output, /left process \d+ behind: sleep 60/);
    // One that was killed is there until it next gets a core.
    equal(await untilNone(() => processesWith(ours)), []);
  });
}

test("run.ts runs long tests only with --long, and files with real ranks last", () => {
  not.match(run("passes").output, "slowly");
  const { output } = run("--long", "passes");
  match(output, /^ok {3}test\/passes-slowly.long.test.ts/m);
  match(output, /cli\/passes-last.test.ts.*\n4 passed/);
});

test("run.ts takes several parts of paths", () => {
  equal(run("passes.test", "forgets").last, "2 passed, 1 failed");
});

test("run.ts exits with 1 when no file has the wanted path", () => {
  equal([run("nowhere").code, run("nowhere").last], [1, "0 passed, 0 failed"]);
});

test.run();
