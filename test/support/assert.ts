// test/support/assert: what tests claim with. uvu's assertions that are sound on Bun, and replacements for those that
// are not: its `throws` is synchronous, and its `equal` says NaN ≠ NaN and prints whole arrays.
import { test } from "uvu";
import * as assert from "uvu/assert";

export { equal, is, match, not, ok, throws } from "uvu/assert";

/** Awaits `promise` and returns what it was rejected with; fails when it resolves, or rejects with something else. */
export async function rejects<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
  pattern?: RegExp | string,
): Promise<E> {
  const resolved = Symbol("resolved");
  const caught = await promise.then(
    () => resolved,
    (error: unknown) => error,
  );
  if (caught === resolved) assert.unreachable(`Expected a rejection with ${type.name}, but the promise resolved`);
  if (!(caught instanceof type)) throw caught;
  if (pattern !== undefined) assert.match(caught.message, pattern);
  return caught;
}

/** Fails unless `use` throws an error whose message has `text` in it; uvu's `throws` takes a string for its own message. */
export function refuses(use: () => unknown, text: string): void {
  assert.throws(use, (error: Error) => {
    assert.ok(error.message.includes(text), `it threw: ${error.message}`);
    return true;
  });
}

type Numbers = ArrayLike<number | bigint>;

/**
 * Same class, same length, same numbers within the `relative` tolerance (NaN equals NaN, -0 equals 0).
 * Names the first difference only.
 */
export function sameNumbers(actual: Numbers, expected: Numbers, relative = 0): void {
  assert.is(actual.constructor, expected.constructor);
  assert.is(actual.length, expected.length, `length ${actual.length}, expected ${expected.length}`);
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (typeof a === "number" && typeof e === "number") {
      const size = Math.max(Math.abs(a), Math.abs(e));
      if (Number.isFinite(size) && Math.abs(a - e) <= relative * size) continue;
    }
    assert.unreachable(`Numbers differ first at index ${i} of ${actual.length}: ${a}, expected ${e}`);
  }
}

/** Leaves a test out and says why, in the form that test/run.ts looks for; it refuses skips without a reason. */
export function skip(name: string, reason: string): void {
  console.log(`SKIP ${name}: ${reason}`);
  test.skip(name);
}
