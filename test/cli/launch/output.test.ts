// What the ranks print on its way to the terminal, to pipes and to files. With stand-ins for ranks.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, ok, skip } from "../../support/assert.ts";
import { program, type Running, run, start } from "./launching.ts";

const MB = 1 << 20;
const directory = mkdtempSync(join(tmpdir(), "output-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

/** What a flood of `size` bytes consists of, as test/programs/stand-in-rank.ts makes it. */
function flooded(size: number, end: string): Buffer {
  return Buffer.alloc(size, "abcdefghijklmnopqrstuvwxyz01234".padEnd(63, "#") + end);
}

test("stdout and stderr of five ranks arrive as whole lines, each on its own stream and in a rank's order", async () => {
  const { code, stdout, stderr } = await run(5, ["lines", "3000", "120"]);
  is(code, 0);
  for (const [text, odd] of [
    [stdout, 1],
    [stderr, 0],
  ] as const) {
    const lines = text.split("\n");
    is(lines.pop(), "");
    is(lines.length, 5 * 1500);
    for (let rank = 0; rank < 5; rank++) {
      const expected = Array.from({ length: 1500 }, (_, i) => `${rank} ${2 * i + odd} `.padEnd(120, String(rank)));
      equal(
        lines.filter((line) => line.startsWith(`${rank} `)),
        expected,
      );
    }
  }
});

test("lines that are written in parts are not mixed with those of other ranks", async () => {
  const { code, stdout } = await run(4, ["broken-lines", "50"]);
  is(code, 0);
  const lines = stdout.split("\n").slice(0, -1);
  is(lines.length, 200);
  for (const line of lines) match(line, /^<(\d)-\1-\1>$/);
});

const targets = {
  "a pipe": '"$@"',
  "a file": `"$@" > ${directory}/flood; code=$?; cat ${directory}/flood; exit $code`,
  // On a terminal, stdout and stderr are one: the report follows. A terminal writes a line's end as two characters.
  "a terminal": `script -qec "$(printf '%q ' "$@")" /dev/null < /dev/null | tr -d '\\r'`,
};
for (const [name, shell] of Object.entries(targets)) {
  const claim = `100 MB reach ${name} unchanged, also when the rank fails right after`;
  if (name === "a terminal" && (process.platform !== "linux" || Bun.which("script") === null)) {
    skip(claim, "needs script of util-linux");
    continue;
  }
  test(claim, async () => {
    const text = flooded(100 * MB, "\n");
    const more = { shell: `set -o pipefail; ${shell}` };
    const well = await run(2, ["flood", String(text.length), "short"], more);
    is(well.code, 0);
    ok(text.equals(well.bytes), "bytes differ");
    const failed = await run(2, ["flood", String(text.length), "short", "fail"], more);
    is(failed.code, 3);
    ok(text.equals(failed.bytes.subarray(0, text.length)), "bytes differ");
  });
}

/** The most memory that the launcher of a job has had, in MB. */
async function peakMemory(job: Running): Promise<number> {
  let kilobytes = 0;
  let over = false;
  job.ended.finally(() => {
    over = true;
  });
  while (!over) {
    const launcher = job.processes().find(({ command }) => command.startsWith(`${process.execPath} ${program}`));
    try {
      const status = launcher ? readFileSync(`/proc/${launcher.pid}/status`, "utf8") : "";
      kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? kilobytes);
    } catch {
      // It has ended meanwhile.
    }
    await Bun.sleep(20);
  }
  return kilobytes / 1024;
}

test("a line of 100 MB passes through the launcher in bounded memory", async () => {
  const job = start({ args: ["flood", String(100 * MB), "long"], shell: '"$@" | { sleep 1; cat; }' });
  const peak = await peakMemory(job);
  const { code, bytes } = await job.ended;
  is(code, 0);
  ok(flooded(100 * MB, "-").equals(bytes), "bytes differ");
  ok(peak > 0 && peak < 200, `${peak} MB at most`);
});

test("a reader that pauses stops the ranks instead of filling the launcher's memory", async () => {
  const job = start({ args: ["flood", String(1000 * MB), "short"], shell: '"$@" | { sleep 1; wc -c; }' });
  const peak = await peakMemory(job);
  is(Number((await job.ended).stdout), 1000 * MB);
  ok(peak > 0 && peak < 200, `${peak} MB at most`);
});

test("every byte value passes unchanged", async () => {
  const { bytes } = await run(1, ["bytes"]);
  equal(
    [...bytes],
    Array.from({ length: 256 }, (_, i) => 255 - i),
  );
});

test("unfinished last lines are kept, and separated from each other only", async () => {
  is((await run(1, ["unfinished-lines"])).stdout, "last of 0");
  const { stdout } = await run(3, ["unfinished-lines"]);
  equal(stdout.split("\n").sort(), ["last of 0", "last of 1", "last of 2"]);
});

test("a question without a line's end appears, and its answer is read by rank 0", async () => {
  const job = start({ ranks: 3, args: ["ask"], stdin: "pipe" });
  await job.prints("name? ");
  job.stdin.write("Ann\n");
  await job.stdin.end();
  const { code, stdout } = await job.ended;
  equal({ code, stdout }, { code: 0, stdout: "name? hello Ann\n" });
});

test("a rank that stops in the middle of a long line does not hold up the others for ever", async () => {
  const job = start({ ranks: 2, args: ["hold-a-line"] });
  const line = "x".repeat(300 * 1024);
  await job.prints(line);
  await job.prints("ready\n");
  job.kill("SIGUSR2");
  await job.prints("the other rank\n");
  job.kill("SIGTERM");
  const { code, stdout } = await job.ended;
  is(code, 143);
  ok(stdout === `${line}\nthe other rank\n`, `${stdout.length} bytes`);
});

test("--tag-output puts the rank before every line", async () => {
  const { stdout, stderr } = await run(2, ["lines", "100", "20"], { plan: { tagOutput: true } });
  const lines = (stdout + stderr).split("\n").filter((line) => line !== "");
  is(lines.length, 200);
  for (const line of lines) match(line, /^\[([01])\] \1 \d+ /);
});

test("--timestamp-output puts the time, in ISO 8601 with milliseconds, before every line", async () => {
  const begun = Date.now();
  const { stdout } = await run(2, ["lines", "10", "20"], { plan: { tagOutput: true, timestampOutput: true } });
  const ended = Date.now();
  const lines = stdout.split("\n").slice(0, -1);
  is(lines.length, 10);
  for (const line of lines) {
    const [, time] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) \[\d\] \d \d/.exec(line) ?? [];
    ok(Date.parse(time!) >= begun && Date.parse(time!) <= ended, line);
  }
});

test("--output-dir gives each rank two files beside the terminal", async () => {
  const outputDir = join(directory, "new/files");
  const { stdout, code } = await run(3, ["lines", "100", "40"], { plan: { outputDir, tagOutput: true } });
  is(code, 0);
  is(stdout.split("\n").length, 151);
  equal(
    readdirSync(outputDir).sort(),
    [0, 1, 2].flatMap((rank) => [`rank-0${rank}.err`, `rank-0${rank}.out`]),
  );
  for (let rank = 0; rank < 3; rank++) {
    const lines = Array.from({ length: 100 }, (_, i) => `${`${rank} ${i} `.padEnd(40, String(rank))}\n`);
    const text = (name: string) => readFileSync(join(outputDir, `rank-0${rank}.${name}`), "utf8");
    is(text("out"), lines.filter((_, i) => i % 2 === 1).join(""));
    is(text("err"), lines.filter((_, i) => i % 2 === 0).join(""));
  }
});

test("--output-dir with -q writes the files only", async () => {
  const outputDir = join(directory, "quiet");
  const { stdout } = await run(1, ["bytes"], { plan: { outputDir, quiet: true } });
  is(stdout, "");
  is(readFileSync(join(outputDir, "rank-00.out")).byteLength, 256);
});

test("--output-dir that cannot be made is wrong usage, and nothing is started", async () => {
  writeFileSync(join(directory, "a-file"), "");
  const outputDir = join(directory, "a-file/below");
  const { code, stdout, stderr } = await run(2, ["bytes"], { plan: { outputDir } });
  equal({ code, stdout }, { code: 2, stdout: "" });
  match(stderr, /^tsmpi: Cannot write the ranks' output into .*a-file\/below: /);
});

test("when the reader of stdout goes, the job ends quietly with 141", async () => {
  const shell = `"$@" | head -1; echo "code \${PIPESTATUS[0]}"`;
  const { stdout, stderr, left } = await run(3, ["flood-for-ever"], { shell });
  equal(stdout.split("\n").slice(1), ["code 141", ""]);
  equal({ stderr, left }, { stderr: "", left: [] });
});

test("a disk that is full is reported, and the job ends", async () => {
  const { code, stderr, left } = await run(2, ["flood-for-ever"], { shell: '"$@" > /dev/full' });
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /^tsmpi: stdout cannot be written: ENOSPC/);
});

test("notes of ranks are printed once each", async () => {
  is((await run(4, ["note", "a stranger was refused"])).stderr, "tsmpi: a stranger was refused\n");
  is((await run(2, ["note", "a stranger was refused"], { plan: { quiet: true } })).stderr, "");
});

test.run();
