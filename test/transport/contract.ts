// The contract of src/transport/transport.ts as tests, run over every implementation.
import { test } from "uvu";
import { BULK_WINDOW, type Link, SHORT_LIMIT } from "../../src/transport/transport.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { type Arrived, join, joined, pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";

/** Two processes and their links. Process 0 has `links[0]` to process 1 and `sinks[0]`; and the other way round. */
export interface Pair {
  readonly links: readonly [Link, Link];
  readonly sinks: readonly [RecordingSink, RecordingSink];
}

export type MakePair = (sinks: readonly [RecordingSink, RecordingSink]) => Promise<readonly [Link, Link]>;

/** One direction of a pair. */
interface Way {
  readonly link: Link;
  readonly peer: number;
  readonly near: RecordingSink;
  readonly far: RecordingSink;
  readonly back: Link;
}

/** A bulk message whose head has `head` bytes and whose body has `body` bytes. */
function bulkMessage(head: number, body: number, seed: number): readonly [head: Uint8Array, body: Uint8Array] {
  const bytes = pattern(head, seed);
  bytes[0] = head;
  return [bytes, pattern(body, seed + 1)];
}

/** Calls a method of a link and fails when that calls a sink. */
function quietly<T>({ near, far }: Way, call: () => T): T {
  near.forbidden = far.forbidden = true;
  try {
    return call();
  } finally {
    near.forbidden = far.forbidden = false;
  }
}

function sameArrivals(far: RecordingSink, expected: readonly Arrived[]): void {
  const actual = joined(far.arrived);
  const wanted = joined(expected);
  equal(
    actual.map(({ kind, peer, bytes }) => [kind, peer, bytes.byteLength]),
    wanted.map(({ kind, peer, bytes }) => [kind, peer, bytes.byteLength]),
  );
  for (const [i, { bytes }] of actual.entries()) sameBytes(bytes, wanted[i]!.bytes, `arrival ${i}`);
}

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

/** Runs the contract over pairs that `makePair` makes, in both directions. */
export function transportContract(name: string, makePair: MakePair): void {
  const claim = (what: string, check: (way: Way) => Promise<void>) => {
    for (const from of [0, 1] as const) {
      const to = from === 0 ? 1 : 0;
      test(`${name} ${from}→${to}: ${what}`, async () => {
        const sinks = [new RecordingSink(), new RecordingSink()] as const;
        const links = await soon(makePair(sinks), "a pair");
        await check({ link: links[from], peer: from, near: sinks[from], far: sinks[to], back: links[to] });
        for (const link of links) link.close();
        await turns();
        equal(unhandled.splice(0), []);
      });
    }
  };

  claim("short messages of every size arrive", async (way) => {
    const sizes = [1, 2, 23, 24, 125, 126, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536, 65537];
    for (const size of [...sizes, SHORT_LIMIT - 1, SHORT_LIMIT]) {
      const before = way.far.bytes;
      const message = pattern(size, size);
      quietly(way, () => way.link.send(message));
      await way.far.until(() => way.far.bytes - before >= size, `a message of ${size} bytes`);
      sameBytes(joined(way.far.arrived).at(-1)!.bytes.subarray(-size), message, `a message of ${size} bytes`);
    }
  });

  claim("send and sendBulk together keep their order", async (way) => {
    const seed = 20_240_601;
    const draw = random(seed);
    const expected: Arrived[] = [];
    const sending: (Promise<void> | undefined)[] = [];
    for (let i = 0; i < 300; i++) {
      if (draw(4) > 0) {
        const bytes = pattern(1 + draw(draw(10) === 0 ? SHORT_LIMIT : 300), i);
        quietly(way, () => way.link.send(bytes));
        expected.push({ kind: "short", peer: way.peer, bytes });
      } else {
        const [head, body] = bulkMessage(1 + draw(BULK_WINDOW), SHORT_LIMIT + draw(100_000), i);
        sending.push(quietly(way, () => way.link.sendBulk(head, body)));
        expected.push({ kind: "bulk", peer: way.peer, bytes: join(head, body) });
      }
      if (draw(20) === 0) await turns(1);
    }
    const total = expected.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    await way.far.until(() => way.far.bytes >= total, `all messages of seed ${seed}`);
    await Promise.all(sending);
    sameArrivals(way.far, expected);
  });

  claim("send copies the message before it returns", async (way) => {
    const message = new Uint8Array(1000);
    for (let i = 0; i < 200; i++) {
      message.fill(i);
      quietly(way, () => way.link.send(message));
    }
    await way.far.until(() => way.far.bytes === 200_000, "all messages");
    const { bytes } = joined(way.far.arrived)[0]!;
    for (let i = 0; i < 200; i++) sameBytes(bytes.subarray(i * 1000, (i + 1) * 1000), message.fill(i));
  });

  claim(
    "a message whose body is given apart arrives as one, in order, and is copied before send returns",
    async (way) => {
      const expected: Arrived[] = [];
      for (const head of [1, 20, 127, 128, 129, 5000]) {
        for (const size of [1, 600, 2048, 65_000, 65_536, 65_537, SHORT_LIMIT - head]) {
          const [start, body] = [pattern(head, size), pattern(size, head)];
          quietly(way, () => way.link.send(start, body));
          quietly(way, () => way.link.send(pattern(3, size)));
          expected.push({ kind: "short", peer: way.peer, bytes: join(start, body, pattern(3, size)) });
          start.fill(0);
          body.fill(0);
        }
      }
      const total = expected.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
      await way.far.until(() => way.far.bytes >= total, "all messages");
      sameArrivals(way.far, expected);
    },
  );

  claim("bulk messages arrive with heads of 1 to BULK_WINDOW bytes", async (way) => {
    const expected: Arrived[] = [];
    for (let head = 1; head <= BULK_WINDOW; head++) {
      const [start, body] = bulkMessage(head, SHORT_LIMIT + 1 - head, head);
      await soon(Promise.resolve(quietly(way, () => way.link.sendBulk(start, body))), "the send");
      expected.push({ kind: "bulk", peer: way.peer, bytes: join(start, body) });
    }
    await way.far.until(() => way.far.arrived.length === BULK_WINDOW, "all messages");
    sameArrivals(way.far, expected);
  });

  claim("sendBulk of no more than SHORT_LIMIT bytes arrives whole, as whichever kind, in order", async (way) => {
    const expected: Arrived[] = [];
    for (const size of [2, 10, BULK_WINDOW, BULK_WINDOW + 1, 300, 70_000, SHORT_LIMIT]) {
      const [head, body] = bulkMessage(Math.min(17, size - 1), size - Math.min(17, size - 1), size);
      const bytes = join(head, body);
      await soon(Promise.resolve(quietly(way, () => way.link.sendBulk(head, body))), "the send");
      quietly(way, () => way.link.send(pattern(3, size)));
      expected.push(
        { kind: "short", peer: way.peer, bytes },
        { kind: "short", peer: way.peer, bytes: pattern(3, size) },
      );
    }
    const total = expected.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    await way.far.until(() => way.far.bytes >= total, "all messages");
    const kind = "short";
    way.far.arrived.splice(0, Infinity, ...way.far.arrived.map((arrived) => ({ ...arrived, kind }) as const));
    sameArrivals(way.far, expected);
  });

  claim("a bulk body is the sender's again once the promise resolves", async (way) => {
    const body = new Uint8Array(8 * 1024 * 1024);
    const head = Uint8Array.of(1);
    for (let i = 1; i <= 5; i++) {
      body.fill(i);
      await soon(Promise.resolve(quietly(way, () => way.link.sendBulk(head, body))), "the send");
    }
    body.fill(99);
    await way.far.until(() => way.far.arrived.length === 5, "all messages");
    for (const [i, { bytes }] of way.far.arrived.entries()) {
      sameBytes(bytes.subarray(1), new Uint8Array(body.byteLength).fill(i + 1), `message ${i}`);
    }
  });

  claim("64 MiB in pieces in both directions at once arrive unchanged", async (way) => {
    const piece = 512 * 1024;
    const size = 64 * 1024 * 1024;
    const data = [pattern(size, 1), pattern(size, 2)] as const;
    way.near.memory = new Uint8Array(size);
    way.far.memory = new Uint8Array(size);
    const stream = async (link: Link, bytes: Uint8Array) => {
      for (let at = 0; at < size; at += piece) {
        await link.sendBulk(Uint8Array.of(1), bytes.subarray(at, at + piece));
        ok(link.queued <= 2 * piece, `${link.queued} bytes are queued by a paced sender`);
      }
    };
    await soon(Promise.all([stream(way.link, data[0]), stream(way.back, data[1])]), "the streams");
    await way.far.until(() => way.far.landed === size, "what went there");
    await way.near.until(() => way.near.landed === size, "what went back");
    sameBytes(way.far.memory, data[0], "there");
    sameBytes(way.near.memory, data[1], "back");
  });

  claim("queued falls to 0 when everything has been handed over", async (way) => {
    for (let i = 0; i < 5000; i++) way.link.send(pattern(1000, i));
    await way.far.until(() => way.far.bytes === 5_000_000, "all messages");
    await turns();
    is(way.link.queued, 0);
  });

  claim("close() sends what is queued, then the other side is told lost once, and this side nothing", async (way) => {
    const [head, body] = bulkMessage(5, 4 * 1024 * 1024, 1);
    way.link.send(pattern(100, 1));
    const sending = way.link.sendBulk(head, body);
    way.link.send(pattern(100, 2));
    quietly(way, () => way.link.close());
    await way.far.until(() => way.far.losses.length > 0, "the loss");
    await sending;
    quietly(way, () => way.link.close());
    quietly(way, () => way.back.close());
    await turns(20);
    sameArrivals(way.far, [
      { kind: "short", peer: way.peer, bytes: pattern(100, 1) },
      { kind: "bulk", peer: way.peer, bytes: join(head, body) },
      { kind: "short", peer: way.peer, bytes: pattern(100, 2) },
    ]);
    is(way.far.losses.length, 1);
    is(way.far.losses[0]!.peer, way.peer);
    equal(way.near.losses, []);
  });

  claim("when both close, neither is told lost twice", async (way) => {
    way.link.close();
    way.back.close();
    await turns(20);
    ok(way.near.losses.length <= 1 && way.far.losses.length <= 1);
  });

  claim("after close() nothing is delivered any more", async (way) => {
    way.back.send(pattern(10));
    await way.near.until(() => way.near.bytes === 10, "the first message");
    for (let i = 0; i < 100; i++) way.back.send(pattern(1000));
    way.link.close();
    await way.far.until(() => way.far.losses.length > 0, "the loss");
    way.back.send(pattern(10));
    await turns(20);
    is(way.near.bytes, 10);
  });

  claim("send() after close() and after a loss does nothing, sendBulk() rejects", async (way) => {
    way.link.close();
    quietly(way, () => way.link.send(pattern(10)));
    const closed = quietly(way, () => way.link.sendBulk(...bulkMessage(3, SHORT_LIMIT, 1)));
    await rejects(Promise.resolve(closed), Error, /closed/);
    await way.far.until(() => way.far.losses.length > 0, "the loss");
    quietly(way, () => way.back.send(pattern(10)));
    const lost = quietly(way, () => way.back.sendBulk(...bulkMessage(3, SHORT_LIMIT, 1)));
    await rejects(Promise.resolve(lost), Error, /closed/);
    await turns(20);
    equal([way.far.arrived, way.near.arrived], [[], []]);
    equal([way.link.queued, way.back.queued], [0, 0]);
  });

  claim("a sendBulk() that is on its way rejects when the peer is lost", async (way) => {
    const [head, body] = bulkMessage(3, 64 * 1024 * 1024, 1);
    const sending = way.link.sendBulk(head, body);
    const second = way.link.sendBulk(head, body);
    way.back.close();
    await rejects(soon(Promise.resolve(second), "the send"), Error);
    await Promise.allSettled([sending]);
    await way.near.until(() => way.near.losses.length > 0, "the loss");
    is(way.near.losses.length, 1);
    is(way.link.queued, 0);
  });

  claim("a bulk message that the Sink refuses ends the connection", async (way) => {
    way.far.refusing = true;
    const sending = Promise.resolve(way.link.sendBulk(...bulkMessage(3, 4 * 1024 * 1024, 1)));
    await way.far.until(() => way.far.losses.length > 0, "the loss");
    await way.near.until(() => way.near.losses.length > 0, "the loss at the sender");
    await Promise.allSettled([sending]);
    equal([way.far.losses.length, way.near.losses.length], [1, 1]);
    is(way.far.bytes, 0);
  });
}
