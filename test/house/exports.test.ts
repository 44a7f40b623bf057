// The public names, held against the list in public-names.txt, so that an export that nobody meant shows as a difference.
// `bun test/house/exports.test.ts --write` writes the list anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as index from "../../src/index.ts";
import { equal, is } from "../support/assert.ts";

const list = join(import.meta.dir, "public-names.txt");

/** The names in `export type { … }` and `export { type … }`, which no longer exist when the module runs. */
function typesOf(text: string): string[] {
  return [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, names]) =>
    names!
      .replace(/\/\/.*/g, "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && (all || name.startsWith("type ")))
      .map((name) => `type ${name.replace(/^type /, "").replace(/^.* as /, "")}`),
  );
}

function publicNames(): string[] {
  const types = typesOf(readFileSync(join(import.meta.dir, "../../src/mpi/mpi.ts"), "utf8"));
  return [...Object.keys(index), ...types].sort();
}

if (process.argv.includes("--write")) writeFileSync(list, `${publicNames().join("\n")}\n`);

test("the public names are those in public-names.txt", () => {
  const listed = existsSync(list) ? readFileSync(list, "utf8").trim().split("\n") : [];
  const actual = publicNames();
  equal(
    {
      added: actual.filter((name) => !listed.includes(name)),
      missing: listed.filter((name) => !actual.includes(name)),
    },
    { added: [], missing: [] },
  );
});

test("MPI is the default export too, and has exactly the other names", () => {
  is(index.default, index.MPI);
  const { default: _, MPI, ...names } = index;
  equal({ ...MPI }, names);
});

test.run();
