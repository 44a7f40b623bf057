// The control channel: messages come out as they went in, however the stream is cut.
import { test } from "uvu";
import { ControlReader, encodeControl, type FromRank, type ToRank } from "../../src/wire/control.ts";
import { equal, is, match, ok, throws } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { join, pattern } from "../support/sinks.ts";

const card = (rank: number) => ({
  rank,
  pid: 4000 + rank,
  host: `büro-${rank % 3}`,
  hostIndex: rank % 3,
  ...(rank % 3 > 0 && { sharing: rank >> 2 }),
  addresses: ["127.0.0.1", "::1"].slice(0, 1 + (rank % 2)),
  port: 65535,
  nonce: pattern(16, rank),
});
const state = {
  blocked: true,
  finished: false,
  sent: 2 ** 40,
  received: 0,
  waits: [
    { call: "recv(source 1, tag 7) on COMM_WORLD", where: "script.ts:12:9" },
    { call: "barrier() on COMM_WORLD" },
  ],
};

const messages: (FromRank | ToRank)[] = [
  { kind: "card", card: card(0) },
  { kind: "connected" },
  { kind: "finished", code: 0 },
  { kind: "exiting", code: 255 },
  { kind: "failed", code: 1, report: "TypeError: x\n    at script.ts:1:1\n" },
  { kind: "abort", code: 4, where: "script.ts:3:1" },
  { kind: "abort", code: -1 },
  { kind: "blocked", state },
  { kind: "unblocked" },
  { kind: "state", id: 7, state },
  { kind: "lost", peer: 3, reason: "reset" },
  { kind: "note", text: "\u{1f600} and \u0000" },
  {
    kind: "job",
    id: "j",
    secret: pattern(32),
    rank: 1,
    size: 5,
    localSize: 5,
    localRank: 1,
    launcher: 77,
    appnum: 0,
  },
  { kind: "world", cards: Array.from({ length: 40 }, (_, rank) => card(rank)) },
  { kind: "done" },
  { kind: "ask", id: 2 ** 31 },
];
const stream = join(...messages.map(encodeControl));

test("every message is read as it was written", () => {
  for (const message of messages) equal(new ControlReader().push(encodeControl(message)), [message]);
});

test("secrets and nonces are read as Uint8Array with memory of their own", () => {
  const bytes = encodeControl(messages[12]!);
  const [job] = new ControlReader<ToRank>().push(bytes);
  ok(job?.kind === "job");
  is(Object.getPrototypeOf(job.secret), Uint8Array.prototype);
  bytes.fill(0);
  equal(job.secret, pattern(32));
});

test("a message is a 4-byte big-endian length and so many bytes", () => {
  const bytes = encodeControl({ kind: "note", text: "x".repeat(1000) });
  is(new DataView(bytes.buffer).getUint32(0), bytes.byteLength - 4);
});

test("several messages in one chunk are read in order", () => {
  equal(new ControlReader().push(stream), messages);
});

test("a stream that is split at any byte is read as it was written", () => {
  for (let at = 0; at <= stream.byteLength; at++) {
    const reader = new ControlReader();
    const read = [...reader.push(stream.slice(0, at)), ...reader.push(stream.slice(at))];
    is(read.length, messages.length, `split at ${at}`);
    if (at % 50 === 0) equal(read, messages);
  }
});

test("a stream that comes byte by byte or in random pieces is read as it was written", () => {
  const seed = 99;
  const draw = random(seed);
  for (const most of [1, 7, 500]) {
    const reader = new ControlReader();
    const read = [];
    for (let at = 0; at < stream.byteLength; ) {
      const size = 1 + draw(most);
      // The same memory for every piece, as a socket's buffer may be.
      const piece = stream.slice(at, at + size);
      read.push(...reader.push(piece));
      piece.fill(255);
      at += size;
    }
    equal(read, messages, `seed ${seed}, pieces of up to ${most} bytes`);
  }
});

test("push() refuses a length that no message has, before it is there", () => {
  for (const bytes of [Uint8Array.of(255, 255, 255, 255), Uint8Array.of(4, 0, 0, 1)]) {
    throws(
      () => new ControlReader().push(bytes),
      (error: unknown) => error instanceof RangeError && /claims \d+ bytes/.test(error.message),
    );
  }
  equal(new ControlReader().push(Uint8Array.of(4, 0, 0, 0)), []);
});

test("the world table of 1,000 ranks fits, and arrives in pieces", () => {
  const world: ToRank = { kind: "world", cards: Array.from({ length: 1000 }, (_, rank) => card(rank)) };
  const bytes = encodeControl(world);
  const reader = new ControlReader<ToRank>();
  const read: ToRank[] = [];
  for (let at = 0; at < bytes.byteLength; at += 65536) read.push(...reader.push(bytes.slice(at, at + 65536)));
  const [found] = read;
  ok(found?.kind === "world");
  is(found.cards.length, 1000);
  match(found.cards[999]!.host, "büro");
});

test.run();
