// Every predefined operator on every element kind, against an oracle that computes with exact integers and stores by hand.
import fc from "fast-check";
import { test } from "uvu";
import { elements, type TypedArray } from "../../src/data/element.ts";
import { BAND, BOR, BXOR, LAND, LOR, LXOR, MAX, MIN, NO_OP, PROD, REPLACE, SUM } from "../../src/data/op.ts";
import { equal, is, ok } from "../support/assert.ts";

const ops = [SUM, PROD, MAX, MIN, LAND, LOR, LXOR, BAND, BOR, BXOR, REPLACE, NO_OP];
const kinds = elements.flatMap(({ view }) => (view ? [view as unknown as Maker] : []));
type Maker = {
  new (values: readonly unknown[]): TypedArray;
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
};
type Oracle = Record<string, (a: any, b: any, one: any, zero: any) => unknown>;

/** How many of the two are not zero; -0 is. */
const count = (...numbers: unknown[]) => numbers.filter((x) => String(x) !== "0").length;
const logical: Oracle = {
  LAND: (a, b, one, zero) => (count(a, b) === 2 ? one : zero),
  LOR: (a, b, one, zero) => (count(a, b) > 0 ? one : zero),
  LXOR: (a, b, one, zero) => (count(a, b) === 1 ? one : zero),
  REPLACE: (_a, b) => b,
  NO_OP: (a) => a,
};

/** On bigints: the exact result, before the array wraps it. */
const integers: Oracle = {
  ...logical,
  SUM: (a, b) => a + b,
  PROD: (a, b) => a * b,
  MAX: (a, b) => [a, b].sort((x, y) => (x < y ? -1 : 1))[1],
  MIN: (a, b) => [a, b].sort((x, y) => (x < y ? -1 : 1))[0],
  BAND: (a, b) => a & b,
  BOR: (a, b) => a | b,
  BXOR: (a, b) => a ^ b,
};

/** The order of numbers with -0 before 0. */
const before = (a: number, b: number) => a < b || (a === b && Object.is(a, -0));
const floats: Oracle = {
  ...logical,
  SUM: (a, b) => a + b,
  PROD: (a, b) => a * b,
  MAX: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : before(a, b) ? b : a),
  MIN: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : before(a, b) ? a : b),
};

/** Stores an exact integer as `kind` does: clamped, or its low bits. */
function stored(kind: Maker, value: bigint): number | bigint {
  const bits = kind.BYTES_PER_ELEMENT * 8;
  if (kind.name === "Uint8ClampedArray") return Number(value < 0n ? 0n : value > 255n ? 255n : value);
  const wrapped = kind.name.includes("Uint") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return kind.name.startsWith("Big") ? wrapped : Number(wrapped);
}

function expected(kind: Maker, name: string, a: number | bigint, b: number | bigint): number | bigint {
  if (!kind.name.startsWith("Float")) return stored(kind, integers[name]!(BigInt(a), BigInt(b), 1n, 0n) as bigint);
  return new kind([floats[name]!(a, b, 1, 0)])[0]!;
}

/** Pairs of elements, rich in extremes. */
function pairs(kind: Maker): fc.Arbitrary<[unknown, unknown][]> {
  const bits = kind.BYTES_PER_ELEMENT * 8;
  const signed = !kind.name.includes("Uint");
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const some: fc.Arbitrary<unknown> = kind.name.startsWith("Float")
    ? fc.oneof(fc.double(), fc.float(), fc.constantFrom(0, -0, 1, Number.NaN, Infinity, -Infinity, 65504, 2 ** -24))
    : kind.name.startsWith("Big")
      ? fc.oneof(
          fc.bigInt({ min: signed ? -(2n ** 63n) : 0n, max: signed ? 2n ** 63n - 1n : 2n ** 64n - 1n }),
          fc.constantFrom(0n, 1n),
        )
      : fc.oneof(
          fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
          fc.constantFrom(0, 1, min, max),
        );
  return fc.array(fc.tuple(some, some), { maxLength: 40 });
}

function sameElements(actual: TypedArray, wanted: readonly unknown[], what: string): void {
  is(actual.length, wanted.length, what);
  for (const [i, element] of wanted.entries()) {
    ok(Object.is(actual[i], element), `${what}: element ${i} is ${actual[i]}, expected ${element}`);
  }
}

for (const kind of kinds) {
  for (const op of ops) {
    if (!(op.name in (kind.name.startsWith("Float") ? floats : integers))) continue;
    test(`${op.name} combines ${kind.name} element by element, into any of the three arrays`, () => {
      fc.assert(
        fc.property(pairs(kind), (input) => {
          const lower = new kind(input.map(([a]) => a));
          const upper = new kind(input.map(([, b]) => b));
          const [first, second] = [[...lower], [...upper]];
          const wanted = first.map((a, i) => expected(kind, op.name, a, second[i]!));
          const apart = new kind(first);
          op.combineInto(lower, upper, apart);
          sameElements(apart, wanted, "out");
          const whole = op.combine(lower, upper) as TypedArray;
          is(whole.constructor, kind);
          sameElements(whole, wanted, "combine()");
          sameElements(lower, first, "lower");
          sameElements(upper, second, "upper");

          const below = new kind(first);
          op.combineInto(below, upper, below);
          sameElements(below, wanted, "out = lower");
          const above = new kind(second);
          op.reduceLocal(lower, above);
          sameElements(above, wanted, "out = upper");
        }),
        { seed: 20250, numRuns: 60 },
      );
    });
  }
}

test("combineInto() stays inside views that begin and end within their memory", () => {
  const memory = new Int16Array(12).fill(7);
  SUM.combineInto(memory.subarray(1, 4), memory.subarray(5, 8), memory.subarray(9, 12));
  equal([...memory], [7, 7, 7, 7, 7, 7, 7, 7, 7, 14, 14, 14]);
});

test("a loop gives the same when the engine has compiled it, whatever is left over at its end", () => {
  for (const length of [4096, 4097, 4098, 4099]) {
    const lower = Int32Array.from({ length }, (_, i) => 2 ** 31 - 1 - i);
    const upper = Int32Array.from({ length }, (_, i) => i * i * 31);
    const wanted = [...lower].map((a, i) => stored(Int32Array as never, BigInt(a) * BigInt(upper[i]!)));
    const out = new Int32Array(length);
    for (let round = 0; round < 300; round++) PROD.combineInto(lower, upper, out);
    sameElements(out, wanted, `out of ${length}`);
    const [few, more] = [Float64Array.from(lower), Float64Array.from(upper, (x) => x / 7)];
    const sums = new Float64Array(length);
    for (let round = 0; round < 300; round++) SUM.combineInto(few, more, sums);
    sameElements(
      sums,
      [...few].map((a, i) => a + more[i]!),
      `sums of ${length}`,
    );
  }
});

test("a Buffer is reduced as Uint8Array, and shared memory into memory of its own", () => {
  const sum = SUM.combine(Buffer.from([250, 1]), Uint8Array.of(10, 2)) as Uint8Array;
  is(sum.constructor, Uint8Array);
  equal([...sum], [4, 3]);
  const shared = new Float64Array(new SharedArrayBuffer(8)).fill(1.5);
  const twice = SUM.combine(shared, shared) as Float64Array;
  ok(twice.buffer instanceof ArrayBuffer);
  equal([...twice], [3]);
});

test.run();
