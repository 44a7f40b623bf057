// cli/bench/comparisons: layer 10. What `--against` runs on both sides, one row each, and how much faster than mpi4py ours is
// to be. Read by against, options and the report of the results.

import { nearest, UsageError } from "../usage-error.ts";
import type { Size } from "./task.ts";

export interface Comparison {
  /** What `--rows` calls it. */
  readonly name: string;
  readonly title: string;
  readonly bench: string;
  readonly size?: Size;
  readonly np: number;
  /** Ours over WebSockets, theirs over TCP; else what each takes by default. */
  readonly network?: true;
  /** Both sides get no more cores than this. */
  readonly cores?: number;
  /** Which of the bench's values is compared. */
  readonly value: "latency" | "rate" | "bandwidth" | "put" | "get" | "fetch" | "median" | "rest" | "after" | "cpu";
  readonly unit: "us" | "/s" | "MB/s" | "ms" | "MiB" | "%";
  /** Ratios to reach, above 1 where ours is to be better: their value by ours, or where more is better, ours by theirs. */
  readonly reach: number;
  readonly ambition?: number;
  /** `reach` is what our value, not the ratio, must stay below. */
  readonly limit?: true;
}

type Goals = [reach: number, ambition: number];
type Latency = Pick<Comparison, "name" | "title" | "bench" | "size" | "np" | "network" | "cores">;

function latency(row: Latency, [reach, ambition]: Goals): Comparison {
  return { ...row, value: "latency", unit: "us", reach, ambition };
}

/** Collectives of objects, and of a number, on so many ranks. */
function ofObjects(bench: string, np: number, goals: Goals): Comparison {
  const what = bench === "allreduce" ? "a number" : "an object";
  return latency(
    { name: `${bench}-${np}`, title: `${bench} of ${what}, ${np} ranks`, bench, size: "object", np },
    goals,
  );
}

function barrier(np: number, goals: Goals): Comparison {
  return latency({ name: `barrier-${np}`, title: `barrier, ${np} ranks`, bench: "barrier", np }, goals);
}

function floats(name: string, elements: number, shown: string, goals: Goals): Comparison {
  const title = `allreduce, Float64Array of ${shown}`;
  return latency({ name: `allreduce-${name}`, title, bench: "allreduce", size: elements * 8, np: 2 }, goals);
}

function startup(np: number, reach: number, ambition: number): Comparison {
  const title = `start to end of hello, ${np} ranks`;
  return { name: `startup-${np}`, title, bench: "startup", np, value: "median", unit: "ms", reach, ambition };
}

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const object = { size: "object", np: 2 } as const;
const array = { bench: "latency", np: 2 } as const;
const holding = { bench: "holding", np: 2 } as const;
const rate = { bench: "rate", ...object, value: "rate", unit: "/s" } as const;
const rma = { bench: "rma", np: 2, unit: "us" } as const;
const memory = { bench: "memory", np: 2, unit: "MiB" } as const;
const crowded = { np: 8, cores: 2 } as const;
const network = { network: true } as const;

export const comparisons: readonly Comparison[] = [
  latency({ name: "object", title: "object ping-pong", bench: "latency", ...object }, [1.2, 1.6]),
  { name: "rate", title: "objects a second, window 64", ...rate, reach: 2, ambition: 3 },
  latency({ name: "array-64k", title: "typed array, 64 KiB", ...array, size: 64 * KiB }, [2, 3]),
  latency({ name: "array-1m", title: "typed array, 1 MiB", ...array, size: MiB }, [2, 3]),
  latency({ name: "array-16m", title: "typed array, 16 MiB", ...array, size: 16 * MiB }, [1.05, 1.3]),
  {
    ...{ name: "window-1m", title: "typed array, window of 64 x 1 MiB", bench: "bandwidth", size: MiB, np: 2 },
    ...{ value: "bandwidth", unit: "MB/s", reach: 1.5, ambition: 2.5 },
  },
  latency({ name: "holding-1m", title: "object with a 1 MiB array", ...holding, size: MiB }, [8, 15]),
  latency({ name: "holding-16m", title: "object with a 16 MiB array", ...holding, size: 16 * MiB }, [8, 15]),
  barrier(2, [0.8, 1.2]),
  barrier(4, [0.7, 1.2]),
  barrier(8, [1, 1.2]),
  floats("1", 1, "1", [1.2, 1.6]),
  floats("1ki", KiB, "1024", [1.4, 2]),
  floats("128ki", 128 * KiB, "128 Ki", [1.2, 1.7]),
  floats("2mi", 2 * MiB, "2 Mi", [1.5, 2]),
  ...[2, 4].flatMap((np) => [
    ofObjects("allreduce", np, [2, 3]),
    ofObjects("bcast", np, [1, 1.5]),
    ofObjects("gather", np, [1, 1.5]),
  ]),
  { name: "rma-put", title: "put and flush, 8 bytes", ...rma, size: 8, value: "put", reach: 1 },
  { name: "rma-fetch", title: "fetchAndOp", ...rma, size: 8, value: "fetch", reach: 1 },
  { name: "rma-get-1m", title: "get, 1 MiB", ...rma, size: MiB, value: "get", reach: 1.5 },
  latency(
    { name: "network-object", title: "network: object ping-pong", bench: "latency", ...object, ...network },
    [0.9, 1.1],
  ),
  { name: "network-rate", title: "network: objects a second", ...rate, ...network, reach: 5, ambition: 9 },
  latency(
    { name: "network-16m", title: "network: typed array, 16 MiB", ...array, size: 16 * MiB, ...network },
    [0.6, 0.9],
  ),
  startup(2, 6, 10),
  startup(16, 4, 6),
  startup(64, 4, 6),
  { name: "memory-rest", title: "memory of a rank at rest", ...memory, value: "rest", reach: 1, ambition: 1.2 },
  {
    name: "memory-after",
    title: "memory after 200,000 messages",
    ...memory,
    value: "after",
    reach: 0.5,
    ambition: 0.8,
  },
  latency(
    { name: "crowded-object", title: "crowded: object ping-pong", bench: "latency", size: "object", ...crowded },
    [1, 2],
  ),
  latency(
    {
      name: "crowded-allreduce",
      title: "crowded: allreduce of a number",
      bench: "allreduce",
      size: "object",
      ...crowded,
    },
    [1, 2],
  ),
  latency({ name: "crowded-barrier", title: "crowded: barrier", bench: "barrier", ...crowded }, [1, 2]),
  {
    ...{ name: "idle", title: "CPU of a rank that waits 3 s in recv", bench: "idle", np: 2 },
    ...{ value: "cpu", unit: "%", reach: 1, limit: true },
  },
];

/** True where a greater value is the better one. */
export function moreIsBetter({ unit }: Comparison): boolean {
  return unit === "/s" || unit === "MB/s";
}

/** The rows of these names, with commas between them, in the table's order. @throws UsageError that names the nearest one */
export function rowsNamed(list: string, option: string): readonly Comparison[] {
  const all = comparisons.map(({ name }) => name);
  const names = list.split(",");
  const unknown = names.find((name) => !all.includes(name));
  if (unknown === undefined) return comparisons.filter(({ name }) => names.includes(name));
  const close = nearest(unknown, all);
  throw new UsageError(
    `Cannot use ${option} ${list}: ${unknown || "nothing"} is no row, expected ${all.join(", ")}`,
    close && `did you mean ${close}?`,
  );
}
