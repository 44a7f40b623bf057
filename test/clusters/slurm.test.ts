// Under a real Slurm with two nodes: srun without PMI, and with it; srun in a batch script.
// deadline: 400
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { noSlurm, startSlurm } from "../support/slurm.ts";
import { binary, tsmpi, workspace } from "../support/tsmpi.ts";
import { claims, type Launcher, run } from "./claims.ts";
import { documented, said, shellBlocks } from "./documented.ts";

const reason = noSlurm();
if (reason !== undefined) skip("Slurm", reason);
else {
  const slurm = await startSlurm();
  const srun = (...options: string[]): Launcher["command"] => {
    return (ranks) => [
      "srun",
      "--quiet",
      "--kill-on-bad-exit=1",
      `--nodes=${Math.min(ranks, 2)}`,
      `--ntasks=${ranks}`,
      ...options,
    ];
  };
  const plain: Launcher = { name: "srun", engine: "slurm", command: srun("--mpi=none"), env: () => slurm.env };
  claims(plain);
  claims({ ...plain, name: "srun --mpi=pmi2", engine: "pmi", command: srun("--mpi=pmi2") });

  test("srun: the token that was made in the home is the user's alone", () => {
    const file = join(slurm.env.HOME!, ".tsmpi/token");
    is(statSync(file).mode & 0o777, 0o600);
    match(readFileSync(file, "utf8"), /^[0-9a-f]{64}\n$/);
  });

  test("srun: a rank with another token is refused, and everyone ends with an error", async () => {
    // Each rank makes a token of its own.
    const script = `export TSMPI_TOKEN=only-for-rank-number-$SLURM_PROCID; exec ${binary} sample:hello`;
    const launcher = { ...plain, command: (ranks: number) => [...srun("--mpi=none")(ranks), "sh", "-c", script] };
    const { code, stdout, stderr } = await run(launcher, 2, [], { env: { TSMPI_WIREUP_TIMEOUT: "8" } });
    is.not(code, 0);
    is(stdout, "");
    match(stderr, "it has not the job's token, or another number of ranks");
  });

  test("srun: a rank that does not come is named within the bound", async () => {
    const script = `if [ $SLURM_PROCID = 1 ]; then exec sleep 30; else exec ${binary} sample:hello; fi`;
    const launcher = { ...plain, command: (ranks: number) => [...srun("--mpi=none")(ranks), "sh", "-c", script] };
    const { code, stderr } = await run(launcher, 3, [], { env: { TSMPI_WIREUP_TIMEOUT: "1" } });
    is.not(code, 0);
    match(stderr, "rank 1 did not start within 1 s (TSMPI_WIREUP_TIMEOUT)");
  });

  test("sbatch: the batch script itself is one rank, what it starts with srun are several", async () => {
    const cwd = workspace();
    const job = ["#!/bin/sh", `${binary} sample:hello`, `srun --ntasks=3 ${binary} sample:hello | sort`].join("\n");
    const under = ["sbatch", "--wait", "--quiet", "--nodes=2", "--ntasks=3", `--output=${join(cwd, "out")}`];
    const script = join(cwd, "job.sh");
    const result = await tsmpi([], { cwd, files: { "job.sh": job }, under, program: script, env: slurm.env });
    is(result.code, 0, result.stderr);
    const lines = readFileSync(join(cwd, "out"), "utf8").trim().split("\n");
    is(
      lines.map((line) => line.replace(/^Hello from (.*) on .*/, "$1")).join(),
      "rank 0 of 1,rank 0 of 3,rank 1 of 3,rank 2 of 3",
    );
  });

  const salloc = ["salloc", "--quiet", "--nodes=2", "--ntasks=4"];

  test("tsmpi run in an allocation has its hosts and slots, and gets there with srun; both stage into one home at once", async () => {
    // Two copies of tsmpi go through srun: how long a busy machine takes for that is not what is tested.
    const run = ["run", "--connect-timeout", "100", "sample:hello"];
    const result = await tsmpi(run, { under: salloc, env: slurm.env });
    is(result.code, 0, result.stderr);
    is(result.stdout.match(/Hello from rank \d of 4/g)?.length, 4);
    match(result.stderr, /hosts are those of Slurm's job \d+/);
    match(result.stderr, "starting 4 ranks, one per slot of the hosts");
    const map = await tsmpi(["run", "-np", "8", "-quiet", "--display-map", "sample:hello"], {
      under: salloc,
      env: slurm.env,
    });
    match(map.stdout + map.stderr, /^t1 +\d /m);
    match(map.stdout + map.stderr, /^t2 +\d /m);
  });

  test("tsmpi run in an allocation: a rank that throws ends the job, and no rank sees Slurm's number of a task", async () => {
    const files = {
      "env.ts": `console.log(Object.keys(process.env).filter((name) => /^(SLURM_PROCID|SLURM_STEP_ID|PMI_)/.test(name)).join());`,
      "throws.ts": `import { MPI } from "tsmpi";
if (MPI.COMM_WORLD.rank === 1) throw new Error("no luck today");
await MPI.COMM_WORLD.barrier();`,
    };
    const env = await tsmpi(["run", "-np", "2", "env.ts"], { under: salloc, env: slurm.env, files, deadline: 60 });
    is(env.code, 0, env.stderr);
    is(env.stdout.trim(), "");
    const { code, stderr } = await tsmpi(["run", "throws.ts"], { under: salloc, env: slurm.env, files, deadline: 60 });
    is(code, 1);
    match(stderr, /rank 1 of 4 \(pid \d+ on t\d\) failed/);
    is(stderr.split("error: no luck today").length, 2);
  });

  test("sbatch: tsmpi run in the batch script uses all of its nodes", async () => {
    const cwd = workspace();
    const job = ["#!/bin/sh", `exec ${binary} run -quiet sample:hello`].join("\n");
    const under = ["sbatch", "--wait", "--quiet", "--nodes=2", "--ntasks=4", `--output=${join(cwd, "out")}`];
    const result = await tsmpi([], {
      cwd,
      files: { "job.sh": job },
      under,
      program: join(cwd, "job.sh"),
      env: slurm.env,
    });
    const out = readFileSync(join(cwd, "out"), "utf8");
    is(result.code, 0, result.stderr + out);
    is(out.match(/Hello from rank \d of 4/g)?.length, 4, out);
  });

  for (const [i, block] of shellBlocks("Slurm").entries()) {
    const [line = ""] = block.match(/^(tsmpi|srun).*/m) ?? [];
    test(`sbatch: a script of docs/clusters.md runs as it is written (${line})`, async () => {
      const { cwd, env } = documented();
      const job = block.startsWith("#!") ? block : `#!/bin/sh\n${block}`;
      // Only the size is another one.
      const size = ["--nodes=2", "--ntasks-per-node=2"];
      const under = ["sbatch", "--wait", "--quiet", ...size, `--output=${join(cwd, "out")}`];
      const files = { [`job-${i}.sh`]: job };
      const program = join(cwd, `job-${i}.sh`);
      const result = await tsmpi([], { cwd, files, under, program, env: { ...slurm.env, ...env } });
      const out = readFileSync(join(cwd, "out"), "utf8");
      is(result.code, 0, result.stderr + out);
      equal(out.match(/^rank .*$/gm)?.sort(), said(4), out);
    });
  }

  test.after(() => slurm.end());
}

test.run();
