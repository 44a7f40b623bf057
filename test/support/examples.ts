// test/support/examples: the examples that users see, in docstrings and in pages written by hand; and running one as a user
// would, with the real binary, to hold its output against what its comments say.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Declared, readSources, root } from "../../docs/generate/sources.ts";
import { equal, ok } from "./assert.ts";
import { leftovers, tsmpi } from "./tsmpi.ts";

export interface Example {
  /** Where it stands. */
  readonly where: string;
  /** A whole program. */
  readonly code: string;
  /** What follows the language in the page. */
  readonly words: readonly string[];
  /** The block behind it, if that is `text`. */
  readonly output: string | undefined;
}

/** A block as a program: one without imports gets that of MPI. */
const whole = (code: string) => (code.includes('from "tsmpi"') ? code : `import { MPI } from "tsmpi";\n${code}`);

/** The examples of docstrings, and the files that have them, as paths below `src`. */
export async function docstringExamples(): Promise<{ examples: Example[]; files: string[] }> {
  const documented: Declared[] = (await readSources()).documented.flatMap((one) => [
    one,
    ...(one.members?.values() ?? []),
  ]);
  const examples = documented.flatMap(({ file, name, docs }) =>
    (docs?.examples ?? []).map((code) => ({
      where: `${name} in ${file}`,
      code: whole(code),
      words: [],
      output: undefined,
    })),
  );
  return { examples, files: [...new Set(documented.map(({ file }) => file))] };
}

/** The `ts` blocks of README.md and of the pages of docs/ that are written by hand. */
export function pageExamples(): Example[] {
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  return ["README.md", ...docs.map((name) => `docs/${name}`)].flatMap((page) => {
    const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)];
    return blocks.flatMap(([, language, info = "", code = ""], i) => {
      if (language !== "ts") return [];
      const [, next, , output] = blocks[i + 1] ?? [];
      const words = info.split(" ").filter((word) => word !== "");
      return [{ where: `${page}, block ${i + 1}`, code, words, output: next === "text" ? output : undefined }];
    });
  });
}

/** The first line of an example that says something, as a title. */
export function titleOf({ code }: Example): string {
  const lines = code.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("import ")) ?? "";
}

/**
 * Runs a program on so many ranks. It must end well, without a word on stderr, and print what `console.log(…); // this`
 * says: on every rank, or where the line is indented or behind a condition, on at least one. An ellipsis stands for what
 * differs from run to run.
 */
export async function runExample({ code, words }: Example, ranks: readonly number[]): Promise<void> {
  // A delayed message does not leave a rank that computes without a pause.
  const env = words.includes("busy") ? { TSMPI_DELAY: "0" } : {};
  for (const size of ranks) {
    const result = await tsmpi(["-np", `${size}`, "example.ts"], { files: { "example.ts": code }, env });
    equal([result.stderr, result.code], ["", 0]);
    equal(await leftovers(result), []);
    const printed = result.stdout.split("\n").slice(0, -1);
    for (const [, condition, value = ""] of code.matchAll(/^(.*\b)console\.log\(.*\); \/\/ (.+)$/gm)) {
      if (value.includes("…")) continue;
      const times = printed.filter((line) => line === value).length;
      ok(condition === "" ? times >= size : times > 0, `${size} ranks, "${value}":\n${result.stdout}`);
    }
  }
}
