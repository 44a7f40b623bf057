// cli/bench/against: layer 10. `tsmpi bench --against mpi4py`: the same work on both, ours and theirs in turn, so that whatever
// else the machine does meets both; every run is printed, and the median of the ratios of the pairs. Called by commands/bench.

import { writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { selfCommand } from "../self.ts";
import { UsageError } from "../usage-error.ts";
import { versionLine } from "../version.ts";
import { benchNamed } from "./bench-table.ts";
import { type Comparison, comparisons, rowsNamed } from "./comparisons.ts";
import { curves } from "./curves.ts";
import { Mpi4py, mpi4pyFiles } from "./mpi4py.ts";
import { inWords, Noise, usableCores } from "./noise.ts";
import type { BenchOptions } from "./options.ts";
import { amount, asMarkdown, asText, type Outcome, outcomeOf, type Run, runOf } from "./outcome.ts";
import { pageOf } from "./page.ts";
import { planTask } from "./plan-task.ts";
import { helloFiles, timeStarts } from "./startup.ts";
import { Workplace } from "./workplace.ts";

const PAIRS = 5;

/** Runs the comparisons, or some of them. @returns the exit code */
export async function against(options: BenchOptions): Promise<number> {
  const rows = rowsFor(options);
  using workplace = new Workplace({ ...mpi4pyFiles, ...helloFiles });
  const mpi4py = await Mpi4py.find(workplace);
  const noise = new Noise(workplace);
  // What is printed for a person does not get between what is for a program or a document.
  const say = options.json ? () => {} : options.markdown ? console.error : console.log;
  const head = header(mpi4py, noise, options);
  say(head.map((line) => `# ${line}`).join("\n"));
  const outcomes: Outcome[] = [];
  const pairs = options.pairs ?? (options.quick ? 1 : PAIRS);
  for (const row of rows) {
    const { ours, theirs, times } = sides(row, options, mpi4py, workplace);
    say(`\n# ${row.title} (${row.name}): ${times.iterations} iterations after ${times.warmup} to warm up`);
    const [runs, disturbance] = await noise.during(async () => {
      const runs: Run[] = [];
      for (let pair = 1; pair <= pairs; pair++) {
        const run = runOf(row, await ours(), await theirs());
        const both = `tsmpi ${amount(row, run.tsmpi)}, mpi4py ${amount(row, run.mpi4py)}`;
        say(`pair ${pair}: ${both}, ratio ${run.ratio.toFixed(2)}`);
        runs.push(run);
      }
      return runs;
    });
    say(inWords(disturbance));
    const outcome = outcomeOf(row, runs, disturbance);
    if (options.json) console.log(JSON.stringify({ ...forPrograms(outcome), ...times }));
    outcomes.push(outcome);
  }
  if (options.html !== undefined) {
    say("\n# Curves");
    const drawn = await curves({ workplace, mpi4py, options, pairs, say });
    writeFileSync(options.html, pageOf(head, outcomes, drawn));
  }
  say(`\n${asText(outcomes)}`);
  if (options.markdown) console.log(asMarkdown(outcomes));
  return 0;
}

function rowsFor({ bench, np, sizes, rows }: BenchOptions): readonly Comparison[] {
  if (sizes !== undefined) throw new UsageError("Cannot use -m with --against: its rows have fixed sizes");
  if (np !== undefined) throw new UsageError("Cannot use -np with --against: its rows have fixed numbers of ranks");
  const wanted = rows === undefined ? comparisons : rowsNamed(rows, "--rows");
  const found = wanted.filter((row) => bench === undefined || row.bench === bench.name);
  if (found.length === 0) throw new UsageError(`Cannot use --rows ${rows}: none of them is a row of ${bench!.name}`);
  return found;
}

/** A line of `--json`. */
function forPrograms({ row, runs, tsmpi, mpi4py, ratio, reached, noise }: Outcome): object {
  const { name, title, bench, size, np, network, cores, unit, reach, ambition } = row;
  const what = { row: name, title, bench, size, np, network, cores, unit, reach, ambition };
  return { ...what, tsmpi, mpi4py, ratio, reached, noise, runs };
}

function header(mpi4py: Mpi4py, noise: Noise, { quick, transport }: BenchOptions): string[] {
  const load = loadavg().map((value) => value.toFixed(2));
  return [
    `${versionLine()}${transport ? `, --transport ${transport}` : ""}`,
    `${mpi4py.versions}, with its defaults; in rows that begin with "network", over TCP, and tsmpi over WebSockets`,
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${platform()} ${release()} ${arch()}, load average ${load.join(" ")}`,
    `rows that begin with "crowded": 8 ranks on ${crowdedOn(2)}`,
    noise.about,
    "Every run verifies its data, and warms up by the work that is timed (tsmpi in several passes), before the clock runs.",
    "Ratio > 1: tsmpi is better. Measure on an idle machine: mpirun binds its ranks to cores, so that another program on",
    "these slows mpi4py alone.",
    ...(quick ? ["QUICK: too short to be trusted"] : []),
  ];
}

function crowdedOn(cores: number): string {
  const binding = within(cores).length > 0;
  return binding
    ? `cores ${usableCores().slice(0, cores).join(" and ")}`
    : `the machine's ${usableCores().length} cores`;
}

/** What to put before a command that is to have so many cores; nothing where it has no more, or taskset is missing. */
function within(cores: number | undefined): string[] {
  const usable = usableCores();
  const taskset = Bun.which("taskset");
  if (cores === undefined || taskset === null || usable.length <= cores) return [];
  return [taskset, "-c", usable.slice(0, cores).join(",")];
}

type Measure = () => Promise<number>;

interface Sides {
  readonly ours: Measure;
  readonly theirs: Measure;
  /** What a run of either does before its clock runs, and then. */
  readonly times: { readonly warmup: number; readonly iterations: number };
}

/** How each side is measured: by the same work, so many times. */
function sides(row: Comparison, options: BenchOptions, mpi4py: Mpi4py, workplace: Workplace): Sides {
  const { np, size, value, network = false } = row;
  const bench = benchNamed(row.bench);
  const place = within(row.cores);
  const transport = network ? "websocket" : options.transport;
  const through = transport === undefined ? [] : ["--transport", transport];
  if (!bench.work) {
    // Long ones once: mpirun takes seconds for 64 ranks.
    const iterations = options.iterations ?? (np > 8 || options.quick ? 1 : 5);
    const times = { warmup: options.warmup ?? (iterations > 1 ? 1 : 0), iterations };
    const start = (command: string[]) => async () => (await timeStarts(workplace, command, np, times)).median;
    return {
      ours: start([...selfCommand(), "run", "-np", String(np), ...through, "hello"]),
      theirs: start(mpi4py.command("hello.py", np, network)),
      times,
    };
  }
  // Where ranks share cores, a call takes much longer.
  const share = Math.min(1, (row.cores ?? usableCores().length) / np);
  const { warmup: calls, messages } = bench.work;
  const work = { ...bench.work, warmup: calls * share, messages: messages * share };
  const task = planTask({ ...bench, work }, [size], options, true);
  const { iterations, warmup } = task.rows[0]!;
  const numbers = [`-np=${np}`, `-i=${iterations}`, `-x=${warmup}`, ...(size === undefined ? [] : [`-m=${size}`])];
  const measure = (command: string[]) => async () => JSON.parse(await workplace.outputOf(command))[value];
  return {
    ours: measure([...place, ...selfCommand(), "bench", bench.name, ...numbers, ...through, "--json"]),
    theirs: measure([...place, ...mpi4py.command(`${bench.name}.py`, np, network, JSON.stringify(task))]),
    times: { warmup, iterations },
  };
}
