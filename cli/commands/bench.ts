// cli/commands/bench: layer 10. `tsmpi bench`: measures this machine, verifying the data before timing it.

import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { type Bench, benchNames, MODEL, ranksFor, type Work } from "../bench/bench-table.ts";
import { line, row } from "../bench/columns.ts";
import { type BenchOptions, parseBench } from "../bench/options.ts";
import { planTask } from "../bench/plan-task.ts";
import { parseSizes } from "../bench/sizes.ts";
import { helloFiles, timeStarts } from "../bench/startup.ts";
import { CommandError, Workplace } from "../bench/workplace.ts";
import { onThisMachine } from "../launch/plan.ts";
import { launch } from "../launch/run.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";

/** @returns the job's exit code */
export async function bench(argv: string[], help: () => Promise<number>): Promise<number> {
  // What bench/noise starts.
  if (argv[0] === "near") return launchProgram("near", 2, argv[1]!, undefined);
  const options = parseBench(argv);
  if (options === "help") return help();
  checkTogether(options);
  try {
    if (options.against) return await (await import("../bench/against.ts")).against(options);
    if (options.model) return await (await import("../bench/model.ts")).model(options);
    return await run(options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`tsmpi: ${error.message}\n`);
    return error.code;
  }
}

/** @throws UsageError where options do not go together */
function checkTogether(options: BenchOptions): void {
  const { against, bench, model, json, markdown, path } = options;
  for (const name of ["pairs", "rows", "html"] as const) {
    if (options[name] !== undefined && !against) throw alone(`--${name}`);
  }
  if (markdown && !against) throw alone("--markdown");
  if (path !== undefined && !bench?.work?.files) throw new UsageError("Cannot use --path: expected bench io with it");
  if (markdown && json) throw new UsageError("Cannot use --markdown and --json: expected one of them");
  if (model && against) throw new UsageError(`Cannot use --against with ${MODEL}: it compares what can be measured`);
  for (const [option, value] of Object.entries({ "-np": options.np, "-m": options.sizes })) {
    if (model && value !== undefined) {
      throw new UsageError(`Cannot use ${option} with ${MODEL}: its ranks and sizes are fixed`);
    }
  }
  if (bench === undefined && !model && !against) {
    throw new UsageError(
      `Cannot run no bench: expected one of ${[...benchNames, MODEL].join(", ")}`,
      "two ranks: tsmpi bench latency",
    );
  }
}

function alone(option: string): UsageError {
  return new UsageError(`Cannot use ${option}: expected --against mpi4py with it`);
}

async function run(options: BenchOptions): Promise<number> {
  const bench = options.bench!;
  const np = ranksFor(bench, options.np ?? bench.np.usual);
  return bench.work ? runRanks({ ...bench, work: bench.work }, np, options) : runStarts(bench, np, options);
}

/** A job whose ranks do the work. */
function runRanks(bench: Bench & { work: Work }, np: number, options: BenchOptions): Promise<number> {
  const { sizes: allowed, pairs, files } = bench.work;
  if (!allowed && options.sizes !== undefined) throw noSizes(bench);
  const sizes = allowed ? parseSizes(options.sizes ?? allowed.usual, "-m", allowed) : [undefined];
  if (bench.name === "memory" && process.platform !== "linux") {
    throw new UsageError("Cannot run memory: only Linux tells how much memory processes share");
  }
  const path = files ? resolve(options.path ?? tmpdir()) : undefined;
  const task = { ...planTask(bench, sizes, options, options.json), path };
  if (!options.json) printHeader(bench, np, pairs ? pairing(np) : "all ranks together");
  return launchProgram(bench.name, np, JSON.stringify(task), options.transport);
}

function launchProgram(name: string, np: number, task: string, transport: string | undefined): Promise<number> {
  const env = transport === undefined ? {} : { TSMPI_TRANSPORT: transport };
  return launch({
    programs: [{ ranks: np, script: `bench:${name}`, args: [task], env, wdir: undefined }],
    ...{ tagOutput: false, timestampOutput: false, outputDir: undefined, stdin: "none", timeout: undefined },
    ...{ quiet: true, verbose: false, displayMap: false, ignored: [], notes: [] },
    ...onThisMachine(np),
  });
}

function noSizes({ name }: Bench): UsageError {
  return new UsageError(`Cannot use -m with ${name}: it has no sizes`);
}

function pairing(np: number): string {
  const pairs = Math.floor(np / 2);
  if (np === 2) return "rank 0 with rank 1";
  return `${pairs} ${pairs === 1 ? "pair" : "pairs"}, rank i with rank i + ${pairs}${np % 2 ? `; rank ${np - 1} is idle` : ""}`;
}

/** Jobs of hello, one after the other. */
async function runStarts(bench: Bench, np: number, options: BenchOptions): Promise<number> {
  if (options.sizes !== undefined) throw noSizes(bench);
  const { warmup = 1, iterations = options.quick ? 1 : 11, json, transport } = options;
  using workplace = new Workplace(helloFiles);
  if (!json) printHeader(bench, np, "`tsmpi run hello` from start to end");
  const through = transport === undefined ? [] : ["--transport", transport];
  const command = [...selfCommand(), "run", "-np", String(np), ...through, "hello"];
  const { median, min, max } = await timeStarts(workplace, command, np, { warmup, iterations });
  const values = { median, min, max, iterations };
  if (json) console.log(JSON.stringify({ bench: bench.name, np, ...values }));
  else console.log(row(String(np), values));
  return 0;
}

function printHeader({ name, columns }: Bench, np: number, how: string): void {
  const [first, ...others] = columns;
  console.log(`# tsmpi ${name}, ${np} ${np === 1 ? "rank" : "ranks"}: ${how}`);
  console.log(line(`# ${first}`, others));
}
