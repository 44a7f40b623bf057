// Info: pairs of strings in order, and the limits of the standard.
import { test } from "uvu";
import { type Exception, INFO_ENV, INFO_NULL, Info, MAX_INFO_KEY, MAX_INFO_VAL } from "../../src/mpi/mpi.ts";
import { equal, is, ok, throws } from "../support/assert.ts";

function refuses(errorClass: string, use: () => unknown): void {
  throws(use, (error: Exception) => {
    ok(error.message.endsWith(`(${errorClass})`), `it threw: ${error.message}`);
    return true;
  });
}

test("what is set is there, in the order in which keys were first set", () => {
  const info = Info.create();
  is(info.size, 0);
  info.set("b", "1");
  info.set("a", "2");
  info.set("b", "3");
  is(info.getNkeys(), 2);
  equal([info.getNthkey(0), info.getNthkey(1)], ["b", "a"]);
  is(info.get("b"), "3");
  is(info.get("c"), null);
  is(info.get("c", "otherwise"), "otherwise");
  ok(info.has("a") && !info.has("c"));
  equal(info.keys(), ["b", "a"]);
  equal(info.values(), ["3", "2"]);
  equal(info.items(), [
    ["b", "3"],
    ["a", "2"],
  ]);
  equal([...info], info.items());
  info.delete("b");
  equal(info.keys(), ["a"]);
});

test("an Info can be made from an object, a Map and another Info; a duplicate is apart", () => {
  const info = Info.create({ a: "1", b: "" });
  const copy = info.dup();
  copy.set("a", "changed");
  is(info.get("a"), "1");
  equal(Info.create(new Map(info)).items(), info.items());
  equal(Info.create(info).items(), info.copy().items());
  info.update({ b: "2", c: "3" });
  equal(info.values(), ["1", "2", "3"]);
});

test("pop, popitem and clear take pairs out", () => {
  const info = Info.create({ a: "1", b: "2", c: "3" });
  is(info.pop("a"), "1");
  is(info.pop("a", 0), 0);
  equal(info.popitem(), ["c", "3"]);
  info.clear();
  is(info.size, 0);
  refuses("ERR_INFO_NOKEY", () => info.pop("a"));
  refuses("ERR_INFO_NOKEY", () => info.popitem());
});

test("wrong keys and values are refused with their class", () => {
  const info = Info.create();
  info.set("k".repeat(MAX_INFO_KEY - 1), "v".repeat(MAX_INFO_VAL - 1));
  refuses("ERR_INFO_KEY", () => info.set("k".repeat(MAX_INFO_KEY), ""));
  refuses("ERR_INFO_KEY", () => info.get(""));
  refuses("ERR_INFO_VALUE", () => info.set("k", "v".repeat(MAX_INFO_VAL)));
  refuses("ERR_INFO_NOKEY", () => info.delete("k"));
  refuses("ERR_ARG", () => info.getNthkey(1));
  refuses("ERR_ARG", () => info.getNthkey(-1));
  throws(() => info.set("k", 1 as never), /value of k is 1, expected a string/);
  throws(() => info.set(1 as never, "v"), /key is 1, expected a string/);
  is(info.size, 1);
});

test("MPI.INFO_NULL and an Info that has been freed are ERR_INFO; MPI.INFO_ENV tells the program", () => {
  const info = Info.create();
  info.free();
  refuses("ERR_INFO", () => info.get("a"));
  refuses("ERR_INFO", () => info.free());
  refuses("ERR_INFO", () => INFO_NULL.size);
  refuses("ERR_INFO", () => INFO_ENV.free());
  is(INFO_ENV.get("command"), process.argv[1]!);
  equal(Info.createEnv(["program", "-n", "5"]).items(), [
    ["command", "program"],
    ["argv", "-n 5"],
  ]);
  equal(Info.createEnv(["program", "x".repeat(MAX_INFO_VAL)]).keys(), ["command"]);
  equal(Info.createEnv([]).items(), []);
});

test.run();
