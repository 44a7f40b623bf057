// What ranks start with: environment, arguments, standard input, and that they find each other. With stand-ins.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match } from "../../support/assert.ts";
import { run, start } from "./launching.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "start-")));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

interface Place {
  args: string[];
  names: string[];
  cwd: string;
  env: Record<string, string>;
}

const places = (stdout: string): Place[] =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Place)
    .sort((a, b) => Number(a.names[0]) - Number(b.names[0]));

test("ranks get their place, their arguments byte for byte, and their working directory", async () => {
  const args = ["place", "-np", "", "a b", "é\n$x", "--"];
  const { code, stdout } = await run(3, args, { program: { wdir: directory } });
  is(code, 0);
  const found = places(stdout);
  is(found.length, 3);
  for (const [rank, { args: got, names, cwd }] of found.entries()) {
    equal(got, args.slice(1));
    equal(names.slice(0, 4), [String(rank), "3", String(rank), "3"]);
    match(names[4]!, /^[0-9a-f]{16}$/);
    is(names[4], found[0]!.names[4]);
    is(cwd, directory);
  }
});

test("ranks inherit the environment and the plan's variables, but nothing of another launcher, and no secret", async () => {
  const env = { KEPT: "1", REPLACED: "old", PMI_RANK: "3", PMIX_ID: "x", OMPI_COMM_WORLD_RANK: "4", BUN_BE_BUN: "0" };
  const program = { env: { REPLACED: "new", ADDED: "yes" } };
  const [{ env: got }] = places((await run(1, ["place"], { env, program })).stdout) as [Place];
  equal([got.KEPT, got.REPLACED, got.ADDED], ["1", "new", "yes"]);
  equal(
    Object.keys(got).filter((name) => /^(PMI|OMPI|BUN_BE)/.test(name)),
    [],
  );
  equal(
    Object.keys(got)
      .filter((name) => name.startsWith("TSMPI_") && !(name in process.env))
      .filter((name) => !name.startsWith("TSMPI_TEST_"))
      .sort(),
    ["TSMPI_JOB_ID", "TSMPI_LOCAL_RANK", "TSMPI_LOCAL_SIZE", "TSMPI_RANK", "TSMPI_SIZE"],
  );
  is(got.FORCE_COLOR, process.env.FORCE_COLOR);
});

test("several programs share one world, each with its own arguments", async () => {
  const programs = [
    { ranks: 1, args: ["place", "a"] },
    { ranks: 2, args: ["place", "b"] },
  ];
  const { code, stdout } = await run(1, [], { plan: { programs } });
  is(code, 0);
  equal(
    places(stdout).map(({ names, args }) => [names[0], names[1], ...args]),
    [
      ["0", "3", "a"],
      ["1", "3", "b"],
      ["2", "3", "b"],
    ],
  );
});

const input = new Uint8Array(3_000_000).fill(120);

test("standard input goes to rank 0, or to the rank that --stdin names, and is empty elsewhere", async () => {
  for (const stdin of [0, 2] as const) {
    const { stdout } = await run(3, ["stdin"], { stdin: input, plan: { stdin } });
    const expected = [0, 1, 2].map((rank) => `rank ${rank} read ${rank === stdin ? input.length : 0}`);
    equal(stdout.trim().split("\n").sort(), expected);
  }
});

test("--stdin none gives everybody an empty standard input", async () => {
  const { stdout } = await run(2, ["stdin"], { stdin: input, plan: { stdin: "none" } });
  equal(stdout.trim().split("\n").sort(), ["rank 0 read 0", "rank 1 read 0"]);
});

test("--stdin all gives everybody all of it", async () => {
  const { code, stdout } = await run(3, ["stdin"], { stdin: input, plan: { stdin: "all" } });
  is(code, 0);
  equal(
    stdout.trim().split("\n").sort(),
    [0, 1, 2].map((rank) => `rank ${rank} read ${input.length}`),
  );
});

test("--stdin all does not mind ranks that read nothing, and its own end is not needed", async () => {
  const job = start({ ranks: 2, args: ["nothing"], stdin: "pipe", plan: { stdin: "all" } });
  const { code, stderr } = await job.ended;
  equal({ code, stderr }, { code: 0, stderr: "" });
});

test("64 ranks start and end", async () => {
  const { code, stdout, stderr, left } = await run(64, ["unfinished-lines"]);
  equal({ code, stderr, left }, { code: 0, stderr: "", left: [] });
  is(new Set(stdout.split("\n")).size, 64);
});

test("too low a limit on open files is explained before anything is started", async () => {
  const { code, stdout, stderr } = await run(64, ["lines", "1", "1"], { shell: 'ulimit -n 128; "$@"' });
  equal({ code, stdout }, { code: 2, stdout: "" });
  is(
    stderr,
    "tsmpi: Cannot start 64 ranks: the launcher needs 288 open files, and the limit is 128; raise it with ulimit -n 288\n",
  );
});

test("-v says what happens", async () => {
  const { stderr } = await run(2, ["nothing"], { plan: { verbose: true } });
  for (const said of [
    /ms: started rank 1 \(pid \d+\)\n/,
    /every rank has started/,
    /every rank is ready/,
    /rank 0 has finished/,
  ]) {
    match(stderr, said);
  }
  match(stderr, /the job has ended, exit code 0\n$/);
});

test("a rank that does not start is named after a while", async () => {
  const job = start({ ranks: 3, args: ["never-start"] });
  await job.prints("tsmpi: still waiting for rank 1 to start\n");
  job.kill("SIGTERM");
  is((await job.ended).code, 143);
});

test.run();
