// The examples in docstrings and pages have no type errors, as in a user's editor with strict settings.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { root } from "../docs/generate/sources.ts";
import { equal, ok } from "./support/assert.ts";
import { docstringExamples, pageExamples } from "./support/examples.ts";

test("the compiler has nothing to say about any example", async () => {
  const found = [...(await docstringExamples()).examples, ...pageExamples()];
  const programs = found.filter(({ words }) => !words.includes("fragment"));
  ok(programs.length > 50, `${programs.length} examples`);
  // Below the repository, whose packages it needs.
  mkdirSync(join(root, "dist"), { recursive: true });
  const directory = mkdtempSync(join(root, "dist/examples-"));
  try {
    const settings = { extends: "../../tsconfig.json", include: ["*.ts"] };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(settings));
    for (const [i, { where, code }] of programs.entries()) {
      writeFileSync(join(directory, `${where.replace(/\W+/g, "-")}-${i}.ts`), code);
    }
    const compiler = Bun.spawn([join(root, "node_modules/.bin/tsc"), "-p", directory, "--pretty", "false"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said, code] = [await compiler.stdout.text(), await compiler.exited];
    equal([said, code], ["", 0]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
