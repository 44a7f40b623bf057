// Several chunks in one message.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { BUNDLED, bundle, unbundle } from "../../src/collectives/bundle.ts";
import { equal, is, throws } from "../support/assert.ts";

const chunk = (element: number, ...parts: number[][]) => ({
  element,
  parts: parts.map((part) => Uint8Array.from(part)),
});

test("unbundle() gives back the chunks, with undefined for long ones", () => {
  const long = { element: 3, parts: [new Uint8Array(BUNDLED + 1)] };
  const longest = { element: 3, parts: [new Uint8Array(BUNDLED).fill(9)] };
  const chunks = [chunk(0, [1, 2, 3], [4], []), chunk(13, []), long, undefined, longest, chunk(5, [7, 8])];
  const message = bundle(chunks);
  is(message.parts.length, 1);
  const moved = new Uint8Array(message.parts[0]!.byteLength + 3);
  moved.set(message.parts[0]!, 3);
  const expected = chunks.with(2, undefined);
  equal(unbundle({ element: 0, parts: [moved.subarray(3)] }, 6, 1), expected);
});

test("unbundle() refuses what is no bundle of so many chunks, and names the rank", () => {
  const good = bundle([chunk(0, [1, 2, 3]), chunk(4, [5])]).parts[0]!;
  const bad: [number, Uint8Array, number][] = [
    [0, good, 1],
    [0, good, 3],
    [4, good, 2],
    [0, new Uint8Array(0), 2],
    [0, good.subarray(0, good.length - 1), 2],
    [0, Uint8Array.from([...good, 0]), 2],
    [0, good.with(4, 255).with(5, 255), 2],
    [0, new Uint8Array(good.length).fill(255), 0xffffffff],
  ];
  for (const [element, bytes, count] of bad) {
    throws(
      () => unbundle({ element, parts: [bytes] }, count, 3),
      (error: Error) => error instanceof Exception && /rank 3: .*\(ERR_NOT_SAME\)$/.test(error.message),
    );
  }
});

test.run();
