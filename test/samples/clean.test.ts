// The `clean` sample on real ranks: however many there are, it writes what one process computes from the same functions.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "uvu";
import { cleanAll } from "../../samples/clean/stages.ts";
import { equal, is, match, ok, skip } from "../support/assert.ts";
import { leftovers, type Options, tsmpi, workspace } from "../support/tsmpi.ts";

const root = join(import.meta.dir, "../..");
const posts = join(root, "samples/clean/posts.txt");
const tweets = join(root, "../shared/data/tweets.txt");

function clean(size: number, file?: string, options?: Options) {
  return tsmpi(["run", "-np", `${size}`, "sample:clean", ...(file === undefined ? [] : [file])], options);
}

/** Runs the sample to its good end, and claims that it has written `expected`. */
async function writes(expected: string, size: number, file?: string, options?: Options): Promise<void> {
  const result = await clean(size, file, options);
  equal([result.stderr, result.code], ["", 0]);
  const idle = Array.from(
    { length: Math.max(size - 5, 0) },
    (_, i) => `Rank ${5 + i} is idle: the pipeline has 5 stages`,
  );
  const count = expected.split("\n").length - 1;
  equal(result.stdout.trimEnd().split("\n").sort(), [`${count} posts cleaned into cleandataset.txt`, ...idle]);
  // Not `equal`, which would print all of both.
  ok(
    readFileSync(join(result.cwd, "cleandataset.txt")).equals(Buffer.from(expected)),
    "other text than one process gives",
  );
  equal(await leftovers(result), []);
}

for (let size = 1; size <= 8; size++) {
  test(`clean writes its own posts on ${size} ranks as in one process`, async () => {
    await writes(await cleanAll(Bun.file(posts).stream()), size);
  });

  const name = `clean writes 4,205 real posts on ${size} ranks as in one process`;
  if (!existsSync(tweets)) skip(name, `${relative(root, tweets)} is not here`);
  else test(name, async () => writes(await cleanAll(Bun.file(tweets).stream()), size, tweets));
}

test("clean keeps the order of many chunks, and empty posts", async () => {
  const text = Array.from({ length: 5000 }, (_, i) => (i % 9 === 0 ? "@you 123" : `post${i} 😀`)).join("\r\n");
  const expected = Array.from({ length: 5000 }, (_, i) => (i % 9 === 0 ? "\n" : `post${i}\n`)).join("");
  await writes(expected, 5, "many.txt", { files: { "many.txt": text } });
});

test("clean replaces what an earlier run has written, also by nothing", async () => {
  const cwd = workspace({ "empty.txt": "", "cleandataset.txt": "old\n" });
  await writes("", 3, "empty.txt", { cwd });
  is(readFileSync(join(cwd, "cleandataset.txt"), "utf8"), "");
});

for (const size of [1, 5]) {
  test(`clean says in one message that it cannot read FILE, on ${size} ranks`, async () => {
    for (const file of ["nowhere.txt", "."]) {
      const cwd = workspace();
      writeFileSync(join(cwd, "cleandataset.txt"), "old\n");
      const result = await clean(size, file, { cwd });
      equal([result.code, result.stdout], [1, ""]);
      is(result.stderr.split(`Cannot read posts from ${file}: `).length, 2, result.stderr);
      is(readFileSync(join(cwd, "cleandataset.txt"), "utf8"), "old\n");
      equal(await leftovers(result), []);
    }
  });
}

test("clean shows its progress where stderr is a terminal: rate, and the share of waiting of each stage", async () => {
  const { code, stderr } = await clean(5, undefined, { env: { TSMPI_STDERR_TTY: "1" } });
  is(code, 0);
  match(
    Bun.stripANSI(stderr),
    /61 posts, \d+ a second; waiting: read \d+%, split \d+%, filter \d+%, stop words \d+%, write \d+%\n$/,
  );
  const three = await clean(3, undefined, { env: { TSMPI_STDERR_TTY: "1" } });
  match(Bun.stripANSI(three.stderr), /waiting: read \d+%, split\+filter \d+%, stop words\+write \d+%\n$/);
});

test.run();
