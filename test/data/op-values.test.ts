// Predefined operators on whole values: numbers, bigints, booleans, strings, pairs and nested arrays of these.
import fc from "fast-check";
import { test } from "uvu";
import {
  BAND,
  BOR,
  BXOR,
  LAND,
  LOR,
  LXOR,
  MAX,
  MAXLOC,
  MIN,
  MINLOC,
  NO_OP,
  type Op,
  PROD,
  REPLACE,
  SUM,
} from "../../src/data/op.ts";
import { equal, is, ok, refuses } from "../support/assert.ts";

const seed = 4711;

test("each operator gives what its name says on numbers, bigints, booleans and strings", () => {
  const claims: [Op, unknown, unknown, unknown][] = [
    [SUM, 2, 0.5, 2.5],
    [SUM, 2n ** 70n, 1n, 2n ** 70n + 1n],
    [SUM, "ab", "c", "abc"],
    [PROD, 3, -2, -6],
    [PROD, 2n ** 40n, 2n ** 40n, 2n ** 80n],
    [MAX, 3, 7, 7],
    [MAX, 3n, 2n ** 70n, 2n ** 70n],
    [MAX, false, true, true],
    [MAX, "b", "abc", "b"],
    [MIN, 3, 7, 3],
    [MIN, -1n, 1n, -1n],
    [MIN, false, true, false],
    [MIN, "b", "abc", "abc"],
    [LAND, 5, -1, 1],
    [LAND, 5, 0, 0],
    [LAND, Number.NaN, 1, 1],
    [LAND, 2n, 0n, 0n],
    [LAND, true, false, false],
    [LOR, 0, 0.5, 1],
    [LOR, -0, 0, 0],
    [LOR, 0n, 9n, 1n],
    [LOR, true, false, true],
    [LXOR, 3, 4, 0],
    [LXOR, 0, 4, 1],
    [LXOR, 1n, 0n, 1n],
    [LXOR, true, true, false],
    [BAND, 6, 3, 2],
    [BAND, -1n, 2n ** 65n, 2n ** 65n],
    [BAND, true, false, false],
    [BOR, 6, 3, 7],
    [BOR, true, false, true],
    [BXOR, 6, 3, 5],
    [BXOR, -1, 0, -1],
    [BXOR, true, true, false],
    [REPLACE, 1, { any: "value" }, { any: "value" }],
    [NO_OP, { any: "value" }, 2, { any: "value" }],
  ];
  for (const [op, a, b, result] of claims)
    equal(op.combine(a, b), result, `${op.name} of ${String(a)} and ${String(b)}`);
});

test("MAX and MIN give NaN when either is NaN, and order -0 before 0, on either side", () => {
  for (const op of [MAX, MIN]) {
    for (const [a, b] of [
      [Number.NaN, 1],
      [1, Number.NaN],
      [Number.NaN, Number.NaN],
    ])
      ok(Number.isNaN(op.combine(a, b)));
  }
  for (const [a, b] of [
    [0, -0],
    [-0, 0],
  ]) {
    ok(Object.is(MAX.combine(a, b), 0));
    ok(Object.is(MIN.combine(a, b), -0));
  }
});

test("SUM and PROD count booleans as 0 and 1, in partial results too", () => {
  is(SUM.combine(SUM.combine(true, true), true), 3);
  is(SUM.combine(true, SUM.combine(false, true)), 2);
  is(PROD.combine(true, PROD.combine(true, true)), 1);
});

test("bitwise operators agree with bigints on all integers from -2^53 to 2^53-1, whatever their signs", () => {
  const integer = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.constantFrom(-(2 ** 53), 2 ** 53 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, -(2 ** 32), 0, -0),
  );
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const [x, y] = [BigInt(a), BigInt(b)];
      is(BAND.combine(a, b), Number(x & y));
      is(BOR.combine(a, b), Number(x | y));
      is(BXOR.combine(a, b), Number(x ^ y));
    }),
    { seed, numRuns: 2000 },
  );
});

test("bitwise operators refuse numbers that are no such integer", () => {
  for (const bad of [1.5, 2 ** 53, -(2 ** 53) - 2, Number.NaN, Infinity]) {
    const message = `Cannot reduce with BOR: got ${bad}, expected integers from -2^53 to 2^53-1, bigints`;
    refuses(() => BOR.combine(bad, 1), message);
    refuses(() => BOR.combine(1, bad), message);
  }
});

test("bitwise operators refuse arrays of floating-point elements", () => {
  for (const floats of [Float16Array.of(1), Float32Array.of(1), Float64Array.of(1)]) {
    const message = `Cannot reduce with BAND: got ${floats.constructor.name}(1), expected integers`;
    refuses(() => BAND.combine(floats, floats), message);
    refuses(() => BAND.combineInto(floats, floats, floats), message);
    refuses(
      () => BAND.combine([floats], [floats]),
      `Cannot reduce with BAND: got ${floats.constructor.name}(1) at [0]`,
    );
  }
});

test("arrays are combined element by element, nested ones and typed arrays inside too, and stay as they were", () => {
  const a = [1, [2n, [true]], Float32Array.of(1, 2), "x", []];
  const b = [10, [20n, [true]], Float32Array.of(3, 4), "y", []];
  const [before, after] = [structuredClone(a), structuredClone(b)];
  equal(SUM.combine(a, b), [11, [22n, [2]], Float32Array.of(4, 6), "xy", []]);
  equal(a, before);
  equal(b, after);
});

test("combining nested arrays is combining their leaves", () => {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.integer(), fc.array(tie("tree"), { maxLength: 5 })),
  }));
  const mapped = (value: unknown, f: (leaf: number) => unknown): unknown =>
    Array.isArray(value) ? value.map((part) => mapped(part, f)) : f(value as number);
  fc.assert(
    fc.property(tree, fc.integer(), (value, offset) => {
      const other = mapped(value, (leaf) => leaf + offset);
      equal(
        SUM.combine(value, other),
        mapped(value, (leaf) => leaf + (leaf + offset)),
      );
      equal(
        MIN.combine(value, other),
        mapped(value, (leaf) => leaf + Math.min(0, offset)),
      );
    }),
    { seed, numRuns: 300 },
  );
});

test("MAXLOC and MINLOC keep the pair with the greatest or least value, and the lower location among equals", () => {
  equal(MAXLOC.combine([3, 0], [7, 1]), [7, 1]);
  equal(MINLOC.combine([3, 0], [7, 1]), [3, 0]);
  equal(MAXLOC.combine([7, 4], [7, 1]), [7, 1]);
  equal(MINLOC.combine([7, 1], [7, 4]), [7, 1]);
  equal(MAXLOC.combine(["b", 1n], ["a", 0n]), ["b", 1n]);
  equal(MINLOC.combine([true, 1], [false, 2]), [false, 2]);
  for (const op of [MAXLOC, MINLOC]) {
    equal(op.combine([Number.NaN, 5], [1, 0]), [Number.NaN, 5]);
    equal(op.combine([1, 0], [Number.NaN, 5]), [Number.NaN, 5]);
    equal(op.combine([Number.NaN, 5], [Number.NaN, 2]), [Number.NaN, 2]);
  }
});

test("MAXLOC takes arrays of pairs, two of them included, and returns pairs of its own", () => {
  const a = [
    [1, 0],
    [9, 0],
  ];
  const b = [
    [5, 1],
    [2, 1],
  ];
  const result = MAXLOC.combine(a, b) as number[][];
  equal(result, [
    [5, 1],
    [9, 0],
  ]);
  result[0]![0] = result[1]![0] = 99;
  equal(
    [a, b],
    [
      [
        [1, 0],
        [9, 0],
      ],
      [
        [5, 1],
        [2, 1],
      ],
    ],
  );
  equal(MINLOC.combine([[[1, 0]], []], [[[0, 1]], []]), [[[0, 1]], []]);
});

test("MAXLOC and MINLOC commute and associate, whatever the pairs", () => {
  const pair = fc.tuple(fc.constantFrom(1, 2, Number.NaN), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(pair, pair, pair, (a, b, c) => {
      for (const op of [MAXLOC, MINLOC]) {
        equal(op.combine(a, b), op.combine(b, a));
        equal(op.combine(op.combine(a, b), c), op.combine(a, op.combine(b, c)));
      }
    }),
    { seed, numRuns: 500 },
  );
});

test("MAXLOC refuses what is no pair", () => {
  const expected = "expected [value, location] or arrays of these";
  refuses(() => MAXLOC.combine(1, 2), `Cannot reduce with MAXLOC: got 1, ${expected}`);
  refuses(() => MAXLOC.combine([1, 2, 3], [1, 2, 3]), `Cannot reduce with MAXLOC: got 1 at [0], ${expected}`);
  refuses(() => MAXLOC.combine([null, 2], [1, 2]), `Cannot reduce with MAXLOC: got null at [0], ${expected}`);
  const array = Float64Array.of(1, 2);
  refuses(() => MAXLOC.combine(array, array), `Cannot reduce with MAXLOC: got Float64Array(2), ${expected}`);
  refuses(() => MAXLOC.combineInto(array, array, array), `Cannot reduce with MAXLOC: got Float64Array(2), ${expected}`);
  refuses(
    () =>
      MAXLOC.combine(
        [
          [1, 0],
          [1, 0],
        ],
        [
          [1, 0],
          ["a", 0],
        ],
      ),
    'Cannot reduce with MAXLOC: rank values differ in kind at [1][0]: 1 and "a" (ERR_OP)',
  );
});

test("values of different kinds are refused, and both are named", () => {
  const kind = (a: unknown, b: unknown, text: string) => {
    refuses(() => SUM.combine(a, b), `Cannot reduce with SUM: rank values differ in kind${text} (ERR_OP)`);
  };
  kind(1, 2n, ": 1 and 2n");
  kind("1", 2, ': "1" and 2');
  kind([1, [2, 3]], [1, [2, 3n]], " at [1][1]: 3 and 3n");
  kind([1], 1, ": an array of 1 and 1");
  kind(null, [1], ": null and an array of 1");
  kind(Float64Array.of(1), [1], ": Float64Array(1) and an array of 1");
  kind(Float64Array.of(1), 1, ": Float64Array(1) and 1");
  kind(Float64Array.of(1), Float32Array.of(1), ": Float64Array(1) and Float32Array(1)");
  kind([Int8Array.of(1)], [Uint8Array.of(1)], " at [0]: Int8Array(1) and Uint8Array(1)");
  refuses(() => MAX.combine(true, 1), "rank values differ in kind: true and 1 (ERR_OP)");
  refuses(() => LAND.combine(1, true), "rank values differ in kind: 1 and true (ERR_OP)");
});

test("arrays of different lengths are refused, and both are named", () => {
  const length = (a: unknown, b: unknown, text: string) => {
    refuses(() => PROD.combine(a, b), `Cannot reduce with PROD: rank values differ in length${text} (ERR_OP)`);
  };
  length([1, 2], [1], ": an array of 2 and an array of 1");
  length([[1], [2]], [[1], [2, 3]], " at [1]: an array of 1 and an array of 2");
  length(new Int8Array(3), new Int8Array(4), ": Int8Array(3) and Int8Array(4)");
});

test("values that no predefined operator is defined for are refused, from either rank", () => {
  const bad: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [{}, "Object"],
    [new Map(), "Map"],
    [new Date(0), "Date"],
    [new ArrayBuffer(8), "ArrayBuffer"],
    [new DataView(new ArrayBuffer(8)), "DataView"],
    [Symbol("s"), "Symbol(s)"],
  ];
  for (const [value, text] of bad) {
    const message = `Cannot reduce with SUM: got ${text}, expected numbers, bigints, booleans, strings or arrays of these`;
    refuses(() => SUM.combine(value, 1), message);
    refuses(() => SUM.combine(1, value), message);
    refuses(() => SUM.combine([[1, value]], [[1, value]]), `got ${text} at [0][1]`);
  }
  refuses(() => SUM.combine(new Map(), 1), "for other values pass a function (a, b) => … as op (ERR_OP)");
  refuses(() => PROD.combine("a", "b"), 'Cannot reduce with PROD: got "a"');
  refuses(() => LAND.combine("a", "b"), 'Cannot reduce with LAND: got "a"');
  refuses(() => SUM.combine(new Array(1), [1]), "got undefined at [0]");
});

test("an array that contains itself is refused, not followed for ever", () => {
  const a: unknown[] = [];
  a.push(a);
  refuses(() => SUM.combine(a, a), "Cannot reduce with SUM: arrays are nested deeper than 1000 levels (ERR_OP)");
});

test.run();
