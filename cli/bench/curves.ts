// cli/bench/curves: layer 10. Latency and bandwidth against message size, ours and mpi4py's in turn. Used by against, for the page.

import { selfCommand } from "../self.ts";
import { benchNamed } from "./bench-table.ts";
import type { Mpi4py } from "./mpi4py.ts";
import type { BenchOptions } from "./options.ts";
import { planTask } from "./plan-task.ts";
import { parseSizes } from "./sizes.ts";
import { median } from "./startup.ts";
import type { Workplace } from "./workplace.ts";

/** One plot: for each size the medians of both sides. */
export interface Curve {
  readonly title: string;
  /** What is measured, with its unit. */
  readonly axis: string;
  readonly points: readonly { readonly size: number; readonly tsmpi: number; readonly mpi4py: number }[];
}

const plots = [
  { bench: "latency", value: "latency", title: "Latency", axis: "µs, half a round trip", sizes: "1:16M" },
  { bench: "bandwidth", value: "bandwidth", title: "Bandwidth", axis: "MB/s, window of 64", sizes: "1:4M" },
] as const;
const NP = 2;

interface Setting {
  readonly workplace: Workplace;
  readonly mpi4py: Mpi4py;
  readonly options: BenchOptions;
  readonly pairs: number;
  readonly say: (text: string) => void;
}

export async function curves({ workplace, mpi4py, options, pairs, say }: Setting): Promise<Curve[]> {
  const drawn: Curve[] = [];
  for (const { bench: name, value, title, axis, sizes: list } of plots) {
    const bench = benchNamed(name);
    const work = bench.work!;
    const sizes = parseSizes(list, "-m", work.sizes!).map(Number);
    const task = JSON.stringify(planTask({ name, work }, sizes, options, true));
    const measure = async (command: string[]): Promise<number[]> => {
      const output = await workplace.outputOf(command);
      return output
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)[value]);
    };
    const through = options.transport === undefined ? [] : ["--transport", options.transport];
    const chosen = [
      ...(options.iterations === undefined ? [] : [`-i=${options.iterations}`]),
      ...(options.warmup === undefined ? [] : [`-x=${options.warmup}`]),
      ...(options.quick ? ["--quick"] : []),
    ];
    const runs: { tsmpi: number[]; mpi4py: number[] }[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      const tsmpi = await measure([
        ...selfCommand(),
        "bench",
        name,
        `-np=${NP}`,
        `-m=${list}`,
        ...chosen,
        ...through,
        "--json",
      ]);
      runs.push({ tsmpi, mpi4py: await measure(mpi4py.command(`${name}.py`, NP, false, task)) });
      say(`${name}, pair ${pair} of ${pairs}: ${sizes.length} sizes`);
    }
    const points = sizes.map((size, i) => {
      const middle = (side: "tsmpi" | "mpi4py") => median(runs.map((run) => run[side][i]!));
      return { size, tsmpi: middle("tsmpi"), mpi4py: middle("mpi4py") };
    });
    drawn.push({ title, axis, points });
  }
  return drawn;
}
