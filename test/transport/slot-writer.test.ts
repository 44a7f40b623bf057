// How slots are written: past the caches while that is quicker, by a clock of the test's, and every byte of it.
import { test } from "uvu";
import { SlotWriter } from "../../src/transport/slot-writer.ts";
import { type Copy, streamingCopy } from "../../src/transport/streaming-copy.ts";
import { equal, is, ok, skip } from "../support/assert.ts";
import { random } from "../support/lanes.ts";

const KiB = 1024;
const PIECE = 64 * KiB;
const MiB = 1024 * KiB;

/** A writer, and what it does: the clock shows what a copy takes for a byte in either way. */
function writing(takes: { plain: number; streamed: number }, hasStream = true) {
  let now = 0;
  let last = 0;
  const seen = { streamed: 0, looks: 0 };
  const stream: Copy = (into, at, from) => {
    seen.streamed += from.byteLength;
    last = takes.streamed * from.byteLength;
    into.set(from, at);
  };
  let asked = 0;
  const clock = () => {
    // Every second call is behind a copy.
    if (asked++ % 2 === 1) {
      seen.looks++;
      now += last;
    } else last = takes.plain * PIECE;
    return now;
  };
  const writer = new SlotWriter(() => (hasStream ? stream : undefined), clock);
  const [into, from] = [new Uint8Array(PIECE), new Uint8Array(PIECE)];
  /** @returns bytes that went past the caches */
  const write = (bytes: number) => {
    const before = seen.streamed;
    for (let written = 0; written < bytes; written += PIECE) writer.write(into, 0, from);
    return seen.streamed - before;
  };
  return { writer, write, seen, takes };
}

test("between cores with a cache in common everything is copied plainly", () => {
  const { writer, write, seen } = writing({ plain: 0.03, streamed: 0.01 });
  is(write(64 * MiB), 0);
  ok(seen.looks > 50);
  is(writer.streams, false);
});

test("where plain copies are slow, and those past the caches are not, nearly all of it goes past them", () => {
  const { writer, write } = writing({ plain: 0.4, streamed: 0.03 });
  ok(write(128 * MiB) > 110 * MiB);
  is(writer.streams, true);
});

test("new memory is slow at first, which is not looked at", () => {
  const { write, takes } = writing({ plain: 0.4, streamed: 0.03 });
  write(7 * MiB);
  takes.plain = 0.03;
  is(write(64 * MiB), 0);
});

test("one slow look between others is an interrupt", () => {
  const { write, seen, takes } = writing({ plain: 0.03, streamed: 0.03 });
  for (let i = 0; i < 32; i++) {
    const { looks } = seen;
    takes.plain = 0.4;
    while (seen.looks === looks) is(write(PIECE), 0);
    takes.plain = 0.03;
    while (seen.looks === looks + 1) is(write(PIECE), 0);
  }
});

test("when the ranks are near each other again it is copied plainly again, and the other way round", () => {
  const { writer, write, takes } = writing({ plain: 0.4, streamed: 0.03 });
  for (let i = 0; i < 3; i++) {
    takes.plain = 0.4;
    write(32 * MiB);
    is(writer.streams, true);
    takes.plain = 0.03;
    write(32 * MiB);
    is(writer.streams, false);
    is(write(32 * MiB), 0);
  }
});

test("where everything is slow it is tried now and then, and copied plainly", () => {
  const { write } = writing({ plain: 0.4, streamed: 0.3 });
  const streamed = write(256 * MiB);
  ok(streamed > 0 && streamed < 32 * MiB, `${streamed}`);
});

test("without a way past the caches it is copied plainly, and the clock is not asked any more", () => {
  const { write, seen } = writing({ plain: 0.4, streamed: 0.03 }, false);
  is(write(16 * MiB), 0);
  const { looks } = seen;
  is(write(16 * MiB), 0);
  is(seen.looks, looks);
});

test("every byte arrives, of pieces of any length at any place, whichever way they go", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const draw = random(seed);
  const takes = { plain: 0.4, streamed: 0.03 };
  let now = 0;
  const slow = new SlotWriter(undefined, () => (now += 1e6));
  const { writer } = writing(takes);
  const memory = new Uint8Array(3 * MiB);
  const source = Uint8Array.from({ length: 3 * MiB }, (_, i) => (i * 31) >> 3);
  for (let i = 0; i < 200; i++) {
    const bytes = draw(draw(2) === 0 ? 20 * KiB : 2 * MiB);
    const at = 64 + draw(64) * (draw(2) === 0 ? 16 : 1);
    const from = source.subarray(draw(MiB)).subarray(0, bytes);
    memory.fill(i);
    (draw(2) === 0 ? writer : slow).write(memory, at, from);
    const what = `seed ${seed}, piece ${i}: ${bytes} bytes to ${at}`;
    is(Buffer.compare(memory.subarray(at, at + bytes), from), 0, what);
    ok(memory.subarray(0, at).every((byte) => byte === (i & 255)) && memory[at + bytes] === (i & 255), what);
  }
});

if (process.platform !== "linux" || process.arch !== "x64")
  skip("copies past the caches", "x86-64 and Linux alone have them");
else {
  test("a copy past the caches has every byte, of any length from anywhere, and touches no other", () => {
    const stream = streamingCopy()!;
    const source = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) ^ (i >> 3));
    const into = new Uint8Array(1024);
    for (let bytes = 0; bytes <= 330; bytes++) {
      for (const [begin, at] of [
        [0, 0],
        [bytes % 64, 16 * (bytes % 20)],
        [0, bytes % 16],
      ] as const) {
        const from = source.subarray(begin, begin + bytes);
        into.fill(bytes + 1);
        stream(into, at, from);
        const expected = new Uint8Array(1024).fill(bytes + 1);
        expected.set(from, at);
        equal(
          Buffer.from(into).toString("hex"),
          Buffer.from(expected).toString("hex"),
          `${bytes} bytes from ${begin} to ${at}`,
        );
      }
    }
  });

  test("a copy past the caches takes from memory that threads share, and from inside of a longer array", () => {
    const stream = streamingCopy()!;
    const source = new Uint8Array(new SharedArrayBuffer(4096), 5, 300).fill(9);
    const into = new Uint8Array(4096);
    stream(into, 64, source);
    equal([...into.subarray(62, 66)], [0, 0, 9, 9]);
    equal([...into.subarray(362, 366)], [9, 9, 0, 0]);
  });
}

test.run();
