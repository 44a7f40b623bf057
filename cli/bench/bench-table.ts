// cli/bench/bench-table: layer 10. The benches, one row each: what they measure, what they print, and how much of it is enough.
// Read by the command bench, by options and by against.

import { nearest, UsageError } from "../usage-error.ts";

export interface Bench {
  readonly name: string;
  readonly about: string;
  /** Titles of the columns: what a row is for, then its values. */
  readonly columns: readonly [first: string, ...values: string[]];
  /** Ranks by default, and the fewest that make sense. */
  readonly np: { readonly usual: number; readonly least: number };
  /** What the ranks do; undefined for the bench that starts jobs. */
  readonly work?: {
    /** Pairs of ranks measure between themselves; else all do it together. */
    readonly pairs: boolean;
    /** What `-m` can say, and what it says when it is left out. */
    readonly object: boolean;
    readonly multipleOf: number;
    readonly sizes: string;
    readonly window: number;
    /** Small messages, or calls, per row: before the clock runs (until the code is compiled) and while it runs. */
    readonly warmup: number;
    readonly messages: number;
  };
}

const collective = ["Avg Latency(us)", "Min Latency(us)", "Max Latency(us)", "Iterations"] as const;

export const benches: readonly Bench[] = [
  {
    name: "latency",
    about: "half a round trip of one message between two ranks",
    columns: ["Size", "Latency (us)"],
    np: { usual: 2, least: 2 },
    work: {
      ...{ pairs: true, object: true, multipleOf: 1, sizes: "object,1:4M", window: 1 },
      ...{ warmup: 50_000, messages: 20_000 },
    },
  },
  {
    name: "bandwidth",
    about: "bytes per second with a window of 64 messages",
    columns: ["Size", "Bandwidth (MB/s)"],
    np: { usual: 2, least: 2 },
    work: {
      ...{ pairs: true, object: false, multipleOf: 1, sizes: "1:4M", window: 64 },
      ...{ warmup: 50_000, messages: 64_000 },
    },
  },
  {
    name: "rate",
    about: "messages per second with a window of 64",
    columns: ["Size", "Messages/s"],
    np: { usual: 2, least: 2 },
    work: {
      ...{ pairs: true, object: true, multipleOf: 1, sizes: "object,1:8K", window: 64 },
      ...{ warmup: 50_000, messages: 128_000 },
    },
  },
  {
    name: "bcast",
    about: "one call of bcast",
    columns: ["Size", ...collective],
    np: { usual: 4, least: 1 },
    work: {
      ...{ pairs: false, object: true, multipleOf: 1, sizes: "object,1:1M", window: 1 },
      ...{ warmup: 10_000, messages: 5_000 },
    },
  },
  {
    name: "allreduce",
    about: "one call of allreduce with SUM: a number, 32-bit floats",
    columns: ["Size", ...collective],
    np: { usual: 4, least: 1 },
    work: {
      ...{ pairs: false, object: true, multipleOf: 4, sizes: "object,4:1M", window: 1 },
      ...{ warmup: 10_000, messages: 5_000 },
    },
  },
  {
    name: "startup",
    about: "`tsmpi run -np N hello` from start to end",
    columns: ["Ranks", "Median (ms)", "Min (ms)", "Max (ms)", "Iterations"],
    np: { usual: 5, least: 1 },
  },
];

/** The bench of this name. @throws UsageError that names the nearest one */
export function benchNamed(name: string): Bench {
  const bench = benches.find((bench) => bench.name === name);
  if (bench) return bench;
  const close = nearest(name, benchNames);
  throw new UsageError(
    `Cannot run bench ${name}: expected one of ${benchNames.join(", ")}`,
    close && `did you mean ${close}?`,
  );
}

export const benchNames: readonly string[] = benches.map(({ name }) => name);

/** The number of ranks, if it is enough for the bench. @throws UsageError when it is not */
export function ranksFor({ name, np: { least } }: Bench, np: number): number {
  if (np >= least) return np;
  throw new UsageError(`Cannot run ${name} with -np ${np}: expected at least ${least} ranks`);
}
