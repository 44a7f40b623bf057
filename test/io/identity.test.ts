// What tells one file from two, on hosts that share a file system and on such that do not.
import { test } from "uvu";
import { type Identity, isSame } from "../../src/io/identity.ts";
import { is } from "../support/assert.ts";

const shared: Identity = { device: 7, file: 12, birth: "500", machine: undefined };
const local: Identity = { ...shared, machine: "a" };

test("ranks of one host have one file where device and number are the same", () => {
  is(isSame(local, { ...local }, true), true);
  is(isSame(local, { ...local, device: 8 }, true), false);
  is(isSame(local, { ...local, file: 13 }, true), false);
});

test("hosts may number the device of a shared file system as they like", () => {
  is(isSame(shared, { ...shared, device: 8 }, false), true);
  is(isSame(shared, { ...shared, file: 13 }, false), false);
});

test("files that new file systems of several hosts have numbered alike are several", () => {
  is(isSame(local, { ...local, machine: "b" }, false), false);
  is(isSame(local, { ...local, device: 8 }, false), false);
  is(isSame(shared, { ...shared, birth: "501" }, false), false);
  is(isSame(shared, { ...shared, birth: "0" }, false), true);
});

test("a host may serve its own file system to the others", () => {
  is(isSame(local, shared, false), true);
  is(isSame(shared, { ...local, device: 8 }, false), true);
  is(isSame(shared, { ...local, birth: "501" }, false), false);
});

test("containers of one machine may have a file system in common", () => {
  is(isSame(local, { ...local }, false), true);
});

test.run();
