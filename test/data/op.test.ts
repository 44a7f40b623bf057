// Operators as users hold them: their properties, functions as operators, what may be passed as `op`.
import { test } from "uvu";
import type { TypedArray } from "../../src/data/element.ts";
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
  OP_NULL,
  Op,
  opFrom,
  PROD,
  REPLACE,
  SUM,
} from "../../src/data/op.ts";
import { equal, is, match, ok, refuses, throws } from "../support/assert.ts";

const names = "SUM PROD MAX MIN LAND LOR LXOR BAND BOR BXOR MAXLOC MINLOC REPLACE NO_OP".split(" ");

test("predefined operators carry their name, a number of their own that never changes, and commute but for two", () => {
  const ops = [SUM, PROD, MAX, MIN, LAND, LOR, LXOR, BAND, BOR, BXOR, MAXLOC, MINLOC, REPLACE, NO_OP];
  for (const [i, op] of ops.entries()) {
    is(op.name, names[i]);
    is(op.number, i + 1);
    ok(op.predefined && op.elementwise);
    is(op.commute, op !== REPLACE && op !== NO_OP);
    is(op.isCommutative(), op.commute);
  }
});

test("Op.create() makes an operator that is neither commutative nor elementwise unless it is said", () => {
  const plain = Op.create(function longest(a: string, b: string) {
    return a.length >= b.length ? a : b;
  });
  equal([plain.name, plain.number, plain.predefined], ["longest", 31, false]);
  equal([plain.commute, plain.isCommutative(), plain.elementwise], [false, false, false]);
  const said = Op.create((a: number, b: number) => a + b, { commute: true, elementwise: true });
  equal([said.name, said.number, said.commute, said.elementwise], ["anonymous", 31, true, true]);
});

test("a function is called with whole values, the lower rank's first", () => {
  const op = Op.create((a, b) => ({ from: a, to: b }));
  const [a, b] = [[1, 2], new Map()];
  const result = op.combine(a, b) as { from: unknown; to: unknown };
  is(result.from, a);
  is(result.to, b);
  for (const value of [null, Number.NaN, 0, "", false, []]) equal(Op.create(() => value).combine(1, 2), value);
});

test("a function that is given typed arrays may return one of the same kind and length, or an argument", () => {
  const concave = Op.create((a: Float64Array, b: Float64Array) => a.map((x, i) => Math.hypot(x, b[i]!)));
  equal(concave.combine(Float64Array.of(3, 5), Float64Array.of(4, 12)), Float64Array.of(5, 13));
  const inPlace = Op.create((a: Int32Array, b: Int32Array) => {
    for (const [i, x] of b.entries()) a[i]! -= x;
    return a;
  });
  const out = new Int32Array(2);
  inPlace.combineInto(Int32Array.of(9, 8), Int32Array.of(1, 2), out);
  equal(out, Int32Array.of(8, 6));
  const inout = Int32Array.of(1, 2);
  inPlace.reduceLocal(Int32Array.of(9, 8), inout);
  equal(inout, Int32Array.of(8, 6));
});

test("a function that is given typed arrays and returns something else is refused, and elementwise is suggested", () => {
  const four = new Float64Array(4);
  const returns = (result: unknown, text: string) => {
    const f = () => result;
    const message =
      `Cannot reduce with function f: it returned ${text} for Float64Array(4), expected Float64Array(4); ` +
      "pass MPI.Op.create(f, { elementwise: true }) to apply it to elements (ERR_OP)";
    refuses(() => Op.create(f).combine(four, four), message);
    refuses(() => Op.create(f).combineInto(four, four, four), message);
  };
  returns(1, "a number");
  returns("0,0", "a string");
  returns(undefined, "undefined");
  returns(null, "null");
  returns([1, 2, 3, 4], "an array of 4");
  returns(new Float32Array(4), "Float32Array(4)");
  returns(new Float64Array(3), "Float64Array(3)");
  returns(new DataView(new ArrayBuffer(32)), "DataView");
});

test("a function is not called with typed arrays that differ in kind or length", () => {
  const op = Op.create(function f(): never {
    throw new Error("called");
  });
  refuses(
    () => op.combine(new Int8Array(2), new Int8Array(3)),
    "Cannot reduce with function f: rank values differ in length: Int8Array(2) and Int8Array(3) (ERR_OP)",
  );
  refuses(
    () => op.combineInto(new Int8Array(2), new Uint8Array(2), new Int8Array(2)),
    "Cannot reduce with function f: rank values differ in kind: Int8Array(2) and Uint8Array(2) (ERR_OP)",
  );
});

test("a function that returns nonsense is refused, and what it returned is named", () => {
  for (const elementwise of [false, true]) {
    const returns = (result: unknown, text: string) => {
      const f = () => result;
      const message = `Cannot reduce with function f: it returned ${text}, expected a value (ERR_OP)`;
      refuses(() => Op.create(f, { elementwise }).combine(1, 2), message);
    };
    returns(undefined, "undefined");
    returns(Promise.resolve(1), "a promise");
    returns(() => 1, "a function");
    returns(Symbol("s"), "a symbol");
  }
});

test("what a function throws is what the script gets", () => {
  const mine = new RangeError("mine");
  const op = Op.create(() => {
    throw mine;
  });
  try {
    op.combine(1, 2);
  } catch (error) {
    is(error, mine);
    return;
  }
  ok(false, "combine() returned");
});

test("an elementwise function gets the elements of arrays, nested arrays and typed arrays", () => {
  const op = Op.create((a, b) => a - b, { elementwise: true });
  is(op.combine(5, 3), 2);
  equal(op.combine([5, [6, [7]]], [1, [2, [3]]]), [4, [4, [4]]]);
  equal(op.combine(Int16Array.of(5, 6), Int16Array.of(7, 1)), Int16Array.of(-2, 5));
  equal(op.combine([BigInt64Array.of(5n)], [BigInt64Array.of(7n)]), [BigInt64Array.of(-2n)]);
  const inout = Float32Array.of(0.5);
  op.reduceLocal(Float32Array.of(2), inout);
  equal(inout, Float32Array.of(1.5));
  const merge = Op.create((a: object, b: object) => ({ ...a, ...b }), { elementwise: true });
  equal(merge.combine([{ x: 1 }, { x: 1 }], [{ y: 2 }, { x: 3 }]), [{ x: 1, y: 2 }, { x: 3 }]);
});

test("an elementwise function must give numbers for numbers and bigints for 64-bit elements", () => {
  const refused = (array: TypedArray, result: unknown, text: string) => {
    const f = () => result;
    const message = `Cannot reduce with function f: it returned ${text} (ERR_OP)`;
    refuses(() => Op.create(f, { elementwise: true }).combine(array, array), message);
  };
  refused(new Int32Array(1), undefined, "undefined for two elements of Int32Array, expected a number");
  refused(new Float64Array(1), "1", "a string for two elements of Float64Array, expected a number");
  refused(new Float64Array(1), true, "a boolean for two elements of Float64Array, expected a number");
  refused(new Int32Array(1), 1n, "a bigint for two elements of Int32Array, expected a number");
  refused(new BigInt64Array(1), 1, "a number for two elements of BigInt64Array, expected a bigint");
  refused(new Uint8Array(1), Promise.resolve(1), "a promise for two elements of Uint8Array, expected a number");
});

test("an elementwise function may return NaN", () => {
  const op = Op.create(() => Number.NaN, { elementwise: true });
  ok(Number.isNaN((op.combine(Float64Array.of(1), Float64Array.of(1)) as Float64Array)[0]));
});

test("reduceLocal() puts inbuf op inoutbuf into inoutbuf", () => {
  const inbuf = Int32Array.of(1, 9);
  const inoutbuf = Int32Array.of(5, 3);
  MAX.reduceLocal(inbuf, inoutbuf);
  equal([inbuf, inoutbuf], [Int32Array.of(1, 9), Int32Array.of(5, 9)]);
  NO_OP.reduceLocal(inbuf, inoutbuf);
  equal(inoutbuf, inbuf);
});

test("reduceLocal() refuses what is no typed array, or not alike", () => {
  const array = new Int8Array(1);
  refuses(() => SUM.reduceLocal([1] as never, array), "inbuf is an array of 1, expected a typed array (ERR_BUFFER)");
  refuses(
    () => SUM.reduceLocal(array, new DataView(new ArrayBuffer(1)) as never),
    "inoutbuf is DataView, expected a typed",
  );
  refuses(() => SUM.reduceLocal(array, new Int8Array(2)), "differ in length: Int8Array(1) and Int8Array(2) (ERR_OP)");
  refuses(() => SUM.reduceLocal(array, new Uint8Array(1)), "differ in kind: Int8Array(1) and Uint8Array(1) (ERR_OP)");
});

test("opFrom() takes an Op as it is, a function as an operator on whole values, and SUM for nothing", () => {
  is(opFrom(undefined), SUM);
  is(opFrom(MAX), MAX);
  const op = opFrom((a: string, b: string) => `${b}${a}`);
  equal([op.commute, op.elementwise, op.predefined], [false, false, false]);
  is(op.combine("a", "b"), "ba");
});

test("opFrom() refuses everything else and names it", () => {
  for (const [value, text] of [
    [null, "null"],
    ["SUM", '"SUM"'],
    [3, "3"],
    [{}, "Object"],
    [[SUM], "an array of 1"],
  ]) {
    const message = `Cannot use ${text} as op: it is no operator, expected an MPI.Op or a function (a, b) => value (ERR_OP)`;
    refuses(() => opFrom(value), message);
  }
});

test("async and generator functions are refused before they are called", () => {
  const refused = (fn: (...args: any[]) => unknown, text: string) => {
    const message = `Cannot make an operator of function f: it is ${text}, expected a function (a, b) => value`;
    refuses(() => opFrom(fn), message);
    refuses(() => Op.create(fn), message);
  };
  const all = {
    async: { f: async () => 1 },
    generator: {
      *f() {
        yield 1;
      },
    },
    both: {
      async *f() {
        yield 1;
      },
    },
  };
  refused(all.async.f, "async");
  refused(all.generator.f, "a generator");
  refused(all.both.f, "async");
  refuses(() => Op.create(7 as never), "Cannot make an operator of 7: it is no function, expected a function");
});

test("Op.create() refuses options that it does not know or of the wrong type, with a TypeError that names them", () => {
  const refused = (options: unknown, text: string) =>
    throws(
      () => Op.create((a) => a, options as never),
      (error: unknown) => error instanceof TypeError && error.message === `Cannot make an operator: ${text}`,
    );
  refused({ commutes: true }, "option commutes is unknown, expected commute or elementwise");
  refused({ commute: 1 }, "option commute is 1, expected true or false");
  refused(true, "options are true, expected { commute?, elementwise? }");
  refused(null, "options are null, expected { commute?, elementwise? }");
});

test("a freed operator is ERR_OP when it is used, while reductions that have begun go on", () => {
  const op = Op.create(function f(a, b) {
    return a + b;
  });
  op.free();
  const message = "Cannot use function f as op: it has been freed, expected an MPI.Op";
  refuses(() => opFrom(op), message);
  refuses(() => op.isCommutative(), message);
  refuses(() => op.reduceLocal(new Int8Array(1), new Int8Array(1)), message);
  refuses(() => op.free(), message);
  is(op.combine(1, 2), 3);
});

test("predefined operators cannot be freed", () => {
  refuses(() => SUM.free(), "Cannot free SUM: it is predefined (ERR_OP)");
  is(opFrom(SUM), SUM);
});

test("OP_NULL is ERR_OP however it is used", () => {
  is(OP_NULL.name, "OP_NULL");
  const array = new Int8Array(1);
  const uses = [
    () => opFrom(OP_NULL),
    () => OP_NULL.isCommutative(),
    () => OP_NULL.free(),
    () => OP_NULL.reduceLocal(array, array),
    () => OP_NULL.combine(1, 2),
    () => OP_NULL.combineInto(array, array, array),
  ];
  for (const use of uses) {
    throws(use, (error: Error) => {
      match(error.message, /^Cannot (use|reduce with) OP_NULL\b.*it is the null operator.*\(ERR_OP\)$/);
      return true;
    });
  }
});

test("combineInto() into an array of another kind or length is a mistake in tsmpi", () => {
  const array = new Int8Array(1);
  refuses(() => SUM.combineInto(array, array, new Int8Array(2)), "reduction of Int8Array(1) into Int8Array(2)");
  refuses(() => SUM.combineInto(array, array, new Uint8Array(1)), "reduction of Int8Array(1) into Uint8Array(1)");
});

test.run();
