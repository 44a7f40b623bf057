// Groups: rank ↔ process number.
import { test } from "uvu";
import { Group } from "../../src/comm/group.ts";
import { equal, is } from "../support/assert.ts";

test("a group knows ranks by process and processes by rank", () => {
  const processes = [5, 0, 9, 3];
  const group = new Group(processes, 9);
  is(group.size, 4);
  is(group.rank, 2);
  equal(
    processes.map((_, rank) => group.processOf(rank)),
    processes,
  );
  equal(
    processes.map((process) => group.rankOf(process)),
    [0, 1, 2, 3],
  );
});

test("who is no member has no rank", () => {
  const group = new Group([5, 0], 1);
  is(group.rank, undefined);
  is(group.rankOf(1), undefined);
  is(new Group([], 0).size, 0);
});

test.run();
