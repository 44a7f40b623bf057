// Long messages through shared memory for which nobody is asked: two engines in one process that share a piece of its memory.
import { test } from "uvu";
import { ANY_SOURCE } from "../../src/base/constants.ts";
import { memory } from "../../src/comm/target.ts";
import type { Body } from "../../src/data/body.ts";
import { Engine } from "../../src/engine/engine.ts";
import { Receive } from "../../src/engine/message.ts";
import { Operation } from "../../src/engine/operation.ts";
import { Progress } from "../../src/engine/progress.ts";
import { Checked } from "../../src/transport/checked.ts";
import { inprocLinks } from "../../src/transport/inproc.ts";
import { SharedMemory } from "../../src/transport/shared-memory.ts";
import { encodeEager } from "../../src/wire/frame.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { buffer, copies, UINT8, value } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { sharedBytes } from "../support/shared-bytes.ts";
import { join, pattern, sameBytes, soon, turns } from "../support/sinks.ts";

const LONG = 1_000_000;

/** Two engines. */
function pair({ eager = 65_536, unexpected = 1 << 24, check = false } = {}) {
  const shared = sharedBytes(2);
  const engines = [0, 1].map((self) => new Engine(self, 2, new Progress(0), { eager, unexpected }));
  const checked = engines.map((engine, self) => (check ? new Checked(self, engine) : undefined));
  const sides = engines.map((engine, self) => new SharedMemory(shared, self, 2, checked[self] ?? engine));
  const bells = inprocLinks(sides);
  const losses: string[] = [];
  for (const [self, engine] of engines.entries()) {
    const other = 1 - self;
    const link = sides[self]!.link(other, other, bells[self]![other]!);
    engine.attach(other, checked[self]?.link(other, link) ?? link);
    engine.onLost = (peer, reason) => losses.push(`${self} lost ${peer}: ${reason}`);
  }
  return { a: engines[0]!, b: engines[1]!, losses };
}

function sameBody(actual: Body, expected: Body): void {
  is(actual.element, expected.element);
  is(actual.parts.length, expected.parts.length);
  for (const [i, part] of actual.parts.entries()) sameBytes(part, expected.parts[i]!, `part ${i}`);
}

for (const check of [false, true]) {
  test(`a long message is sent, and its memory free, when send returns${check ? "; checksums too" : ""}`, async () => {
    const { a, b, losses } = pair({ check });
    for (const early of [true, false]) {
      for (const make of [
        (bytes: Uint8Array) => buffer(bytes),
        (bytes: Uint8Array) => value(pattern(40), bytes),
        (bytes: Uint8Array) => value(pattern(30), new Uint8Array(0), pattern(9), bytes),
      ]) {
        for (const size of [65_537, 131_000, 131_072, 200_000, LONG]) {
          const bytes = pattern(size, size);
          let receive = early ? b.receive(0, 0, 5, copies) : undefined;
          is(a.send(1, 0, 5, make(bytes)), undefined, `${size} bytes`);
          bytes.fill(0);
          await turns();
          receive ??= b.receive(ANY_SOURCE, 0, 5, copies);
          sameBody(await soon(receive.operation.promise(), "the message"), make(pattern(size, size)));
        }
      }
    }
    equal([losses, a.outstanding, b.counts(0)], [[], 0, { posted: 0, unexpected: 0 }]);
    equal([a.sent, b.sent], [b.received, a.received]);
  });
}

test("a long message lands in the memory of the receive that waits for it, and nowhere else before", async () => {
  const { a, b } = pair();
  const into = new Uint8Array(LONG);
  let landed: readonly Uint8Array[] = [];
  const receive = b.receive(0, 0, 0, {
    land: () => [into],
    finish: (_, parts) => {
      landed = parts;
    },
  });
  a.send(1, 0, 0, buffer(pattern(LONG)));
  await soon(receive.operation.promise(), "the message");
  is(landed[0], into);
  sameBytes(into, pattern(LONG));
});

test("the receiver is asked where there is no room, the head is too long, or it is to be asked always", async () => {
  const body = buffer(pattern(LONG));
  const first = pair();
  equal(
    [first.a.send(1, 0, 0, body), first.a.send(1, 0, 0, body), first.a.send(1, 0, 0, body)].map(
      (sent) => sent?.settled,
    ),
    [undefined, undefined, false],
  );
  for (let i = 0; i < 3; i++) {
    sameBody(await soon(first.b.receive(0, 0, 0, copies).operation.promise(), `message ${i}`), body);
  }
  ok(pair().a.send(1, 0, 0, value(pattern(300), pattern(LONG))));
  ok(pair().a.send(1, 0, 0, value(pattern(100_000), pattern(3))));
  ok(pair().a.send(1, 0, 0, body, true));
  ok(pair({ eager: 0 }).a.send(1, 0, 0, body));
  ok(pair({ unexpected: LONG }).a.send(1, 0, 0, body));
});

test("long messages that nobody receives take no more of a receiver's memory than the limit, and all arrive", async () => {
  const { a, b, losses } = pair({ unexpected: 5 * LONG });
  const sends: (Operation<void> | undefined)[] = [];
  for (let i = 0; i < 12; i++) {
    sends.push(a.send(1, 0, 0, buffer(pattern(LONG, i))));
    await turns();
  }
  equal(
    sends.map((sent) => sent === undefined),
    sends.map((_, i) => i < 4),
  );
  for (let i = 0; i < 12; i++) {
    const { parts } = await soon(b.receive(0, 0, 0, copies).operation.promise(), `message ${i}`);
    sameBytes(parts[0]!, pattern(LONG, i), `message ${i}`);
  }
  await turns();
  is(a.send(1, 0, 0, buffer(pattern(LONG))), undefined);
  equal(losses, []);
});

test("a receive that the message does not fit fails, and what comes next is not touched by it", async () => {
  const { a, b, losses } = pair();
  const into = new Uint8Array(1000);
  const narrow = b.receive(
    0,
    0,
    0,
    memory(
      UINT8,
      into,
      () => "from rank 0",
      () => into,
    ),
  );
  const next = b.receive(0, 0, 0, copies);
  a.send(1, 0, 0, buffer(pattern(LONG)));
  a.send(1, 0, 0, buffer(pattern(LONG, 2)));
  await rejects(soon(narrow.operation.promise(), "the failure"), Error, /buffer holds 1000 bytes/);
  sameBody(await soon(next.operation.promise(), "the next"), buffer(pattern(LONG, 2)));
  sameBytes(into, new Uint8Array(1000));
  equal(losses, []);
});

test("a probe and a matched probe see a long message when all of it is here", async () => {
  const { a, b } = pair();
  const waiting = b.probeWait(0, 0, 3, false);
  a.send(1, 0, 3, buffer(pattern(LONG)));
  equal([...(await soon(waiting.promise(), "the probe")).sizes], [LONG]);
  const message = b.probe(0, 0, 3, true)!;
  const receive = new Receive(0, 3, 0, copies, new Operation<Body>());
  b.deliver(message, receive);
  sameBytes((await soon(receive.operation.promise(), "the message")).parts[0]!, pattern(LONG));
});

test("a receive whose message is here in part is not taken back, and fails when the sender is given up", async () => {
  const { b } = pair();
  const receive = b.receive(0, 0, 0, copies);
  const head = encodeEager(0, 0, UINT8, 0, 0, [new Uint8Array(LONG)], true).slice();
  const landing = b.bulk(0, join(head, pattern(300)), head.byteLength + LONG)!;
  is(landing.into.byteLength, LONG);
  is(b.cancel(receive), false);
  b.fail(0, "its host is gone");
  await rejects(receive.operation.promise(), Error, /its host is gone/);
});

test("short, long and asked-for messages of random sizes never overtake each other", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const draw = random(seed);
    const { a, b, losses } = pair({ unexpected: 3_000_000, check: draw(2) === 0 });
    const sizes = Array.from(
      { length: 80 },
      () => 4 + (draw(2) ? draw(3000) : draw(3) ? draw(400_000) : draw(3_000_000)),
    );
    const numbered = (i: number) => {
      const bytes = pattern(sizes[i]!, i);
      new DataView(bytes.buffer).setUint32(0, i);
      return bytes;
    };
    let posted = 0;
    const receives: Receive<Body>[] = [];
    const post = () => receives.push(b.receive(draw(2) ? 0 : ANY_SOURCE, 0, 0, copies)) && posted++;
    for (const [i] of sizes.entries()) {
      while (posted < sizes.length && draw(2) === 0) post();
      a.send(1, 0, 0, buffer(numbered(i)));
      if (draw(4) === 0) await turns(draw(3));
    }
    while (posted < sizes.length) post();
    for (const [i, { operation }] of receives.entries()) {
      const { parts } = await soon(operation.promise(), `seed ${seed}, message ${i}`);
      sameBytes(parts[0]!, numbered(i), `seed ${seed}, message ${i}`);
    }
    await turns();
    equal([losses, a.outstanding], [[], 0]);
  }
});

test.run();
