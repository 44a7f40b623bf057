// Every name of mpi4py's is here, but for those in api-gaps.txt, and has a test.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, ok } from "../support/assert.ts";
import { allowedGaps, apiNames, gapOf, isTested, lineOf, original } from "./api-names.ts";

const names = apiNames();

test("what is missing, not callable or without a test stands in api-gaps.txt, which `bun test/coverage-api.ts --write` shrinks", () => {
  const findings = names.flatMap((name) => lineOf(name) ?? []);
  const allowed = allowedGaps(names);
  equal(
    {
      found: findings.filter((line) => !allowed.includes(line)),
      outdated: allowed.filter((line) => !findings.includes(line)),
    },
    { found: [], outdated: [] },
  );
});

test("what is missing, what is no function, and what no test calls is noticed", () => {
  const name = (owner: string, kind: "method" | "static" | "const", of: string) => ({
    ...{ owner, kind, name: of, full: `${owner}.${of}` },
  });
  is(gapOf(name("Comm", "method", "send")), undefined);
  is(gapOf(name("Comm", "method", ["no", "such"].join(""))), "missing");
  is(gapOf(name("Comm", "static", "send")), "missing");
  is(gapOf(name("NoSuchClass", "method", "send")), "missing");
  is(gapOf(name("Comm", "method", "rank")), "not callable");
  is(gapOf(name("MPI", "const", "NO_SUCH")), "missing");
  ok(isTested(name("Comm", "method", "send")));
  is(isTested(name("Comm", "method", ["never", "Called"].join(""))), false);
});

test("the list is the one that is kept for everyone, where that is at hand", () => {
  ok(names.length > 600, `${names.length} names`);
  const copy = join(import.meta.dir, "mpi4py-names.txt");
  equal(readFileSync(copy, "utf8"), readFileSync(existsSync(original) ? original : copy, "utf8"));
});

test.run();
