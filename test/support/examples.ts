// test/support/examples: runs an example as a user would, with the real binary, and holds its output against what its
// comments say.
import { equal, ok } from "./assert.ts";
import { leftovers, tsmpi } from "./tsmpi.ts";

/** The first line of an example that says something, as a title. */
export function titleOf(code: string): string {
  const lines = code.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("import ")) ?? "";
}

/**
 * Runs a whole script on so many ranks; an example without imports gets that of MPI. It must end well, without a word on
 * stderr, and print what `console.log(…); // this` says: on every rank, or where the line is indented or behind a
 * condition, on at least one. An ellipsis stands for what differs from run to run.
 */
export async function runExample(code: string, ranks: readonly number[]): Promise<void> {
  const script = code.includes('from "tsmpi"') ? code : `import { MPI } from "tsmpi";\n${code}`;
  for (const size of ranks) {
    const result = await tsmpi(["-np", `${size}`, "example.ts"], { files: { "example.ts": script } });
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
