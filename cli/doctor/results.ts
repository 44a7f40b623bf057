// cli/doctor/results: layer 10. What the ranks of the doctor's job tell. Made by probe, read by measure and diagnosis.
import type { Machine } from "./machine.ts";

/** What rank 0 says when all ranks are connected. */
export const CONNECTED = "connected";

export interface HostResult {
  readonly machine: Machine;
  /** Milliseconds that its clock is ahead of rank 0's. */
  readonly clock: number;
}

export interface PairResult {
  readonly ranks: readonly [number, number];
  /** Seconds, one way. */
  readonly latency: number;
  /** Bytes in a second. */
  readonly bandwidth: number;
}

export interface Results {
  readonly hosts: readonly HostResult[];
  readonly pairs: readonly PairResult[];
}
