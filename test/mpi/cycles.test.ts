// Communicators that are made and freed again and again leave nothing behind.
import { test } from "uvu";
import { drawContext, isPredefined } from "../../src/comm/context.ts";
import { is, ok } from "../support/assert.ts";
import { cycle } from "./cycles.ts";

for (const size of [1, 2, 3]) {
  test(`2,000 communicators made and freed leave no queues and no memory, on ${size} ranks`, () =>
    cycle(size, 2000, 60));
}

test("contexts that are drawn differ, by four at least, also from those of other processes", () => {
  const drawn = [0, 1, 2 ** 16 - 1].flatMap((process) => Array.from({ length: 1000 }, () => drawContext(process)));
  is(new Set(drawn.map((context) => Math.floor(context / 4))).size, drawn.length);
  for (const context of drawn) ok(Number.isSafeInteger(context) && context % 4 === 0 && !isPredefined(context));
});

test.run();
