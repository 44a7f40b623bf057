#!/usr/bin/env bun
// cli/main: layer 10. Where the executable starts. A rank is dispatched before anything else is loaded, as five of them
// start at once and their user waits; everything for people is behind command-line.
//
// Nothing is awaited at the top level: while a main module waits, Bun never says "beforeExit", by which a rank learns
// that its script has nothing left to do.

const words = process.argv.slice(2);
const [first, script = "", ...args] = words;
if (first === "rank") import("./rank.ts").then(({ runRank }) => runRank(script, args, "launched"));
else import("./command-line.ts").then(({ commandLine }) => commandLine(words));
