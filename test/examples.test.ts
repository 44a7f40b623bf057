// deadline: 300
// The examples in the library's docstrings run, on one rank and on three, and print what they say; and everything public
// has a docstring that ends with its section of the standard.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as MPI from "../src/mpi/mpi.ts";
import { equal, is, ok } from "./support/assert.ts";
import { leftovers, tsmpi } from "./support/tsmpi.ts";

const src = join(import.meta.dir, "../src");
const files = [
  "index.ts",
  "base/errors.ts",
  "data/op.ts",
  "wire/value.ts",
  ...readdirSync(join(src, "mpi")).map((name) => `mpi/${name}`),
].sort();
const textOf = (file: string) => readFileSync(join(src, file), "utf8");

/** The text of a docstring, without its stars. */
const plain = (docstring: string) => docstring.replace(/^\s*\/\*\*\s?|\s*\*\/\s*$/g, "").replace(/^\s*\* ?/gm, "");

for (const file of files) {
  for (const [i, [docstring]] of [
    ...textOf(file).matchAll(/\/\*\*(?:(?!\*\/).)*@example(?:(?!\*\/).)*\*\//gs),
  ].entries()) {
    for (const [j, [, code = ""]] of [...plain(docstring).matchAll(/```ts\n(.*?)```/gs)].entries()) {
      const script = code.includes('from "tsmpi"') ? code : `import { MPI } from "tsmpi";\n${code}`;
      const title = code
        .trim()
        .split("\n")
        .find((line) => !line.startsWith("import ") && line.trim() !== "");
      test(`the example in ${file} runs (${i + 1}.${j + 1}): ${title}`, async () => {
        for (const size of [1, 3]) {
          const result = await tsmpi(["-np", `${size}`, "example.ts"], { files: { "example.ts": script } });
          equal([result.stderr, result.code], ["", 0]);
          equal(await leftovers(result), []);
          const printed = result.stdout.split("\n").slice(0, -1);
          // Every rank prints it, unless the line is behind a condition; an ellipsis depends on the number of ranks.
          for (const [, condition, value = ""] of code.matchAll(/^(.*\b)console\.log\(.*\); \/\/ (.+)$/gm)) {
            if (value.includes("…")) continue;
            const times = printed.filter((line) => line === value).length;
            ok(condition!.trim() === "" ? times >= size : times > 0, `${size} ranks, "${value}":\n${result.stdout}`);
          }
        }
      });
    }
  }
}

/** The docstrings of classes (by name), their members (`Class.member`) and functions: the last one above the first declaration. */
function docstrings(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    let doc = "";
    let owner = "";
    let inside = false;
    for (const line of textOf(file).split("\n")) {
      if (/^\s*\/\*\*/.test(line)) doc = "";
      if (inside || /^\s*\/\*\*/.test(line)) {
        doc += `${line}\n`;
        inside = !line.includes("*/");
        continue;
      }
      const top = /^export (?:abstract )?(?:class|(?:async )?function) (\w+)/.exec(line);
      const member = /^ {2}(?:protected )?(?:static |async |abstract |override )*(?:get )?([a-z]\w*)\s*[(<]/.exec(line);
      const name = top ? top[1]! : member && `${owner}.${member[1]}`;
      if (top) owner = top[1]!;
      if (name && !found.has(name)) found.set(name, /^ {2}protected/.test(line) ? "protected" : plain(doc));
      if (line.trim() !== "") doc = "";
    }
  }
  return found;
}

/** Names without a section: made for the library itself, or beyond the standard. */
const exceptions = [
  "Caching.deleteAttributes",
  "Group.engine",
  "Group.members",
  "Op.combine",
  "Op.combineInto",
  "Request.active",
  "Request.settled",
  "Request.pending",
  "Request.fetch",
  "Status.fill",
  "registerClass",
];

test("every public class, method and function has a docstring that ends with its section of the standard", () => {
  const found = docstrings();
  const names = new Set<string>();
  for (const [name, value] of Object.entries(MPI)) {
    if (typeof value !== "function") continue;
    names.add(name);
    if (!/^class /.test(Function.prototype.toString.call(value))) continue;
    for (
      let of: object = value;
      typeof of === "function" && of !== Function.prototype && of !== Error;
      of = Object.getPrototypeOf(of)
    ) {
      const { name: owner, prototype } = of as { name: string; prototype: object };
      const statics = Object.getOwnPropertyNames(of).filter((key) => !["length", "name", "prototype"].includes(key));
      const methods = Object.getOwnPropertyNames(prototype).filter((key) => key !== "constructor");
      for (const key of [...statics, ...methods]) names.add(`${owner}.${key}`);
    }
  }
  ok(names.size > 100, `${names.size} names`);
  const missing = [...names].filter((name) => !/^protected$|@see MPI-4\.1 §[\d.]+\s*$/.test(found.get(name) ?? ""));
  equal(missing.sort(), exceptions.sort());
  is(found.get("Exception")?.includes("error class"), true);
});

test.run();
