// `tsmpi bench`: what it prints, what it verifies, what it refuses, and that nothing is left when it is ended early. How fast
// anything is, no test says.
import { test } from "uvu";
import { type Bench, benches, benchNamed, type Work } from "../../cli/bench/bench-table.ts";
import { planTask } from "../../cli/bench/plan-task.ts";
import { pattern, verifyArray, verifyValue } from "../../cli/bench/programs/verify.ts";
import { parseSizes } from "../../cli/bench/sizes.ts";
import { median } from "../../cli/bench/startup.ts";
import { equal, is, match, ok, throws } from "../support/assert.ts";
import { leftovers, start, tsmpi } from "../support/tsmpi.ts";

const lines = (text: string) => text.trimEnd().split("\n");
const tiny = ["-i", "3", "-x", "1"];
/** Sizes on both sides of the eager limit. */
const sizesFor = ({ work }: Bench) => (work?.sizes?.object ? "object,8:16,64K" : "8:16,64K");

for (const bench of benches) {
  test(`bench ${bench.name} prints its columns and a row per size, on 2, 4 and 5 ranks`, async () => {
    for (const np of [2, 4, 5]) {
      const sizes = bench.work?.sizes ? ["-m", sizesFor(bench)] : [];
      const few = bench.name === "idle" ? ["-i", "1", "-x", "1"] : tiny;
      const { code, stdout, stderr } = await tsmpi(["bench", bench.name, "-np", `${np}`, ...sizes, ...few]);
      equal([code, stderr], [0, ""]);
      const [head, titles, ...rows] = lines(stdout);
      match(head!, `# tsmpi ${bench.name}, ${np} ranks: `);
      equal(titles!.slice(2).split(/ {2,}/), [...bench.columns]);
      const cells = rows.map((row) => row.split(/ +/));
      const object = bench.work?.sizes?.object ? ["object"] : [];
      const expected = bench.work?.sizes ? [...object, "8", "16", "65536"] : [`${np}`];
      equal(
        cells.map(([first]) => first),
        expected,
      );
      for (const [size, ...values] of cells) {
        // Of a few bytes in a second two digits may show nothing, on a machine that has other things to do.
        const none = ["idle", "io"].includes(bench.name) || (bench.name === "bandwidth" && Number(size) < 1024);
        is(values.length, bench.columns.length - 1);
        ok(
          values.every((value) => /^\d+(\.\d\d)?$/.test(value) && (Number(value) > 0 || none)),
          values.join(" "),
        );
        if (bench.columns.at(-1) === "Iterations") is(values.at(-1), few[1]);
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
  for (const name of ["bcast", "gather", "allreduce", "barrier", "startup"]) {
    const hasSizes = benchNamed(name).work?.sizes !== undefined;
    const sizes = hasSizes ? ["-m", "object,8"] : [];
    const { code, stdout } = await tsmpi(["bench", name, "-np=1", ...sizes, ...tiny, "--json"]);
    is(code, 0);
    const rows = lines(stdout).map((line) => JSON.parse(line));
    equal(
      rows.map(({ bench, np, size, iterations }) => [bench, np, size, iterations]),
      !hasSizes ? [[name, 1, undefined, 3]] : ["object", 8].map((size) => [name, 1, size, 3]),
    );
  }
});

test("wrong usage exits with 2 and one message that names the value and what was expected", async () => {
  for (const [argv, pattern] of [
    [[], /Cannot run no bench: expected one of latency, holding, .*startup, .*model\n/],
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
    [["allreduce", "-m", "12"], /Cannot use -m 12: expected multiples of 8 bytes, not 12/],
    [["barrier", "-m", "8"], /Cannot use -m with barrier/],
    [["bandwidth", "-m", "object"], /Cannot use -m object: expected sizes in bytes/],
    [["startup", "-m", "8"], /Cannot use -m with startup/],
    [["latency", "--pairs", "5"], /Cannot use --pairs: expected --against/],
    [["--against", "openmpi"], /Cannot use --against openmpi: expected mpi4py/],
    [["--against", "mpi4py", "-m", "8"], /Cannot use -m with --against/],
    [["--against", "mpi4py", "-np", "4"], /Cannot use -np with --against/],
    [["--against", "mpi4py", "--rows", "objct"], /Cannot use --rows objct: objct is no row.*\n +did you mean object\?/],
    [["--against", "mpi4py", "--rows", "object,"], /Cannot use --rows object,: nothing is no row/],
    [["rate", "--against", "mpi4py", "--rows", "object"], /Cannot use --rows object: none of them is a row of rate/],
    [["--against", "mpi4py", "--html"], /Cannot use --html: its value is missing/],
    [
      ["--against", "mpi4py", "--html", "no/such/dir/page.html"],
      /Cannot use --html no\/such\/dir\/page.html: expected/,
    ],
    [["--against", "mpi4py", "--markdown", "--json"], /Cannot use --markdown and --json/],
    [["latency", "--path", "/tmp"], /Cannot use --path: expected bench io with it/],
    [["io", "--path", "/no/such/directory"], /Cannot use --path \/no\/such\/directory: expected a directory/],
    [["latency", "--rows", "object"], /Cannot use --rows: expected --against/],
    [["latency", "--html", "x.html"], /Cannot use --html: expected --against/],
    [["latency", "--markdown"], /Cannot use --markdown: expected --against/],
    [
      ["latency", "--transport", "carrier-pigeon"],
      /Cannot use --transport carrier-pigeon: expected auto, shared-memory or/,
    ],
    [["model", "-np", "4"], /Cannot use -np with model/],
    [["model", "latency"], /Cannot run bench model with latency/],
    [["model", "--against", "mpi4py"], /Cannot use --against with model/],
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
  for (const option of [
    "-np",
    "-m",
    "-i",
    "-x",
    "--json",
    "--against",
    "--pairs",
    "--rows",
    "--html",
    "--markdown",
    "--quick",
    "--path",
  ])
    match(stdout, `\n  ${option}`);
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
  const latency = benchNamed("latency") as Bench & { work: Work };
  const plan = (quick: boolean) => {
    const chosen = { iterations: undefined, warmup: undefined, quick };
    const { rows } = planTask(latency, ["object", 1, 2, 2 ** 29], chosen, false);
    return rows.map(({ warmup, iterations }) => [warmup, iterations]);
  };
  equal(plan(false), [
    [200_000, 50_000],
    [200_000, 50_000],
    [5_000, 50_000],
    [20, 20],
  ]);
  equal(plan(true), [
    [10_000, 2_500],
    [10_000, 2_500],
    [250, 2_500],
    [20, 20],
  ]);
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
  [["latency", "-m", manyRows, "-i", "1000", "-x", "100"], /^object /m, "SIGINT", 130],
  [["startup", "-i", "100000"], "# Ranks", "SIGTERM", 143],
] as const) {
  test(`bench ${argv[0]} that gets ${signal} ends with ${code} and leaves nothing`, async () => {
    const job = await start(["bench", ...argv], { env: { TSMPI_DELAY: "0" } });
    await job.prints(begun);
    job.kill(signal);
    const result = await job.ended;
    is(result.code, code, result.stderr);
    equal(await leftovers(result), []);
  });
}

test.run();
