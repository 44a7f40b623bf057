// WebSocket framing: what RFC 6455 §5 says, at every length and cut at every byte; and what is refused.
import { test } from "uvu";
import { BULK_WINDOW, SHORT_LIMIT } from "../../src/transport/transport.ts";
import {
  closeFrame,
  HEADER_LIMIT,
  headerBytes,
  MESSAGE_LIMIT,
  WebSocketParser,
  writeHeader,
} from "../../src/transport/websocket-codec.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { join, pattern, RecordingSink, sameBytes } from "../support/sinks.ts";

const BINARY = 0x82;

/** A frame as any other library would write it: `first` is its first byte; a client's with a key. */
function frame(first: number, payload: Uint8Array, key?: readonly number[]): Uint8Array {
  const { byteLength } = payload;
  return join(header(first, byteLength, key), key ? payload.map((byte, i) => byte ^ key[i % 4]!) : payload);
}

function header(first: number, length: number | bigint, key?: readonly number[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(10));
  const mask = key ? 0x80 : 0;
  let size = 2;
  head.setUint8(0, first);
  if (length < 126) head.setUint8(1, mask | Number(length));
  else if (length < 65536) {
    head.setUint8(1, mask | 126);
    head.setUint16(2, Number(length));
    size = 4;
  } else {
    head.setUint8(1, mask | 127);
    head.setBigUint64(2, BigInt(length));
    size = 10;
  }
  return join(new Uint8Array(head.buffer, 0, size), Uint8Array.from(key ?? []));
}

/** A parser and all that it says. */
function parsing(masked: boolean) {
  const sink = new RecordingSink();
  const replies: Uint8Array[] = [];
  const ends: { code: number; reason: string }[] = [];
  const parser = new WebSocketParser(
    {
      message: (...bytes) => sink.message(0, ...bytes),
      bulk: (window, length) => sink.bulk(0, window, length),
      reply: (reply) => replies.push(reply),
      closed: (code, reason) => ends.push({ code, reason }),
    },
    masked,
  );
  return { parser, sink, replies, ends };
}

/** The message of a bulk frame: its first byte says that its head has that many bytes. */
function bulk(length: number, head: number): Uint8Array {
  const bytes = pattern(length, head);
  bytes[0] = head;
  return bytes;
}

const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 254, 65534, 65535, 65536, 65537, SHORT_LIMIT - 1, SHORT_LIMIT];

for (const masked of [false, true]) {
  const side = masked ? "a client" : "a server";
  test(`writeHeader() writes the frame of ${side} that RFC 6455 describes, at every length`, () => {
    for (const length of [...lengths, SHORT_LIMIT + 1, 2 ** 24, 2 ** 32 - 1]) {
      const expected = header(BINARY, length, masked ? [0, 0, 0, 0] : undefined);
      const into = new Uint8Array(HEADER_LIMIT + 3).fill(255);
      writeHeader(into, 3, length, masked);
      is(headerBytes(length, masked), expected.byteLength);
      sameBytes(into.subarray(3, 3 + expected.byteLength), expected, `header of ${length} bytes`);
    }
  });

  for (const key of masked
    ? [
        [0, 0, 0, 0],
        [0x37, 0xfa, 0x21, 0x3d],
        [0, 0, 0, 1],
      ]
    : [undefined]) {
    const how = key ? ` and key ${key.join(".")}` : "";
    test(`the parser takes messages of every length from ${side}${how}, whole and in chunks`, () => {
      for (const length of lengths) {
        const message = pattern(length, length);
        const bytes = frame(BINARY, message, key);
        const chunks = length < 300 ? bytes.byteLength : 3;
        for (const size of new Set([bytes.byteLength, Math.ceil(bytes.byteLength / chunks), 1000, 1021])) {
          const { parser, sink, ends } = parsing(masked);
          for (let at = 0; at < bytes.byteLength; at += size) parser.push(bytes.subarray(at, at + size));
          equal(ends, []);
          is(sink.arrived.length, 1, `${length} bytes in chunks of ${size}`);
          sameBytes(sink.arrived[0]!.bytes, message, `${length} bytes in chunks of ${size}`);
        }
      }
    });

    test(`the parser takes a sequence of frames from ${side}${how} that is split at any byte`, () => {
      const messages = [pattern(3), pattern(0), pattern(125, 2), pattern(126, 3), pattern(300, 4), pattern(1, 5)];
      const bytes = join(...messages.map((message) => frame(BINARY, message, key)));
      for (let at = 0; at <= bytes.byteLength; at++) {
        const { parser, sink } = parsing(masked);
        parser.push(bytes.subarray(0, at));
        parser.push(bytes.subarray(at));
        equal(
          sink.arrived.map((arrival) => arrival.bytes.byteLength),
          messages.map((message) => message.byteLength),
        );
        sameBytes(join(...sink.arrived.map((arrival) => arrival.bytes)), join(...messages), `split at ${at}`);
      }
    });

    test(`a bulk message from ${side}${how} lands in its place, cut anywhere around its window`, () => {
      const seed = 77;
      const draw = random(seed);
      for (const head of [1, 17, BULK_WINDOW - 1, BULK_WINDOW]) {
        const message = bulk(SHORT_LIMIT + 1 + draw(1000), head);
        const bytes = frame(BINARY, message, key);
        const cuts = Array.from({ length: 90 }, (_, i) => [i]);
        for (let i = 0; i < 20; i++) cuts.push([draw(100), 100 + draw(100), 200 + draw(SHORT_LIMIT)]);
        for (const cut of cuts) {
          const { parser, sink } = parsing(masked);
          let from = 0;
          for (const to of [...cut, bytes.byteLength]) {
            parser.push(bytes.subarray(from, to));
            from = to;
          }
          parser.push(frame(BINARY, pattern(5), key));
          const where = `seed ${seed}, head ${head}, cut at ${cut}`;
          is(sink.arrived.length, 2, where);
          sameBytes(sink.arrived[0]!.bytes, message, where);
          sameBytes(sink.arrived[1]!.bytes, pattern(5), where);
        }
      }
    });
  }

  const key = masked ? [9, 8, 7, 6] : undefined;
  const answer = masked ? undefined : [0, 0, 0, 0];

  test(`a ping of ${side} is answered with a pong of the same payload, a pong is ignored`, () => {
    const { parser, sink, replies, ends } = parsing(masked);
    for (const size of [0, 4, 125]) {
      parser.push(frame(0x89, pattern(size), key));
      sameBytes(replies.at(-1)!, frame(0x8a, pattern(size), answer));
    }
    parser.push(frame(0x8a, pattern(4), key));
    is(replies.length, 3);
    equal([sink.arrived, ends], [[], []]);
  });

  test(`a ping between the frames of two messages of ${side} disturbs neither`, () => {
    const { parser, sink } = parsing(masked);
    parser.push(
      join(frame(BINARY, pattern(200), key), frame(0x89, pattern(9), key), frame(BINARY, pattern(70, 2), key)),
    );
    sameBytes(join(...sink.arrived.map(({ bytes }) => bytes)), join(pattern(200), pattern(70, 2)));
  });

  test(`a close of ${side} is answered with a close, and nothing behind it is read`, () => {
    for (const [payload, code] of [
      [Uint8Array.of(3, 232), 1000],
      [join(Uint8Array.of(3, 233), pattern(20)), 1001],
      [new Uint8Array(0), 1005],
      [Uint8Array.of(3), 1005],
    ] as const) {
      const { parser, sink, replies, ends } = parsing(masked);
      parser.push(join(frame(0x88, payload, key), frame(BINARY, pattern(5), key)));
      parser.push(frame(BINARY, pattern(5), key));
      equal(ends, [{ code, reason: "closed by the peer" }]);
      is(replies.length, 1);
      sameBytes(replies[0]!, closeFrame(1000, !masked));
      is(sink.arrived.length, 0);
    }
  });

  const other = masked ? undefined : [1, 2, 3, 4];
  for (const [what, bytes, code] of [
    ["reserved bit 1", frame(BINARY | 0x40, pattern(3), key), 1002],
    ["reserved bit 2", frame(BINARY | 0x20, pattern(3), key), 1002],
    ["reserved bit 3", frame(BINARY | 0x10, pattern(3), key), 1002],
    ["the first fragment of a message", frame(0x02, pattern(3), key), 1003],
    ["a continuation", frame(0x80, pattern(3), key), 1003],
    ["text", frame(0x81, pattern(3), key), 1003],
    ["opcode 3", frame(0x83, pattern(3), key), 1003],
    ["opcode 11", frame(0x8b, pattern(3), key), 1002],
    ["opcode 15", frame(0x8f, pattern(3), key), 1002],
    ["a fragmented ping", frame(0x09, pattern(3), key), 1003],
    [masked ? "a frame without a mask" : "a masked frame", frame(BINARY, pattern(3), other), 1002],
    ["a ping of 126 bytes", frame(0x89, pattern(126), key), 1002],
    ["a close of 65,536 bytes", frame(0x88, pattern(65536), key), 1002],
    ["one byte too many", header(BINARY, MESSAGE_LIMIT + 1, key), 1009],
    ["2^32 bytes", header(BINARY, 2n ** 32n, key), 1009],
    ["2^60 bytes", header(BINARY, 2n ** 60n, key), 1009],
    ["2^63 bytes", header(BINARY, 2n ** 63n, key), 1009],
    ["2^64-1 bytes", header(BINARY, 2n ** 64n - 1n, key), 1009],
  ] as const) {
    test(`the parser refuses ${what} from ${side} once, with ${code}, and reads no further`, () => {
      const { parser, sink, replies, ends } = parsing(masked);
      parser.push(frame(BINARY, pattern(10), key));
      const before = process.memoryUsage().arrayBuffers;
      parser.push(bytes);
      parser.push(frame(BINARY, pattern(10), key));
      ok(process.memoryUsage().arrayBuffers - before < 1_000_000, "memory was allocated");
      is(ends.length, 1);
      is(ends[0]!.code, code);
      is(sink.arrived.length, 1);
      equal(replies, []);
    });
  }
}

test("a bulk message that its sink refuses ends the parsing", () => {
  const { parser, sink, ends } = parsing(false);
  sink.refusing = true;
  parser.push(frame(BINARY, bulk(SHORT_LIMIT + 1, 1)));
  parser.push(frame(BINARY, pattern(10)));
  is(ends.length, 1);
  match(ends[0]!.reason, "nobody waits for");
  is(sink.arrived.length, 0);
});

test("stop() from inside an event ends the parsing", () => {
  let messages = 0;
  const parser: WebSocketParser = new WebSocketParser(
    {
      message: () => {
        messages++;
        parser.stop();
      },
      bulk: () => undefined,
      reply: () => {},
      closed: () => {},
    },
    false,
  );
  parser.push(join(frame(BINARY, pattern(3)), frame(BINARY, pattern(3))));
  is(messages, 1);
});

test("random bytes and mutated frames never throw, whatever the cut", () => {
  const seed = 4711;
  const draw = random(seed);
  for (let round = 0; round < 3000; round++) {
    const { parser, sink, ends } = parsing(false);
    const bytes = join(...Array.from({ length: 4 }, (_, i) => frame(BINARY, pattern(draw(300), i))));
    for (let i = draw(4); i > 0; i--) bytes[draw(bytes.byteLength)] = draw(256);
    const at = draw(bytes.byteLength);
    parser.push(bytes.subarray(0, at));
    parser.push(bytes.subarray(at));
    ok(ends.length <= 1 && sink.bytes <= bytes.byteLength, `seed ${seed}, round ${round}`);
  }
});

test.run();
