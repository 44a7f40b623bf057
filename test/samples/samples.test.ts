// Every sample, from inside the real binary, on 1, 2, 5 and 8 ranks. Most of them check their results themselves.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi, workspace } from "../support/tsmpi.ts";

const samples = join(import.meta.dir, "../../samples");
const sizes = [1, 2, 5, 8];
const ranksOf = (size: number) => Array.from({ length: size }, (_, rank) => rank);

/** Runs a sample to its good end, and returns its lines in alphabetical order: those of different ranks have no order. */
async function linesOf(size: number, sample: string, ...args: string[]): Promise<string[]> {
  const result = await tsmpi(["run", "-np", `${size}`, `sample:${sample}`, ...args]);
  equal([result.stderr, result.code], ["", 0]);
  equal(await leftovers(result), []);
  return result.stdout.trimEnd().split("\n").sort();
}

test("every sample starts with a comment that says what it is", async () => {
  for (const name of readdirSync(samples).filter((name) => name.endsWith(".ts"))) {
    match(await Bun.file(join(samples, name)).text(), /^\/\/ [A-Z][^\n]+\.\n\/\/ {3}tsmpi run -np 5 sample:/, name);
  }
});

for (const size of sizes) {
  const on = `on ${size} rank${size > 1 ? "s" : ""}`;
  const ranks = ranksOf(size);

  test(`hello greets from every rank ${on}`, async () => {
    const lines = await linesOf(size, "hello");
    equal(
      lines.map((line) => line.replace(/ on \S+$/, "")),
      ranks.map((rank) => `Hello from rank ${rank} of ${size}`),
    );
  });

  test(`double has 2, 4, 8, … ${on}`, async () => {
    equal(
      await linesOf(size, "double"),
      ranks.map((rank) => `Rank ${rank} has ${2 ** (rank + 1)}`),
    );
  });

  test(`bcast gives the settings and the squares to every rank ${on}`, async () => {
    equal(
      await linesOf(size, "bcast"),
      ranks.flatMap((rank) => [
        `Rank ${rank} has 100 squares, the last one is 9801`,
        `Rank ${rank} has the settings "waves" with steps 1,2,4`,
      ]),
    );
  });

  test(`reduce prints each result once, and the tallest on every rank ${on}`, async () => {
    const lines = await linesOf(size, "reduce");
    const heights = ranks.map((rank) => 100 + ((rank * 7) % 10));
    const top = Math.max(...heights);
    equal(
      lines.filter((line) => line.includes("tallest")),
      ranks.map((rank) => `Rank ${rank} knows: rank ${heights.indexOf(top)} is the tallest with ${top} cm`),
    );
    equal(
      lines.filter((line) => !line.includes("tallest")),
      [
        `1 + … + ${size} = ${(size * (size + 1)) / 2}`,
        `The longest word is "${size === 1 ? "tea" : size === 2 ? "coffee" : "lemonade"}"`,
        `Votes for the three candidates: ${[0, 1, 2].map((i) => Math.ceil((size - i) / 3))}`,
      ],
    );
  });

  test(`scatter gives each rank its job and its three numbers ${on}`, async () => {
    equal(
      await linesOf(size, "scatter"),
      ranks.flatMap((rank) => [
        `Rank ${rank} does job ${rank}: ${"ab".repeat(rank + 1)}`,
        `Rank ${rank} has the numbers ${3 * rank} ${3 * rank + 1} ${3 * rank + 2}`,
      ]),
    );
  });

  test(`gather collects the reports of all ranks ${on}`, async () => {
    equal(await linesOf(size, "gather"), [
      `All ranks have ${ranks.map((rank) => `${rank} ${rank / 2}`).join(" ")}`,
      ...ranks.map((rank) => `Rank ${rank} reports ${rank * rank}`),
    ]);
  });

  test(`pi is computed to ten digits, or as well as few strips allow, ${on}`, async () => {
    match((await linesOf(size, "pi")).join("\n"), new RegExp(`^π is about 3\\.141592653\\d+, .* ranks: ${size}\\)$`));
    match((await linesOf(size, "pi", "1")).join("\n"), /^π is about 3\.2, /);
  });
}

test("pi refuses a number of strips that is none, with one message", async () => {
  const { code, stdout, stderr } = await tsmpi(["run", "-np", "3", "sample:pi", "many"]);
  equal([code, stdout], [1, ""]);
  is(stderr.split("Cannot divide the area into many strips: expected a whole number from 1").length, 2);
});

test("every sample runs alone, without launcher, with bun", async () => {
  const cwd = workspace();
  for (const name of readdirSync(samples).filter((name) => name.endsWith(".ts"))) {
    const child = Bun.spawn([process.execPath, join(samples, name)], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    equal([name, await child.stderr.text(), await child.exited], [name, "", 0]);
  }
});

test.run();
