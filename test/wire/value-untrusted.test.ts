// Decoding bytes that nobody encoded: hostile, damaged, or from another CBOR encoder.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { equal, is, match, ok } from "../support/assert.ts";
import { difference } from "../support/same-value.ts";

const bytes = (hex: string) => Uint8Array.fromHex(hex);

/** The message with which decoding is refused. */
function refusal(...parts: Uint8Array[]): string {
  try {
    decodeValue(parts);
  } catch (error) {
    ok(error instanceof Exception, String(error));
    is((error as Exception).errorClass, 16);
    match((error as Exception).message, /^Cannot decode value: .*\(ERR_OTHER\)$/s);
    return (error as Exception).message;
  }
  throw new Error("expected an exception");
}

test("examples of RFC 8949, appendix A, decode right", () => {
  const examples: [hex: string, value: unknown][] = [
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1000],
    ["1a000f4240", 1000000],
    ["1b000000e8d4a51000", 1000000000000],
    ["1bffffffffffffffff", 18446744073709551615n],
    ["c249010000000000000000", 18446744073709551616n],
    ["3bffffffffffffffff", -18446744073709551616n],
    ["c349010000000000000000", -18446744073709551617n],
    ["20", -1],
    ["3903e7", -1000],
    ["f90000", 0],
    ["f98000", -0],
    ["f93e00", 1.5],
    ["f97bff", 65504],
    ["fa47c35000", 100000],
    ["fa7f7fffff", 3.4028234663852886e38],
    ["fb7e37e43c8800759c", 1e300],
    ["f90001", 2 ** -24],
    ["f9c400", -4],
    ["fbc010666666666666", -4.1],
    ["f97c00", Number.POSITIVE_INFINITY],
    ["f97e00", Number.NaN],
    ["faff800000", Number.NEGATIVE_INFINITY],
    ["f4", false],
    ["f5", true],
    ["f6", null],
    ["f7", undefined],
    ["c074323031332d30332d32315432303a30343a30305a", new Date("2013-03-21T20:04:00Z")],
    ["c11a514b67b0", new Date("2013-03-21T20:04:00Z")],
    ["c1fb41d452d9ec200000", new Date("2013-03-21T20:04:00.5Z")],
    ["40", new Uint8Array(0)],
    ["4401020304", Uint8Array.of(1, 2, 3, 4)],
    ["60", ""],
    ["6449455446", "IETF"],
    ["62225c", '"\\'],
    ["62c3bc", "ü"],
    ["64f0908591", "\u{10151}"],
    ["80", []],
    ["8301820203820405", [1, [2, 3], [4, 5]]],
    ["a0", {}],
    ["a201020304", { 1: 2, 3: 4 }],
    ["a26161016162820203", { a: 1, b: [2, 3] }],
    ["826161a161626163", ["a", { b: "c" }]],
  ];
  for (const [hex, value] of examples) is(difference(decodeValue([bytes(hex)]), value), undefined, hex);
});

test("malformed CBOR is an exception that says what is wrong", () => {
  const cases: [hex: string, message: RegExp][] = [
    ["", /it ends too early/],
    ["0000", /1 bytes too many/],
    ["19ff", /it ends too early/],
    ["fb00", /it ends too early/],
    ["1c", /reserved head 28/],
    ["9f00ff", /indefinite length/],
    ["ff", /simple value 31/],
    ["f800", /simple value 24/],
    ["6161".slice(0, 2), /length 1 where 0 bytes are left/],
    ["61ff", /Cannot decode value/],
    ["a1f600", /an object's key is neither text nor number/],
    ["d9ffff00", /unknown tag 65535/],
    ["d84543010203", /3 bytes for a Uint16Array/],
    ["d845f6", /no bytes where some were expected/],
    ["d90102a0", /type 5 where 4 was expected/],
    ["d9010380", /type 4 where 5 was expected/],
    ["d81d00", /reference to 0, which is not there/],
    ["d81cd81cf6", /a mark on a mark/],
    ["d81d20", /reference to -1/],
    ["d81dfb3fe0000000000000", /reference to 0.5/],
    ["c1f6", /no number/],
    ["d9025900", /unknown tag/],
  ];
  for (const [hex, message] of cases) match(refusal(bytes(hex)), message);
  match(refusal(), /it ends too early/);
});

test("a declared length beyond what is there is refused before memory is taken", () => {
  for (const head of ["5b", "7b", "9b", "bb", "d901029b", "d90103bb"]) {
    for (const length of ["00000000ffffffff", "0000ffffffffffff", "ffffffffffffffff"])
      match(refusal(bytes(head + length)), /length \S+ where 0/);
  }
  // Arrays that each claim all the rest: what is reserved must not add up.
  const nested = new Uint8Array(5 * 7000 + 1_000_000);
  for (let i = 0; i < 7000; i++) {
    nested[i * 5] = 0x9a;
    new DataView(nested.buffer).setUint32(i * 5 + 1, nested.byteLength - i * 5 - 5);
  }
  const before = process.memoryUsage().rss;
  refusal(nested);
  ok(process.memoryUsage().rss - before < 500_000_000);
});

test("absurd nesting is refused", () => {
  for (const head of [
    "81",
    "a100",
    "d81c81",
    "d9d9f7",
    "d9010281",
    "d90103a100",
    "d81b81",
    "d81b82654572726f72a1656361757365",
  ]) {
    match(refusal(bytes(head.repeat(100_000))), /nested too deep|no text/);
  }
  match(refusal(new Uint8Array(1_000_000).fill(0x81)), /nested too deep/);
});

test("class names call nothing but what the format knows", () => {
  const text = (string: string) => (0x60 + string.length).toString(16) + Buffer.from(string).toString("hex");
  for (const name of ["eval", "Function", "Object", "Promise", "toString", "__proto__", "Buffer"]) {
    match(refusal(bytes(`d81b82${text(name)}${text("throw 1")}`)), /is not registered on this rank/);
  }
  const cases: [hex: string, message: RegExp][] = [
    [`d81b82${text("Number")}${text("x")}`, /no Number/],
    [`d81b83${text("RegExp")}${text("(")}60`, /Cannot decode value/],
    [`d81b83${text("RegExp")}${text("a")}${text("gg")}`, /Cannot decode value/],
    [`d81b82${text("Error")}f6`, /an error without fields/],
    [`d81b84${text("Int8Array")}f60000`, /on no memory/],
    [`d81b84${text("Int16Array")}d81b82${text("ArrayBuffer")}42000001`, /Cannot decode value/],
    [`d81b84${text("Int8Array")}d81b82${text("ArrayBuffer")}4200000009`, /Cannot decode value/],
    [`d81b80`, /Cannot decode value/],
    [`d81b83${text("Point")}0000`, /class Point with 2 values/],
  ];
  for (const [hex, message] of cases) match(refusal(bytes(hex)), message);
});

test("a part stands at exactly one place", () => {
  const part = new Uint8Array(8);
  match(refusal(bytes("d9ecb901")), /part 1 of 0/);
  match(refusal(bytes("d9ecb900"), part), /part 0 of 1/);
  match(refusal(bytes("d9ecb920"), part), /part -1 of 1/);
  match(refusal(bytes("82d9ecb901d9ecb901"), part), /part 1 stands at two places/);
  match(refusal(bytes("f6"), part), /a part of it is not used/);
  equal(decodeValue([bytes("d9ecb901"), part]), part);
});

/** Numbers from a seed, so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function corpus(): Uint8Array[][] {
  const loop: Record<string, unknown> = { list: [1, 2] };
  loop.self = loop;
  const memory = new ArrayBuffer(64);
  const values = [
    { id: 1, name: "alpha beta", xs: [1, 2, 3.5], f: { a: true, b: null } },
    [new Date(1500), /a+b/gi, 10n ** 20n, -5n, "\ud800", "é".repeat(40)],
    new Map<unknown, unknown>([
      ["k", new Set([1, "x"])],
      [{ a: 1 }, new Map()],
    ]),
    loop,
    { view: new Float32Array(memory), other: new Uint8Array(memory, 8, 8), memory },
    [new Float64Array(600), new Uint8Array(5), new DataView(new ArrayBuffer(9))],
    new TypeError("what", { cause: new AggregateError([new Error("a")], "b") }),
    JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    [Object(1), Object("x"), loop, loop],
  ];
  return values.map((value) => encodeValue(value).parts.map((part) => Uint8Array.from(part)));
}

test("damaged values are values or exceptions, and leave no trace", () => {
  const seed = 4711;
  const below = random(seed);
  const encodings = corpus();
  const names = Object.getOwnPropertyNames(Object.prototype).join();
  const interesting = [0x1c, 0x1d, 0x1b, 0x5b, 0x7b, 0x9b, 0xbb, 0xd8, 0xd9, 0xfb, 0xff, 0x9f, 0xf7, 0xc2];
  const intact = encodings.map((parts) => decodeValue(parts));
  let refused = 0;
  for (let i = 0; i < 40_000; i++) {
    const parts = encodings[below(encodings.length)]!;
    let cbor = Array.from(parts[0]!);
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(cbor.length || 1);
      const change = below(6);
      if (change === 0) cbor = cbor.slice(0, at);
      else if (change === 1) cbor.splice(at, 1 + below(4));
      else if (change === 2) cbor.splice(at, 0, below(256), below(256));
      else if (change === 3) cbor[at] = interesting[below(interesting.length)]!;
      else if (change === 4) cbor.splice(at, 0, ...encodings[below(encodings.length)]![0]!.subarray(0, below(40)));
      else cbor[at] = below(256);
    }
    try {
      decodeValue([Uint8Array.from(cbor), ...parts.slice(1)]);
    } catch (error) {
      refused++;
      const fine = error instanceof Exception && error.errorClass === 16;
      ok(fine, `seed ${seed}, case ${i}: ${Uint8Array.from(cbor).toHex()} threw ${error}`);
    }
  }
  ok(refused > 10_000);
  is(Object.getOwnPropertyNames(Object.prototype).join(), names);
  is(({} as { polluted?: unknown }).polluted, undefined);
  for (const [i, parts] of encodings.entries()) is(difference(decodeValue(parts), intact[i]), undefined);
});

test.run();
