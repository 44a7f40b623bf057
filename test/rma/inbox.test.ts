// The order of an origin's requests at a target.
import { test } from "uvu";
import { Inbox } from "../../src/rma/inbox.ts";
import { equal, not, ok } from "../support/assert.ts";

test("a request whose bytes are still to come holds up those behind it", () => {
  const inbox = new Inbox();
  const log: string[] = [];
  not(inbox.busy(true));
  const first = inbox.reserve();
  ok(inbox.busy(false));
  inbox.add(false, () => log.push("second"));
  const third = inbox.reserve();
  third(false, () => log.push("third"));
  equal(log, []);
  first(false, () => log.push("first"));
  equal(log, ["first", "second", "third"]);
  not(inbox.busy(true));
});

test("ordered requests wait for long data that is landing, others do not", () => {
  const inbox = new Inbox();
  const log: string[] = [];
  const landed = inbox.land();
  not(inbox.busy(false));
  ok(inbox.busy(true));
  inbox.add(true, () => log.push("flush"));
  inbox.add(false, () => log.push("put"));
  ok(inbox.busy(false));
  const also = inbox.land();
  landed();
  equal(log, []);
  also();
  equal(log, ["flush", "put"]);
});

test("a request that begins to land holds up the ordered ones behind it in the queue", () => {
  const inbox = new Inbox();
  const log: string[] = [];
  let landed = () => {};
  const first = inbox.reserve();
  inbox.add(false, () => {
    landed = inbox.land();
  });
  inbox.add(true, () => log.push("accumulate"));
  first(true, () => log.push("first"));
  equal(log, ["first"]);
  landed();
  equal(log, ["first", "accumulate"]);
});

test.run();
