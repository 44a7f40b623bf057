// cli/bench/comparisons: layer 10. What `--against` runs on both sides, one row each. Read by against.

import type { Size } from "./task.ts";

export interface Comparison {
  readonly bench: string;
  readonly size: Size;
  /** Ranks, where the user does not say how many. */
  readonly np: number;
  /** Which of the bench's values is compared. */
  readonly value: "latency" | "rate" | "median";
  readonly unit: string;
  /** A ratio above 1 says that tsmpi is better: their value by ours, or for a rate ours by theirs. */
  readonly better: "less" | "more";
  /** The least ratio to reach; left out where the row is for information. */
  readonly target?: number;
}

const latency = { value: "latency", unit: "us", better: "less" } as const;

export const comparisons: readonly Comparison[] = [
  { bench: "latency", size: "object", np: 2, ...latency, target: 1 / 1.2 },
  { bench: "rate", size: "object", np: 2, value: "rate", unit: "/s", better: "more", target: 3 },
  { bench: "startup", size: "object", np: 5, value: "median", unit: "ms", better: "less", target: 3 },
  { bench: "latency", size: 2 ** 16, np: 2, ...latency },
  { bench: "latency", size: 2 ** 20, np: 2, ...latency },
  { bench: "latency", size: 2 ** 24, np: 2, ...latency },
  { bench: "bcast", size: "object", np: 4, ...latency },
  { bench: "allreduce", size: "object", np: 4, ...latency },
];
