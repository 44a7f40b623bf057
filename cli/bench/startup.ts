// cli/bench/startup: layer 10. How long a job of hello takes, from before its launcher starts until it has ended and all its
// output is read. Called by the command bench and by against.

import { ChildError, outputOf } from "./child.ts";

/** Milliseconds that a start took. */
export interface Starts {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Starts `command`, which says hello from `np` ranks, `warmup + iterations` times in `cwd`. */
export async function timeStarts(
  command: readonly string[],
  np: number,
  cwd: string,
  { warmup, iterations }: { warmup: number; iterations: number },
): Promise<Starts> {
  const times: number[] = [];
  for (let i = -warmup; i < iterations; i++) {
    const start = performance.now();
    const output = await outputOf(command, cwd);
    if (i >= 0) times.push(performance.now() - start);
    verifyHello(command, output, np);
  }
  return { median: median(times), min: Math.min(...times), max: Math.max(...times) };
}

/** Not line by line: mpirun mixes the lines of its ranks. */
function verifyHello(command: readonly string[], output: string, np: number): void {
  const ranks = [...output.matchAll(new RegExp(`Hello from rank (\\d+) of ${np} on `, "g"))].map(([, rank]) =>
    Number(rank),
  );
  const expected = Array.from({ length: np }, (_, rank) => rank);
  if (
    Bun.deepEquals(
      ranks.sort((a, b) => a - b),
      expected,
    )
  )
    return;
  throw new ChildError(`Cannot measure ${command.join(" ")}: it did not say hello from ${np} ranks:\n${output}`, 1);
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
