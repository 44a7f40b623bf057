// The memory of a window: one piece, or those that are attached.
import { test } from "uvu";
import { Regions } from "../../src/rma/regions.ts";
import { equal, is, ok } from "../support/assert.ts";

test("one piece is found by its bytes, and nothing beyond it", () => {
  const regions = new Regions(new Uint8Array(16));
  is(regions.find(0, 16)?.bytes, regions.whole);
  is(regions.find(16, 16)?.bytes.byteLength, 16);
  is(regions.find(1, 17), undefined);
  is(regions.find(-1, 3), undefined);
});

test("attached pieces have addresses far apart, also those that come later", () => {
  const regions = new Regions(undefined);
  const buffer = new ArrayBuffer(10_000);
  const [a, b, c] = [new Uint8Array(buffer, 0, 100), new Uint8Array(buffer, 100, 5000), new Uint8Array(1)];
  const at = [a, b, c].map((bytes) => regions.attach(bytes)!);
  ok(at[0]! > 0 && at[1]! >= at[0]! + 4096 && at[2]! >= at[1]! + 5000 + 4096, at.join());
  for (const [i, bytes] of [a, b, c].entries()) {
    equal(regions.find(at[i]!, at[i]! + bytes.byteLength), { base: at[i]!, bytes });
    is(regions.find(at[i]!, at[i]! + bytes.byteLength + 1), undefined);
  }
  is(regions.attach(new Uint8Array(buffer, 99, 2)), undefined);
  ok(regions.detach(new Uint8Array(buffer, 100, 5000)));
  ok(!regions.detach(b));
  is(regions.find(at[1]!, at[1]! + 1), undefined);
  ok(regions.attach(b)! > at[2]!);
});

test.run();
