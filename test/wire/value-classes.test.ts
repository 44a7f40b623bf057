// MPI.registerClass: instances that keep their class.
import { test } from "uvu";
import { Exception } from "../../src/base/errors.ts";
import { decodeValue, encodeValue, registerClass } from "../../src/wire/value.ts";
import { is, ok, throws } from "../support/assert.ts";

function trip(value: unknown): any {
  return decodeValue(encodeValue(value).parts.map((part) => Uint8Array.from(part)));
}

class Point {
  constructor(
    public x: number,
    public y: number,
  ) {}
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

test("an instance of a registered class arrives as one, without its constructor being called", () => {
  class Counted {
    static made = 0;
    a = 1;
    self: unknown = this;
    constructor() {
      Counted.made++;
    }
    get fixed() {
      return 5;
    }
  }
  registerClass(Counted);
  const arrived = trip([new Counted()])[0];
  ok(arrived instanceof Counted);
  is(arrived.self, arrived);
  is(arrived.a, 1);
  is(Counted.made, 1);
});

test("encode and decode say what travels", () => {
  registerClass(Point, { encode: (p) => [p.x, p.y], decode: ([x, y]) => new Point(x, y) });
  const point = new Point(3, 4);
  const arrived = trip({ a: point, b: point, list: [new Point(0, 1)] });
  is(arrived.a.length, 5);
  is(arrived.a, arrived.b);
  ok(arrived.list[0] instanceof Point);
});

test("a built-in class can be extended, registered and carried", () => {
  class Scores extends Map<string, number> {}
  registerClass(Scores, { encode: (scores) => [...scores], decode: (entries) => new Scores(entries) });
  const arrived = trip(new Scores([["a", 1]]));
  ok(arrived instanceof Scores);
  is(arrived.get("a"), 1);
});

test("an instance of a subclass that is not registered arrives as a plain object", () => {
  class Point3 extends Point {}
  is(Object.getPrototypeOf(trip(new Point3(1, 2))), Object.prototype);
});

test("an instance inside itself cannot be decoded by its class, and sending it says so", () => {
  class Tree {
    parent: unknown = this;
  }
  registerClass(Tree, { decode: (data) => Object.assign(new Tree(), data) });
  throws(
    () => encodeValue({ tree: new Tree() }),
    /data\.tree\.parent is inside itself, expected a class without decode\(\)/,
  );
});

test("encode() that gives no object needs decode()", () => {
  class Lonely {}
  registerClass(Lonely, { encode: () => 5 });
  throws(() => encodeValue([new Lonely()]), /data\[0\] is a Lonely for which encode\(\) gave 5, expected an object/);
});

test("encode() that never ends is ERR_TYPE, not an overflow", () => {
  class Endless {}
  registerClass(Endless, { encode: () => new Endless() });
  throws(
    () => encodeValue([new Endless()]),
    (error: unknown) => error instanceof Exception && /nested too deep/.test(error.message),
  );
});

test("a class that this rank has not registered, and a decode() that throws, are exceptions", () => {
  const unknown = Uint8Array.from(encodeValue(new Point(1, 2)).parts[0]!);
  unknown[unknown.indexOf("P".charCodeAt(0))] = "J".charCodeAt(0);
  throws(() => decodeValue([unknown]), /Cannot decode value: class Joint is not registered on this rank/);
  class Fragile {}
  registerClass(Fragile, {
    decode: () => {
      throw new RangeError("broken");
    },
  });
  throws(
    () => trip(new Fragile()),
    (error: unknown) => error instanceof Exception && (error.cause as Error).message === "broken",
  );
});

const named = (name: string) => Object.defineProperty(class {}, "name", { value: name });

test("names that cannot tell classes apart are refused", () => {
  throws(() => registerClass(class {}), /it has no name/);
  throws(() => registerClass(named("Error")), /Cannot register class Error: a built-in class has this name/);
  throws(() => registerClass(named("Point")), /another class of this name is registered/);
  throws(() => registerClass(5 as never), /got 5, expected a class/);
  throws(() => registerClass(Point, { encode: 5 as never }), /encode is 5, expected a function/);
});

test.run();
