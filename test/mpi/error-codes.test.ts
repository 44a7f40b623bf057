// Error classes and codes that a program adds.
import { test } from "uvu";
import { errorClasses } from "../../src/base/error-classes.ts";
import {
  addErrorClass,
  addErrorCode,
  addErrorString,
  ERR_ARG,
  ERR_LASTCODE,
  ERR_OTHER,
  Exception,
  getErrorClass,
  getErrorString,
  LASTUSEDCODE,
  removeErrorClass,
  removeErrorCode,
  removeErrorString,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

/** The call is refused with ERR_ARG and a message that has `text` in it. */
function refused(call: () => unknown, text: string): void {
  throws(call, (error: Error) => {
    ok(error instanceof Exception && error.errorClass === ERR_ARG, String(error));
    match(error.message, text);
    return true;
  });
}

test("the standard's classes are their own class and have a text", () => {
  for (const [code, text] of Object.values(errorClasses)) {
    equal([getErrorClass(code), getErrorString(code)], [code, text]);
  }
});

test("an added class is a number above ERR_LASTCODE, the value of LASTUSEDCODE; it has no text at first", async () => {
  await ranks(1, (world) => {
    const before = world.getAttr(LASTUSEDCODE)!;
    ok(before >= ERR_LASTCODE);
    const added = addErrorClass();
    ok(added > before);
    equal([world.getAttr(LASTUSEDCODE), getErrorClass(added), getErrorString(added)], [added, added, ""]);
    const code = addErrorCode(added);
    equal([world.getAttr(LASTUSEDCODE), getErrorClass(code), getErrorString(code)], [code, added, ""]);
    removeErrorCode(code);
    is(world.getAttr(LASTUSEDCODE), added);
    removeErrorClass(added);
    is(world.getAttr(LASTUSEDCODE), before);
    const next = addErrorClass();
    ok(next > code, "a number that has been removed is not used again");
    removeErrorClass(next);
  });
});

test("a text is set, replaced and removed, for classes and codes", () => {
  const added = addErrorClass();
  const codes = [addErrorCode(added), addErrorCode(ERR_OTHER)];
  for (const code of [added, ...codes]) {
    addErrorString(code, "first");
    addErrorString(code, "second");
    is(getErrorString(code), "second");
    removeErrorString(code);
    is(getErrorString(code), "");
    refused(() => removeErrorString(code), "it has none");
  }
  addErrorString(added, "of the class");
  is(getErrorString(codes[0]!), "");
  for (const code of codes) removeErrorCode(code);
  removeErrorClass(added);
});

test("an Exception can have an added code: class, code and text are those", () => {
  const added = addErrorClass();
  const code = addErrorCode(added);
  addErrorString(code, "no convergence");
  const error = new Exception(code);
  equal([error.getErrorClass(), error.getErrorCode(), error.getErrorString()], [added, code, "no convergence"]);
  is(error.message, `no convergence (error code ${code})`);
  is(new Exception(code, "Cannot solve").message, `Cannot solve (error code ${code})`);
  is(new Exception(added).message, `(error code ${added})`);
  const other = addErrorCode(ERR_OTHER);
  equal([new Exception(other).errorClass, new Exception(other).errorCode], [ERR_OTHER, other]);
  for (const each of [code, other]) removeErrorCode(each);
  removeErrorClass(added);
  equal([new Exception(code).errorCode, new Exception(code).errorString], [code, "unknown error"]);
});

test("what is the standard's, does not exist, or is of the other kind is ERR_ARG", () => {
  const added = addErrorClass();
  const code = addErrorCode(added);
  refused(() => removeErrorClass(added), `it has the codes ${code}`);
  refused(() => removeErrorClass(code), "expected an error class");
  refused(() => removeErrorCode(added), "expected an error code");
  refused(() => addErrorCode(code), "expected an error class");
  removeErrorCode(code);
  removeErrorClass(added);
  for (const unknown of [code, added, -1, 1e9, 1.5, "ERR_ARG", undefined] as number[]) {
    for (const call of [
      getErrorClass,
      getErrorString,
      addErrorCode,
      removeErrorClass,
      removeErrorCode,
      removeErrorString,
    ])
      refused(() => call(unknown), "there is none of that number");
    refused(() => addErrorString(unknown, "text"), "there is none of that number");
  }
  for (const call of [removeErrorClass, removeErrorCode, removeErrorString]) {
    refused(() => call(ERR_OTHER), "it is the standard's");
  }
  refused(() => addErrorString(ERR_LASTCODE, "text"), "it is the standard's");
});

test("a text that is no string is a TypeError", () => {
  const added = addErrorClass();
  throws(() => addErrorString(added, 5 as never), /text is 5, expected a string/);
  removeErrorClass(added);
});

test.run();
