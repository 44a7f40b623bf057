// Tests the claims that tests make: rejects() and sameNumbers() fail when they should.
import { test } from "uvu";
import { is, match, rejects, sameNumbers } from "../support/assert.ts";

/** What `claim` fails with, or "" when it holds. */
async function failure(claim: () => unknown): Promise<string> {
  try {
    await claim();
    return "";
  } catch (error) {
    return (error as Error).message || "an error without a message";
  }
}

test("rejects() returns the error of the wanted class and message, and fails for everything else", async () => {
  const error = new RangeError("too far");
  is(await rejects(Promise.reject(error), RangeError, /far/), error);
  match(await failure(() => rejects(Promise.resolve(1), RangeError)), "resolved");
  match(await failure(() => rejects(Promise.resolve(error), RangeError)), "resolved");
  match(await failure(() => rejects(Promise.reject(error), TypeError)), "too far");
  match(await failure(() => rejects(Promise.reject(error), RangeError, "near")), "include");
});

test("sameNumbers() compares class, length and numbers, and names the first difference only", async () => {
  sameNumbers(Float64Array.of(1, Number.NaN, -0), Float64Array.of(1, Number.NaN, 0));
  sameNumbers([1n, 2n], [1n, 2n]);
  sameNumbers(Float32Array.of(1, Infinity), Float32Array.of(1.001, Infinity), 0.01);
  match(await failure(() => sameNumbers(Int8Array.of(1), Uint8Array.of(1))), "strictly equal");
  match(await failure(() => sameNumbers([1], [1, 2])), "length 1, expected 2");
  match(await failure(() => sameNumbers([1, 5, 5], [1, 2, 3])), /index 1 of 3: 5, expected 2$/);
  match(await failure(() => sameNumbers([1], [1.1], 0.01)), "index 0");
  match(await failure(() => sameNumbers([Infinity], [1], 0.01)), "index 0");
  match(await failure(() => sameNumbers([2n], [3n], 1)), "index 0");
});

test.run();
