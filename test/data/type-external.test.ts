// external32: bytes worked out by hand, sizes of the standard's table, and what goes there and back.
import { test } from "uvu";
import { type Basic, basics } from "../../src/data/type-basic.ts";
import { contiguous, struct, vector } from "../../src/data/type-construct.ts";
import { externalSize, fromExternal, toExternal } from "../../src/data/type-external.ts";
import { TypeTree } from "../../src/data/type-tree.ts";
import { equal, is, refuses } from "../support/assert.ts";

const typeOf = (basic: Basic) => new TypeTree({ kind: "basic", basic });

/** The external32 bytes of packed ones, in hexadecimal. */
function external(tree: TypeTree, count: number, packed: ArrayBufferView): string {
  const bytes = new Uint8Array(count * externalSize(tree) + 1);
  toExternal(tree, count, new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength), bytes, 1);
  return bytes.subarray(1).toHex();
}

function back(tree: TypeTree, count: number, hex: string): Uint8Array {
  const packed = new Uint8Array(count * tree.size);
  fromExternal(tree, count, Uint8Array.fromHex(`ff${hex}`), 1, packed);
  return packed;
}

const cases: [name: keyof typeof basics, values: ArrayBufferView, hex: string][] = [
  ["int8", Int8Array.of(-2), "fe"],
  ["int16", Int16Array.of(258, -2), "0102fffe"],
  ["int32", Int32Array.of(16909060), "01020304"],
  ["int64", BigInt64Array.of(72623859790382856n), "0102030405060708"],
  ["long", BigInt64Array.of(-2n, 2147483647n), "fffffffe7fffffff"],
  ["unsignedLong", BigUint64Array.of(4294967295n), "ffffffff"],
  ["half", Float16Array.of(1.5), "3e00"],
  ["float", Float32Array.of(1.5, -0), "3fc0000080000000"],
  ["double", Float64Array.of(-1.5), "bff8000000000000"],
  ["floatComplex", Float32Array.of(1.5, -2), "3fc00000c0000000"],
  ["doubleComplex", Float64Array.of(1, 2), "3ff00000000000004000000000000000"],
  ["bool", Uint8Array.of(1, 0, 255), "000000010000000000000001"],
  ["logical32", Int32Array.of(1), "00000001"],
  ["wideCharacter", Int32Array.of(0x20ac), "20ac"],
  ["character", Uint8Array.of(65, 66), "4142"],
  ["byte", Uint8Array.of(1, 2), "0102"],
  ["intInt", Int32Array.of(1, 2), "0000000100000002"],
  ["doubleInt", Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 7, 0, 0, 0), "3ff000000000000000000007"],
];

test("every kind of basic type has its bytes in external32, and comes back", () => {
  for (const [name, values, hex] of cases) {
    const tree = typeOf(basics[name]);
    const count = values.byteLength / tree.size;
    is(external(tree, count, values), hex, name);
    const bytes = new Uint8Array(values.buffer).map((byte) => (name === "bool" ? Math.min(byte, 1) : byte));
    equal(back(tree, count, hex), bytes, name);
  }
});

test("long double is a number of 128 bits in external32", () => {
  const tree = typeOf(basics.longDouble);
  const packed = new Uint8Array(16);
  const view = new DataView(packed.buffer);
  const write = (mantissa: bigint, exponent: number) => {
    view.setBigUint64(0, mantissa, true);
    view.setUint16(8, exponent, true);
  };
  const both = (hex: string) => {
    is(external(tree, 1, packed), hex);
    equal(back(tree, 1, hex), packed);
  };
  write(3n << 62n, 0xbfff); // -1.5
  both("bfff8000000000000000000000000000");
  write((1n << 64n) - 1n, 0x3fff); // all 64 digits
  both("3ffffffffffffffffffe000000000000");
  write(1n, 0); // the least number above 0: as small in 128 bits, where it is 2⁴⁹ times the least one
  both("00000000000000000002000000000000");
  write(1n << 63n, 0x7fff);
  both("7fff0000000000000000000000000000"); // infinity
  write(0n, 0x8000);
  both("80000000000000000000000000000000"); // -0
  write(3n << 62n, 0x7fff);
  both("7fff8000000000000000000000000000"); // NaN
});

test("items of several types are converted one after the other, without their gaps", () => {
  const tree = struct([1, 2], [0, 8], [typeOf(basics.long), vector(2, 1, 2, typeOf(basics.int16))]);
  is(externalSize(tree), 12);
  const packed = new Uint8Array(32);
  const view = new DataView(packed.buffer);
  for (const [i, at] of [0, 16].entries()) {
    view.setBigInt64(at, BigInt(i + 1), true);
    for (let k = 0; k < 4; k++) view.setInt16(at + 8 + 2 * k, 10 * i + k, true);
  }
  const hex = `00000001${"0000000100020003"}00000002${"000a000b000c000d"}`;
  is(external(tree, 2, packed), hex);
  equal(back(tree, 2, hex), packed);
  is(external(contiguous(2, tree), 1, packed), hex);
});

test("a number that external32 has no room for is ERR_CONVERSION", () => {
  refuses(
    () => external(typeOf(basics.long), 1, BigInt64Array.of(1n << 31n)),
    "2147483648 does not fit into an integer",
  );
  refuses(() => external(typeOf(basics.unsignedLong), 1, BigUint64Array.of(1n << 32n)), "(ERR_CONVERSION)");
  refuses(() => external(typeOf(basics.wideCharacter), 1, Int32Array.of(0x1f600)), "a wide character of 2 bytes");
});

test.run();
