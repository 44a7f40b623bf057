// cli/bench/against: layer 10. `tsmpi bench --against mpi4py`: the same work on both, ours and theirs in turn, so that whatever
// else the machine does meets both; every run is printed, and the median of the ratios of the pairs. Called by commands/bench.

import { arch, availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { mpi4pyTexts } from "../embedded/mpi4py-texts.ts";
import { sampleTexts } from "../embedded/sample-texts.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { versionLine } from "../version.ts";
import { benches } from "./bench-table.ts";
import { outputOf } from "./child.ts";
import { type Comparison, comparisons } from "./comparisons.ts";
import { Mpi4py } from "./mpi4py.ts";
import type { BenchOptions } from "./options.ts";
import { planTask } from "./plan-task.ts";
import { withScratch } from "./scratch.ts";
import { median, timeStarts } from "./startup.ts";

const PAIRS = 5;
/** Starts per run of the row startup, the median of which counts. */
const STARTS = { warmup: 1, iterations: 5 };

/** A comparison's medians. */
interface Outcome extends Comparison {
  readonly tsmpi: number;
  readonly mpi4py: number;
  readonly ratio: number;
}

/** Runs the comparisons, or those of one bench. @returns the exit code */
export async function against(options: BenchOptions): Promise<number> {
  if (options.sizes !== undefined) throw new UsageError("Cannot use -m with --against: its sizes are fixed");
  const rows = comparisons
    .filter(({ bench }) => options.bench === undefined || bench === options.bench.name)
    .map((row) => ({ ...row, np: options.np ?? row.np }));
  if (rows.length === 0) throw new UsageError(`Cannot use --against with ${options.bench!.name}: it is not compared`);
  const files = { ...mpi4pyTexts, "scripts/hello.ts": sampleTexts["hello.ts"]! };
  return withScratch(files, async (dir) => {
    const mpi4py = await Mpi4py.find(dir);
    const say = options.json ? () => {} : console.log;
    say(header(mpi4py));
    const outcomes: Outcome[] = [];
    for (const row of rows) {
      const runs = await runPairs(row, options, mpi4py, dir, say);
      const [ours, theirs, ratios] = [0, 1, 2].map((i) => median(runs.map((run) => run[i]!)));
      outcomes.push({ ...row, tsmpi: ours!, mpi4py: theirs!, ratio: ratios! });
      if (options.json) console.log(JSON.stringify({ ...outcomes.at(-1), runs }));
    }
    say(summary(outcomes));
    return 0;
  });
}

function header(mpi4py: Mpi4py): string {
  const load = loadavg().map((value) => value.toFixed(2));
  return [
    `# ${versionLine()}`,
    `# ${mpi4py.versions}, over TCP`,
    `# ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${platform()} ${release()} ${arch()}, load average ${load.join(" ")}`,
    "# Ratio > 1: tsmpi is better. Other programs on the machine spoil the figures.",
  ].join("\n");
}

/** @returns ours, theirs and the ratio, for each pair of runs */
async function runPairs(
  row: Comparison,
  options: BenchOptions,
  mpi4py: Mpi4py,
  dir: string,
  say: (text: string) => void,
): Promise<[number, number, number][]> {
  say(`\n# ${title(row)}`);
  const runs: [number, number, number][] = [];
  const { ours, theirs } = sides(row, options, mpi4py, dir);
  for (let pair = 1; pair <= (options.pairs ?? PAIRS); pair++) {
    const a = await ours();
    const b = await theirs();
    const ratio = row.better === "less" ? b / a : a / b;
    runs.push([a, b, ratio]);
    say(`pair ${pair}: tsmpi ${amount(row, a)}, mpi4py ${amount(row, b)}, ratio ${ratio.toFixed(2)}`);
  }
  return runs;
}

type Measure = () => Promise<number>;

/** How each side is measured: by the same work, so many times. */
function sides(
  row: Comparison,
  options: BenchOptions,
  mpi4py: Mpi4py,
  dir: string,
): { ours: Measure; theirs: Measure } {
  const { np, size, value } = row;
  const bench = benches.find(({ name }) => name === row.bench)!;
  if (np < bench.np.least) throw new UsageError(`Cannot run ${bench.name} with -np ${np}: expected at least 2 ranks`);
  const { work } = bench;
  if (!work) {
    const times = { warmup: options.warmup ?? STARTS.warmup, iterations: options.iterations ?? STARTS.iterations };
    const start = (command: string[]) => async () => (await timeStarts(command, np, dir, times)).median;
    return {
      ours: start([...selfCommand(), "run", "-np", String(np), "hello"]),
      theirs: start(mpi4py.command("hello.py", np, false, dir)),
    };
  }
  const task = planTask({ ...bench, work }, [size], options, true);
  const { iterations, warmup } = task.rows[0]!;
  const numbers = Object.entries({ np, m: size, i: iterations, x: warmup }).map(([name, n]) => `-${name}=${n}`);
  const measure = (command: string[]) => async () => JSON.parse(await outputOf(command, dir))[value];
  return {
    ours: measure([...selfCommand(), "bench", bench.name, ...numbers, "--json"]),
    theirs: measure(mpi4py.command(`${bench.name}.py`, np, true, dir, JSON.stringify(task))),
  };
}

function title({ bench, size, np }: Comparison): string {
  if (bench === "startup") return `startup, ${np} ranks`;
  return `${bench}, ${size === "object" ? size : bytes(size)}, ${np} ranks`;
}

function bytes(size: number): string {
  return size < 2 ** 20 ? `${size / 2 ** 10} KiB` : `${size / 2 ** 20} MiB`;
}

function amount({ unit }: Comparison, value: number): string {
  return unit === "/s" ? `${(value / 1e6).toFixed(3)} M/s` : `${value.toFixed(2)} ${unit}`;
}

function summary(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((row): string[] => {
    const { target, ratio } = row;
    const verdict =
      target === undefined ? ["-", "-"] : [target.toFixed(2), ratio >= target ? "reached" : "not reached"];
    return [title(row), amount(row, row.tsmpi), amount(row, row.mpi4py), ratio.toFixed(2), ...verdict];
  });
  const titles = ["# Medians", "tsmpi", "mpi4py", "ratio", "target", ""];
  const table = [titles, ...lines].map(([first, ...cells]) => {
    return `${first!.padEnd(30)}${cells.map((cell, i) => cell.padStart(i < 2 ? 14 : 9 + 4 * Number(i === 4))).join("")}`.trimEnd();
  });
  return `\n${table.join("\n")}`;
}
