// cli/bench/startup: layer 10. How long a job of hello takes, from before its launcher starts until it has ended and all its
// output is read. Called by the command bench and by against.

import { sampleTexts } from "../embedded/sample-texts.ts";
import { CommandError, type Workplace } from "./workplace.ts";

/** What a workplace needs for `tsmpi run hello`. */
export const helloFiles: Readonly<Record<string, string>> = { "scripts/hello.ts": sampleTexts["hello.ts"]! };

/** Milliseconds that a start took. */
export interface Starts {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Runs `command`, which says hello from `np` ranks, `warmup + iterations` times. */
export async function timeStarts(
  workplace: Workplace,
  command: readonly string[],
  np: number,
  { warmup, iterations }: { warmup: number; iterations: number },
): Promise<Starts> {
  const times: number[] = [];
  for (let i = -warmup; i < iterations; i++) {
    const start = performance.now();
    const output = await workplace.outputOf(command);
    if (i >= 0) times.push(performance.now() - start);
    verifyHello(command, output, np);
  }
  return { median: median(times), min: Math.min(...times), max: Math.max(...times) };
}

/** Not line by line: mpirun mixes the lines of its ranks. */
function verifyHello(command: readonly string[], output: string, np: number): void {
  const hellos = output.matchAll(new RegExp(`Hello from rank (\\d+) of ${np} on `, "g"));
  const ranks = [...hellos].map(([, rank]) => Number(rank)).sort((a, b) => a - b);
  if (ranks.length === np && ranks.every((rank, i) => rank === i)) return;
  throw new CommandError(`Cannot measure ${command.join(" ")}: it did not say hello from ${np} ranks\n${output}`);
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
