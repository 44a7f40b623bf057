// cli/bench/against: layer 10. `tsmpi bench --against mpi4py`: the same work on both, ours and theirs in turn, so that whatever
// else the machine does meets both; every run is printed, and the median of the ratios of the pairs. Called by commands/bench.

import { arch, availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { mpi4pyTexts } from "../embedded/mpi4py-texts.ts";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { versionLine } from "../version.ts";
import { benchNamed, ranksFor } from "./bench-table.ts";
import { type Comparison, comparisons } from "./comparisons.ts";
import { Mpi4py } from "./mpi4py.ts";
import type { BenchOptions } from "./options.ts";
import { planTask } from "./plan-task.ts";
import { helloFiles, median, timeStarts } from "./startup.ts";
import { Workplace } from "./workplace.ts";

const PAIRS = 5;
/** Starts per run of the row startup, the median of which counts. */
const STARTS = { warmup: 1, iterations: 5 };

/** What both sides needed in one pair of runs. */
interface Run {
  readonly tsmpi: number;
  readonly mpi4py: number;
  readonly ratio: number;
}

/** A comparison with the medians of its runs. */
type Outcome = Comparison & Run;

/** Runs the comparisons, or those of one bench. @returns the exit code */
export async function against(options: BenchOptions): Promise<number> {
  const rows = rowsFor(options);
  using workplace = new Workplace({ ...mpi4pyTexts, ...helloFiles });
  const mpi4py = await Mpi4py.find(workplace);
  const say = options.json ? () => {} : console.log;
  say(header(mpi4py));
  const outcomes: Outcome[] = [];
  for (const row of rows) {
    say(`\n# ${title(row)}`);
    const { ours, theirs } = sides(row, options, mpi4py, workplace);
    const runs: Run[] = [];
    for (let pair = 1; pair <= (options.pairs ?? PAIRS); pair++) {
      const run = runOf(row, await ours(), await theirs());
      say(
        `pair ${pair}: tsmpi ${amount(row, run.tsmpi)}, mpi4py ${amount(row, run.mpi4py)}, ratio ${run.ratio.toFixed(2)}`,
      );
      runs.push(run);
    }
    const middle = (key: keyof Run) => median(runs.map((run) => run[key]));
    const outcome = { ...row, tsmpi: middle("tsmpi"), mpi4py: middle("mpi4py"), ratio: middle("ratio") };
    if (options.json) console.log(JSON.stringify({ ...outcome, runs }));
    outcomes.push(outcome);
  }
  say(summary(outcomes));
  return 0;
}

function rowsFor({ bench, np, sizes }: BenchOptions): Comparison[] {
  if (sizes !== undefined) throw new UsageError("Cannot use -m with --against: its sizes are fixed");
  const rows = comparisons.filter((row) => bench === undefined || row.bench === bench.name);
  if (rows.length === 0) throw new UsageError(`Cannot use --against with ${bench!.name}: it is not compared`);
  return rows.map((row) => ({ ...row, np: ranksFor(benchNamed(row.bench), np ?? row.np) }));
}

function runOf({ better }: Comparison, tsmpi: number, mpi4py: number): Run {
  return { tsmpi, mpi4py, ratio: better === "less" ? mpi4py / tsmpi : tsmpi / mpi4py };
}

function header(mpi4py: Mpi4py): string {
  const load = loadavg().map((value) => value.toFixed(2));
  return [
    `# ${versionLine()}`,
    `# ${mpi4py.versions}, over TCP`,
    `# ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${platform()} ${release()} ${arch()}, load average ${load.join(" ")}`,
    "# Ratio > 1: tsmpi is better. Measure on an idle machine: mpirun binds its ranks to cores, so that another program on",
    "# these slows mpi4py alone.",
  ].join("\n");
}

type Measure = () => Promise<number>;

/** How each side is measured: by the same work, so many times. */
function sides(
  row: Comparison,
  options: BenchOptions,
  mpi4py: Mpi4py,
  workplace: Workplace,
): { ours: Measure; theirs: Measure } {
  const { np, size, value } = row;
  const bench = benchNamed(row.bench);
  if (!bench.work) {
    const times = { warmup: options.warmup ?? STARTS.warmup, iterations: options.iterations ?? STARTS.iterations };
    const start = (command: string[]) => async () => (await timeStarts(workplace, command, np, times)).median;
    return {
      ours: start([...selfCommand(), "run", "-np", String(np), "hello"]),
      theirs: start(mpi4py.command("hello.py", np, false)),
    };
  }
  const task = planTask({ ...bench, work: bench.work }, [size], options, true);
  const { iterations, warmup } = task.rows[0]!;
  const numbers = Object.entries({ np, m: size, i: iterations, x: warmup }).map(([name, n]) => `-${name}=${n}`);
  const measure = (command: string[]) => async () => JSON.parse(await workplace.outputOf(command))[value];
  return {
    ours: measure([...selfCommand(), "bench", bench.name, ...numbers, "--json"]),
    theirs: measure(mpi4py.command(`${bench.name}.py`, np, true, JSON.stringify(task))),
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
