// cli/bench/model/parameters: layer 10. Measures what the model calculates with: LogGP's parameters on both transports, the time
// to combine a byte, and what a connection costs. Called by the model.

import { fullMesh } from "../../../src/base/config.ts";
import { selfCommand } from "../../self.ts";
import type { BenchOptions } from "../options.ts";
import { helloFiles, median } from "../startup.ts";
import type { Workplace } from "../workplace.ts";
import type { LogGP } from "./costs.ts";

/** What one connection of the mesh costs, and what a job costs without. */
export interface Mesh {
  /** Milliseconds of starting and ending a job of no ranks; for each rank; and for each connection, on all cores together. */
  readonly base: number;
  readonly perRank: number;
  readonly perConnection: number;
  /** Bytes of memory for each connection, at one of its ends. */
  readonly bytes: number;
}

/** What a workplace has to have. */
export const modelFiles = helloFiles;

type Transport = "websocket" | "shared-memory" | "auto";

export class Measuring {
  readonly #workplace: Workplace;
  readonly #options: BenchOptions;

  constructor(workplace: Workplace, options: BenchOptions) {
    this.#workplace = workplace;
    this.#options = options;
  }

  /** One value of one row of a bench. */
  async value(
    bench: string,
    name: string,
    np: number,
    size: string | undefined,
    transport: Transport,
  ): Promise<number> {
    const { iterations, warmup, quick } = this.#options;
    const flags = [
      `-np=${np}`,
      ...(size === undefined ? [] : [`-m=${size}`]),
      ...(iterations === undefined ? [] : [`-i=${iterations}`]),
      ...(warmup === undefined ? [] : [`-x=${warmup}`]),
      ...(quick ? ["--quick"] : []),
    ];
    const command = [...selfCommand(), "bench", bench, ...flags, "--transport", transport, "--json"];
    return JSON.parse(await this.#workplace.outputOf(command, fullMesh))[name];
  }

  /**
   * Half a round trip is L + 2o, a message of many under way takes g, and a byte of many G. Our work per message is what
   * limits their rate: o is taken to be g/2 at each end.
   */
  async logGP(transport: Transport): Promise<LogGP> {
    const latency = await this.value("latency", "latency", 2, "8", transport);
    const g = 1e6 / (await this.value("rate", "rate", 2, "8", transport));
    const G = 1 / (await this.value("bandwidth", "bandwidth", 2, "1M", transport));
    const o = Math.min(g, latency) / 2;
    return { L: latency - 2 * o, o, g, G };
  }

  /** From jobs of hello with three numbers of ranks, and from the memory of ranks with few and with many connections. */
  async mesh([few, more, many]: readonly [number, number, number]): Promise<Mesh> {
    const times = new Map<number, number>();
    for (const np of [few, more, many]) times.set(np, await this.#start(np));
    const pairs = (np: number) => (np * (np - 1)) / 2;
    // The parabola through the three, whose parts cannot be less than nothing.
    const slope = (a: number, b: number) => (times.get(b)! - times.get(a)!) / (b - a);
    const perConnection = Math.max(0, (2 * (slope(more, many) - slope(few, more))) / (many - few));
    const rest = (np: number) => times.get(np)! - perConnection * pairs(np);
    const perRank = Math.max(0, (rest(many) - rest(few)) / (many - few));
    const base = Math.max(0, rest(few) - perRank * few);
    const own = async (np: number) => (await this.value("memory", "own", np, undefined, "websocket")) * 2 ** 20;
    const bytes = process.platform === "linux" ? ((await own(many)) - (await own(few))) / (many - few) : 0;
    return { base, perRank, perConnection, bytes: Math.max(0, bytes) };
  }

  async #start(np: number): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < (this.#options.quick ? 1 : 5); i++) {
      const start = performance.now();
      const command = [...selfCommand(), "run", "-np", `${np}`, "--transport", "websocket", "hello"];
      await this.#workplace.outputOf(command, fullMesh);
      times.push(performance.now() - start);
    }
    return median(times);
  }
}

/** Microseconds to combine a byte: two arrays of 1 MiB, added. */
export function measureGamma(): number {
  const length = 2 ** 17;
  const [sum, data] = [new Float64Array(length), new Float64Array(length).fill(1)];
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const start = performance.now();
    for (let i = 0; i < length; i++) sum[i]! += data[i]!;
    times.push((performance.now() - start) * 1000);
  }
  if (sum[length - 1] !== times.length) throw new Error("Cannot measure a sum: it is wrong");
  return median(times) / sum.byteLength;
}
