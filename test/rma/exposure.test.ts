// Signals: who has posted, who has completed.
import { test } from "uvu";
import { Signals } from "../../src/rma/exposure.ts";
import { equal, not, ok } from "../support/assert.ts";

test("waiting takes one signal of each, and those that come again are for the next time", () => {
  const signals = new Signals();
  signals.add(3);
  const wait = signals.wait([3, 5]);
  not(wait.settled);
  equal(signals.missing([3, 5]), [5]);
  signals.add(3);
  signals.add(5);
  ok(wait.settled);
  equal(signals.missing([3, 5]), [5]);
  not(signals.take([3, 5]));
  signals.add(5);
  ok(signals.take([3, 5]));
  not(signals.take([3]));
  ok(signals.wait([]).settled);
});

test.run();
