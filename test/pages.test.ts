// deadline: 300
// The programs in README.md and in the pages of docs/ that are written by hand: `ts` blocks are whole programs. What follows
// the language says how they are run: `ranks=1,4` on how many ranks (1 and 3 by default); `fails`: the job ends badly, and
// prints what the `text` block behind it says; `busy`: a rank computes without a pause; `fragment`: no program.
import { test } from "uvu";
import { equal, ok } from "./support/assert.ts";
import { type Example, pageExamples, runExample, titleOf } from "./support/examples.ts";
import { leftovers, tsmpi } from "./support/tsmpi.ts";

/**
 * Runs a program that fails and holds its report against what the page says, but for process ids and the directory. Over
 * connections: through shared memory, where several ranks notice, it is chance which one says so first.
 */
async function runFailing({ code, output }: Example, size: number): Promise<void> {
  const result = await tsmpi(["run", "-np", `${size}`, "program.ts"], {
    files: { "program.ts": code },
    env: { TSMPI_TRANSPORT: "websocket" },
  });
  ok(result.code !== 0, `exit code ${result.code}`);
  equal(await leftovers(result), []);
  const same = (report = "") => report.replaceAll(`${result.cwd}/`, "").replace(/pid \d+/g, "pid …");
  equal(same(result.stderr), same(output));
}

const examples = pageExamples();
for (const example of examples.filter(({ words }) => !words.includes("fragment"))) {
  const { where, words, code } = example;
  const ranks = words.find((word) => word.startsWith("ranks="))?.slice("ranks=".length) ?? "1,3";
  test(`the program in ${where} runs on ${ranks} ranks: ${titleOf(example)}`, async () => {
    ok(code.includes('from "tsmpi"'), "a whole program");
    const sizes = ranks.split(",").map(Number);
    if (!words.includes("fails")) await runExample(example, sizes);
    else for (const size of sizes) await runFailing(example, size);
  });
}

test("there are programs in the pages, and what is said behind `ts` is known", () => {
  ok(examples.length > 10, `${examples.length} programs`);
  const known = /^(ranks=[1-4](,[1-4])*|fails|busy|fragment)$/;
  equal(
    examples.flatMap(({ where, words }) =>
      words.filter((word) => !known.test(word)).map((word) => `${where}: ${word}`),
    ),
    [],
  );
});

test.run();
