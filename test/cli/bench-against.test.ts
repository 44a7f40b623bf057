// `tsmpi bench --against mpi4py`: what it prints and writes, what it says where something is missing, and that nothing is left
// when it is ended early. How fast anything is, no test says.
// deadline: 400
import { join } from "node:path";
import { test } from "uvu";
import { comparisons } from "../../cli/bench/comparisons.ts";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { leftovers, start, tsmpi, workspace } from "../support/tsmpi.ts";

const lines = (text: string) => text.trimEnd().split("\n");
const tiny = ["-i", "3", "-x", "1"];

test("--against without mpirun, or with one of another MPI, says what to install and exits with 2", async () => {
  for (const [files, reason] of [
    [{}, /there is no mpirun on the PATH/],
    [{ mpirun: "#!/bin/sh\necho HYDRA build details\n" }, /mpirun is not Open MPI's/],
  ] as const) {
    const PATH = workspace(files);
    Bun.spawnSync(["/bin/chmod", "-R", "+x", PATH]);
    const result = await tsmpi(["bench", "--against", "mpi4py"], { env: { PATH } });
    equal([result.code, result.stdout], [2, ""]);
    match(result.stderr, reason);
    match(result.stderr, "apt-get install openmpi-bin python3-mpi4py python3-numpy");
    equal(await leftovers(result), []);
  }
});

const withMpi4py = (name: string, run: () => Promise<void>) => {
  const has = (command: string[], text: string) => {
    const found = Bun.which(command[0]!);
    return found !== null && `${Bun.spawnSync([found, ...command.slice(1)]).stdout}`.includes(text);
  };
  const import_ = ["-c", "import mpi4py; print('yes')"];
  const installed =
    has(["mpirun", "--version"], "Open MPI") &&
    (has(["python3", ...import_], "yes") || has(["/usr/bin/python3", ...import_], "yes"));
  if (installed) test(name, run);
  else skip(name, "Open MPI or mpi4py is not installed");
};

/** Fast enough for a test, and with both kinds of values: those where less is better, and those where more is. */
const few = ["--against", "mpi4py", "--rows", "object,rate,barrier-2,memory-rest", ...tiny];

withMpi4py(
  "--against prints every pair of runs and a line per row with the median ratio and what it reached",
  async () => {
    const { code, stdout, stderr } = await tsmpi(["bench", ...few, "--pairs", "2"], { deadline: 120 });
    equal([code, stderr], [0, ""]);
    match(stdout, /^# tsmpi .*\n# mpi4py [\d.]+, Open MPI .*\n# .* cores, .*load average/);
    is(
      stdout.match(/^pair [12]: tsmpi [\d.]+ (µs|ms|MiB|M\/s), mpi4py [\d.]+ (µs|ms|MiB|M\/s), ratio [\d.]+$/gm)
        ?.length,
      8,
    );
    equal(stdout.match(/^# .*\(.*\): 3 iterations after 1 to warm up$/gm)?.length, 4);
    const table = lines(stdout.slice(stdout.indexOf("# Medians"))).slice(1);
    is(table.length, 4);
    is(
      table.filter((row) => / {2}[\d.]+ +[\d.]+ +[\d.]+ +(not reached|reached|ambition)( \(disturbed\))?$/.test(row))
        .length,
      4,
    );
  },
);

/** All rows but those that differ from others only in their size, and take long. */
const short = comparisons.filter(({ name }) => !/-(16m|16|64)$/.test(name));

withMpi4py("--against --json prints a row with all its runs, and its ratio is the median of theirs", async () => {
  const names = short.map(({ name }) => name).join();
  const flags = ["--against", "mpi4py", "--json", "--rows", names, "--pairs", "1", "-i", "1", "-x", "1"];
  const { code, stdout, stderr } = await tsmpi(["bench", ...flags], { deadline: 300 });
  equal([code, stderr], [0, ""]);
  const rows = lines(stdout).map((line) => JSON.parse(line));
  equal(
    rows.map(({ row, np, reach, ambition }) => [row, np, reach, ambition]),
    short.map(({ name, np, reach, ambition }) => [name, np, reach, ambition]),
  );
  for (const row of rows) {
    const [run] = row.runs;
    const more = ["/s", "MB/s"].includes(row.unit);
    is(run.ratio, more ? run.tsmpi / run.mpi4py : run.mpi4py / run.tsmpi, row.row);
    equal([row.tsmpi, row.mpi4py, row.ratio], [run.tsmpi, run.mpi4py, run.ratio]);
    ok(["ambition", "reach", "neither"].includes(row.reached));
    is(typeof row.noise.disturbed, "boolean");
    equal([row.iterations, row.warmup], [1, 1]);
  }
});

withMpi4py(
  "--markdown prints nothing but a table on stdout, and --html writes a page that needs nothing else",
  async () => {
    const rows = ["--rows", "object,startup-2", "--pairs", "1", ...tiny];
    const flags = ["--against", "mpi4py", ...rows, "--markdown", "--html", "page.html"];
    const { code, stdout, cwd } = await tsmpi(["bench", ...flags], { deadline: 120 });
    is(code, 0);
    const table = lines(stdout);
    is(table.length, 4);
    for (const line of table) is(line.split("|").length, 9, line);
    const page = await Bun.file(join(cwd, "page.html")).text();
    is(page.match(/<svg /g)?.length, 2);
    is(page.match(/<polyline /g)?.length, 4);
    ok(!/<script|src=|href=|url\(|@import|NaN|Infinity/.test(page));
  },
);

withMpi4py("--against ends what it has started when it is interrupted", async () => {
  const job = await start(["bench", "--against", "mpi4py", "--rows", "rate", "-i", "100000000"]);
  await job.prints("(rate)");
  job.kill("SIGINT");
  const result = await job.ended;
  equal([result.code, result.stderr], [130, "tsmpi: interrupted\n"]);
  equal(await leftovers(result), []);
});

test.run();
