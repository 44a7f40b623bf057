// cli/commands/bench: layer 10. `tsmpi bench`: measures this machine, verifying the data before timing it.

import { type Bench, benchNames, ranksFor } from "../bench/bench-table.ts";
import { line, row } from "../bench/columns.ts";
import { type BenchOptions, parseBench } from "../bench/options.ts";
import { planTask } from "../bench/plan-task.ts";
import { parseSizes } from "../bench/sizes.ts";
import { helloFiles, timeStarts } from "../bench/startup.ts";
import type { Task } from "../bench/task.ts";
import { CommandError, Workplace } from "../bench/workplace.ts";
import { onThisMachine } from "../launch/plan.ts";
import { launch } from "../launch/run.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";

/** @returns the job's exit code */
export async function bench(argv: string[], help: () => Promise<number>): Promise<number> {
  const options = parseBench(argv);
  if (options === "help") return help();
  try {
    if (options.against) return await (await import("../bench/against.ts")).against(options);
    return await run(options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`tsmpi: ${error.message}\n`);
    return error.code;
  }
}

async function run(options: BenchOptions): Promise<number> {
  const { bench } = options;
  if (!bench) {
    throw new UsageError(
      `Cannot run no bench: expected one of ${benchNames.join(", ")}`,
      "two ranks: tsmpi bench latency",
    );
  }
  if (options.pairs !== undefined) throw new UsageError("Cannot use --pairs: expected --against mpi4py with it");
  const np = ranksFor(bench, options.np ?? bench.np.usual);
  return bench.work ? runRanks({ ...bench, work: bench.work }, np, options) : runStarts(bench, np, options);
}

/** A job whose ranks do the work. */
function runRanks(bench: Bench & Required<Pick<Bench, "work">>, np: number, options: BenchOptions): Promise<number> {
  const sizes = parseSizes(options.sizes ?? bench.work.sizes, "-m", bench.work);
  const task: Task = planTask(bench, sizes, options, options.json);
  if (!options.json) printHeader(bench, np, bench.work.pairs ? pairing(np) : "all ranks together");
  const args = [JSON.stringify(task)];
  return launch({
    programs: [{ ranks: np, script: `bench:${bench.name}`, args, env: {}, wdir: undefined }],
    ...{ tagOutput: false, timestampOutput: false, outputDir: undefined, stdin: "none", timeout: undefined },
    ...{ quiet: true, verbose: false, displayMap: false, ignored: [], notes: [] },
    ...onThisMachine(np),
  });
}

function pairing(np: number): string {
  const pairs = Math.floor(np / 2);
  if (np === 2) return "rank 0 with rank 1";
  return `${pairs} ${pairs === 1 ? "pair" : "pairs"}, rank i with rank i + ${pairs}${np % 2 ? `; rank ${np - 1} is idle` : ""}`;
}

/** Jobs of hello, one after the other. */
async function runStarts(bench: Bench, np: number, options: BenchOptions): Promise<number> {
  if (options.sizes !== undefined) throw new UsageError("Cannot use -m with startup: it has no sizes");
  const { warmup = 1, iterations = 11, json } = options;
  using workplace = new Workplace(helloFiles);
  if (!json) printHeader(bench, np, "`tsmpi run hello` from start to end");
  const command = [...selfCommand(), "run", "-np", String(np), "hello"];
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
