// Flow control: a sender cannot fill its receiver's memory, and no legal program stands still because of it.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { Credit } from "../../src/engine/credit.ts";
import { Receive } from "../../src/engine/message.ts";
import { Operation } from "../../src/engine/operation.ts";
import { equal, is, ok } from "../support/assert.ts";
import { buffer, copies, engines } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { pattern, sameBytes, soon, turns } from "../support/sinks.ts";

/** `number` in front of `size` bytes. */
function numbered(number: number, size: number): Uint8Array {
  const bytes = pattern(Math.max(size, 4), number);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

for (const [size, limit, most] of [
  [500, 10_000, 14],
  [4, 10_000, 49],
  [500, 0, 0],
  [500, 699, 0],
  [500, 700, 1],
] as const) {
  test(`of ${size} bytes each, a receiver with a limit of ${limit} holds ${most} messages, and all arrive in order`, async () => {
    let bytes = 0;
    const { engines: all, losses } = engines(2, { eager: 1000, unexpected: limit }, (engine) => ({
      message: (peer, message) => {
        bytes += message.byteLength;
        engine.message(peer, message);
      },
      bulk: (peer, window, length) => engine.bulk(peer, window, length),
      connected: (peer) => engine.connected(peer),
      lost: (peer, reason) => engine.lost(peer, reason),
      finished: (peer) => engine.finished(peer),
    }));
    const count = 200;
    let sent = 0;
    const sending = (async () => {
      for (; sent < count; sent++) {
        const operation = all[0]!.send(1, 0, 0, buffer(numbered(sent, size)));
        if (operation) await operation.promise();
      }
    })();
    await turns(20);
    is(sent, most);
    // The last one is announced.
    is(all[1]!.counts(0).unexpected, most + 1);
    ok(bytes <= limit + 100, `${bytes} bytes have come`);
    for (let i = 0; i < count; i++) {
      const { parts } = await soon(all[1]!.receive(0, 0, 0, copies).operation.promise(), `message ${i}`);
      sameBytes(parts[0]!, numbered(i, size), `message ${i}`);
      ok(all[1]!.counts(0).unexpected <= most + 1);
    }
    await soon(sending, "the sender");
    equal([losses, all[0]!.outstanding], [[], 0]);
  });
}

test("credit comes back: a sender whose messages are taken never asks", async () => {
  const { engines: all } = engines(2, { eager: 1000, unexpected: 10_000 });
  for (let i = 0; i < 2000; i++) {
    const receive = all[1]!.receive(0, 0, 0, copies);
    is(all[0]!.send(1, 0, 0, buffer(pattern(500))), undefined, `message ${i}`);
    await soon(receive.operation.promise(), "the receive");
    await turns(1);
  }
});

test("credit comes back for messages that are truncated, cancelled around, probed out or received late", async () => {
  const { engines: all, losses } = engines(2, { eager: 1000, unexpected: 3000 });
  const failing = {
    land: copies.land,
    finish: (): never => {
      throw new Error("refused");
    },
  };
  for (let i = 0; i < 200; i++) {
    const early = i % 4 === 0 ? all[1]!.receive(0, 0, 0, failing) : undefined;
    is(all[0]!.send(1, 0, 0, buffer(pattern(500))), undefined, `message ${i}`);
    await turns(2);
    if (early) {
      is(early.operation.failed, true);
    } else if (i % 4 === 1) {
      const message = all[1]!.probe(0, 0, 0, true)!;
      all[1]!.deliver(message, new Receive(0, 0, 0, copies, new Operation()));
    } else all[1]!.receive(ANY_SOURCE, 0, ANY_TAG, copies);
    await turns(2);
  }
  equal([losses, all[1]!.counts(0)], [[], { posted: 0, unexpected: 0 }]);
});

test("a message received first with another tag does not wait for a thousand sends that nobody has received", async () => {
  const { engines: all } = engines(2, { eager: 1000, unexpected: 5000 });
  const sends = Array.from({ length: 1000 }, (_, i) => all[0]!.send(1, 0, 1, buffer(numbered(i, 600))));
  all[0]!.send(1, 0, 2, buffer(pattern(300)));
  const urgent = await soon(all[1]!.receive(0, 0, 2, copies).operation.promise(), "the other tag");
  sameBytes(urgent.parts[0]!, pattern(300));
  for (let i = 0; i < 1000; i++) {
    const { parts } = await soon(all[1]!.receive(0, 0, 1, copies).operation.promise(), `message ${i}`);
    sameBytes(parts[0]!, numbered(i, 600), `message ${i}`);
  }
  for (const send of sends) if (send) await soon(send.promise(), "a send");
});

test("processes that all send to each other before they receive come through", async () => {
  const size = 4;
  for (let seed = 1; seed <= 5; seed++) {
    const draw = random(seed);
    const { engines: all, losses } = engines(size, { eager: 500, unexpected: 2000 });
    const lengths = Array.from({ length: 60 }, () => draw(1000));
    await soon(
      Promise.all(
        all.map(async (engine, self) => {
          const sends = lengths.flatMap((length, i) =>
            all.map((_, dest) => engine.send(dest, 0, i, buffer(numbered(self * 1000 + i, length)))),
          );
          await turns(1 + self);
          for (const [i, length] of [...lengths.entries()].reverse()) {
            for (const source of all.keys()) {
              const { parts } = await engine.receive(source, 0, i, copies).operation.promise();
              sameBytes(parts[0]!, numbered(source * 1000 + i, length), `seed ${seed}: message ${i} of ${source}`);
            }
          }
          for (const send of sends) if (send) await send.promise();
        }),
      ),
      `seed ${seed}`,
    );
    equal(losses, []);
    for (const { outstanding } of all) is(outstanding, 0);
    const frames = [0, 0];
    for (const { sent, received } of all) {
      frames[0]! += sent;
      frames[1]! += received;
    }
    is(frames[0], frames[1], "frames sent and received");
  }
});

test("drained() settles when the last send that waits is done", async () => {
  const { engines: all } = engines(2);
  is(all[0]!.drained().settled, true);
  all[0]!.send(1, 0, 1, buffer(pattern(5000)));
  all[0]!.send(1, 0, 2, buffer(pattern(10)), true);
  const drained = all[0]!.drained();
  is(all[0]!.drained(), drained);
  all[1]!.receive(0, 0, 2, copies);
  await turns();
  is(drained.settled, false);
  all[1]!.receive(0, 0, 1, copies);
  await soon(drained.promise(), "the end");
  is(all[0]!.outstanding, 0);
});

test("Credit gives back exactly what was taken, in portions of at least a quarter", () => {
  const draw = random(3);
  for (const limit of [700, 1000, 100_000]) {
    const sender = new Credit(limit);
    const receiver = new Credit(limit);
    const waiting: number[] = [];
    for (let step = 0; step < 2000; step++) {
      const bytes = draw(300);
      if (draw(2) === 0 && sender.take(bytes)) waiting.push(bytes);
      else if (waiting.length > 0) {
        const owed = receiver.release(waiting.shift()!);
        ok(owed === 0 || owed >= limit / 4);
        if (owed > 0) is(sender.restore(owed), true);
      }
    }
  }
});

test("Credit.restore() says when a peer gives back more than it got", () => {
  const credit = new Credit(1000);
  is(credit.restore(1), false);
});

test.run();
