// How jobs end: exit codes, the one report, and that no process is left. With stand-ins for ranks.
import { test } from "uvu";
import { equal, is, match, not } from "../../support/assert.ts";
import { run, start } from "./launching.ts";

/** The launcher's own lines with process ids taken out. */
const report = (stderr: string) => stderr.replaceAll(/pid \d+/g, "pid N");

test("a job whose ranks finish ends with 0 and prints nothing of its own", async () => {
  const { code, stdout, stderr, left } = await run(3, ["nothing"]);
  equal({ code, stdout, stderr, left }, { code: 0, stdout: "", stderr: "", left: [] });
});

test("a rank that leaves with process.exit(0) does not disturb the others", async () => {
  const { code, stderr, left } = await run(3, ["leave-early"]);
  equal({ code, stderr, left }, { code: 0, stderr: "", left: [] });
});

test("an uncaught error ends the job with one report after the ranks' output", async () => {
  const { code, stdout, stderr, left } = await run(5, ["throw", "2"]);
  equal({ code, left }, { code: 1, left: [] });
  is(stdout, "rank 2 is about to fail\n");
  is(
    report(stderr),
    [
      "tsmpi: rank 2 of 5 (pid N) failed",
      "  TypeError: x is not a function",
      "      at step (script.ts:12:9)",
      "tsmpi: the other 4 ranks were stopped, exit code 1",
      "",
    ].join("\n"),
  );
});

test("ranks that all fail get one report", async () => {
  const { code, stderr, left } = await run(4, ["throw-all"]);
  equal({ code, left }, { code: 1, left: [] });
  is(stderr.match(/Error: of rank/g)?.length, 1);
  match(stderr, /^tsmpi: rank \d of 4 \(pid \d+\) failed\n {2}Error: of rank \d\ntsmpi: .*exit code 1\n$/);
});

test("abort(4) ends the job with 4 and says where it was called", async () => {
  const { code, stderr, left } = await run(3, ["abort", "1", "4"]);
  equal({ code, left }, { code: 4, left: [] });
  match(stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) called abort\(4\) at script\.ts:3:1\ntsmpi: the other 2 ranks/);
});

test("abort() with a code that does not fit into 8 bits, or 0, is still a failure", async () => {
  is((await run(1, ["abort", "0", "258"])).code, 2);
  is((await run(1, ["abort", "0", "256"])).code, 1);
  is((await run(1, ["abort", "0", "0"])).code, 1);
});

test("when all ranks abort at once, the exit code and the report are those of one of them", async () => {
  const { code, stderr, left } = await run(5, ["abort-all"]);
  equal(left, []);
  is(stderr.match(/called abort/g)?.length, 1);
  match(stderr, new RegExp(`called abort\\(${code}\\)`));
});

test("process.exit(3) ends the job with 3", async () => {
  const { code, stderr, left } = await run(3, ["exit", "1", "3"]);
  equal({ code, left }, { code: 3, left: [] });
  match(stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) called process\.exit\(3\)\n/);
});

test("a process that ends with 5 without a word ends the job with 5", async () => {
  const { code, stderr, left } = await run(3, ["exit-without-a-word", "2", "5"]);
  equal({ code, left }, { code: 5, left: [] });
  match(stderr, /^tsmpi: rank 2 of 3 \(pid \d+\) ended with exit code 5\n/);
});

test("a process that ends with 0 while its script runs is a failure", async () => {
  const { code, stderr, left } = await run(3, ["exit-without-a-word", "1", "0"]);
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) left without finishing\n/);
});

test("a script that ends with an exit code of its own ends the job with it", async () => {
  const { code, stderr, left } = await run(3, ["finish-with", "2", "6"]);
  equal({ code, left }, { code: 6, left: [] });
  match(stderr, /^tsmpi: rank 2 of 3 \(pid \d+\) ended with exit code 6\n/);
});

for (const [signal, number] of [
  ["SIGKILL", 9],
  ["SIGSEGV", 11],
  ["SIGTERM", 15],
] as const) {
  test(`a rank killed by ${signal} ends the job with ${128 + number} and is named`, async () => {
    const { code, stderr, left } = await run(4, ["kill", "3", signal]);
    equal({ code, left }, { code: 128 + number, left: [] });
    match(stderr, new RegExp(`^tsmpi: rank 3 of 4 \\(pid \\d+\\) was killed by ${signal} \\(signal ${number}\\)\\n`));
    is(stderr.includes("memory may have run out"), signal === "SIGKILL");
  });
}

test("a rank that fails because a peer died is not taken for the cause", async () => {
  const { code, stderr, left } = await run(3, ["lose-a-peer"]);
  equal({ code, left }, { code: 137, left: [] });
  match(stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) was killed by SIGKILL/);
  not.match(stderr, /MPI\.Exception|failed/);
});

test("a connection that breaks between living ranks ends the job", async () => {
  const { code, stderr, left } = await run(3, ["lose-a-connection"]);
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /^tsmpi: the connection between rank 0 and rank 1 broke: reset by peer\ntsmpi: 3 ranks were stopped/);
});

test("ranks and their children that ignore SIGTERM are gone all the same", async () => {
  const job = start({ ranks: 2, args: ["stubborn"], plan: { timeout: 0.3 } });
  const { code, left } = await job.ended;
  equal({ code, left }, { code: 124, left: [] });
});

test("a process that a rank left behind in its own session does not hold up the job's end", async () => {
  const job = start({ ranks: 2, args: ["leave-a-child"] });
  const { code, stdout } = await job.ended;
  equal({ code, stdout }, { code: 0, stdout: "done\ndone\n" });
});

test("something else than control messages on file descriptor 3 ends the job", async () => {
  const { code, stderr, left } = await run(2, ["garbage"]);
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /^tsmpi: rank 0 of 2 \(pid \d+\) cannot be reached any more\n {2}It wrote something else than control/);
});

test("a rank that closes file descriptor 3 and goes on ends the job", async () => {
  const { code, stderr, left } = await run(2, ["close-channel"]);
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /cannot be reached any more\n {2}It closed its file descriptor 3\./);
});

test("--timeout ends the job with 124 and says what each rank does", async () => {
  const { code, stderr, left } = await run(4, ["slow"], { plan: { timeout: 4 } });
  equal({ code, left }, { code: 124, left: [] });
  is(
    stderr,
    [
      "tsmpi: the job did not end within 4 s (--timeout)",
      "  rank 0     computing (it did not answer)",
      "  rank 1     recv(source 0, tag 7) on COMM_WORLD  at script.ts:5:20",
      "  ranks 2-3  have finished",
      "tsmpi: 4 ranks were stopped, exit code 124",
      "",
    ].join("\n"),
  );
});

test("a program that cannot be started ends the job, naming the rank", async () => {
  const { code, stderr, left } = await run(2, ["nothing"], { program: { wdir: "/nonexistent/directory" } });
  equal({ code, left }, { code: 1, left: [] });
  match(stderr, /^tsmpi: rank 0 of 2 could not be started in \/nonexistent\/directory: /);
});

test.run();
