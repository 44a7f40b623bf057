// deadline: 300
// The programs in README.md and in the pages of docs/ that are written by hand: `ts` blocks are whole programs. What follows
// the language says how they are run: `ranks=1,4` on how many ranks (1 and 3 by default); `fails`: the job ends badly, and
// prints what the `text` block behind it says; `fragment`: no program.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { root } from "../docs/generate/sources.ts";
import { equal, is, ok } from "./support/assert.ts";
import { runExample, titleOf } from "./support/examples.ts";
import { leftovers, tsmpi } from "./support/tsmpi.ts";

const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
const pages = ["README.md", ...docs.map((name) => `docs/${name}`)];

/** Runs a program that fails and holds its report against `expected`, but for process ids and the directory. */
async function runFailing(code: string, size: number, expected: string): Promise<void> {
  const result = await tsmpi(["run", "-np", `${size}`, "program.ts"], { files: { "program.ts": code } });
  ok(result.code !== 0, `exit code ${result.code}`);
  equal(await leftovers(result), []);
  const same = (report: string) => report.replaceAll(`${result.cwd}/`, "").replace(/pid \d+/g, "pid …");
  equal(same(result.stderr), same(expected));
}

const unknown: string[] = [];
let programs = 0;
for (const page of pages) {
  const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)];
  for (const [i, [, language, info = "", code = ""]] of blocks.entries()) {
    if (language !== "ts") continue;
    const words = info.trim() === "" ? [] : info.trim().split(/\s+/);
    const [, ranks = "1,3"] = /\branks=([\d,]+)/.exec(info) ?? [];
    const sizes = ranks.split(",").map(Number);
    const fails = words.includes("fails");
    unknown.push(...words.filter((word) => !/^(ranks=[1-4](,[1-4])*|fails|fragment)$/.test(word)));
    if (words.includes("fragment")) continue;
    programs++;
    test(`${page}: the program runs on ${ranks} ranks: ${titleOf(code)} (block ${i + 1})`, async () => {
      ok(code.includes('from "tsmpi"'), "a whole program");
      if (!fails) return runExample(code, sizes);
      const next = blocks[i + 1];
      is(next?.[1], "text");
      for (const size of sizes) await runFailing(code, size, next![3]!);
    });
  }
}

test("there are programs in the pages, and what is said behind `ts` is known", () => {
  ok(programs > 10, `${programs} programs`);
  equal(unknown, []);
});

test.run();
