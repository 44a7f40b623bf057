// Sends and receives between engines in one process: protocols by size, order, synchronous sends, truncation.
import { test } from "uvu";
import { ANY_SOURCE, ANY_TAG } from "../../src/base/constants.ts";
import { Exception } from "../../src/base/errors.ts";
import { memory } from "../../src/comm/target.ts";
import type { Body } from "../../src/data/body.ts";
import type { Receive } from "../../src/engine/message.ts";
import { SHORT_LIMIT } from "../../src/transport/transport.ts";
import { equal, is, match, ok, rejects } from "../support/assert.ts";
import { buffer, copies, engines, UINT8, value } from "../support/engines.ts";
import { random } from "../support/lanes.ts";
import { pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";

const PIECE = 512 * 1024;
const result = <T>(receive: Receive<T>) => soon(receive.operation.promise(), "a receive");

function sameBody(actual: Body, expected: Body): void {
  is(actual.element, expected.element);
  is(actual.parts.length, expected.parts.length);
  for (const [i, part] of actual.parts.entries()) sameBytes(part, expected.parts[i]!, `part ${i}`);
}

test("messages of every size arrive, whether the receive or the message comes first", async () => {
  const { engines: all, losses } = engines(2, { eager: 32768, unexpected: 1 << 24 });
  const [a, b] = all as [(typeof all)[0], (typeof all)[0]];
  for (const limit of [0, 1, 32768, SHORT_LIMIT, PIECE, 3 * PIECE, 5_000_000]) {
    for (const size of [limit - 1, limit, limit + 1].filter((size) => size >= 0)) {
      for (const early of [true, false]) {
        const body = buffer(pattern(size, size));
        let receive = early ? b.receive(0, 4, 9, copies) : undefined;
        const sending = a.send(1, 4, 9, body);
        is(sending === undefined, size <= 32768, `${size} bytes go ${sending ? "by rendezvous" : "eagerly"}`);
        await turns(3);
        receive ??= b.receive(0, 4, 9, copies);
        if (sending) await soon(sending.promise(), "the send");
        sameBody(await result(receive), body);
        const { source, tag, element, sizes } = receive.arrival!;
        equal([source, tag, element, [...sizes]], [0, 9, UINT8, [size]]);
      }
    }
  }
  equal([losses, a.outstanding, b.counts(4)], [[], 0, { posted: 0, unexpected: 0 }]);
  equal([a.sent, b.sent], [b.received, a.received]);
});

test("the parts of a value arrive apart, empty ones too, eagerly and by rendezvous", async () => {
  const { engines: all } = engines(2);
  for (const sizes of [[10], [10, 0], [0, 0, 0], [5, 900], [5, 996], [0, 0, 2000, 0], [40, PIECE + 1, 0, 3, PIECE]]) {
    const body = value(...sizes.map((size, i) => pattern(size, i)));
    for (const early of [true, false]) {
      let receive = early ? all[1]!.receive(0, 0, 0, copies) : undefined;
      all[0]!.send(1, 0, 0, body);
      await turns(2);
      receive ??= all[1]!.receive(0, 0, 0, copies);
      sameBody(await result(receive), body);
    }
  }
});

test("an eager send copies, and so does a value's first part; a long buffer is borrowed until the send is done", async () => {
  const { engines: all } = engines(2);
  const [short, head, long] = [pattern(100), pattern(50, 2), pattern(5000, 3)];
  is(all[0]!.send(1, 0, 0, buffer(short)), undefined);
  short.fill(0);
  const sending = all[0]!.send(1, 0, 0, value(head, long));
  head.fill(0);
  await turns();
  is(sending!.settled, false);
  sameBody(await result(all[1]!.receive(0, 0, 0, copies)), buffer(pattern(100)));
  sameBody(await result(all[1]!.receive(0, 0, 0, copies)), value(pattern(50, 2), pattern(5000, 3)));
  await sending!.promise();
});

test("a message that came before its receive is not changed by what comes later", async () => {
  const { engines: all } = engines(2);
  for (let i = 0; i < 50; i++) all[0]!.send(1, 0, i, buffer(pattern(600, i)));
  await turns();
  for (let i = 49; i >= 0; i--) sameBody(await result(all[1]!.receive(0, 0, i, copies)), buffer(pattern(600, i)));
});

test("what a receive without copies keeps is not changed by what comes later", async () => {
  const { engines: all } = engines(2);
  const kept = {
    land: copies.land,
    finish: ({ element }: { element: number }, parts: readonly Uint8Array[], own: boolean): Body => ({
      element,
      parts: own ? parts : parts.map((part) => part.slice()),
    }),
  };
  const receives = Array.from({ length: 60 }, (_, i) => all[1]!.receive(0, 0, i, kept));
  for (let i = 0; i < 60; i++) all[0]!.send(1, 0, i, buffer(pattern(i * 10, i)));
  for (const [i, receive] of receives.entries()) sameBody(await result(receive), buffer(pattern(i * 10, i)));
});

test("a synchronous send is done when a receive has matched it, not before", async () => {
  for (const size of [0, 10, 5000]) {
    const { engines: all } = engines(2);
    const first = all[0]!.send(1, 0, 1, buffer(pattern(size)), true)!;
    const second = all[0]!.send(1, 0, 2, buffer(pattern(size)), true)!;
    await turns();
    equal([first.settled, second.settled, all[0]!.outstanding], [false, false, 2]);
    all[1]!.receive(0, 0, 2, copies);
    await soon(second.promise(), "the matched send");
    is(first.settled, false);
    sameBody(await result(all[1]!.receive(0, 0, 1, copies)), buffer(pattern(size)));
    await soon(first.promise(), "the other send");
    is(all[0]!.outstanding, 0);
  }
});

test("a synchronous send to a receive that waits is done", async () => {
  for (const size of [0, 10, 5000]) {
    const { engines: all } = engines(2);
    const receive = all[1]!.receive(0, 0, 1, copies);
    await soon(all[0]!.send(1, 0, 1, buffer(pattern(size)), true)!.promise(), "the send");
    await result(receive);
  }
});

test("messages between one pair never overtake, whatever their sizes, protocols and receives", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const draw = random(seed);
    const { engines: all, losses } = engines(3, { eager: 500, unexpected: 3000 + draw(20_000) });
    const count = 120;
    const receiving: Promise<{ source: number; tag: number; number: number }>[] = [];
    const sent = [0, 0, 0];
    let posted = 0;
    while (posted < 2 * count) {
      const source = 1 + draw(2);
      if (draw(2) === 0 && sent[source]! < count) {
        const number = sent[source]!++;
        const bytes = pattern(4 + draw(draw(4) === 0 ? 3000 : 200), seed);
        new DataView(bytes.buffer).setUint32(0, number);
        all[source]!.send(0, 0, number % 3, buffer(bytes), draw(5) === 0);
      } else {
        const receive = all[0]!.receive(ANY_SOURCE, 0, ANY_TAG, copies);
        posted++;
        receiving.push(
          result(receive).then(({ parts }) => {
            const { source, tag } = receive.arrival!;
            return { source, tag, number: new DataView(parts[0]!.buffer).getUint32(0) };
          }),
        );
      }
      if (draw(10) === 0) await turns(1);
    }
    for (const source of [1, 2]) {
      while (sent[source]! < count) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, sent[source]!);
        all[source]!.send(0, 0, sent[source]!++ % 3, buffer(bytes));
      }
    }
    // In the order of the receives, which is the order of matching.
    const matched = await Promise.all(receiving);
    for (const source of [1, 2]) {
      const numbers = matched.filter((message) => message.source === source).map(({ number }) => number);
      equal(
        numbers,
        Array.from({ length: count }, (_, i) => i),
        `seed ${seed}, source ${source}`,
      );
    }
    ok(matched.every(({ tag, number }) => tag === number % 3));
    equal(losses, []);
  }
});

test("contexts are worlds of their own", async () => {
  const { engines: all } = engines(2);
  const other = all[1]!.receive(ANY_SOURCE, 5, ANY_TAG, copies);
  all[0]!.send(1, 4, 0, buffer(pattern(3)));
  await turns();
  is(other.operation.settled, false);
  sameBody(await result(all[1]!.receive(0, 4, 0, copies)), buffer(pattern(3)));
});

test("a process sends to itself, short and long, before and after the receive is posted", async () => {
  const { engines: all } = engines(1);
  const [engine] = all as [(typeof all)[0]];
  for (const size of [0, 10, 5000, 2 * PIECE + 1]) {
    for (const synchronous of [false, true]) {
      const early = engine.receive(0, 0, 1, copies);
      engine.send(0, 0, 1, buffer(pattern(size)), synchronous);
      sameBody(await result(early), buffer(pattern(size)));
      const sending = engine.send(0, 0, 1, buffer(pattern(size)), synchronous);
      sameBody(await result(engine.receive(ANY_SOURCE, 0, ANY_TAG, copies)), buffer(pattern(size)));
      if (sending) await soon(sending.promise(), "the send to oneself");
    }
  }
});

test("a message longer than its buffer rejects with ERR_TRUNCATE, its sender completes, and the next one arrives", async () => {
  for (const [size, room] of [
    [11, 10],
    [1, 0],
    [5000, 4999],
    [2 * PIECE, 100],
  ] as const) {
    for (const early of [true, false]) {
      const { engines: all } = engines(2);
      const into = new Uint8Array(room);
      const target = memory(
        UINT8,
        into,
        () => "from rank 0",
        () => into,
      );
      let receive = early ? all[1]!.receive(0, 0, 0, target) : undefined;
      const sending = all[0]!.send(1, 0, 0, buffer(pattern(size)));
      await turns(2);
      receive ??= all[1]!.receive(0, 0, 0, target);
      const error = await rejects(result(receive), Exception, `Cannot receive ${size} bytes from rank 0`);
      is(error.errorCode, new Exception("ERR_TRUNCATE", "").errorCode);
      if (sending) await soon(sending.promise(), "the send");
      sameBytes(into, new Uint8Array(room), "the buffer that was too short");
      all[0]!.send(1, 0, 0, buffer(pattern(3)));
      sameBody(await result(all[1]!.receive(0, 0, 0, copies)), buffer(pattern(3)));
      is(all[0]!.outstanding, 0);
    }
  }
});

test("a long message whose memory is transferred before it is sent rejects with ERR_BUFFER", async () => {
  const { engines: all } = engines(2);
  const data = pattern(5000);
  const sending = all[0]!.send(1, 0, 0, buffer(data))!;
  (data.buffer as ArrayBuffer).transfer();
  all[1]!.receive(0, 0, 0, copies);
  const error = await rejects(soon(sending.promise(), "the send"), Exception);
  match(error.message, /^Cannot send 5000 bytes: .*transferred meanwhile \(ERR_BUFFER\)$/);
});

test("a long message lands in the receiver's memory without a copy", async () => {
  const { engines: all } = engines(2);
  const into = new Uint8Array(3 * PIECE);
  let landed: Uint8Array | undefined;
  const receive = all[1]!.receive(0, 0, 0, {
    land: ({ sizes }) => [into.subarray(0, sizes[0])],
    finish: (_, [part], own) => {
      landed = part;
      return own;
    },
  });
  all[0]!.send(1, 0, 0, buffer(pattern(2 * PIECE)));
  is(await result(receive), true);
  ok(landed!.buffer === into.buffer);
  sameBytes(into.subarray(0, 2 * PIECE), pattern(2 * PIECE));
  sameBytes(into.subarray(2 * PIECE), new Uint8Array(PIECE));
});

test("what a target throws rejects the receive, and the connection goes on", async () => {
  const { engines: all, losses } = engines(2);
  const failing = {
    land: (): Uint8Array[] => {
      throw new Exception("ERR_NO_MEM", "Cannot land");
    },
    finish: (): never => {
      throw new Exception("ERR_TYPE", "Cannot finish");
    },
  };
  for (const size of [10, 5000]) {
    const receive = all[1]!.receive(0, 0, 0, failing);
    const sending = all[0]!.send(1, 0, 0, buffer(pattern(size)));
    await rejects(result(receive), Exception, size === 10 ? "Cannot finish" : "Cannot land");
    if (sending) await soon(sending.promise(), "the send");
  }
  all[0]!.send(1, 0, 0, buffer(pattern(3)));
  await result(all[1]!.receive(0, 0, 0, copies));
  equal(losses, []);
});

test("an eager limit above what a link takes at once is lowered: messages of any size still arrive", async () => {
  const heard = new RecordingSink();
  let longest = 0;
  const { engines: all, losses } = engines(2, { eager: 4_000_000, unexpected: 1 << 30 }, (engine) => ({
    message: (peer, message) => {
      longest = Math.max(longest, message.byteLength);
      engine.message(peer, message);
    },
    bulk: (peer, window, length) => engine.bulk(peer, window, length),
    connected: (peer) => engine.connected(peer),
    lost: (peer, reason) => heard.lost(peer, reason),
    finished: (peer) => engine.finished(peer),
  }));
  for (const size of [SHORT_LIMIT - 5000, SHORT_LIMIT - 100, SHORT_LIMIT, 200_000, 3_000_000]) {
    const body = value(pattern(100), ...Array.from({ length: 200 }, () => pattern(5)), pattern(size));
    all[0]!.send(1, 0, 0, body);
    sameBody(await result(all[1]!.receive(0, 0, 0, copies)), body);
  }
  ok(longest <= SHORT_LIMIT, `a short message of ${longest} bytes`);
  equal([losses, heard.losses], [[], []]);
});

test.run();
