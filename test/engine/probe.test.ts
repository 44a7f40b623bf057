// Probes, matched probes and cancels.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { type Message, Receive } from "../../src/engine/message.ts";
import { Operation } from "../../src/engine/operation.ts";
import { equal, is } from "../support/assert.ts";
import { buffer, copies, engines } from "../support/engines.ts";
import { pattern, sameBytes, soon, turns } from "../support/sinks.ts";

const CONTEXT = 6;

/** Receives a message that a probe has taken out. */
function take(engine: Engine, message: Message) {
  const receive = new Receive(message.source, message.tag, CONTEXT, copies, new Operation());
  engine.deliver(message, receive);
  return soon(receive.operation.promise(), "a probed message");
}

for (const size of [0, 100, 5000]) {
  test(`probe() shows a message of ${size} bytes without taking it, with take it is taken`, async () => {
    const { engines: all } = engines(2);
    is(all[1]!.probe(ANY_SOURCE, CONTEXT, ANY_TAG, true), undefined);
    const sending = all[0]!.send(1, CONTEXT, 3, buffer(pattern(size)));
    await turns();
    is(all[1]!.probe(0, CONTEXT, 4, false), undefined);
    is(all[1]!.probe(1, CONTEXT, 3, false), undefined);
    const seen = all[1]!.probe(0, CONTEXT, ANY_TAG, false)!;
    equal([seen.source, seen.tag, [...seen.sizes]], [0, 3, [size]]);
    is(all[1]!.probe(ANY_SOURCE, CONTEXT, 3, true), seen);
    is(all[1]!.probe(ANY_SOURCE, CONTEXT, 3, true), undefined);
    const receive = all[1]!.receive(0, CONTEXT, 3, copies);
    sameBytes((await take(all[1]!, seen)).parts[0]!, pattern(size));
    is(receive.operation.settled, false);
    if (sending) await soon(sending.promise(), "the send");
  });

  test(`probeWait() waits for a message of ${size} bytes`, async () => {
    const { engines: all } = engines(2);
    const probe = all[1]!.probeWait(0, CONTEXT, 3, false);
    const matched = all[1]!.probeWait(ANY_SOURCE, CONTEXT, 3, true);
    const other = all[1]!.probeWait(0, CONTEXT, 4, true);
    all[0]!.send(1, CONTEXT, 3, buffer(pattern(size)), true);
    const message = await soon(probe.promise(), "the probe");
    is(await soon(matched.promise(), "the matched probe"), message);
    equal([other.settled, all[1]!.counts(CONTEXT).unexpected, all[0]!.outstanding], [false, 0, 1]);
    sameBytes((await take(all[1]!, message)).parts[0]!, pattern(size));
    await turns();
    is(all[0]!.outstanding, 0);
  });
}

test("a posted receive has the message before a probe that waits", async () => {
  const { engines: all } = engines(2);
  const probe = all[1]!.probeWait(0, CONTEXT, ANY_TAG, true);
  const receive = all[1]!.receive(0, CONTEXT, 1, copies);
  all[0]!.send(1, CONTEXT, 1, buffer(pattern(5)));
  await soon(receive.operation.promise(), "the receive");
  is(probe.settled, false);
});

test("several matched probes take one message each, in their order", async () => {
  const { engines: all } = engines(2);
  const probes = Array.from({ length: 3 }, () => all[1]!.probeWait(ANY_SOURCE, CONTEXT, ANY_TAG, true));
  for (let tag = 0; tag < 4; tag++) all[0]!.send(1, CONTEXT, tag, buffer(pattern(5)));
  equal(await soon(Promise.all(probes.map(async (probe) => (await probe.promise()).tag)), "the probes"), [0, 1, 2]);
  is(all[1]!.probe(0, CONTEXT, ANY_TAG, false)?.tag, 3);
});

test("probeWait() is answered at once when the message is here", async () => {
  const { engines: all } = engines(2);
  all[0]!.send(1, CONTEXT, 1, buffer(pattern(5)));
  await turns();
  const probe = all[1]!.probeWait(ANY_SOURCE, CONTEXT, ANY_TAG, false);
  is(probe.settled, true);
  is(probe.result.tag, 1);
});

test("cancelProbe() takes a probe back, and the message stays for others", async () => {
  const { engines: all } = engines(2);
  const probe = all[1]!.probeWait(0, CONTEXT, 1, true);
  all[1]!.cancelProbe(CONTEXT, probe);
  all[0]!.send(1, CONTEXT, 1, buffer(pattern(5)));
  await turns();
  is(probe.settled, false);
  is(all[1]!.counts(CONTEXT).unexpected, 1);
});

test("cancel() takes back a receive that waits; its message goes to the next one", async () => {
  const { engines: all } = engines(2);
  const [first, second] = [all[1]!.receive(0, CONTEXT, 1, copies), all[1]!.receive(0, CONTEXT, 1, copies)];
  is(all[1]!.cancel(first), true);
  is(all[1]!.cancel(first), false);
  all[0]!.send(1, CONTEXT, 1, buffer(pattern(5)));
  await soon(second.operation.promise(), "the second receive");
  is(first.operation.settled, false);
  is(all[1]!.cancel(second), false);
});

test("cancel() is false for a receive whose long message is on its way: it completes", async () => {
  const { engines: all } = engines(2);
  all[0]!.send(1, CONTEXT, 1, buffer(pattern(5000)));
  await turns();
  const receive = all[1]!.receive(0, CONTEXT, 1, copies);
  is(receive.operation.settled, false);
  is(all[1]!.cancel(receive), false);
  sameBytes((await soon(receive.operation.promise(), "the receive")).parts[0]!, pattern(5000));
});

test.run();
