// A peer that breaks the protocol: onLost is told once what it did, its connection is closed, nobody else notices.
import { test } from "uvu";
import { parts as newParts } from "../../src/comm/target.ts";
import {
  encodeAck,
  encodeBye,
  encodeCredit,
  encodeCts,
  encodeDataHead,
  encodeEager,
  encodeRts,
} from "../../src/wire/frame.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { buffer, copies, UINT8, withRogue } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { join, pattern, sameBytes, soon, turns } from "../support/sinks.ts";

const FLOAT64 = 13;

/** The head of an eager frame whose last part has 200,000 bytes. */
function eagerHead(element: number, ...before: Uint8Array[]): Uint8Array {
  return encodeEager(0, 0, element, 0, 0, [...before, new Uint8Array(200_000)], true).slice();
}

const one = [Uint8Array.of(1)];

/** Runs `misbehave`, and checks that the rogue is lost for `reason` and that the others still talk. */
async function lostFor(reason: RegExp, misbehave: (setup: ReturnType<typeof withRogue>) => void | Promise<void>) {
  const setup = withRogue();
  const { engine, other, rogue, link, losses } = setup;
  const bystander = engine.receive(2, 0, 0, copies);
  await misbehave(setup);
  await turns();
  // Nothing that it says afterwards is heard.
  link.send(encodeEager(0, 99, UINT8, 0, 0, one));
  await turns();
  is(losses.length, 1);
  equal([losses[0]!.at, losses[0]!.peer], [0, 1]);
  match(losses[0]!.reason, reason);
  is(rogue.losses.length, 1);
  is(engine.probe(1, 0, 99, false), undefined);
  other.send(0, 0, 0, buffer(pattern(5000)));
  sameBytes((await soon(bystander.operation.promise(), "the others' message")).parts[0]!, pattern(5000));
}

for (const [what, bytes, reason] of [
  ["garbage", Uint8Array.of(255, 1, 2), /^protocol error: it sent CBOR major type 7/],
  ["a cts for nothing", encodeCts(1, 1).slice(), /sent a cts for message 1, which does not exist/],
  ["an ack for nothing", encodeAck(5).slice(), /sent an ack for message 5, which does not exist/],
  ["credit that was never used", encodeCredit(1).slice(), /sent credit for 1 bytes that were never sent/],
  ["element kind 99", encodeEager(0, 0, 99, 0, 0, one).slice(), /sent a message of element kind 99/],
  ["an announced element kind 99", encodeRts(0, 0, 99, 1, 0, [5000]).slice(), /sent a message of element kind 99/],
  ["a buffer of two parts", encodeEager(0, 0, UINT8, 0, 0, [...one, ...one]).slice(), /sent a buffer of 2 parts/],
  ["an announced buffer of two parts", encodeRts(0, 0, UINT8, 1, 0, [1, 1]).slice(), /sent a buffer of 2 parts/],
  ["a broken double", encodeEager(0, 0, FLOAT64, 0, 0, [pattern(9)]).slice(), /sent 9 bytes of Float64Array/],
  ["an announced broken double", encodeRts(0, 0, FLOAT64, 1, 0, [1001]).slice(), /sent 1001 bytes of Float64Array/],
  [
    "a short piece for nobody",
    join(encodeDataHead({ transfer: 3, part: 0, offset: 0 }, 4), pattern(4)),
    /a piece of transfer 3, part 0, which does not exist/,
  ],
] as const) {
  test(`a peer that sends ${what} is lost, and nobody else notices`, () =>
    lostFor(reason, ({ link }) => link.send(bytes)));
}

test("a peer that sends a bulk message for nobody is lost, and nobody else notices", () =>
  lostFor(/a piece of transfer 3, part 1, which does not exist/, ({ link }) => {
    const body = pattern(200_000);
    link.sendBulk(encodeDataHead({ transfer: 3, part: 1, offset: 0 }, body.byteLength), body)?.catch(() => {});
  }));

for (const [what, head, reason] of [
  ["is no data frame", encodeCredit(1).slice(), /a long message that is no data frame/],
  ["is not what its eager frame says", encodeEager(0, 0, UINT8, 0, 0, one).slice(), /an? eager frame of \d+ bytes in/],
  ["is of element kind 99", eagerHead(99), /a message of element kind 99/],
  ["is a buffer of two parts", eagerHead(UINT8, pattern(3)), /a buffer of 2 parts/],
] as const) {
  test(`a peer whose bulk message ${what} is lost, and nobody else notices`, () =>
    lostFor(reason, ({ link }) => {
      link.sendBulk(head, pattern(200_000))?.catch(() => {});
    }));
}

test("a peer whose bulk message is longer than its data frame is lost, and nobody else notices", () =>
  lostFor(/a data frame of \d+ bytes in a message of \d+/, ({ link }) => {
    const head = encodeDataHead({ transfer: 1, part: 0, offset: 0 }, 199_999);
    link.sendBulk(head, pattern(200_000))?.catch(() => {});
  }));

for (const [what, head, reason] of [
  ["behind its part", { transfer: 1, part: 0, offset: 1999 }, /a piece of 2 bytes at 1999 of a part of 2000/],
  ["far behind its part", { transfer: 1, part: 0, offset: 2 ** 53 - 1 }, /a piece of 2 bytes/],
  ["in another part", { transfer: 1, part: 1, offset: 0 }, /part 1, which does not exist/],
] as const) {
  test(`a peer that writes ${what} is lost, and nothing is written`, () =>
    lostFor(reason, async ({ engine, link, rogue }) => {
      const memory = new Uint8Array(3000);
      engine.receive(1, 0, 0, { land: () => [memory.subarray(0, 2000)], finish: () => undefined });
      link.send(encodeRts(0, 0, UINT8, 1, 0, [2000]));
      await rogue.until(() => rogue.arrived.length > 0, "the cts");
      link.send(join(encodeDataHead(head, 2), Uint8Array.of(7, 7)));
      await turns();
      sameBytes(memory, new Uint8Array(3000));
    }));
}

test("a peer that goes on writing into a message that is complete is lost, and nothing is written", () =>
  lostFor(/transfer 1, part 0, which does not exist/, async ({ engine, link, rogue }) => {
    const memory = new Uint8Array(2000);
    const receive = engine.receive(1, 0, 0, { land: () => [memory], finish: () => memory });
    link.send(encodeRts(0, 0, UINT8, 1, 0, [2000]));
    await rogue.until(() => rogue.arrived.length > 0, "the cts");
    link.send(join(encodeDataHead({ transfer: 1, part: 0, offset: 0 }, 2000), pattern(2000)));
    sameBytes(await soon(receive.operation.promise(), "the message"), pattern(2000));
    link.send(join(encodeDataHead({ transfer: 1, part: 0, offset: 0 }, 5), new Uint8Array(5)));
    await turns();
    sameBytes(memory, pattern(2000));
  }));

test("a peer that writes into another process's message is lost, and nothing is written", () =>
  lostFor(/a piece of transfer 1, part 0, which does not exist/, async ({ engine, other, link }) => {
    const receive = engine.receive(2, 0, 5, copies);
    other.send(0, 0, 5, buffer(pattern(600_000)));
    // The receiver has asked for the bytes as transfer 1, and none has come yet.
    while (engine.sent === 0) await undefined;
    link.send(join(encodeDataHead({ transfer: 1, part: 0, offset: 599_990 }, 10), new Uint8Array(10)));
    sameBytes((await soon(receive.operation.promise(), "the message")).parts[0]!, pattern(600_000));
  }));

test("a peer that takes another process's message is lost", () =>
  lostFor(/a cts for message 1, which does not exist/, async ({ engine, other, link }) => {
    const sending = engine.send(2, 0, 5, buffer(pattern(3000)))!;
    link.send(encodeCts(1, 1));
    await turns();
    is(sending.settled, false);
    const { parts } = await soon(other.receive(0, 0, 5, copies).operation.promise(), "the message");
    sameBytes(parts[0]!, pattern(3000));
  }));

test("a peer that asks twice for the bytes of a message is lost", () =>
  lostFor(/a cts for message 1, which does not exist/, async ({ engine, link, rogue }) => {
    engine.send(1, 0, 0, buffer(pattern(600_000)));
    await rogue.until(() => rogue.arrived.length > 0, "the rts");
    link.send(join(encodeCts(1, 1).slice(), encodeCts(1, 2).slice()));
    await turns();
  }));

test("frames in front of a broken one count: the message arrives, then the peer is lost", () =>
  lostFor(/protocol error/, async ({ engine, link }) => {
    const receive = engine.receive(1, 0, 3, copies);
    link.send(join(encodeEager(0, 3, UINT8, 0, 0, one).slice(), Uint8Array.of(0)));
    sameBytes((await soon(receive.operation.promise(), "the message")).parts[0]!, one[0]!);
  }));

test("a message that claims 2^53-1 bytes rejects its receive with ERR_NO_MEM, and is no loss", async () => {
  const { engine, link, losses } = withRogue();
  link.send(encodeRts(0, 0, UINT8, 1, 0, [2 ** 53 - 1]));
  await turns();
  const receive = engine.receive(1, 0, 0, newParts);
  is(receive.operation.failed, true);
  const error = await receive.operation.promise().catch((error: Error) => error);
  match((error as Error).message, "Cannot receive 9007199254740991 bytes from process 1");
  equal(losses, []);
});

test("random frames from a peer never throw, and never reach the messages between others", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const draw = random(seed);
    const { engine, other, link, losses } = withRogue();
    for (let i = 0; i < 5; i++) {
      engine.receive(1, draw(2), draw(3), copies);
      engine.send(1, 0, 0, buffer(pattern(2000)), draw(2) === 0);
    }
    for (let i = 0; i < 60 && losses.length === 0; i++) {
      const small = () => draw(4);
      const frames = [
        () => encodeEager(small(), small(), draw(16), small(), 0, [pattern(draw(20))]),
        () => encodeRts(small(), small(), draw(16), small(), 0, [draw(100)]),
        () => encodeCts(small(), small()),
        () => join(encodeDataHead({ transfer: small(), part: 0, offset: draw(50) }, 10), pattern(10)),
        () => encodeAck(small()),
        () => encodeCredit(draw(300)),
        () => (draw(10) === 0 ? encodeBye() : encodeEager(0, 0, 0, 0, 0, [Uint8Array.of(1)])),
      ];
      link.send(frames[draw(frames.length)]!());
      await turns(1);
    }
    ok(losses.length <= 1, `seed ${seed}`);
    other.send(0, 7, 7, buffer(pattern(3000)));
    const { parts } = await soon(engine.receive(2, 7, 7, copies).operation.promise(), `seed ${seed}`);
    sameBytes(parts[0]!, pattern(3000));
  }
});

test.run();
