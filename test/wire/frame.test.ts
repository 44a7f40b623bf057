// Frames: what is encoded is decoded, as the sequences that WebSocket messages are; and nothing else is.
import fc from "fast-check";
import { test } from "uvu";
import { COPIED, HEAD_LIMIT, HeadReader, UNSIGNED, writeHead } from "../../src/wire/cbor-head.ts";
import {
  DATA_HEAD_LIMIT,
  decodeBulkHead,
  decodeFrames,
  type EagerHead,
  encodeAck,
  encodeBye,
  encodeCredit,
  encodeCts,
  encodeDataHead,
  encodeEager,
  encodeRts,
  type Frame,
  type FrameHandler,
  MOST_PARTS,
} from "../../src/wire/frame.ts";
import { equal, is, ok, throws } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { join, pattern, sameBytes } from "../support/sinks.ts";

const seed = 20_240_602;
const property = <T extends [unknown, ...unknown[]]>(claim: fc.IProperty<T>, numRuns = 500) =>
  fc.assert(claim, { seed, numRuns });

/** Any number of a frame, with those near the limits of heads often. */
const number = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc.constantFrom(0, 23, 24, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.nat(3000).map((length) => pattern(length)),
);
const envelope = { context: number, tag: number, element: number, check: number };

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant("eager" as const),
    ...envelope,
    ack: number,
    parts: fc.array(bytes, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant("rts" as const),
    ...envelope,
    id: number,
    sizes: fc.array(number, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant("cts" as const), id: number, transfer: number }),
  fc.record({ kind: fc.constant("data" as const), transfer: number, part: number, offset: number, bytes }),
  fc.record({ kind: fc.constant("ack" as const), id: number }),
  fc.record({ kind: fc.constant("credit" as const), bytes: number }),
  fc.record({ kind: fc.constant("bye" as const) }),
);

function encode(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case "eager":
      return encodeEager(frame.context, frame.tag, frame.element, frame.ack, frame.check, frame.parts).slice();
    case "rts":
      return encodeRts(frame.context, frame.tag, frame.element, frame.id, frame.check, frame.sizes).slice();
    case "cts":
      return encodeCts(frame.id, frame.transfer).slice();
    case "data":
      return join(encodeDataHead(frame, frame.bytes.byteLength), frame.bytes);
    case "ack":
      return encodeAck(frame.id).slice();
    case "credit":
      return encodeCredit(frame.bytes).slice();
    case "bye":
      return encodeBye().slice();
  }
}

/** Hears of every frame alike. */
function handler(hear: (frame: Frame) => void): FrameHandler {
  return {
    whole: (context, tag, element, ack, check, message, start, end) =>
      hear({ kind: "eager", context, tag, element, ack, check, parts: [message.slice(start, end)] }),
    frame: hear,
  };
}

function decode(message: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const hear = handler((frame) => frames.push(frame));
  decodeFrames(message, hear);
  return frames;
}

/** Plain data in place of views, for comparison. */
function plain(frame: Frame): unknown {
  if (frame.kind === "eager") return { ...frame, parts: frame.parts.map((part) => Buffer.from(part).toString("hex")) };
  if (frame.kind === "data") return { ...frame, bytes: Buffer.from(frame.bytes).toString("hex") };
  return { ...frame };
}

test("every frame decodes to what was encoded", () => {
  property(fc.property(frame, (frame) => equal(decode(encode(frame)).map(plain), [plain(frame)])));
});

test("a sequence of frames in one message decodes in order, wherever it stands in memory", () => {
  property(
    fc.property(fc.array(frame, { maxLength: 20 }), fc.nat(9), (frames, shift) => {
      const message = join(...frames.map(encode));
      const memory = new Uint8Array(message.byteLength + 2 * shift).fill(255);
      memory.set(message, shift);
      equal(decode(memory.subarray(shift, shift + message.byteLength)).map(plain), frames.map(plain));
    }),
    200,
  );
});

test("the bytes of each frame are as the comment of frame.ts says", () => {
  const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
  sameBytes(encodeEager(1, 2, 3, 4, 5, [Uint8Array.of(6, 7)]), hex("87 00 01 02 03 04 05 81 42 06 07"), "eager");
  sameBytes(
    encodeRts(0, 100, 0, 300, 0, [70000, 2 ** 32]),
    hex("87 01 00 1864 00 19012c 00 82 1a00011170 1b0000000100000000"),
  );
  sameBytes(encodeCts(5, 0), hex("83 02 05 00"));
  sameBytes(encodeDataHead({ transfer: 1, part: 2, offset: 3 }, 600), hex("85 03 01 02 03 590258"));
  sameBytes(encodeAck(9), hex("82 04 09"));
  sameBytes(encodeCredit(24), hex("82 05 1818"));
  sameBytes(encodeBye(), hex("81 06"));
});

test("an eager frame carries parts of 0 to 200,000 bytes, and MOST_PARTS of them", () => {
  for (const sizes of [
    [0],
    [0, 0],
    [47],
    [48],
    [49],
    [65535],
    [65536],
    [200_000, 1],
    new Array(MOST_PARTS).fill(300),
  ]) {
    const parts = sizes.map((size, i) => pattern(size, i));
    const [frame] = decode(encodeEager(0, 0, 0, 0, 0, parts).slice());
    ok(frame?.kind === "eager");
    is(frame.parts.length, parts.length);
    for (const [i, part] of frame.parts.entries()) sameBytes(part, parts[i]!);
  }
});

test("decoded parts are views of the message when they are long, memory of their own up to COPIED bytes", () => {
  const sizes = [0, 1, COPIED, COPIED + 1, 5000];
  const message = encodeEager(
    0,
    0,
    0,
    0,
    0,
    sizes.map((size) => pattern(size, size)),
  ).slice();
  const [frame] = decode(message);
  ok(frame?.kind === "eager");
  equal(
    frame.parts.map((part) => part.buffer === message.buffer),
    sizes.map((size) => size > COPIED),
  );
  for (const part of frame.parts) if (part.byteLength <= COPIED) is(part.buffer.byteLength, part.byteLength);
});

test("an encoder may be called before the last one's bytes are used up, where it says so: data heads are fresh", () => {
  const first = encodeDataHead({ transfer: 1, part: 0, offset: 0 }, 10);
  const copy = first.slice();
  encodeDataHead({ transfer: 99, part: 9, offset: 9 }, 99);
  encodeAck(77);
  sameBytes(first, copy);
});

test("decodeBulkHead() reads a head from the first bytes of a message", () => {
  property(
    fc.property(number, number, number, number, (transfer, part, offset, length) => {
      const head = encodeDataHead({ transfer, part, offset }, length);
      ok(head.byteLength <= DATA_HEAD_LIMIT);
      equal(decodeBulkHead(join(head, pattern(DATA_HEAD_LIMIT))), {
        kind: "data",
        transfer,
        part,
        offset,
        length,
        start: head.byteLength,
      });
      for (let cut = 0; cut < head.byteLength; cut++) throws(() => decodeBulkHead(head.subarray(0, cut)), RangeError);
    }),
    200,
  );
});

test("decodeBulkHead() reads an eager frame's head up to the bytes of the last part", () => {
  for (const sizes of [[0], [200_000], [30, 200_000], [0, 7, 100, 3_000_000_000]]) {
    const parts = sizes.map((size, i) => (i < sizes.length - 1 ? pattern(size, i) : { byteLength: size }));
    const head = encodeEager(1, 2, 3, 4, 5, parts as Uint8Array[], true).slice();
    const { start, parts: inside, ...rest } = decodeBulkHead(join(head, pattern(50))) as EagerHead;
    const length = sizes.at(-1)!;
    equal(rest, { kind: "eager", context: 1, tag: 2, element: 3, ack: 4, check: 5, sizes, length });
    is(start, head.byteLength);
    for (const [i, part] of inside.entries()) sameBytes(part, parts[i] as Uint8Array);
    for (let cut = 0; cut < head.byteLength; cut++) throws(() => decodeBulkHead(head.subarray(0, cut)), RangeError);
  }
});

test("decodeBulkHead() refuses every other kind of frame", () => {
  property(
    fc.property(frame, (frame) => {
      if (frame.kind !== "data" && frame.kind !== "eager") throws(() => decodeBulkHead(encode(frame)), RangeError);
    }),
  );
});

const error = (what: string, text: string, pattern: RegExp) =>
  test(`decodeFrames() refuses ${what}`, () => {
    const bytes = new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
    throws(
      () => decode(bytes),
      (caught: unknown) => caught instanceof RangeError && pattern.test(caught.message),
    );
  });
error("an unknown kind", "82 07 00", /kind 7 with 2 elements/);
error("kind 2^53-1", "81 1b001fffffffffffff", /kind 9007199254740991/);
error("a missing element", "82 02 05", /kind 2 with 2 elements/);
error("an element too many", "82 06 00", /kind 6 with 2 elements/);
error("something that is no array", "00", /major type 0/);
error("a map", "a0", /major type 5/);
error("an array of indefinite length", "9f 06 ff", /indefinite/);
error("a number of indefinite length", "81 1f", /indefinite/);
error("a reserved length", "81 1c", /reserved/);
error("a negative number", "82 04 20", /major type 1/);
error("a float", "82 04 fb3ff0000000000000", /major type 7/);
error("a number of 2^53", "82 04 1b0020000000000000", /beyond 2\^53/);
error("a number of 2^64-1", "82 04 1bffffffffffffffff", /beyond 2\^53/);
error("a cut number", "82 04 19 01", /too early/);
error("an empty message of parts", "87 00 00 00 00 00 00 80", /0 parts/);
error("too many parts", "87 00 00 00 00 00 00 9a 7fffffff", /parts/);
error("257 sizes", "87 01 00 00 00 00 00 99 0101", /257 parts/);
error("a part of 2^60 bytes", "87 00 00 00 00 00 00 81 5b 1000000000000000", /beyond|claims/);
error("a part that is longer than the message", "87 00 00 00 00 00 00 81 44 000000", /claims 4 bytes/);
error("text for a part", "87 00 00 00 00 00 00 81 61 61", /major type 3/);
error("rubbish behind a frame", "81 06 ff", /major type 7/);

test("frames in front of a broken one have been handled", () => {
  const kinds: string[] = [];
  throws(
    () =>
      decodeFrames(
        join(encodeAck(1).slice(), encodeCredit(2).slice(), Uint8Array.of(255)),
        handler(({ kind }) => kinds.push(kind)),
      ),
    RangeError,
  );
  equal(kinds, ["ack", "credit"]);
});

test("a frame that is cut anywhere is a RangeError", () => {
  property(
    fc.property(frame, (frame) => {
      const whole = encode(frame);
      for (let cut = 1; cut < Math.min(whole.byteLength, 200); cut++)
        throws(() => decode(whole.subarray(0, cut)), RangeError);
    }),
    100,
  );
});

test("mutated and random bytes decode, or throw a RangeError and nothing else", () => {
  const draw = random(seed);
  const frames = fc.sample(frame, { seed, numRuns: 50 }).map(encode);
  for (let round = 0; round < 20_000; round++) {
    const bytes = draw(3) === 0 ? pattern(1 + draw(100), draw(2 ** 31)) : frames[draw(frames.length)]!.slice();
    for (let i = draw(4); i > 0; i--) bytes[draw(bytes.byteLength)] = draw(256);
    for (const read of [() => decode(bytes), () => decodeBulkHead(bytes)]) {
      try {
        read();
      } catch (error) {
        ok(error instanceof RangeError, `seed ${seed}, round ${round}: ${error}`);
      }
    }
  }
});

test("writeHead() and HeadReader agree on every number, and heads have the shortest form", () => {
  property(
    fc.property(number, fc.nat(20), (value, at) => {
      const into = new Uint8Array(at + HEAD_LIMIT);
      const end = writeHead(into, at, UNSIGNED, value);
      const limits = [24, 2 ** 8, 2 ** 16, 2 ** 32];
      is(end - at, [1, 2, 3, 5, 9][limits.filter((limit) => value >= limit).length]);
      const reader = new HeadReader();
      reader.begin(into, 0, end);
      reader.at = at;
      is(reader.read(UNSIGNED), value);
      is(reader.at, end);
    }),
  );
});

test.run();
