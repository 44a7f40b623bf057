// deadline: 300
// The examples in the library's docstrings, which are those of docs/reference, run on one rank and on three, and print what
// they say; and everything public has a docstring that ends with its section of the standard.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { readSources, root } from "../docs/generate/sources.ts";
import { equal, is, ok } from "./support/assert.ts";
import { docstringExamples, runExample, titleOf } from "./support/examples.ts";

const { examples, files } = await docstringExamples();
for (const example of examples) {
  test(`the example of ${example.where} runs: ${titleOf(example)}`, () => runExample(example, [1, 3]));
}

test("every example in these files has been found", () => {
  const text = files.map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
  ok(examples.length > 30, `${examples.length} examples`);
  is(examples.length, text.match(/^ *\*? *```ts$/gm)?.length);
});

/** Beyond the standard. */
const exceptions = ["Request.active", "registerClass"];

test("every public class, method and function has a docstring that ends with its section of the standard", async () => {
  const sources = await readSources();
  const missing: string[] = [];
  const classes = new Set(sources.public.flatMap((one) => (one.kind === "class" ? sources.line(one) : [])));
  for (const one of sources.public) {
    if (["class", "function"].includes(one.kind) && !one.docs?.section) missing.push(one.name);
  }
  for (const { name, members } of classes) {
    for (const member of members!.values()) {
      if (member.kind === "field" || member.name === "constructor" || member.docs?.ofLibrary) continue;
      if (!member.docs?.section) missing.push(`${name}.${member.name}`);
    }
  }
  ok(classes.size > 10, `${classes.size} classes`);
  equal(missing.sort(), exceptions.sort());
});

test.run();
