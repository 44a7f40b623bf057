// cli/bench/noise: layer 10. How quiet the machine is: the time that a cache line takes between two cores, measured before and
// after what is to be trusted, and how many cores other programs keep busy meanwhile. Virtual machines are moved about: then
// the first is a multiple of what it was, and so is everything that goes through shared memory. Used by against.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { selfCommand } from "../self.ts";
import type { Workplace } from "./workplace.ts";

/** Above so many times the least that was seen, something has disturbed the machine. */
const DISTURBED = 1.6;

/** Cores that others may keep busy before that is a disturbance. */
const OTHERS = 0.3;
/** Of the numbers in the first line of /proc/stat, those that are not time spent: idle, iowait; guests are in user's. */
const NOT_BUSY = [3, 4, 8, 9];
/** The kernel's unit of time there, in seconds. */
const TICK = 0.01;

/** How noisy a stretch of time was. */
export interface Disturbance {
  /** Nanoseconds one way of a cache line; undefined where that cannot be measured. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** Cores that other programs, or other machines on the same host, kept busy on average. */
  readonly others: number | undefined;
  readonly disturbed: boolean;
}

/** Seconds that all cores have been busy, or taken away by the host, since the machine started. */
function busySeconds(): number | undefined {
  try {
    const [, numbers] = /^cpu +(.*)/.exec(readFileSync("/proc/stat", "utf8"))!;
    const ticks = numbers!.split(" ").map(Number);
    return ticks.reduce((sum, each, i) => (NOT_BUSY.includes(i) ? sum : sum + each), 0) * TICK;
  } catch {
    return undefined;
  }
}

/** The cores that this process may use. */
export function usableCores(): number[] {
  try {
    const [, list] = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))!;
    return list!.split(",").flatMap((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
    });
  } catch {
    return Array.from({ length: availableParallelism() }, (_, core) => core);
  }
}

export class Noise {
  readonly #workplace: Workplace;
  readonly #cores = usableCores().slice(0, 2);
  #least = Number.POSITIVE_INFINITY;
  #measured = 0;
  #last: number | undefined;
  /** Why it cannot be measured here. */
  readonly missing: string | undefined;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
    if (process.platform !== "linux") this.missing = "it cannot bind to cores here";
    else if (this.#cores.length < 2) this.missing = "it takes two cores";
  }

  /** What it measures, for the header. */
  get about(): string {
    if (this.missing) return `noise is not measured: ${this.missing}`;
    const cores = this.#cores.join(" to core ");
    return `noise: a cache line from core ${cores}, before and after each row; and the cores that other programs used`;
  }

  /** Measures while `work` runs, and before and after; what was after is what is before the next. */
  async during<T>(work: () => Promise<T>): Promise<[result: T, disturbance: Disturbance]> {
    const before = this.#last ?? (await this.#near());
    const own = () => this.#workplace.cpuSeconds + (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
    const [begun, busy, cpu] = [performance.now(), busySeconds(), own()];
    const result = await work();
    const now = busySeconds();
    const seconds = (performance.now() - begun) / 1000;
    const others =
      busy === undefined || now === undefined ? undefined : Math.max(0, (now - busy - (own() - cpu)) / seconds);
    const after = await this.#near();
    this.#last = after;
    const far = [before, after].some((each) => each !== undefined && each > DISTURBED * this.#least);
    return [result, { before, after, others, disturbed: far || (others ?? 0) > OTHERS }];
  }

  /** Nanoseconds one way; undefined where it cannot be measured. */
  async #near(): Promise<number | undefined> {
    if (this.missing) return undefined;
    const file = join(this.#workplace.dir, `near-${this.#measured++}`);
    writeFileSync(file, new Uint8Array(4096));
    const task = JSON.stringify({ file, cores: this.#cores });
    // A message of the barrier that is held back would never leave: behind it the ranks look at memory without a pause.
    const output = await this.#workplace.outputOf([...selfCommand(), "bench", "near", task], { TSMPI_DELAY: "0" });
    const { nanoseconds } = JSON.parse(output);
    this.#least = Math.min(this.#least, nanoseconds);
    return nanoseconds;
  }
}

/** A line for people. */
export function inWords({ before, after, others, disturbed }: Disturbance): string {
  const near = after === undefined ? [] : [`${before!.toFixed(0)} ns before, ${after.toFixed(0)} ns after`];
  const busy = others === undefined ? [] : [`others used ${others.toFixed(1)} cores`];
  return `noise: ${[...near, ...busy].join("; ") || "not measured"}${disturbed ? " (disturbed)" : ""}`;
}
