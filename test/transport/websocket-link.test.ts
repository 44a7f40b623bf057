// One WebSocketLink over a socket whose other end is a plain one that this file reads or does not read.
import type { Socket } from "bun";
import { test } from "uvu";
import { SHORT_LIMIT } from "../../src/transport/transport.ts";
import { headerBytes, WebSocketParser, writeHeader } from "../../src/transport/websocket-codec.ts";
import { WebSocketLink } from "../../src/transport/websocket-link.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { join, joined, pattern, RecordingSink, sameBytes, soon, turns } from "../support/sinks.ts";

interface Setup {
  readonly link: WebSocketLink;
  readonly sink: RecordingSink;
  /** The peer's socket. */
  readonly peer: Socket;
  /** The messages that the peer has got. */
  readonly heard: RecordingSink;
  /** Resolves with all that the peer has got, once that is `bytes` bytes. */
  got(bytes: number): Promise<Uint8Array>;
}

/** Runs `check` with a link of the dialing side. */
async function withLink(check: (setup: Setup) => Promise<void>): Promise<void> {
  const accepted = Promise.withResolvers<Socket>();
  const chunks: Uint8Array[] = [];
  let have = 0;
  let wake = () => {};
  const heard = new RecordingSink();
  const parser = new WebSocketParser(
    {
      message: (...bytes) => heard.message(0, ...bytes),
      bulk: (window, length) => heard.bulk(0, window, length),
      reply: () => {},
      closed: () => {},
    },
    true,
  );
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      binaryType: "uint8array",
      open: (socket) => accepted.resolve(socket),
      data: (_, chunk) => {
        chunks.push(new Uint8Array(chunk));
        have += chunk.byteLength;
        parser.push(chunk);
        wake();
      },
    },
  });
  const sink = new RecordingSink();
  let link: WebSocketLink | undefined;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: listener.port,
    socket: {
      binaryType: "uint8array",
      data: (_, chunk) => link!.receive(chunk),
      drain: () => link?.drained(),
      close: () => link?.lost("the connection was closed"),
    },
  });
  link = new WebSocketLink(socket, 7, true, sink);
  const peer = await accepted.promise;
  const got = async (bytes: number) => {
    while (have < bytes) {
      await soon(new Promise<void>((resolve) => (wake = resolve)), `${bytes} bytes`);
    }
    return join(...chunks);
  };
  try {
    await check({ link, sink, peer, heard, got });
  } finally {
    socket.terminate();
    peer.terminate();
    listener.stop(true);
  }
}

/** What a client's frame of `payload` looks like. */
function clientFrame(payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(headerBytes(payload.byteLength, true));
  writeHeader(head, 0, payload.byteLength, true);
  return join(head, payload);
}

test("messages that are sent in one go share a frame", async () => {
  await withLink(async ({ link, got }) => {
    for (let i = 0; i < 10; i++) link.send(pattern(10, i));
    const expected = clientFrame(join(...Array.from({ length: 10 }, (_, i) => pattern(10, i))));
    sameBytes(await got(expected.byteLength), expected);
  });
});

test("messages that are sent with an await between each share a frame", async () => {
  await withLink(async ({ link, got }) => {
    for (let i = 0; i < 10; i++) {
      link.send(pattern(10, i));
      await undefined;
    }
    const expected = clientFrame(join(...Array.from({ length: 10 }, (_, i) => pattern(10, i))));
    sameBytes(await got(expected.byteLength), expected);
  });
});

test("a frame of short messages is never longer than SHORT_LIMIT", async () => {
  await withLink(async ({ link, heard }) => {
    const sizes = [30_000, SHORT_LIMIT, 10, SHORT_LIMIT - 5, 32_000, 100_000, 20_000, SHORT_LIMIT];
    for (const size of sizes) link.send(pattern(size, size));
    await heard.until(() => heard.bytes === sizes.reduce((a, b) => a + b), "all messages");
    ok(heard.arrived.every(({ kind }) => kind === "short"));
    sameBytes(joined(heard.arrived)[0]!.bytes, join(...sizes.map((size) => pattern(size, size))));
  });
});

test("a reader that pauses paces sendBulk(): queued stays bounded, and nothing is lost when it goes on", async () => {
  await withLink(async ({ link, peer, got }) => {
    peer.pause();
    const piece = pattern(512 * 1024);
    const head = Uint8Array.of(1);
    let sent = 0;
    const streaming = (async () => {
      for (; sent < 40; sent++) {
        const sending = link.sendBulk(head, piece);
        if (sending) await sending;
      }
    })();
    await turns(200);
    ok(sent < 40, "the socket of a reader that does not read takes 20 MB");
    ok(link.queued > 0 && link.queued <= piece.byteLength + 100, `${link.queued} bytes are queued`);
    const stuck = sent;
    await turns(200);
    is(sent, stuck);
    peer.resume();
    await soon(streaming, "the rest");
    const each = headerBytes(1 + piece.byteLength, true) + 1 + piece.byteLength;
    const bytes = await got(40 * each);
    for (let i = 0; i < 40; i++) sameBytes(bytes.subarray((i + 1) * each - piece.byteLength, (i + 1) * each), piece);
    is(link.queued, 0);
  });
});

test("a short message that is sent while the socket is full leaves as soon as it has room, with no other send", async () => {
  await withLink(async ({ link, peer, got }) => {
    peer.pause();
    const body = pattern(8 * 1024 * 1024);
    const sending = link.sendBulk(Uint8Array.of(1), body);
    await turns(20);
    link.send(pattern(10, 5));
    await turns(20);
    ok(link.queued > 10);
    peer.resume();
    await sending;
    const front = headerBytes(1 + body.byteLength, true) + 1;
    const bytes = await got(front + body.byteLength + headerBytes(10, true) + 10);
    sameBytes(bytes.subarray(front + body.byteLength), clientFrame(pattern(10, 5)));
    is(link.queued, 0);
  });
});

test("messages that wait for a full socket are copies", async () => {
  await withLink(async ({ link, peer, heard }) => {
    peer.pause();
    const message = new Uint8Array(20_000);
    for (let i = 0; i < 600; i++) {
      link.send(message.fill(i));
      if (i % 10 === 0) await turns(1);
    }
    ok(link.queued > 1_000_000);
    peer.resume();
    await heard.until(() => heard.bytes === 600 * 20_000, "all messages");
    const { bytes } = joined(heard.arrived)[0]!;
    for (let i = 0; i < 600; i++) sameBytes(bytes.subarray(i * 20_000, (i + 1) * 20_000), message.fill(i));
  });
});

test("close() behind a full socket sends everything first", async () => {
  await withLink(async ({ link, sink, peer, got }) => {
    peer.pause();
    const body = pattern(8 * 1024 * 1024);
    const sending = link.sendBulk(Uint8Array.of(1), body);
    link.send(pattern(10, 5));
    link.close();
    await turns(20);
    peer.resume();
    await sending;
    const front = headerBytes(1 + body.byteLength, true) + 1;
    const close = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 3, 232);
    const bytes = await got(front + body.byteLength + 16 + close.byteLength);
    sameBytes(bytes.subarray(front + body.byteLength), join(clientFrame(pattern(10, 5)), close));
    equal(sink.losses, []);
  });
});

test("a peer that breaks the protocol is lost once, with what it did, and is told so", async () => {
  await withLink(async ({ sink, peer, got }) => {
    peer.write(Uint8Array.of(0x81, 2, 104, 105));
    await sink.until(() => sink.losses.length > 0, "the loss");
    const bytes = await got(8);
    sameBytes(bytes, Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 3, 1003 & 255));
    await turns(20);
    equal(sink.losses, [{ peer: 7, reason: "protocol error: frames of kind 1 are not accepted" }]);
  });
});

test("close() from inside a delivery: nothing more of what has come already is delivered", async () => {
  await withLink(async ({ link, sink, peer, got }) => {
    let messages = 0;
    sink.message = () => {
      messages++;
      link.close();
    };
    peer.write(Uint8Array.of(0x82, 1, 7, 0x82, 1, 8));
    sameBytes(await got(8), Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 3, 232));
    await turns(20);
    equal([messages, sink.losses], [1, []]);
  });
});

test("a peer that claims 2^60 bytes is lost, and nothing is allocated for it", async () => {
  await withLink(async ({ sink, peer }) => {
    const before = process.memoryUsage().arrayBuffers;
    peer.write(Uint8Array.of(0x82, 127, 0x10, 0, 0, 0, 0, 0, 0, 0));
    await sink.until(() => sink.losses.length > 0, "the loss");
    match(sink.losses[0]!.reason, "claims 1152921504606847000 bytes");
    ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
  });
});

test("a peer that resets its connection is lost once, also when messages are sent afterwards", async () => {
  await withLink(async ({ link, sink, peer }) => {
    peer.terminate();
    sink.forbidden = true;
    for (let i = 0; i < 10; i++) link.send(pattern(SHORT_LIMIT));
    sink.forbidden = false;
    await sink.until(() => sink.losses.length > 0, "the loss");
    await turns(20);
    is(sink.losses.length, 1);
    is(link.queued, 0);
  });
});

test.run();
