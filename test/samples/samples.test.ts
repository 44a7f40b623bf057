// Every sample, from inside the real binary, on 1, 2, 5 and 8 ranks. Most of them check their results themselves.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi, workspace } from "../support/tsmpi.ts";

const samples = join(import.meta.dir, "../../samples");
const sizes = [1, 2, 5, 8];
/** What the sample heat has drawn, which is the same for any number of ranks. */
const heats = new Set<string>();
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

  test(`ring counts every step of the token in every round ${on}`, async () => {
    equal(
      await linesOf(size, "ring", "4"),
      [1, 2, 3, 4].map((round) => `Round ${round}: the token has come back, and counts ${round * size}`),
    );
  });

  test(`manager counts the primes, and each piece is done once, ${on}`, async () => {
    const lines = await linesOf(size, "manager");
    is(lines.at(-1), "There are 9592 primes below 100000");
    const workers = lines.slice(0, -1).map((line) => /^Rank (\d) did (\d+) of the 50 pieces$/.exec(line)!);
    equal(
      workers.map(([, rank]) => Number(rank)),
      ranks.slice(1),
    );
    if (size > 1)
      is(
        workers.reduce((sum, [, , done]) => sum + Number(done), 0),
        50,
      );
  });

  test(`sort sorts all numbers, few and many, ${on}`, async () => {
    for (const [count, seed] of [
      [1, 5],
      [3, -2],
      [10_000, 1],
    ]) {
      const lines = await linesOf(size, "sort", `${count}`, `${seed}`);
      is(lines.at(-1), `Sorted ${count! * size} numbers (seed: ${seed}, ranks: ${size})`);
      const numbers = lines.slice(0, -1).map((line) => Number(/^Rank \d has (\d+) numbers/.exec(line)![1]));
      equal([numbers.length, numbers.reduce((a, b) => a + b)], [size, count! * size]);
    }
  });

  test(`cg solves the equations in a few steps ${on}`, async () => {
    const lines = await linesOf(size, "cg");
    match(lines[0]!, new RegExp(`^Solved 10000 equations in (29|30|31) steps \\(seed: 1, ranks: ${size}\\)$`));
    match(lines[1]!, /^The residual is [1-9]\.\de-1[2-9] of the right-hand side$/);
    match((await linesOf(size, "cg", `${size}`, "9"))[0]!, `Solved ${size} equation`);
  });

  test(`counter does every task once ${on}`, async () => {
    for (const tasks of [0, 200]) {
      const lines = await linesOf(size, "counter", `${tasks}`);
      const done = lines.slice(0, -1).map((line) => /^Rank (\d) did (\d+) of the \d+ tasks$/.exec(line)!);
      equal(
        done.map(([, rank]) => Number(rank)),
        ranks,
      );
      is(
        done.reduce((sum, [, , count]) => sum + Number(count), 0),
        tasks,
      );
      const longest = tasks === 0 ? "1: 0 steps" : "171: 124 steps";
      is(lines.at(-1), `The longest way to 1 is that of ${longest}`);
    }
  });

  test(`serve serves its page while it receives ${on}`, async () => {
    const lines = await linesOf(size, "serve", "30");
    match(lines.at(-1)!, /^The page was read 30 times, at last as: \d+ of \d+ darts have hit$/);
    // Alone there is nobody who throws.
    if (size > 1) match(lines[0]!, /^Pi is about [23]\.\d\d$/);
    is(lines.length, Math.min(size, 2));
  });

  test(`histogram counts every throw ${on}`, async () => {
    for (const throws of [1, 2000]) {
      const lines = await linesOf(size, "histogram", `${throws}`);
      const bins = lines.map((line) => /^ ?(\d+) █* (\d+)$/.exec(line)).filter((bin) => bin !== null);
      equal(
        bins.map(([, sum]) => Number(sum)).sort((a, b) => a - b),
        Array.from({ length: 16 }, (_, i) => i + 3),
      );
      is(
        bins.reduce((sum, [, , count]) => sum + Number(count), 0),
        throws * size,
      );
      is(lines.includes(`${throws * size} throws of three dice (ranks: ${size})`), true);
    }
  });

  test(`heat draws the same plate, and as one rank by itself, ${on}`, async () => {
    const result = await tsmpi(["run", "-np", `${size}`, "sample:heat"]);
    equal([result.stderr, result.code], ["", 0]);
    const lines = result.stdout.trimEnd().split("\n");
    is(lines.length, 13);
    for (const line of lines.slice(0, -1)) match(line, /^█[ ·░▒▓█]{63}$/);
    match(lines.at(-1)!, /^The plate holds \d+\.\d\d after 400 steps$/);
    heats.add(lines.join("\n"));
    is(heats.size, 1);
  });

  test(`log ends with a line of each rank, in order, ${on}`, async () => {
    equal(
      await linesOf(size, "log"),
      ranks.map((rank) => `rank ${rank} of ${size} ends here`),
    );
  });

  test(`matrix-io reads columns of what was written as rows ${on}`, async () => {
    const n = 2 * size;
    equal(await linesOf(size, "matrix-io"), [
      ...ranks.map((rank) => `Rank ${rank} has columns ${2 * rank} and ${2 * rank + 1}`),
      `The file has ${8 * n * n} bytes for ${n} rows of ${n} numbers`,
    ]);
  });

  test(`halo plays the same game as one rank by itself, and draws its end, ${on}`, async () => {
    for (const generations of [0, 1, 200]) {
      const result = await tsmpi(["run", "-np", `${size}`, "sample:halo", `${generations}`]);
      equal([result.stderr, result.code], ["", 0]);
      const lines = result.stdout.trimEnd().split("\n");
      const last = new RegExp(`^(\\d+) cells live after ${generations} generations \\(ranks: \\d × \\d\\)$`);
      const [, living] = last.exec(lines.at(-1)!) ?? [];
      const drawn = lines.slice(0, -1).join("");
      equal(
        [...drawn].filter((mark) => !" ▄▀█".includes(mark)),
        [],
      );
      is(
        [...drawn].reduce((sum, mark) => sum + (mark === "█" ? 2 : mark === " " ? 0 : 1), 0),
        Number(living),
      );
      is(Number(living) > 20, true);
    }
  });
}

test("halo shows every generation on a terminal, one over the other", async () => {
  const { stdout, code } = await tsmpi(["run", "-np", "4", "sample:halo", "3"], { env: { TSMPI_STDOUT_TTY: "1" } });
  equal([code, stdout.split("\x1b[12A").length, stdout.split("\n").length], [0, 4, 4 * 12 + 2]);
  equal([...new Set(stdout.match(/\[3\dm/g))].sort(), ["[31m", "[32m", "[33m", "[34m"]);
});

test("samples refuse arguments that make no sense, with one message", async () => {
  for (const [sample, argument, message] of [
    ["ring", "0", "Cannot go round 0 times: expected a whole number from 1"],
    ["sort", "none", "Cannot sort: expected whole numbers, how many to sort from 1, and a seed"],
    ["halo", "-1", "Cannot live for -1 generations: expected a whole number"],
    ["counter", "-1", "Cannot do -1 tasks: expected a whole number"],
    ["histogram", "0", "Cannot throw 0 times: expected a whole number from 1"],
    ["serve", "0", "Cannot read a page 0 times: expected a whole number from 1"],
    ["heat", "x", "Cannot compute x steps: expected a whole number"],
    ["cg", "2", "Cannot solve: expected whole numbers, at least one equation for each rank, and a seed"],
  ] as const) {
    const { code, stdout, stderr } = await tsmpi(["run", "-np", "3", `sample:${sample}`, argument]);
    equal([sample, code, stdout], [sample, 1, ""]);
    is(stderr.split(message).length, 2, stderr);
  }
});

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
