// cli/bench/bench-table: layer 10. The benches, one row each: what they measure, what they print, and how much of it is enough.
// Read by the command bench, by options and by against.

import { nearest, UsageError } from "../usage-error.ts";

/** What the ranks of a bench do. */
export interface Work {
  /** Pairs of ranks measure between themselves; else all do it together. */
  readonly pairs: boolean;
  /** What `-m` can say, and what it says when it is left out; undefined where there are no sizes. */
  readonly sizes?: {
    readonly usual: string;
    readonly object: boolean;
    readonly multipleOf: number;
    /** Bytes that one row may move before, and while, the clock runs. */
    readonly bytes: number;
  };
  readonly window: number;
  /** True where it writes files: `--path` says where. */
  readonly files?: boolean;
  /** Small messages, calls or seconds per row: before the clock runs (until the code is compiled) and while it runs. */
  readonly warmup: number;
  readonly messages: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  /** Titles of the columns: what a row is for, then its values. */
  readonly columns: readonly [first: string, ...values: string[]];
  /** Ranks by default, and the fewest that make sense. */
  readonly np: { readonly usual: number; readonly least: number };
  /** Undefined for the bench that starts jobs. */
  readonly work?: Work;
}

const GiB = 2 ** 30;
const collective = ["Avg Latency(us)", "Min Latency(us)", "Max Latency(us)", "Iterations"] as const;
const pair = { usual: 2, least: 2 };
const group = { usual: 4, least: 1 };

export const benches: readonly Bench[] = [
  {
    name: "latency",
    about: "half a round trip of one message between two ranks",
    columns: ["Size", "Latency (us)"],
    np: pair,
    work: {
      ...{ pairs: true, window: 1, warmup: 200_000, messages: 50_000 },
      sizes: { usual: "object,1:4M", object: true, multipleOf: 1, bytes: GiB },
    },
  },
  {
    name: "holding",
    about: "half a round trip of an object that holds a Float64Array",
    columns: ["Size", "Latency (us)"],
    np: pair,
    work: {
      ...{ pairs: true, window: 1, warmup: 20_000, messages: 10_000 },
      // With a quarter of it, code was being compiled and memory touched for the first time: 1 MiB took 380 us in place of 225.
      sizes: { usual: "64K:16M", object: false, multipleOf: 8, bytes: GiB },
    },
  },
  {
    name: "bandwidth",
    about: "bytes per second with a window of 64 messages",
    columns: ["Size", "Bandwidth (MB/s)"],
    np: pair,
    work: {
      ...{ pairs: true, window: 64, warmup: 50_000, messages: 64_000 },
      // With a quarter of it, rows of 1 MiB were over while their code was being compiled: 17 GB/s in place of 22.
      sizes: { usual: "1:4M", object: false, multipleOf: 1, bytes: 4 * GiB },
    },
  },
  {
    name: "rate",
    about: "messages per second with a window of 64",
    columns: ["Size", "Messages/s"],
    np: pair,
    work: {
      ...{ pairs: true, window: 64, warmup: 640_000, messages: 128_000 },
      sizes: { usual: "object,1:8K", object: true, multipleOf: 1, bytes: GiB },
    },
  },
  {
    name: "barrier",
    about: "one call of barrier",
    columns: ["Ranks", ...collective],
    np: group,
    work: { pairs: false, window: 1, warmup: 200_000, messages: 50_000 },
  },
  {
    name: "bcast",
    about: "one call of bcast",
    columns: ["Size", ...collective],
    np: group,
    work: {
      ...{ pairs: false, window: 1, warmup: 200_000, messages: 20_000 },
      sizes: { usual: "object,1:1M", object: true, multipleOf: 1, bytes: GiB / 2 },
    },
  },
  {
    name: "gather",
    about: "one call of gather",
    columns: ["Size", ...collective],
    np: group,
    work: {
      ...{ pairs: false, window: 1, warmup: 200_000, messages: 20_000 },
      sizes: { usual: "object,1:1M", object: true, multipleOf: 1, bytes: GiB / 2 },
    },
  },
  {
    name: "allreduce",
    about: "one call of allreduce with SUM: a number, a Float64Array",
    columns: ["Size", ...collective],
    np: group,
    work: {
      ...{ pairs: false, window: 1, warmup: 200_000, messages: 20_000 },
      // With a quarter of it code was still being compiled: 1 MiB took 160 us in place of 120.
      sizes: { usual: "object,8:1M", object: true, multipleOf: 8, bytes: 2 * GiB },
    },
  },
  {
    name: "rma",
    about: "one-sided calls, beside a message and its answer",
    columns: ["Size", "Ping-pong (us)", "Put+flush (us)", "Get (us)", "Accumulate+flush", "FetchAndOp (us)"],
    np: pair,
    work: {
      ...{ pairs: true, window: 1, warmup: 20_000, messages: 20_000 },
      sizes: { usual: "8,64,512,4K,32K,256K,1M,4M", object: false, multipleOf: 8, bytes: GiB },
    },
  },
  {
    name: "io",
    about: "a file by all ranks, as parts of what one alone gets",
    columns: [
      "Size",
      ...[
        "Alone write (MB/s)",
        "Alone read (MB/s)",
        "4 KiB pieces",
        "Collective write",
        "Collective read",
        "Iterations",
      ],
    ],
    np: { usual: 8, least: 1 },
    work: {
      ...{ pairs: false, window: 1, warmup: 0, messages: 5, files: true },
      sizes: { usual: "1G", object: false, multipleOf: 1, bytes: GiB },
    },
  },
  {
    name: "startup",
    about: "`tsmpi run -np N hello` from start to end",
    columns: ["Ranks", "Median (ms)", "Min (ms)", "Max (ms)", "Iterations"],
    np: { usual: 5, least: 1 },
  },
  {
    name: "memory",
    about: "a rank's memory at rest, and after many messages (Linux)",
    columns: ["Ranks", "At rest (MiB PSS)", "After (MiB PSS)", "Own at rest (MiB)", "Iterations"],
    np: pair,
    work: { pairs: true, window: 1, warmup: 0, messages: 200_000 },
  },
  {
    name: "idle",
    about: "processor time of a rank that waits 3 s in recv",
    columns: ["Ranks", "CPU (%)", "Iterations"],
    np: pair,
    work: { pairs: false, window: 1, warmup: 1000, messages: 3 },
  },
];

/** The bench of this name. @throws UsageError that names the nearest one */
export function benchNamed(name: string): Bench {
  const bench = benches.find((bench) => bench.name === name);
  if (bench) return bench;
  const names = [...benchNames, MODEL];
  const close = nearest(name, names);
  throw new UsageError(
    `Cannot run bench ${name}: expected one of ${names.join(", ")}`,
    close && `did you mean ${close}?`,
  );
}

export const benchNames: readonly string[] = benches.map(({ name }) => name);

/** What `tsmpi bench` takes in the place of a bench's name to calculate, from measurements of its own, what it cannot measure. */
export const MODEL = "model";

/** The number of ranks, if it is enough for the bench. @throws UsageError when it is not */
export function ranksFor({ name, np: { least } }: Bench, np: number): number {
  if (np >= least) return np;
  throw new UsageError(`Cannot run ${name} with -np ${np}: expected at least ${least} ranks`);
}
