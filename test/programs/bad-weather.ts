// What bad-weather.test.ts and bad-weather.long.test.ts share: programs for any number of ranks, on 1, 2, 4 and 8, over every way
// between ranks, with TSMPI_CHECK=1 and random delays. test/matrix.ts puts all tests into the same weather.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { variables } from "../../src/base/config.ts";
import { equal, ok } from "../support/assert.ts";
import { numbersFrom } from "../support/random-types.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";
import { runProgram } from "./random/program.ts";

export const transports = variables.TSMPI_TRANSPORT.words;
const sizes = [1, 2, 4, 8];
const samples = readdirSync(join(import.meta.dir, "../../samples")).filter((name) => name.endsWith(".ts"));
const randomRanks = join(import.meta.dir, "random-ranks-script.ts");
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const next = numbersFrom(seed);

/** The variables that make the weather, with delays that no other job has. */
function weather(transport: string): Record<string, string> {
  return { TSMPI_TRANSPORT: transport, TSMPI_CHECK: "1", TSMPI_DELAY: `${1 + next(1e6)}` };
}

/** Runs a program that checks its results itself. */
async function runs(size: number, args: readonly string[], transport: string): Promise<void> {
  const env = weather(transport);
  const result = await tsmpi(["run", "-np", `${size}`, ...args], { env });
  const how = `${JSON.stringify(env)} tsmpi run -np ${size} ${args.join(" ")}`;
  equal([result.stderr, result.code], ["", 0], `${how}: ${result.stderr}`);
  ok(result.stdout !== "", how);
  equal(await leftovers(result), [], how);
}

/** Runs a random program of ranks inside this process. */
async function runsInside(size: number, transport: string, steps: number): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, weather(transport));
  try {
    await runProgram(next(1e9), size, steps);
  } finally {
    for (const name of ["TSMPI_TRANSPORT", "TSMPI_CHECK", "TSMPI_DELAY"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

/**
 * The tests.
 * @param ways those transports over which a sample runs on so many ranks
 * @param steps how long random programs are
 */
export function badWeather(ways: (sample: number, size: number) => readonly string[], steps: number): void {
  for (const size of sizes) {
    const on = `on ${size} rank${size > 1 ? "s" : ""}, checked and delayed (seed ${seed})`;
    test(`every sample comes to its good end ${on}`, async () => {
      for (const [i, sample] of samples.entries()) {
        for (const way of ways(i, size)) await runs(size, [`sample:${sample.slice(0, -".ts".length)}`], way);
      }
    });

    for (const transport of transports) {
      test(`random programs through ${transport} give what they must ${on}`, async () => {
        await runs(size, [randomRanks, `${next(1e6)}`, `${steps}`], transport);
        for (let i = 0; i < 3; i++) await runsInside(size, transport, steps);
      });
    }
  }
}
