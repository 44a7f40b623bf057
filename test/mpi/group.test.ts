// Groups: the algebra against a slow oracle, and the order and errors that the standard asks for.
import fc from "fast-check";
import { test } from "uvu";
import { Group as Members } from "../../src/comm/group.ts";
import {
  type Exception,
  GROUP_EMPTY,
  GROUP_NULL,
  Group,
  IDENT,
  PROC_NULL,
  SIMILAR,
  UNDEFINED,
  UNEQUAL,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, throws } from "../support/assert.ts";
import { engines } from "../support/engines.ts";
import { ranks } from "../support/ranks.ts";

const seed = 20;
const [engine] = engines(1).engines;

/** A group of processes, seen from process 3. */
const group = (...processes: number[]) => new Group(new Members(processes, 3), engine);

/** The processes of a group: its ranks in a world of which every process is a member. */
const processesOf = (of: Group) => of.translateRanks();

const anyProcesses = fc.uniqueArray(fc.nat(9), { maxLength: 10 });

function refuses(errorClass: string, text: string, use: () => unknown): void {
  throws(use, (error: Exception) => {
    ok(error.message.includes(text), `it threw: ${error.message}`);
    ok(error.message.endsWith(`(${errorClass})`), `it threw: ${error.message}`);
    return true;
  });
}

test("union, intersection and difference have the members and the order of the standard", () => {
  fc.assert(
    fc.property(anyProcesses, anyProcesses, (a, b) => {
      const [one, two] = [group(...a), group(...b)];
      const union = [...a];
      for (const process of b) if (!union.includes(process)) union.push(process);
      equal(processesOf(Group.union(one, two)), union);
      equal(
        processesOf(Group.intersection(one, two)),
        a.filter((process) => b.includes(process)),
      );
      equal(processesOf(Group.intersect(one, two)), processesOf(Group.intersection(one, two)));
      equal(
        processesOf(Group.difference(one, two)),
        a.filter((process) => !b.includes(process)),
      );
    }),
    { seed },
  );
});

test("size, rank, compare, dup and translateRanks agree with the lists of processes", () => {
  fc.assert(
    fc.property(anyProcesses, anyProcesses, (a, b) => {
      const [one, two] = [group(...a), group(...b)];
      is(one.size, a.length);
      is(one.getSize(), a.length);
      is(one.rank, a.includes(3) ? a.indexOf(3) : UNDEFINED);
      is(one.getRank(), one.rank);
      const same = a.length === b.length && a.every((process) => b.includes(process));
      is(one.compare(two), String(a) === String(b) ? IDENT : same ? SIMILAR : UNEQUAL);
      is(one.dup().compare(one), IDENT);
      equal(one.translateRanks([PROC_NULL, ...a.keys()], two), [
        PROC_NULL,
        ...a.map((process) => (b.includes(process) ? b.indexOf(process) : UNDEFINED)),
      ]);
    }),
    { seed },
  );
});

test("incl and excl take ranks of the group; incl gives them in the order of the list", () => {
  fc.assert(
    fc.property(
      anyProcesses.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()]))),
      ([all, some]) => {
        equal(
          processesOf(group(...all).incl(some)),
          some.map((rank) => all[rank]),
        );
        equal(
          processesOf(group(...all).excl(some)),
          all.filter((_, rank) => !some.includes(rank)),
        );
      },
    ),
    { seed },
  );
});

test("rangeIncl and rangeExcl walk each range from its first to its last rank", () => {
  const all = group(10, 11, 12, 13, 14, 15, 16, 17);
  equal(processesOf(all.rangeIncl([[0, 6, 3]])), [10, 13, 16]);
  equal(
    processesOf(
      all.rangeIncl([
        [7, 4, -2],
        [0, 0, 5],
        [1, 2, 1],
      ]),
    ),
    [17, 15, 10, 11, 12],
  );
  equal(processesOf(all.rangeExcl([[7, 1, -2]])), [10, 12, 14, 16]);
  equal(processesOf(all.rangeIncl([])), []);
  is(all.rangeExcl([]).compare(all), IDENT);
});

test("the empty group is empty, takes part in the algebra, and knows its members' rank afterwards", () => {
  is(GROUP_EMPTY.size, 0);
  is(GROUP_EMPTY.rank, UNDEFINED);
  const some = group(5, 3);
  is(Group.union(GROUP_EMPTY, some).rank, 1);
  is(Group.union(some, GROUP_EMPTY).compare(some), IDENT);
  is(Group.intersection(GROUP_EMPTY, some).compare(GROUP_EMPTY), IDENT);
  is(Group.difference(some, some).compare(GROUP_EMPTY), IDENT);
  equal(GROUP_EMPTY.translateRanks([], some), []);
  equal(GROUP_EMPTY.translateRanks([PROC_NULL], some), [PROC_NULL]);
});

test("ranks that are none, that occur twice, and ranges that lead nowhere are refused by name", () => {
  const all = group(0, 1, 2);
  refuses("ERR_RANK", "rank 3: the group has ranks 0 to 2", () => all.incl([0, 3]));
  refuses("ERR_RANK", "rank -1", () => all.excl([-1]));
  refuses("ERR_RANK", "rank 1: it occurs twice", () => all.incl([1, 0, 1]));
  refuses("ERR_RANK", "rank 1: it occurs twice", () =>
    all.rangeIncl([
      [0, 1, 1],
      [1, 2, 1],
    ]),
  );
  refuses("ERR_RANK", "rank 3", () => all.rangeExcl([[0, 1e9, 1]]));
  refuses("ERR_ARG", "[0, 2, 0]: stride is 0", () => all.rangeIncl([[0, 2, 0]]));
  refuses("ERR_ARG", "[2, 0, 1]", () => all.rangeIncl([[2, 0, 1]]));
  refuses("ERR_RANK", "rank 0.5", () => all.translateRanks([0.5], all));
  refuses("ERR_RANK", "the group is empty", () => GROUP_EMPTY.translateRanks([0]));
  throws(() => all.incl(1 as never), /ranks are 1, expected an array/);
  throws(() => all.rangeIncl([[0, 1]] as never), /a range is an array of 2/);
  throws(() => all.compare({} as never), /expected an MPI.Group/);
});

test("MPI.GROUP_NULL and a group that has been freed are ERR_GROUP for every call", () => {
  const freed = group(1, 2);
  freed.free();
  for (const [none, text] of [
    [GROUP_NULL, "MPI.GROUP_NULL"],
    [freed, "it has been freed"],
  ] as const) {
    const other = group(1);
    for (const use of [
      () => none.size,
      () => none.rank,
      () => none.translateRanks([]),
      () => none.compare(other),
      () => other.compare(none),
      () => Group.union(none, other),
      () => Group.union(other, none),
      () => Group.intersection(none, other),
      () => Group.difference(other, none),
      () => none.incl([]),
      () => none.excl([]),
      () => none.rangeIncl([]),
      () => none.dup(),
      () => none.free(),
    ]) {
      refuses("ERR_GROUP", text, use);
    }
  }
  refuses("ERR_GROUP", "predefined", () => GROUP_EMPTY.free());
});

test("a communicator's group has its ranks", async () => {
  await ranks(3, (comm) => {
    is(comm.group.size, 3);
    is(comm.getGroup().rank, comm.rank);
    equal(comm.group.incl([2, 0]).translateRanks([0, 1], comm.group), [2, 0]);
    // Without another group: ranks of COMM_WORLD.
    equal(comm.group.incl([2, 0]).translateRanks(), [2, 0]);
  });
});

test.run();
