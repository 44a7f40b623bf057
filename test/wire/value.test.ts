// What a value keeps on its way (API, "What a value keeps on its way"), claim by claim.
import { Decoder, isNativeAccelerationEnabled } from "cbor-x/decode";
import { Encoder } from "cbor-x/encode";
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { is, match, not, ok } from "../support/assert.ts";
import { difference } from "../support/same-value.ts";

/** Sends a value to oneself; the memory of the CBOR is wiped as soon as it has been read. */
function trip<T>(value: T): any {
  const parts = encodeValue(value).parts.map((part) => Uint8Array.from(part));
  const result = decodeValue(parts);
  parts[0]!.fill(0xff);
  return result;
}

function same(value: unknown): void {
  is(difference(value, trip(value)), undefined);
}

function refusal(value: unknown): string {
  try {
    encodeValue(value);
  } catch (error) {
    ok(error instanceof Exception, String(error));
    is((error as Exception).errorClass, 3);
    return (error as Exception).message;
  }
  throw new Error("expected an exception");
}

test("cbor-x runs without its native part, which crashes Bun", () => {
  is(isNativeAccelerationEnabled, false);
});

test("primitives arrive as they are", () => {
  const numbers = [
    0,
    -0,
    1,
    23,
    24,
    255,
    256,
    65535,
    65536,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
  ];
  const floats = [0.1, 5e-324, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 2 ** 64];
  for (const number of [...numbers, ...floats]) for (const sign of [1, -1]) same(number * sign);
  for (const value of [undefined, null, true, false, "", "a"]) same(value);
});

test("bigints of any size arrive as bigints", () => {
  for (const big of [0n, 1n, 23n, 255n, 256n, 2n ** 63n, 2n ** 64n, 2n ** 64n - 1n, 2n ** 999n + 12345n]) {
    for (const value of [big, -big, -1n - big]) same(value);
  }
});

test("strings of every length and script arrive, lone surrogates and byte order marks too", () => {
  for (const unit of ["a", "é", "漢", "😀", "\0", "\u2028"]) {
    for (const length of [
      1, 2, 7, 8, 11, 12, 22, 23, 24, 31, 32, 33, 85, 86, 127, 128, 255, 256, 300, 22000, 65535, 65536,
    ]) {
      is(trip(unit.repeat(length)), unit.repeat(length));
    }
  }
  for (const text of ["\ud800", "a\udfffb", "\ud83d".repeat(40), "\ufeffx", "\ufffd"]) {
    is(trip(text), text);
    same({ [text]: [text] });
  }
});

test("dates arrive to the millisecond, the invalid one and the farthest too", () => {
  for (const time of [
    0,
    1,
    -1,
    1234567890123,
    -62198755200001,
    8.64e15,
    -8.64e15,
    8.64e15 - 1,
    2.3e15 + 7,
    -2.3e15 - 7,
    Number.NaN,
  ]) {
    same(new Date(time));
  }
  for (let i = 0; i < 2000; i++) is(trip(new Date(8.64e15 - i * 1001)).getTime(), 8.64e15 - i * 1001);
});

test("regular expressions arrive with source and flags, and lastIndex 0", () => {
  const expression = /a\/[b]+(?<x>é)/giu;
  expression.lastIndex = 3;
  const arrived = trip(expression);
  is(String(arrived), String(expression));
  is(arrived.lastIndex, 0);
});

test("Map and Set keep their order and keys of any kind", () => {
  same(
    new Map<unknown, unknown>([
      ["b", 1],
      ["a", 2],
      [1, "n"],
      [{ k: 1 }, [1]],
      [Number.NaN, null],
      [new Map(), new Set([1])],
    ]),
  );
  same(new Set<unknown>([3, "a", 1, new Set([{}]), undefined, Number.NaN]));
});

test("objects without prototype and instances of classes arrive as plain objects", () => {
  class Named {
    a = 1;
    #hidden = 2;
    get [Symbol.toStringTag]() {
      return `Named${this.#hidden}`;
    }
  }
  for (const object of [Object.assign(Object.create(null), { a: 1 }), new Named()]) {
    const arrived = trip(object);
    is(Object.getPrototypeOf(arrived), Object.prototype);
    is(JSON.stringify(arrived), '{"a":1}');
  }
});

test("holes in arrays become undefined, and an array of a class an array", () => {
  const sparse = Object.assign(new Array(3), { 0: 1, 2: 3 });
  const arrived = trip(sparse);
  ok(1 in arrived);
  is(arrived[1], undefined);
  is(arrived.length, 3);
  class List extends Array {}
  is(Object.getPrototypeOf(trip(List.of(1, 2))), Array.prototype);
});

test("boxed primitives arrive boxed", () => {
  for (const boxed of [Object(5), Object(-0), Object("x"), Object(false), Object(5n)]) same(boxed);
});

test("symbols as keys and properties that are not enumerable stay behind", () => {
  const object = Object.defineProperty({ a: 1, [Symbol("s")]: 2 }, "hidden", { value: 3, enumerable: false });
  is(JSON.stringify(trip(object)), '{"a":1}');
  is(Object.getOwnPropertySymbols(trip(object)).length, 0);
});

test("a getter is called once, and what it throws reaches the caller", () => {
  let calls = 0;
  const object = {
    get a() {
      return ++calls;
    },
  };
  is(trip(object).a, 1);
  is(calls, 1);
  const failure = new RangeError("mine");
  const failing = {
    get a() {
      throw failure;
    },
  };
  try {
    encodeValue([1, failing]);
    ok(false);
  } catch (error) {
    is(error, failure);
  }
  same({ after: "the failure" });
});

test("a getter may encode a value itself, and may change the Map that is being sent", () => {
  const object = {
    get inner() {
      return decodeValue(encodeValue({ deep: [1, 2] }).parts.map((part) => part.slice()));
    },
    last: "x",
  };
  is(JSON.stringify(trip([object, object.last])), '[{"inner":{"deep":[1,2]},"last":"x"},"x"]');
  const map = new Map<string, unknown>();
  map.set("a", {
    get grow() {
      return map.set("b", 1).size;
    },
  });
  is(trip(map).size, 1);
});

test("__proto__ and constructor arrive as own properties and change no prototype", () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}');
  const arrived = trip(hostile);
  is(Object.getPrototypeOf(arrived), Object.prototype);
  is(Object.keys(arrived).join(), "__proto__,constructor,toString");
  is(Object.getOwnPropertyDescriptor(arrived, "__proto__")!.value.polluted, 1);
  is(({} as { polluted?: number }).polluted, undefined);
});

test("built-in errors arrive with type, name, message, stack, cause and errors", () => {
  for (const Type of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    const error = new Type("what", { cause: { deep: [1, new Map([[1, 2]])] } });
    same(error);
    is(trip(error).constructor, Type);
    is(Object.keys(trip(error)).length, 0);
  }
  same(new AggregateError([new TypeError("a"), 5], "both"));
  const circular = new Error("circular");
  circular.cause = { circular };
  same(circular);
});

test("an error of a script's class arrives as the built-in type that it extends, under its name", () => {
  class Refused extends RangeError {
    override name = "Refused";
  }
  const arrived = trip(new Refused("no"));
  is(arrived.constructor, RangeError);
  is(String(arrived), "Refused: no");
  const aborted = trip(new DOMException("stop", "AbortError"));
  is(String(aborted), "AbortError: stop");
  ok(aborted instanceof Error);
});

test("an error that arrived is reported at the sender's line", () => {
  const error = new Error("here");
  is(trip(error).stack, error.stack);
  not.match(Bun.inspect(trip(error)), /value-(decode|error)/);
});

test("what occurs several times arrives once, and cycles stay closed", () => {
  const leaf = { leaf: true };
  const date = new Date(5);
  same({ a: leaf, b: [leaf, leaf], c: new Map([[leaf, leaf]]), d: date, e: date });
  const object: Record<string, unknown> = { name: "self" };
  object.self = object;
  same(object);
  const array: unknown[] = [];
  array.push(array, [array], object);
  same(array);
  const map = new Map<unknown, unknown>();
  map.set("self", map).set(map, "key");
  same(map);
  const set = new Set<unknown>([1]);
  set.add(set).add(map);
  same({ set, map, array, object });
});

test("many shared objects in any order keep their identity", () => {
  const pool = Array.from({ length: 300 }, (_, i) => ({ i, next: undefined as unknown }));
  for (const [i, object] of pool.entries()) object.next = pool[(i * 7 + 3) % 300];
  same([...pool, ...pool.toReversed()]);
});

test("the encoder forgets a value once it is encoded", () => {
  const object = { a: 1 };
  const shared = [object, object];
  for (const value of [
    shared,
    object,
    [object],
    shared,
    Array(20).fill(object),
    Array.from({ length: 20 }, () => ({})),
    shared,
  ]) {
    same(value);
  }
});

test("nesting is limited and a deeper value is ERR_TYPE, not an overflow", () => {
  const nest = (levels: number, wrap: (value: unknown) => unknown) => {
    let value: unknown = 0;
    for (let i = 0; i < levels; i++) value = wrap(value);
    return value;
  };
  const wraps: ((value: unknown) => unknown)[] = [
    (a) => [a],
    (a) => ({ a }),
    (a) => new Map([[a, a]]),
    (a) => new Set([a]),
    (cause) => new Error("", { cause }),
  ];
  for (const wrap of wraps) {
    same(nest(2000, wrap));
    match(refusal(nest(2001, wrap)), /nested too deep, expected at most 2000 levels \(ERR_TYPE\)$/);
    match(refusal(nest(100_000, wrap)), /nested too deep/);
  }
});

test("what cannot be carried is ERR_TYPE naming its path", () => {
  const noop = () => {};
  const cases: [value: unknown, message: string][] = [
    [{ items: [1, 2, 3, { callback: noop }] }, "data.items[3].callback is a function"],
    [noop, "data is a function"],
    [[Symbol("s")], "data[0] is a symbol"],
    [{ "two words": Symbol("s") }, 'data["two words"] is a symbol'],
    [new Map([["k", noop]]), 'data.get("k") is a function'],
    [new Map([[noop, 1]]), "data.keys()[0] is a function"],
    [{ set: new Set([1, noop]) }, "data.set.values()[1] is a function"],
    [new Error("x", { cause: noop }), "data.cause is a function"],
    [[Object(Symbol("s"))], "data[0] is a Symbol"],
    [{ later: Promise.resolve() }, "data.later is a Promise"],
    [[new WeakMap()], "data[0] is a WeakMap"],
    [[[1], new WeakSet()], "data[1] is a WeakSet"],
    [new WeakRef({}), "data is a WeakRef"],
    [{ a: { b: (function* () {})() } }, "data.a.b is a Generator"],
    [[].values(), "data is an Array Iterator"],
    [{ url: new URL("http://localhost") }, "data.url is a URL"],
    [new Blob([]), "data is a Blob"],
  ];
  for (const [value, message] of cases) is(refusal(value), `Cannot send value: ${message} (ERR_TYPE)`);
  same({ after: "the failures" });
});

test("a proxy travels as what it shows", () => {
  is(JSON.stringify(trip(new Proxy({ a: [1] }, {}))), '{"a":[1]}');
});

test("plain values are CBOR that cbor-x reads, and cbor-x's are read", () => {
  const options = { useRecords: false, variableMapSize: true, tagUint8Array: false } as const;
  const values = [
    1,
    -5,
    1.5,
    "text",
    "é".repeat(50),
    [1, [2, "x"]],
    { k: 1, n: { a: null, b: true } },
    10n ** 30n,
    undefined,
  ];
  for (const value of [
    ...values,
    new Date(1500),
    new Set([1, 2]),
    /a/g,
    new Float64Array([1, -2]),
    { m: new Map([[1, 2]]) },
  ]) {
    const ours = Uint8Array.from(encodeValue(value).parts[0]!);
    is(difference(new Decoder(options).decode(ours), value), undefined);
    is(difference(decodeValue([Uint8Array.from(new Encoder(options).encode(value))]), value), undefined);
  }
  is(encodeValue({ k: 1 }).parts[0]!.toHex(), "a1616b01");
});

test.run();
