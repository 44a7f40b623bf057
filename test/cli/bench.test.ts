// `tsmpi bench`: what it prints, what it verifies, what it refuses, and that nothing is left when it is ended early. How fast
// anything is, no test says.
import { test } from "uvu";
import { type Bench, benches, benchNamed } from "../../cli/bench/bench-table.ts";
import { comparisons } from "../../cli/bench/comparisons.ts";
import { planTask } from "../../cli/bench/plan-task.ts";
import { pattern, verifyArray, verifyValue } from "../../cli/bench/programs/verify.ts";
import { parseSizes } from "../../cli/bench/sizes.ts";
import { median } from "../../cli/bench/startup.ts";
import { equal, is, match, ok, skip, throws } from "../support/assert.ts";
import { leftovers, start, tsmpi, workspace } from "../support/tsmpi.ts";

const lines = (text: string) => text.trimEnd().split("\n");
const tiny = ["-i", "3", "-x", "1"];
/** Sizes on both sides of the eager limit. */
const sizesFor = ({ work }: Bench) => (work?.object ? "object,4:8,64K" : "4:8,64K");

for (const bench of benches) {
  test(`bench ${bench.name} prints its columns and a row per size, on 2, 4 and 5 ranks`, async () => {
    for (const np of [2, 4, 5]) {
      const sizes = bench.work ? ["-m", sizesFor(bench)] : [];
      const { code, stdout, stderr } = await tsmpi(["bench", bench.name, "-np", `${np}`, ...sizes, ...tiny]);
      equal([code, stderr], [0, ""]);
      const [head, titles, ...rows] = lines(stdout);
      match(head!, `# tsmpi ${bench.name}, ${np} ranks: `);
      equal(titles!.slice(2).split(/ {2,}/), [...bench.columns]);
      const cells = rows.map((row) => row.split(/ +/));
      const expected = !bench.work ? [`${np}`] : [...(bench.work.object ? ["object"] : []), "4", "8", "65536"];
      equal(
        cells.map(([first]) => first),
        expected,
      );
      for (const [, ...values] of cells) {
        is(values.length, bench.columns.length - 1);
        ok(
          values.every((value) => /^\d+(\.\d\d)?$/.test(value) && Number(value) > 0),
          values.join(" "),
        );
        if (bench.columns.at(-1) === "Iterations") is(values.at(-1), "3");
      }
    }
  });
}

test("the header says which ranks measure with which, and who is idle", async () => {
  const heads = await Promise.all(
    ["2", "3", "6"].map(async (np) => (await tsmpi(["bench", "latency", "-np", np, "-m", "object", ...tiny])).stdout),
  );
  match(heads[0]!, "2 ranks: rank 0 with rank 1\n");
  match(heads[1]!, "3 ranks: 1 pair, rank i with rank i + 1; rank 2 is idle\n");
  match(heads[2]!, "6 ranks: 3 pairs, rank i with rank i + 3\n");
});

test("collectives and startup run on 1 rank, and --json prints nothing but a line of JSON per row", async () => {
  for (const name of ["bcast", "allreduce", "startup"]) {
    const sizes = name === "startup" ? [] : ["-m", "object,8"];
    const { code, stdout } = await tsmpi(["bench", name, "-np=1", ...sizes, ...tiny, "--json"]);
    is(code, 0);
    const rows = lines(stdout).map((line) => JSON.parse(line));
    equal(
      rows.map(({ bench, np, size, iterations }) => [bench, np, size, iterations]),
      name === "startup" ? [[name, 1, undefined, 3]] : ["object", 8].map((size) => [name, 1, size, 3]),
    );
  }
});

test("wrong usage exits with 2 and one message that names the value and what was expected", async () => {
  for (const [argv, pattern] of [
    [[], /Cannot run no bench: expected one of latency, bandwidth, rate, bcast, allreduce, startup/],
    [["latnecy"], /Cannot run bench latnecy: expected one of [\s\S]*did you mean latency\?/],
    [["latency", "rate"], /bench latency with rate: expected one bench/],
    [["latency", "-np", "1"], /Cannot run latency with -np 1: expected at least 2 ranks/],
    [["latency", "-np", "0"], /Cannot use -np 0: expected a whole number/],
    [["latency", "--jsno"], /Cannot use --jsno: [\s\S]*did you mean --json\?/],
    [["latency", "-i"], /Cannot use -i: its value is missing, expected -i N/],
    [["latency", "-i", "0"], /Cannot use -i 0: expected a whole number from 1/],
    [["latency", "-x", "few"], /Cannot use -x few: expected a whole number from 0/],
    [["latency", "-m", "big"], /Cannot use -m big: expected object, BYTES, MIN:MAX/],
    [["latency", "-m", "8:4"], /Cannot use -m 8:4: expected/],
    [["latency", "-m", "2G"], /Cannot use -m 2G: expected .* at most 1G/],
    [["latency", "-m", "-1"], /Cannot use -m -1: expected/],
    [["allreduce", "-m", "6"], /Cannot use -m 6: expected multiples of 4 bytes, not 6/],
    [["bandwidth", "-m", "object"], /Cannot use -m object: expected sizes in bytes/],
    [["startup", "-m", "8"], /Cannot use -m with startup/],
    [["latency", "--pairs", "5"], /Cannot use --pairs: expected --against/],
    [["--against", "openmpi"], /Cannot use --against openmpi: expected mpi4py/],
    [["bandwidth", "--against", "mpi4py"], /Cannot use --against with bandwidth/],
    [["--against", "mpi4py", "-m", "8"], /Cannot use -m with --against/],
    [["latency", "--against", "mpi4py", "-np", "1"], /Cannot run latency with -np 1: expected at least 2 ranks/],
  ] as const) {
    const { code, stdout, stderr } = await tsmpi(["bench", ...argv]);
    match(stderr, pattern);
    match(stderr, /^tsmpi: /);
    ok(lines(stderr).length <= 2, stderr);
    equal([code, stdout], [2, ""], argv.join(" "));
  }
});

test("bench --help and help bench name the benches and the options, in 80 columns", async () => {
  const { code, stdout } = await tsmpi(["bench", "--help"]);
  is(code, 0);
  is((await tsmpi(["help", "bench"])).stdout, stdout);
  for (const { name } of benches) match(stdout, new RegExp(`^  ${name} `, "m"));
  for (const option of ["-np", "-m", "-i", "-x", "--json", "--against", "--pairs"]) match(stdout, `\n  ${option}`);
  for (const line of lines(stdout)) ok(line.length <= 80, line);
});

test("sizes double from MIN to MAX, with K, M and G, and 0 is one", () => {
  const any = { object: true, multipleOf: 1 };
  equal(parseSizes("object,0:4,64k,1M:2M", "-m", any), ["object", 0, 1, 2, 4, 65536, 2 ** 20, 2 ** 21]);
  equal(parseSizes("3:13", "-m", any), [3, 6, 12]);
  equal(parseSizes("0:16", "-m", { object: false, multipleOf: 4 }), [0, 4, 8, 16]);
  for (const wrong of ["", "1:", ":1", "1:2:3", "1,", "1.5", "object:4", "1e3", "0x10", "9999999999"]) {
    throws(() => parseSizes(wrong, "-m", any), /Cannot use -m/);
  }
});

test("long messages are repeated less often, and only the first row of a kind warms up for long", () => {
  const latency = benchNamed("latency") as Bench & Required<Pick<Bench, "work">>;
  const { rows } = planTask(latency, ["object", 1, 2, 2 ** 29], { iterations: undefined, warmup: undefined }, false);
  equal(
    rows.map(({ warmup, iterations }) => [warmup, iterations]),
    [
      [50_000, 20_000],
      [50_000, 20_000],
      [2_000, 20_000],
      [20, 20],
    ],
  );
});

test("the verification of data rejects a changed byte, a wrong length, another message's data and another value", () => {
  const changed = pattern(1000, 1);
  verifyArray("x", changed, pattern(1000, 1));
  changed[999]! ^= 1;
  throws(() => verifyArray("x", changed, pattern(1000, 1)), /Cannot measure x: .* as element 999, expected/);
  throws(() => verifyArray("x", pattern(999, 1), pattern(1000, 1)), /got 999 elements, expected 1000/);
  throws(() => verifyArray("x", pattern(8, 2), pattern(8, 1)), /element 0/);
  throws(() => verifyValue("x", { k: 2 }, { k: 1 }), /got {"k":2}, expected {"k":1}/);
  throws(() => verifyValue("x", undefined, { k: 1 }), /got undefined/);
});

test("median() is the middle one, or the mean of the two in the middle", () => {
  is(median([3, 1, 2]), 2);
  is(median([10, 1, 2, 4]), 3);
});

/** Rows for longer than any test waits. */
const manyRows = Array.from({ length: 2000 }, () => "object").join();

for (const [argv, begun, signal, code] of [
  [["latency", "-m", manyRows, "-i", "10000"], /^object /m, "SIGINT", 130],
  [["startup", "-i", "100000"], "# Ranks", "SIGTERM", 143],
] as const) {
  test(`bench ${argv[0]} that gets ${signal} ends with ${code} and leaves nothing`, async () => {
    const job = await start(["bench", ...argv]);
    await job.prints(begun);
    job.kill(signal);
    const result = await job.ended;
    is(result.code, code, result.stderr);
    equal(await leftovers(result), []);
  });
}

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
    match(result.stderr, "apt-get install openmpi-bin python3-mpi4py");
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

withMpi4py("--against prints every pair of runs and a line per comparison with the median ratio", async () => {
  const flags = ["--against", "mpi4py", "--pairs", "2", ...tiny];
  const { code, stdout, stderr } = await tsmpi(["bench", ...flags], { deadline: 120 });
  equal([code, stderr], [0, ""]);
  match(stdout, /^# tsmpi .*\n# mpi4py [\d.]+, Open MPI .*, over TCP\n# .* cores, .*load average/);
  is(stdout.match(/^pair [12]: tsmpi [\d.]+ (us|ms|M\/s), mpi4py [\d.]+ (us|ms|M\/s), ratio [\d.]+$/gm)?.length, 16);
  const table = lines(stdout.slice(stdout.indexOf("# Medians"))).slice(1);
  is(table.length, comparisons.length);
  is(table.filter((row) => /[\d.]+ +(not reached|reached)$/.test(row)).length, 3);
});

withMpi4py("--against ends what it has started when it is interrupted", async () => {
  const job = await start(["bench", "rate", "--against", "mpi4py", "-i", "100000000"]);
  await job.prints("# rate");
  job.kill("SIGINT");
  const result = await job.ended;
  equal([result.code, result.stderr], [130, "tsmpi: interrupted\n"]);
  equal(await leftovers(result), []);
});

test.run();
