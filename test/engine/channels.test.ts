// Channels that are forgotten: at once when nothing is in them, else when the last receive and probe in them has settled.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { is } from "../support/assert.ts";
import { buffer, copies, engines } from "../support/engines.ts";
import { pattern, soon, turns } from "../support/sinks.ts";

test("a channel without receives and messages goes at once; one that never was is no mistake", () => {
  const [engine] = engines(1).engines;
  engine!.probe(0, 12, 0, false);
  is(engine!.channels.size, 1);
  is(engine!.channels.forget(12).settled, true);
  is(engine!.channels.size, 0);
  is(engine!.channels.forget(16).settled, true);
});

test("receives and probes that wait keep their channel and complete, cancelled ones too", async () => {
  const [here, there] = engines(2).engines;
  const first = here!.receive(1, 12, 1, copies);
  const any = here!.receive(ANY_SOURCE, 12, ANY_TAG, copies);
  const never = here!.receive(1, 12, 3, copies);
  const probe = here!.probeWait(1, 12, 4, true);
  const forgotten = here!.channels.forget(12);
  there!.send(0, 12, 2, buffer(pattern(3)));
  there!.send(0, 12, 4, buffer(pattern(4)));
  there!.send(0, 12, 1, buffer(pattern(5000)));
  for (const { operation } of [first, any]) await soon(operation.promise(), "the message");
  await soon(probe.promise(), "the message");
  is(here!.channels.has(12), true);
  is(forgotten.settled, false);
  is(here!.cancel(never), true);
  never.operation.reject(new Error("cancelled"));
  is(forgotten.settled, true);
  is(here!.channels.has(12), false);
});

test("messages that nobody has received stay, and can still be", async () => {
  const [here, there] = engines(2).engines;
  there!.send(0, 12, 1, buffer(pattern(3)));
  await turns();
  is(here!.channels.forget(12).settled, true);
  await soon(here!.receive(1, 12, 1, copies).operation.promise(), "the message");
  here!.channels.forget(12);
  is(here!.channels.has(12), false);
});

test.run();
