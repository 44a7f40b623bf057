// Exceptions and what they say.
import { test } from "uvu";
import { errorClasses } from "../../src/base/error-classes.ts";
import { Exception, InternalError, internal, show } from "../../src/base/errors.ts";
import { equal, is, match, ok, throws } from "../support/assert.ts";

test("an Exception has the standard's class, code and text, as properties and as methods", () => {
  for (const [name, [code, text]] of Object.entries(errorClasses)) {
    const error = new Exception(name as keyof typeof errorClasses, "Cannot x y: z");
    equal([error.errorClass, error.errorCode, error.errorString], [code, code, text]);
    equal([error.getErrorClass(), error.getErrorCode(), error.getErrorString()], [code, code, text]);
    is(error.message, `Cannot x y: z (${name})`);
    const same = new Exception(code, "Cannot x y: z");
    equal([same.message, same.errorClass], [error.message, code]);
  }
});

test("an Exception is an Error named MPI.Exception, with a cause where one was given", () => {
  const cause = new RangeError("deep");
  const error = new Exception("ERR_RANK", "Cannot send", { cause });
  ok(error instanceof Error);
  is(String(error), "MPI.Exception: Cannot send (ERR_RANK)");
  is(error.cause, cause);
  match(error.stack ?? "", "errors.test.ts");
});

test("the class is not said twice", () => {
  is(new Exception("ERR_RANK", "Cannot send (ERR_RANK)").message, "Cannot send (ERR_RANK)");
});

test("a code that nobody knows keeps its number; its class is ERR_UNKNOWN", () => {
  const error = new Exception(12345, "Cannot send");
  equal([error.errorCode, error.errorClass, error.message], [12345, 14, "Cannot send (ERR_UNKNOWN)"]);
  is(error.errorString, "unknown error");
});

test("a program makes an Exception from a code alone, which is then its message", () => {
  is(new Exception(6).message, "invalid rank (ERR_RANK)");
  equal([new Exception().errorCode, new Exception().message], [0, "no error (SUCCESS)"]);
  for (const wrong of [1.5, "ERR_NONE", null, {}, "toString"]) {
    throws(() => new Exception(wrong as never), /Cannot tell what error code .* expected a whole number/);
  }
});

test("internal() makes an error of its own class that asks to be reported", () => {
  const error = internal("frame of kind 9");
  ok(error instanceof InternalError && !(error instanceof Exception));
  is(String(error), "tsmpi.InternalError: frame of kind 9: this is a mistake in tsmpi, please report it");
});

test("show() is short and tells values apart", () => {
  const cases: [unknown, string][] = [
    ["text", '"text"'],
    ["5", '"5"'],
    ["line\nbreak", '"line\\nbreak"'],
    ["x".repeat(500), `"${"x".repeat(57)}..."`],
    [5, "5"],
    [-0, "0"],
    [Number.NaN, "NaN"],
    [5n, "5n"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [function named() {}, "function named"],
    [() => {}, "a function"],
    [[1, 2, 3], "an array of 3"],
    [{}, "Object"],
    [Object.create(null), "an object"],
    [new Map(), "Map"],
    [new Float64Array(4), "Float64Array(4)"],
    [new Date(0), "Date"],
  ];
  for (const [value, text] of cases) is(show(value), text);
});

test("show() never throws, whatever it is given", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedFunction = Proxy.revocable(() => {}, {});
  revokedFunction.revoke();
  const trap = () => {
    throw new Error("no");
  };
  const hostile = [
    revoked.proxy,
    revokedFunction.proxy,
    new Proxy({}, { getPrototypeOf: trap, get: trap }),
    Object.defineProperty({}, "length", { get: trap }),
    Object.defineProperty(class {}, "name", { get: trap }),
    Object.defineProperty(() => {}, "name", { value: Symbol("s") }),
    Object.create({ constructor: { name: Symbol("s") } }),
    Object.create({ constructor: null }),
    Object.create({ constructor: { name: "" } }),
  ];
  for (const value of hostile) match(show(value), /^[\w ]+$/);
});

test.run();
