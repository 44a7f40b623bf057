// Runs the tests that have ranks once over every way between ranks, with TSMPI_CHECK=1 and random delays (TSMPI_DELAY): those that
// start jobs, and those whose ranks are in one process (support/ways.ts). Part of `npm run test:long`.
//   bun test/matrix.ts [--transport=NAME] [--long] [part of a path …]
// SEED=… repeats the delays of a run.
import { join } from "node:path";
import { variables } from "../src/base/config.ts";

const words = process.argv.slice(2);
const named = words.find((word) => word.startsWith("--transport="))?.slice("--transport=".length);
const transports = variables.TSMPI_TRANSPORT.words.filter((name) => named === undefined || name === named);
if (transports.length === 0) throw new Error(`Cannot use --transport=${named}`);
const options = words.filter((word) => !word.startsWith("--transport="));
const seed = Number(process.env.SEED ?? 1 + Math.floor(Math.random() * 1e6));

const sums: string[] = [];
for (const transport of transports) {
  const weather = { TSMPI_TRANSPORT: transport, TSMPI_CHECK: "1", TSMPI_DELAY: `${seed}` };
  const line = Object.entries(weather).map(([name, value]) => `${name}=${value}`);
  console.log(`\n${line.join(" ")}`);
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "run.ts"), "--ranks", ...options], {
    env: { ...process.env, ...weather },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await child.exited;
  if (code !== 0) process.exitCode = 1;
  sums.push(`${code === 0 ? "passed" : "FAILED"}: ${line.join(" ")}`);
}
console.log(`\n${sums.join("\n")}`);
