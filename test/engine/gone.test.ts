// Processes that have finished, and processes that are lost: nobody waits for them for ever.
import { test } from "uvu";
import { ANY_SOURCE } from "../../src/base/constants.ts";
import { Exception } from "../../src/base/errors.ts";
import { encodeBye, encodeCts, encodeDataHead, encodeRts } from "../../src/wire/frame.ts";
import { equal, is, match, rejects } from "../support/assert.ts";
import { buffer, copies, engines, UINT8, withRogue } from "../support/engines.ts";
import { join, pattern, sameBytes, soon, turns } from "../support/sinks.ts";

const finished = /^Cannot exchange messages with rank 1 of COMM_WORLD: it has finished \(ERR_OTHER\)$/;
const failed = /^Cannot exchange messages with rank 1 of COMM_WORLD: it was killed \(ERR_PROC_FAILED\)$/;

for (const [what, message, end] of [
  ["has finished", finished, (all: ReturnType<typeof engines>) => all.engines[1]!.farewell.say()],
  [
    "has failed",
    failed,
    (all: ReturnType<typeof engines>) => {
      for (const engine of [all.engines[0]!, all.engines[2]!]) engine.fail(1, "it was killed");
    },
  ],
] as const) {
  test(`what waits for a process that ${what} is rejected, and only that`, async () => {
    const setup = engines(3);
    const [a, , c] = setup.engines;
    const receive = a!.receive(1, 0, 5, copies);
    const probe = a!.probeWait(1, 0, 5, true);
    const long = a!.send(1, 0, 0, buffer(pattern(5000)))!;
    const synchronous = a!.send(1, 0, 0, buffer(pattern(5)), true)!;
    const any = a!.receive(ANY_SOURCE, 0, 5, copies);
    const fromOther = a!.receive(2, 0, 6, copies);
    const toOther = a!.send(2, 0, 7, buffer(pattern(5000)))!;
    await turns();
    end(setup);
    for (const operation of [receive.operation, probe, long, synchronous]) {
      await rejects(soon<unknown>(operation.promise(), "what waits"), Exception, message);
    }
    equal([any.operation.settled, fromOther.operation.settled, toOther.settled], [false, false, false]);
    c!.send(0, 0, 5, buffer(pattern(3)));
    c!.send(0, 0, 6, buffer(pattern(4)));
    c!.receive(0, 0, 7, copies);
    await soon(Promise.all([any.operation.promise(), fromOther.operation.promise(), toOther.promise()]), "the others");
    equal([a!.outstanding, a!.counts(0), setup.losses], [0, { posted: 0, unexpected: 0 }, []]);
  });

  test(`new receives, probes and sends that wait for a process that ${what} are rejected at once, eager sends are not`, async () => {
    const setup = engines(3);
    const [a] = setup.engines;
    end(setup);
    await turns();
    for (const operation of [
      a!.receive(1, 0, 5, copies).operation,
      a!.probeWait(1, 0, 5, false),
      a!.send(1, 0, 0, buffer(pattern(5000)))!,
      a!.send(1, 0, 0, buffer(pattern(5)), true)!,
    ]) {
      is(operation.settled, true);
      await rejects(operation.promise(), Exception, message);
    }
    is(a!.send(1, 0, 0, buffer(pattern(5))), undefined);
    is(a!.outstanding, 0);
  });

  test(`messages that came from a process before it ${what} can still be received`, async () => {
    const setup = engines(3);
    const [a, b] = setup.engines;
    b!.send(0, 0, 1, buffer(pattern(100)));
    await turns();
    end(setup);
    await turns();
    is(a!.probe(1, 0, 1, false)?.tag, 1);
    const { parts } = await soon(a!.receive(1, 0, 1, copies).operation.promise(), "the message");
    sameBytes(parts[0]!, pattern(100));
    await rejects(a!.receive(1, 0, 1, copies).operation.promise(), Exception, message);
  });
}

test("drained() settles when the receivers of all sends that wait have finished", async () => {
  const { engines: all } = engines(2);
  all[0]!.send(1, 0, 0, buffer(pattern(5000)));
  const drained = all[0]!.drained();
  all[1]!.farewell.say();
  await soon(drained.promise(), "the end");
});

test("a connection that closes after a bye is no loss, before a bye it is one, told once", async () => {
  const { engines: all, links, losses } = engines(3);
  all[1]!.farewell.say();
  links[1]![0]!.close();
  links[2]![0]!.close();
  await turns();
  equal(losses, [{ at: 0, peer: 2, reason: "closed" }]);
});

test("a process that is lost twice, or after it was given up, is told once, or not at all", () => {
  const { engines: all, losses } = engines(3);
  all[0]!.lost(1, "first");
  all[0]!.lost(1, "second");
  all[0]!.fail(2, "it was killed");
  all[0]!.lost(2, "late");
  equal(losses, [{ at: 0, peer: 1, reason: "first" }]);
});

test("a receive that waits for a lost process is rejected when fail() says so", async () => {
  const { engine, link, losses } = withRogue();
  const receive = engine.receive(1, 0, 0, copies);
  link.close();
  await turns();
  is(losses.length, 1);
  is(receive.operation.settled, false);
  engine.fail(1, "it was killed");
  engine.fail(1, "again");
  await rejects(receive.operation.promise(), Exception, failed);
});

for (const [what, say] of [
  ["bye", (setup: ReturnType<typeof withRogue>) => setup.link.send(encodeBye())],
  ["loss", (setup: ReturnType<typeof withRogue>) => setup.engine.fail(1, "it was killed")],
] as const) {
  test(`a long message that has partly come is rejected by its sender's ${what}`, async () => {
    const setup = withRogue();
    const { engine, link, rogue, losses } = setup;
    const receive = engine.receive(1, 0, 0, copies);
    link.send(encodeRts(0, 0, UINT8, 7, 0, [2000]));
    await rogue.until(() => rogue.arrived.length > 0, "the cts");
    link.send(join(encodeDataHead({ transfer: 1, part: 0, offset: 0 }, 1000), pattern(1000)));
    await turns();
    is(receive.operation.settled, false);
    say(setup);
    const error = await rejects(soon(receive.operation.promise(), "the receive"), Exception);
    match(error.message, what === "bye" ? finished : failed);
    equal(losses, []);
  });

  test(`a long message that was announced is rejected when it is received after its sender's ${what}`, async () => {
    const setup = withRogue();
    const { engine, link, rogue } = setup;
    link.send(encodeRts(0, 0, UINT8, 7, 0, [2000]));
    await turns();
    say(setup);
    await turns();
    const receive = engine.receive(ANY_SOURCE, 0, 0, copies);
    const error = await rejects(soon(receive.operation.promise(), "the receive"), Exception);
    match(error.message, what === "bye" ? finished : failed);
    equal(rogue.arrived, []);
  });
}

test("a long message whose receiver is lost on the way is rejected by fail()", async () => {
  const { engine, link, rogue, losses } = withRogue();
  rogue.refusing = true;
  const sending = engine.send(1, 0, 0, buffer(pattern(3_000_000)))!;
  await rogue.until(() => rogue.arrived.length > 0, "the rts");
  link.send(encodeCts(1, 1));
  await rogue.until(() => rogue.losses.length > 0, "the refusal");
  await turns();
  is(losses.length, 1);
  is(sending.settled, false);
  engine.fail(1, "it was killed");
  await rejects(sending.promise(), Exception, failed);
  is(engine.outstanding, 0);
});

test.run();
