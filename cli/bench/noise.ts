// cli/bench/noise: layer 10. How quiet the machine is: the time that a cache line takes between two cores, measured before and
// after what is to be trusted. Virtual machines are moved about, other programs come and go: then it is a multiple of what
// it was, and so is everything that goes through shared memory, ours and others'. Used by against.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { selfCommand } from "../self.ts";
import type { Workplace } from "./workplace.ts";

/** Above so many times the least that was seen, something has disturbed the machine. */
const DISTURBED = 1.6;

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
    return `noise: a cache line from core ${this.#cores.join(" to core ")}, before and after each row`;
  }

  /** Nanoseconds one way; undefined where it cannot be measured. */
  async measure(): Promise<number | undefined> {
    if (this.missing) return undefined;
    const file = join(this.#workplace.dir, `near-${this.#measured++}`);
    writeFileSync(file, new Uint8Array(4096));
    const task = JSON.stringify({ file, cores: this.#cores });
    const output = await this.#workplace.outputOf([...selfCommand(), "bench", "near", task]);
    const { nanoseconds } = JSON.parse(output);
    this.#least = Math.min(this.#least, nanoseconds);
    return nanoseconds;
  }

  /** True where one of these is far above the least that was ever seen. */
  disturbed(...measured: (number | undefined)[]): boolean {
    return measured.some((nanoseconds) => nanoseconds !== undefined && nanoseconds > DISTURBED * this.#least);
  }
}
