// cli/bench/programs/verify: layer 10. Data that is easily told apart, and a loud failure when something else arrived. Every
// bench program verifies what it is going to time.

/** `length` bytes that depend on `seed` and on their place. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = seed + i + (i >> 8) * 7;
  return bytes;
}

/** Ends the job, by throwing, unless `got` has the elements of `expected` and no others. */
export function verifyArray(what: string, got: Uint8Array | Float64Array, expected: Uint8Array | Float64Array): void {
  if (got.length !== expected.length) throw wrong(what, `${got.length} elements`, `${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (got[i] !== expected[i]) throw wrong(what, `${got[i]} as element ${i}`, `${expected[i]}`);
  }
}

/** Ends the job, by throwing, unless `got` is `expected`, member by member. */
export function verifyValue(what: string, got: unknown, expected: unknown): void {
  if (!Bun.deepEquals(got, expected, true)) throw wrong(what, shown(got), shown(expected));
}

/** Long values by their beginning. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function wrong(what: string, got: string, expected: string): Error {
  return new Error(`Cannot measure ${what}: its data is wrong, got ${got}, expected ${expected}`);
}
