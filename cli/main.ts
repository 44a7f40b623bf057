#!/usr/bin/env bun
// cli/main: layer 10. Where the executable starts. A rank is dispatched before anything else is loaded, as five of them
// start at once and their user waits; everything for people is behind command-line.

const [first, script = "", ...args] = process.argv.slice(2);
if (first === "rank") {
  const { runRank } = await import("./rank.ts");
  await runRank(script, args, "launched");
} else {
  const { commandLine } = await import("./command-line.ts");
  await commandLine(process.argv.slice(2));
}
