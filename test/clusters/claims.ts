// test/clusters/claims: what holds under every launcher that is not ours: a script without `tsmpi run` is one job.
import { test } from "uvu";
import { equal, is, match, not } from "../support/assert.ts";
import { leftovers, type Options, type Result, tsmpi } from "../support/tsmpi.ts";

export interface Launcher {
  /** As it stands in the names of the tests. */
  readonly name: string;
  /** Its command line for so many ranks, up to where the program stands. */
  readonly command: (ranks: number) => readonly string[];
  readonly env?: () => Record<string, string>;
  /** The row of the table that applies, by its name. */
  readonly engine: string;
}

/** Runs a script, or a sample, under a launcher. */
export function run(
  launcher: Launcher,
  ranks: number,
  args: readonly string[],
  options: Options = {},
): Promise<Result> {
  const env = { ...launcher.env?.(), ...options.env };
  return tsmpi(args, { deadline: 60, ...options, under: launcher.command(ranks), env });
}

const scripts = {
  "throws.ts": `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
if (comm.rank === 1) throw new Error("no luck today");
await comm.recv({ source: (comm.rank + 1) % comm.size });`,
  "aborts.ts": `import { MPI } from "tsmpi";
if (MPI.COMM_WORLD.rank === 1) MPI.COMM_WORLD.abort(7);
await MPI.COMM_WORLD.barrier();`,
  "killed.ts": `import { MPI } from "tsmpi";
if (MPI.COMM_WORLD.rank === 1) process.kill(process.pid, "SIGKILL");
await MPI.COMM_WORLD.barrier();`,
  "waits.ts": `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
await comm.recv({ source: (comm.rank + 1) % comm.size, tag: 5 });`,
  "exits.ts": `import { MPI } from "tsmpi";
await MPI.COMM_WORLD.barrier();
if (MPI.COMM_WORLD.rank === 0) process.exit(0);
setTimeout(() => console.log("rank " + MPI.COMM_WORLD.rank + " is done"), 200);`,
  "code.ts": `import { MPI } from "tsmpi";
process.exitCode = MPI.COMM_WORLD.rank === 1 ? 3 : 0;`,
  "sum.ts": `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const sum = await comm.allreduce(new Float64Array(50_000).fill(comm.rank + 1));
if (sum.some((one) => one !== (comm.size * (comm.size + 1)) / 2)) throw new Error("wrong sum");
const places = await comm.gather([process.env.TSMPI_RANK, process.env.TSMPI_SIZE, process.env.TSMPI_TOKEN]);
if (places) console.log(JSON.stringify(places));`,
  "nested.ts": `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
if (comm.rank === 1) {
  const child = Bun.spawn([process.execPath, "sample:hello"], { stdout: "pipe", env: process.env });
  console.log("child: " + (await child.stdout.text()).trim());
}
await comm.barrier();`,
};

function count(text: string, word: string): number {
  return text.split(word).length - 1;
}

/** Registers the tests for one launcher. */
export function claims(launcher: Launcher): void {
  const { name } = launcher;
  const printed = ({ stdout, stderr }: Result) => stdout + stderr;

  test(`${name}: samples run on 2 to 4 ranks`, async () => {
    for (const ranks of [2, 3, 4]) {
      const hello = await run(launcher, ranks, ["sample:hello"]);
      is(hello.code, 0, printed(hello));
      const said = Array.from({ length: ranks }, (_, rank) => `Hello from rank ${rank} of ${ranks}`);
      const lines = hello.stdout.trim().split("\n").sort();
      equal(
        lines.map((line) => line.replace(/ on .*/, "")),
        said,
      );
      equal(await leftovers(hello), []);
    }
    const pi = await run(launcher, 3, ["sample:pi"]);
    match(pi.stdout, "π is about 3.14159265");
    is(pi.code, 0, printed(pi));
    const sum = await run(launcher, 4, ["sum.ts"], { files: scripts });
    is(sum.code, 0, printed(sum));
    equal(
      JSON.parse(sum.stdout),
      ["0", "1", "2", "3"].map((rank) => [rank, "4", null]),
    );
  });

  test(`${name}: with the npm package, bun runs the same script`, async () => {
    const { code, stdout, ...rest } = await run(launcher, 3, ["sum.ts"], {
      files: { ...scripts, ...asPackage() },
      program: process.execPath,
    });
    is(code, 0, rest.stderr);
    is(JSON.parse(stdout).length, 3);
    const failed = await run(launcher, 3, ["throws.ts"], {
      files: { ...scripts, ...asPackage() },
      program: process.execPath,
    });
    is.not(failed.code, 0);
    is(count(printed(failed), "error: no luck today"), 1, printed(failed));
  });

  test(`${name}: a rank that throws ends the job; its report is there once`, async () => {
    const result = await run(launcher, 3, ["throws.ts"], { files: scripts });
    is.not(result.code, 0);
    match(printed(result), /tsmpi: rank 1 of 3 \(pid \d+.*\) failed/);
    is(count(printed(result), "error: no luck today"), 1, printed(result));
    equal(await leftovers(result), []);
  });

  test(`${name}: abort, an exit code and a killed rank end the job`, async () => {
    const aborted = await run(launcher, 3, ["aborts.ts"], { files: scripts });
    is.not(aborted.code, 0);
    match(printed(aborted), "called abort(7) at aborts.ts:2:");
    const failed = await run(launcher, 3, ["code.ts"], { files: scripts });
    is.not(failed.code, 0);
    match(printed(failed), /rank 1 of 3 .* ended with exit code 3/);
    const killed = await run(launcher, 3, ["killed.ts"], { files: scripts });
    is.not(killed.code, 0);
    for (const result of [aborted, failed, killed]) equal(await leftovers(result), []);
  });

  test(`${name}: a deadlock is reported with what each rank waits for`, async () => {
    const result = await run(launcher, 3, ["waits.ts"], { files: scripts, env: { TSMPI_DEADLOCK_TIMEOUT: "0.2" } });
    is.not(result.code, 0);
    is(count(printed(result), "tsmpi: deadlock: every rank waits"), 1, printed(result));
    for (const rank of [0, 1, 2]) match(printed(result), `rank ${rank}  recv(source ${(rank + 1) % 3}, tag 5)`);
  });

  test(`${name}: the others go on when rank 0 leaves early`, async () => {
    const result = await run(launcher, 3, ["exits.ts"], { files: scripts });
    is(result.code, 0, printed(result));
    for (const rank of [1, 2]) match(result.stdout, `rank ${rank} is done`);
  });

  test(`${name}: what a rank starts is no rank`, async () => {
    const result = await run(launcher, 2, ["nested.ts"], { files: scripts });
    is(result.code, 0, printed(result));
    match(result.stdout, "child: Hello from rank 0 of 1");
  });

  test(`${name}: tsmpi run starts a job of its own in there`, async () => {
    const result = await run(launcher, 1, ["run", "-np", "2", "sample:hello"]);
    is(result.code, 0, printed(result));
    is(count(result.stdout, " of 2 "), 2);
  });

  test(`${name}: tsmpi info says so`, async () => {
    const { stdout } = await run(launcher, 2, ["info"]);
    match(stdout, `engine: ${launcher.engine}, `);
    not.match(stdout, "engine: none");
  });
}

/** The package `tsmpi`, for scripts that bun runs. */
function asPackage(): Record<string, string> {
  const index = new URL("../../src/index.ts", import.meta.url).pathname;
  return {
    "node_modules/tsmpi/package.json": JSON.stringify({ name: "tsmpi", type: "module", exports: "./index.ts" }),
    "node_modules/tsmpi/index.ts": `export * from ${JSON.stringify(index)};\n`,
  };
}
