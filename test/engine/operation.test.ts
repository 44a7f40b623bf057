// Operations: settled once, observed by any number, and silent when nobody looks.
import { test } from "uvu";
import { CallSite } from "../../src/base/call-site.ts";
import { Exception } from "../../src/base/errors.ts";
import { Operation } from "../../src/engine/operation.ts";
import { equal, is, ok, rejects, throws } from "../support/assert.ts";
import { turns } from "../support/sinks.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

test("an operation settles once: what comes later changes nothing", async () => {
  const done = new Operation<number>();
  equal([done.settled, done.failed], [false, false]);
  done.resolve(1);
  done.resolve(2);
  done.reject(new Error("late"));
  equal([done.settled, done.failed, done.result, await done.promise()], [true, false, 1, 1]);

  const failed = new Operation<number>();
  failed.reject(new Error("first"));
  failed.reject(new Error("second"));
  failed.resolve(3);
  equal([failed.settled, failed.failed], [true, true]);
  throws(() => failed.result, "first");
  await rejects(failed.promise(), Error, "first");
});

test("every promise of an operation settles, asked for before and after", async () => {
  const operation = new Operation<string>();
  const before = [operation.promise(), operation.promise()];
  operation.resolve("x");
  equal(await Promise.all([...before, operation.promise()]), ["x", "x", "x"]);

  const failing = new Operation<string>();
  const promise = failing.promise();
  failing.reject(new Error("no"));
  await rejects(promise, Error, "no");
  await rejects(failing.promise(), Error, "no");
});

test("an operation that fails unobserved is no unhandled rejection", async () => {
  new Operation().reject(new Error("nobody looks"));
  const watched = new Operation();
  watched.onSettled(() => {});
  watched.reject(new Error("nobody asks for the promise"));
  await turns();
  equal(unhandled, []);
});

test("onSettled() calls each function once, in order, also when it comes late", () => {
  const calls: string[] = [];
  const operation = new Operation<void>();
  const [a, b, c] = ["a", "b", "c"].map((name) => () => void calls.push(name)) as [() => void, () => void, () => void];
  for (const then of [a, b, c]) operation.onSettled(then);
  operation.resolve();
  operation.resolve();
  equal(calls, ["a", "b", "c"]);
  operation.onSettled(a);
  equal(calls, ["a", "b", "c", "a"]);
});

test("offSettled() takes back any of several functions, and only that", () => {
  for (const gone of [0, 1, 2]) {
    const calls: number[] = [];
    const operation = new Operation<void>();
    const thens = [0, 1, 2].map((i) => () => void calls.push(i));
    for (const then of thens) operation.onSettled(then);
    operation.offSettled(thens[gone]!);
    operation.offSettled(thens[gone]!);
    operation.reject(new Error("no"));
    equal(
      calls,
      [0, 1, 2].filter((i) => i !== gone),
    );
  }
});

test("a function taken back and added again is called", () => {
  let calls = 0;
  const operation = new Operation<void>();
  const then = () => void calls++;
  operation.onSettled(then);
  operation.offSettled(then);
  operation.onSettled(then);
  operation.resolve();
  is(calls, 1);
});

test("a function that onSettled() calls may look at the operation", () => {
  const operation = new Operation<number>();
  let seen: unknown;
  operation.onSettled(() => {
    seen = [operation.settled, operation.result];
  });
  operation.resolve(7);
  equal(seen, [true, 7]);
});

test("an MPI exception is located at the call, other errors are left as they are", () => {
  const located: Error[] = [];
  const site = new CallSite();
  site.locate = (error) => void located.push(error);
  const ours = new Exception("ERR_OTHER", "Cannot go on");
  for (const error of [ours, new TypeError("x"), "text"]) {
    const operation = new Operation();
    operation.site = site;
    operation.reject(error);
  }
  equal(located, [ours]);
});

test("done() is done, of() follows its promise", async () => {
  is(Operation.done(5).result, 5);
  const { promise, resolve } = Promise.withResolvers<number>();
  const following = Operation.of(promise);
  is(following.settled, false);
  resolve(6);
  is(await following.promise(), 6);
  const failing = Operation.of(Promise.reject(new Error("no")));
  await rejects(failing.promise(), Error, "no");
  await turns();
  ok(unhandled.length === 0);
});

test.run();
