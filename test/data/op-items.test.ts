// What operators do to items of datatypes: which are defined for which types, complex products, pairs, numbers of 80 bits.
import { test } from "uvu";
import { allocate, bufferFrom } from "../../src/data/buffer.ts";
import { elements, type TypedArray } from "../../src/data/element.ts";
import * as ops from "../../src/data/op.ts";
import { itemLoopOf } from "../../src/data/op-items.ts";
import { type Basic, basics } from "../../src/data/type-basic.ts";
import { contiguous, struct } from "../../src/data/type-construct.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { equal, is, refuses } from "../support/assert.ts";

const typeOf = (basic: Basic) => new TypeTree({ kind: "basic", basic });
const { MAX, MAXLOC, MIN, MINLOC, PROD, REPLACE, SUM } = ops;

/** Packed bytes of pairs: a value, written by `write`, and a location. */
function pairsOf(basic: Basic, write: (view: DataView, value: number) => void, pairs: [number, number][]): Uint8Array {
  const [value] = basic.pair!;
  const bytes = allocate(pairs.length * basic.size);
  for (const [i, [number, location]] of pairs.entries()) {
    write(new DataView(bytes.buffer, i * basic.size, value.size), number);
    new DataView(bytes.buffer).setInt32(i * basic.size + value.size, location, true);
  }
  return bytes;
}

const writers: Record<string, (view: DataView, value: number) => void> = {
  shortInt: (view, value) => view.setInt16(0, value, true),
  intInt: (view, value) => view.setInt32(0, value, true),
  longInt: (view, value) => view.setBigInt64(0, BigInt(value), true),
  floatInt: (view, value) => view.setFloat32(0, value, true),
  doubleInt: (view, value) => view.setFloat64(0, value, true),
};

test("MAXLOC and MINLOC take the pair types: the value decides, among equal ones the lower location", () => {
  for (const [name, write] of Object.entries(writers)) {
    const basic = basics[name as "doubleInt"];
    const make = (...pairs: [number, number][]) => pairsOf(basic, write, pairs);
    const combine = (op: ops.Op, a: Uint8Array, b: Uint8Array) => {
      const { unit, loop } = itemLoopOf(op, typeOf(basic))!;
      const { view, size } = elements[basic.element]!;
      is(unit * size, basic.size);
      const as = (bytes: Uint8Array) => (view ? (bufferFrom(basic.element, bytes) as TypedArray) : bytes);
      const out = b.slice();
      loop(as(a), as(out), as(out));
      return out;
    };
    const [a, b] = [make([1, 9], [5, 2], [-3, 7]), make([4, 1], [5, 1], [-8, 3])];
    equal(combine(MAXLOC, a, b), make([4, 1], [5, 1], [-3, 7]), name);
    equal(combine(MINLOC, a, b), make([1, 9], [5, 1], [-8, 3]), name);
  }
});

test("MAXLOC and MINLOC prefer NaN, as MAX and MIN do", () => {
  const make = (...pairs: [number, number][]) => pairsOf(basics.doubleInt, writers.doubleInt!, pairs);
  for (const op of [MAXLOC, MINLOC]) {
    const out = make([1, 0]);
    itemLoopOf(op, typeOf(basics.doubleInt))!.loop(make([Number.NaN, 3]), out, out);
    equal(out, make([Number.NaN, 3]));
  }
});

test("PROD multiplies complex numbers; SUM adds them element by element", () => {
  for (const kind of [Float16Array, Float32Array, Float64Array]) {
    const basic = { Float16Array: basics.halfComplex, Float32Array: basics.floatComplex }[kind.name];
    const type = typeOf(basic ?? basics.doubleComplex);
    const [a, b] = [kind.of(1, 2, 0, 1), kind.of(3, 4, 0, 1)];
    const { unit, loop } = itemLoopOf(PROD, contiguous(2, type))!;
    is(unit, 2);
    loop(a, b, b);
    equal([...b], [-5, 10, -1, 0]);
    is(itemLoopOf(SUM, type), undefined);
    refuses(() => itemLoopOf(MAX, type), "for which MAX is not defined");
  }
});

/** The bits of long double for small integers and halves. */
function longDouble(...values: number[]): Uint8Array {
  const bytes = allocate(16 * values.length);
  for (const [i, value] of values.entries()) {
    const view = new DataView(bytes.buffer, 16 * i);
    const exponent = Math.floor(Math.log2(Math.abs(value)));
    if (value !== 0) view.setBigUint64(0, BigInt(Math.abs(value) * 2 ** (52 - exponent)) << 11n, true);
    view.setUint16(8, (value < 0 ? 0x8000 : 0) | (value === 0 ? 0 : 16383 + exponent), true);
  }
  return bytes;
}

test("long double has SUM, PROD, MAX and MIN, rounded to 64 bits", () => {
  const type = typeOf(basics.longDouble);
  const combine = (op: ops.Op, a: Uint8Array, b: Uint8Array, of = type) => {
    const out = b.slice();
    itemLoopOf(op, of)!.loop(a, out, out);
    return out;
  };
  const [a, b] = [longDouble(1.5, -2, 0, 3), longDouble(2.25, 2, -7, -0.5)];
  equal(combine(SUM, a, b), longDouble(3.75, 0, -7, 2.5));
  equal(
    combine(PROD, a, b),
    longDouble(3.375, -4, 0, -1.5).map((byte, i) => (i === 41 ? 0x80 : byte)),
  );
  equal(combine(MAX, a, b), longDouble(2.25, 2, 0, 3));
  equal(combine(MIN, a, b), longDouble(1.5, -2, -7, -0.5));
  // 2⁶³ + ½ and 2⁶³ + 1 have 65 and 64 digits: the first is rounded to the even one.
  equal(combine(SUM, longDouble(2 ** 63), longDouble(0.5)), longDouble(2 ** 63));
  equal(new DataView(combine(SUM, longDouble(2 ** 63), longDouble(1)).buffer).getBigUint64(0, true), 2n ** 63n + 1n);
  const complex = typeOf(basics.longDoubleComplex);
  equal(combine(PROD, longDouble(1, 2), longDouble(3, 4), complex), longDouble(-5, 10));
  const pairs = typeOf(basics.longDoubleInt);
  const pair = (value: number, location: number) => Uint8Array.of(...longDouble(value), location, 0, 0, 0);
  equal(combine(MAXLOC, pair(1.5, 4), pair(1.25, 2), pairs), pair(1.5, 4));
  equal(combine(MINLOC, pair(1.5, 4), pair(1.5, 2), pairs), pair(1.5, 2));
});

test("bfloat16 rounds to the nearest", () => {
  const { loop } = itemLoopOf(SUM, typeOf(basics.bfloat))!;
  const bytes = (bits: number) => new Uint8Array(Uint16Array.of(bits).buffer);
  const out = bytes(0x3f80); // 1
  loop(bytes(0x4000), out, out); // 2
  equal(out, bytes(0x4040));
  const tiny = bytes(0x3b80); // 2⁻⁸, half of the last digit of 1
  loop(bytes(0x3f80), tiny, tiny);
  equal(tiny, bytes(0x3f80));
});

test("operators are refused for types that they are not defined for, with the name of both", () => {
  const refused: [ops.Op, Basic, string][] = [
    [ops.BAND, basics.double, "floating-point numbers of 8 bytes, for which BAND is not defined"],
    [ops.LAND, basics.float, "LAND is not defined"],
    [SUM, basics.bool, "truth values of 1 bytes, for which SUM is not defined"],
    [SUM, basics.character, "characters of 1 bytes, for which SUM is not defined"],
    [SUM, basics.byte, "untyped bytes, for which SUM is not defined"],
    [SUM, basics.doubleInt, "pairs of value and location, for which SUM is not defined"],
    [MAXLOC, basics.int32, "integers of 4 bytes, for which MAXLOC is not defined"],
    [SUM, basics.int128, "which JavaScript has no numbers for"],
    [ops.Op.create((a, b) => a + b, { elementwise: true }), basics.doubleInt, "which JavaScript has no numbers for"],
  ];
  for (const [op, basic, text] of refused) {
    refuses(() => itemLoopOf(op, typeOf(basic)), text);
    refuses(() => itemLoopOf(op, contiguous(2, typeOf(basic))), "(ERR_OP)");
  }
  const mixed = struct([1, 1], [0, 8], [typeOf(basics.double), typeOf(basics.int32)]);
  refuses(() => itemLoopOf(SUM, mixed), "Cannot reduce items of the type with SUM: it is made of several kinds");
});

test("what is simply the elements of an array is left to the operator", () => {
  for (const basic of [basics.half, basics.int8, basics.uint64, basics.double, basics.long]) {
    for (const op of [SUM, PROD, MAX, MIN]) is(itemLoopOf(op, contiguous(3, typeOf(basic))), undefined);
  }
  for (const op of [ops.LAND, ops.LOR, ops.LXOR]) is(itemLoopOf(op, typeOf(basics.bool)), undefined);
  for (const op of [ops.BAND, ops.BOR, ops.BXOR]) is(itemLoopOf(op, typeOf(basics.byte)), undefined);
  is(itemLoopOf(REPLACE, typeOf(basics.doubleInt)), undefined);
  is(
    itemLoopOf(
      ops.Op.create((a) => a),
      typeOf(basics.doubleInt),
    ),
    undefined,
  );
});

test.run();
