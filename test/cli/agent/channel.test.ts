// Messages over any stream of bytes: what is cut anywhere comes whole, what is none of ours ends the channel, and silence
// is noticed.
import { test } from "uvu";
import { Channel, Heartbeat } from "../../../cli/agent/channel.ts";
import { Incoming } from "../../../cli/agent/incoming.ts";
import type { ToAgent } from "../../../cli/agent/protocol.ts";
import { encodeControl } from "../../../src/wire/control.ts";
import { equal, is, match } from "../../support/assert.ts";

const nowhere = { write() {}, room: () => undefined, close() {} };
const messages: ToAgent[] = [
  { kind: "ping", id: 1 },
  { kind: "input", rank: 3, bytes: new Uint8Array([1, 2, 3]) },
  { kind: "end" },
];
const bytes = Buffer.concat(messages.map((message) => encodeControl(message)));

async function* inPieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += size) yield data.slice(at, at + size);
}

/** What a channel makes of a stream, until it is closed. */
function read(stream: AsyncIterable<Uint8Array>): Promise<{ got: ToAgent[]; reason: string | undefined }> {
  return new Promise((resolve) => {
    const got: ToAgent[] = [];
    new Channel<ToAgent, ToAgent>(stream, nowhere, {
      message: (message) => got.push(message),
      closed: (reason) => resolve({ got, reason }),
    });
  });
}

test("messages in pieces of any size arrive as they were sent, and the end without a reason", async () => {
  for (const size of [1, 2, 3, 5, 7, 1000]) {
    equal(await read(inPieces(bytes, size)), { got: messages, reason: undefined }, `pieces of ${size}`);
  }
});

test("a length that no message has ends the channel with a reason, and nothing is kept for it", async () => {
  const garbage = Buffer.concat([bytes, new Uint8Array(bytes.byteLength).fill(255)]);
  const { got, reason } = await read(inPieces(garbage, bytes.byteLength));
  equal(got, messages);
  match(reason!, /it claims 4294967295 bytes/);
});

test("lines of ours are found behind what a shell prints, whole in whatever pieces they come, and bytes begin behind them", async () => {
  const text = `Welcome!\ntsmpi-here a b\r\n${"x".repeat(200_000)}\nnot tsmpi-this\ntsmpi-agent 1\n`;
  for (const size of [1000, 4096, 1_000_000]) {
    const stream = new Blob([text, bytes]).stream();
    const pieces = new ReadableStream<Uint8Array>({
      async start(controller) {
        for await (const chunk of stream) for await (const piece of inPieces(chunk, size)) controller.enqueue(piece);
        controller.close();
      },
    });
    const incoming = new Incoming(pieces);
    is(await incoming.line("tsmpi-"), "here a b");
    is(await incoming.line("tsmpi-"), "agent 1");
    equal((await read(incoming.bytes())).got, messages);
    is(await incoming.line("tsmpi-"), undefined);
  }
});

test("a heartbeat asks while it waits, forgives what answers, and gives up once", async () => {
  let beats = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  let losses = 0;
  const heartbeat = new Heartbeat(
    0.05,
    () => {
      // It answers the first ten times.
      if (++beats <= 10) heartbeat.heard();
    },
    () => {
      losses++;
      resolve();
    },
  );
  await promise;
  equal([beats, losses], [14, 1]);
});

test.run();
