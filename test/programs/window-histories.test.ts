// What 8 ranks do to each other's windows at random is what a sequential oracle can explain, over every way between ranks.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, match, throws } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";
import { type Call, explain, type Part } from "./window-oracle.ts";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const phases = 6;
const files = Object.fromEntries(
  ["window-oracle.ts", "window-histories-script.ts"].map((name) => [
    name,
    readFileSync(join(import.meta.dir, name), "utf8"),
  ]),
);

for (const transport of ["shared-memory", "websocket"]) {
  for (const make of ["create", "allocate", "allocateShared", "createDynamic"]) {
    test(`through ${transport}, what 8 ranks see of windows of ${make} is what some order explains (seed ${seed})`, async () => {
      const args = ["-np", "8", "--transport", transport, "window-histories-script.ts", `${seed}`, make, `${phases}`];
      // Some with long data that is behind its request by a while.
      const env = make === "create" ? { TSMPI_EAGER_LIMIT: "1000" } : {};
      const result = await tsmpi(args, { files, env });
      equal([result.stderr, result.code], ["", 0]);
      match(result.stdout, /^\d+ calls\n$/);
      equal(await leftovers(result), []);
    });
  }
}

/** A call about one element that is done at once. */
const call = (part: Partial<Part>, rest: Partial<Call> = {}): Call => ({
  phase: 0,
  after: 0,
  whole: false,
  parts: [{ element: 0, op: "sum", operand: 1n, ...part }],
  ...rest,
});
const wrong = (...histories: Call[][]) => throws(() => explain(histories), /no order explains it/);

test("the oracle finds the order of what has one", () => {
  const first = call({ operand: 5n, before: 0n });
  const second = call({ operand: 2n, before: 5n });
  equal(explain([[second], [first]]), new Map([[0, 7n]]));
  const silent = call({ op: "or", operand: 1n });
  const sees = (before: bigint) => call({ op: "none", before }, { after: 1 });
  equal(explain([[silent], [sees(0n), sees(1n)]]), new Map([[0, 1n]]));
  equal(explain([[call({ op: "swap", operand: 9n, compare: 1n, before: 0n })], [first]]), new Map([[0, 5n]]));
});

test("the oracle refuses lost updates, torn transactions, and the wrong order of one rank or of two phases", () => {
  wrong([call({ operand: 5n, before: 0n })], [call({ operand: 2n, before: 0n })]);
  wrong([call({ operand: 2n, before: 5n }), call({ operand: 5n, before: 0n })]);
  wrong([call({ op: "or", operand: 1n }), call({ op: "none", before: 0n })]);
  wrong([call({ op: "none", before: 0n }, { phase: 1 })], [call({ op: "or", operand: 1n })]);
  wrong(
    [call({ op: "none", before: 1n, element: 1 }), call({ op: "none", before: 0n }, { after: 1 })],
    [call({ op: "or", operand: 1n }), call({ op: "or", operand: 1n, element: 1 }, { after: 1 })],
  );
  const both = (befores: bigint[]) =>
    call(
      {},
      { whole: true, parts: befores.map((before, element) => ({ element, op: "replace", operand: 7n, before })) },
    );
  wrong(
    [both([0n, 1n])],
    [call({ operand: 1n, before: 0n }), call({ operand: 1n, before: 0n, element: 1 }, { after: 1 })],
  );
});

test.run();
