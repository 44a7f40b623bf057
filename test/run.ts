// Runs every test/**/*.test.ts as a process of its own, with a deadline, so that a crash or a hang spoils one file only.
//   bun test/run.ts [--long] [--ranks] [part of a path …]
// `// deadline: 400` in the first lines of a file gives it 400 seconds instead of 180. `*.long.test.ts` run with --long.
// With --ranks only files that start jobs, or have ranks inside their process, run: matrix.ts.
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { exitOnSignals, killAll, processesWith, untilNone } from "./support/processes.ts";

const DEADLINE_S = 180;
/** Tests that start real ranks: one at a time, so that they do not take each other's cores. */
const ALONE = /^((cli|samples|programs|bench|lan|clusters)\/|(examples|pages)\.test)/;
const atOnce = Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), 3);

const filters = process.argv.slice(2).filter((argument) => argument !== "--long" && argument !== "--ranks");
const long = process.argv.includes("--long");
const ranksOnly = process.argv.includes("--ranks");
/** That test runs everything over every way itself. */
const hasRanks = (file: string) =>
  !file.includes("/bad-weather.") &&
  (ALONE.test(file) || /support\/(ranks|tsmpi)\.ts"/.test(readFileSync(join(import.meta.dir, file), "utf8")));
const wanted = (path: string) => filters.length === 0 || filters.some((part) => path.includes(part));
const files = [...new Bun.Glob("**/*.test.ts").scanSync(import.meta.dir)]
  .filter((file) => (long || !file.endsWith(".long.test.ts")) && (!ranksOnly || hasRanks(file)))
  .filter((file) => wanted(`test/${file}`))
  .sort();

const sum = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "tests-"));
const running = new Map<number, string>();
let started = 0;

function leave(): void {
  for (const [pid, mark] of running) killAll(pid, mark);
  rmSync(scratch, { recursive: true, force: true });
}
process.on("exit", leave);
exitOnSignals();

/** The number behind a heading of uvu's summary, which is the last one that the file printed. */
function count(output: string, heading: string): number {
  return Number([...output.matchAll(new RegExp(`^  ${heading}:\\s+(\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
}

function deadlineOf(path: string): number {
  const head = readFileSync(path, "utf8").split("\n", 6).join("\n");
  return Number(/^\/\/ deadline: (\d+)/m.exec(head)?.[1] ?? DEADLINE_S);
}

async function run(file: string): Promise<void> {
  const path = join(import.meta.dir, file);
  // Short, because sockets may be made below it, and their paths must be.
  const name = `${++started}`;
  const mark = `TSMPI_TEST_FILE=${crypto.randomUUID()}`;
  // A TMPDIR of its own per file: what a killed test leaves there goes with it.
  const TMPDIR = join(scratch, name);
  mkdirSync(TMPDIR);
  // Into a file, not a pipe: a process that a test leaves behind could hold a pipe open for ever.
  const log = join(scratch, `${name}.log`);
  const fd = openSync(log, "w");
  const start = performance.now();
  const [variable, value] = mark.split("=") as [string, string];
  const child = Bun.spawn([process.execPath, path], {
    cwd: join(import.meta.dir, ".."),
    env: { ...process.env, TMPDIR, [variable]: value },
    stdio: ["ignore", fd, fd],
    detached: true,
  });
  running.set(child.pid, mark);
  const deadline = deadlineOf(path);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    killAll(child.pid, mark);
  }, deadline * 1000);
  await child.exited;
  clearTimeout(timer);
  const left = hung ? [] : await untilNone(() => processesWith(mark), 5000);
  killAll(child.pid, mark);
  running.delete(child.pid);
  closeSync(fd);

  const output = Bun.stripANSI(readFileSync(log, "utf8"));
  const total = count(output, "Total");
  const passed = count(output, "Passed");
  const skipped = count(output, "Skipped");
  const reasons = output.match(/SKIP .+: .+$/gm) ?? [];
  const problems: string[] = [];
  if (hung) problems.push(`no end after ${deadline} s: killed`);
  else if (child.exitCode !== 0 && passed === total) {
    problems.push(`ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
  } else if (total + skipped === 0) problems.push("ran no test: does it end with test.run()?");
  if (reasons.length < skipped)
    problems.push(`${skipped} skipped, but ${reasons.length} say why (use skip() of support/assert.ts)`);
  for (const { pid, command } of left) problems.push(`left process ${pid} behind: ${command}`);

  sum.passed += passed;
  sum.failed += total - passed + problems.length;
  sum.skipped += skipped;
  const good = total === passed && problems.length === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const of = passed === total ? `${total}` : `${passed} of ${total}`;
  console.log(`${hung ? "HANG" : good ? "ok  " : "FAIL"} test/${file}  ${of} in ${seconds} s`);
  for (const reason of reasons) console.log(`     ${reason}`);
  if (!good) console.log(output.replace(/^/gm, "  | "));
  for (const problem of problems) console.log(`  ${problem}`);
}

/** Runs `queue`, `width` files at a time. */
async function runAll(queue: string[], width: number): Promise<void> {
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

await runAll(
  files.filter((file) => !ALONE.test(file)),
  atOnce,
);
await runAll(
  files.filter((file) => ALONE.test(file)),
  1,
);
if (files.length === 0)
  console.log(`No test file has ${filters.map((part) => JSON.stringify(part)).join(" or ")} in its path`);
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ""}`);
process.exitCode = sum.failed > 0 || files.length === 0 ? 1 : 0;
