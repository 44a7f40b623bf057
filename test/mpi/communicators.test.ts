// Communicators made from communicators: who is in them, what they are called, and that nothing crosses between them.
import fc from "fast-check";
import { test } from "uvu";
import {
  COMM_NULL,
  COMM_TYPE_HW_GUIDED,
  COMM_TYPE_HW_UNGUIDED,
  COMM_TYPE_RESOURCE_GUIDED,
  COMM_TYPE_SHARED,
  CONGRUENT,
  Exception,
  GROUP_EMPTY,
  GROUP_NULL,
  IDENT,
  Info,
  Intracomm,
  SIMILAR,
  Status,
  UNDEFINED,
  UNEQUAL,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const seed = 31;
const sizes = [1, 2, 3, 5, 8];

/** World ranks of a communicator's members. */
const members = (comm: Intracomm) => comm.group.translateRanks();

/** A collective and a message round the ring: the communicator works. */
async function works(comm: Intracomm): Promise<void> {
  const { rank, size } = comm;
  equal(await comm.allgather(rank), [...Array(size).keys()]);
  is(await comm.sendrecv(rank, { dest: (rank + 1) % size }), (rank + size - 1) % size);
}

for (const size of sizes) {
  test(`every way of duplicating gives the same ranks, apart from the original, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const info = Info.create({ hint: "1" });
      const made = [
        await world.dup(),
        await world.clone(),
        await world.idup().wait(),
        await world.dupWithInfo(info),
        await world.idupWithInfo(info).wait(),
      ];
      for (const [i, comm] of made.entries()) {
        is(comm.rank, world.rank);
        is(comm.size, size);
        is(comm instanceof Intracomm, true);
        is(comm.compare(world), CONGRUENT);
        is(comm.compare(comm), IDENT);
        is(comm.name, "dup of COMM_WORLD");
        is(comm.getInfo().get("hint"), i < 3 ? null : "1");
        await works(comm);
      }
      await Promise.all(made.map((comm) => comm.free()));
    });
  });

  test(`split() puts ranks together by color, in the order of key and old rank, on ${size} ranks`, async () => {
    const wishes = fc.array(fc.tuple(fc.constantFrom(UNDEFINED, 0, 1, 2 ** 40), fc.integer({ min: -2, max: 2 })), {
      minLength: size,
      maxLength: size,
    });
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        await ranks(size, async (world) => {
          const [color, key] = all[world.rank]!;
          const comm = await world.split(color, key);
          if (color === UNDEFINED) return is(comm, COMM_NULL);
          const expected = [...all.keys()].filter((rank) => all[rank]![0] === color);
          expected.sort((a, b) => all[a]![1] - all[b]![1] || a - b);
          equal(members(comm), expected);
          is(comm.rank, expected.indexOf(world.rank));
          is(comm.name, `split ${color} of COMM_WORLD`);
          await works(comm);
          await comm.free();
        });
      }),
      { seed, numRuns: 10 },
    );
  });

  test(`create() makes one communicator for each group, in the group's order, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const backwards = world.group.rangeIncl([[size - 1, 0, -1]]);
      const all = await world.create(backwards);
      is(all.rank, size - 1 - world.rank);
      is(all.compare(world), size === 1 ? CONGRUENT : SIMILAR);
      await works(all);
      // Two groups at the same time: even and odd ranks.
      const mine = [...Array(size).keys()].filter((rank) => rank % 2 === world.rank % 2);
      const half = await world.create(world.group.incl(mine));
      equal(members(half), mine);
      is(half.compare(world), size === 1 ? CONGRUENT : UNEQUAL);
      await works(half);
      const first = await world.create(world.group.incl([0]));
      is(first === COMM_NULL, world.rank > 0);
      is(await world.create(GROUP_EMPTY), COMM_NULL);
      await works(world);
    });
  });

  test(`createGroup() and createFromGroup() need only the members, on ${size} ranks`, async () => {
    await ranks(size, async (world) => {
      const odd = world.group.rangeExcl([[0, size - 1, 2]]);
      if (world.rank % 2 === 0) return;
      const comm = await world.createGroup(odd, { tag: 7 });
      is(comm.compare(await Intracomm.createFromGroup(odd, "odd")), CONGRUENT);
      is(comm.rank, (world.rank - 1) / 2);
      await works(comm);
    });
  });
}

test("createGroup() with different tags, on groups that overlap, can be in progress at the same time", async () => {
  await ranks(4, async (world) => {
    // Every pair of ranks, each rank in its own order.
    const pairs = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].filter((b) => b > a).map((b) => [a, b] as const));
    const mine = pairs.filter((pair) => pair.includes(world.rank));
    if (world.rank % 2) mine.reverse();
    const made = await Promise.all(
      mine.map(([a, b]) => world.createGroup(world.group.incl([a, b]), { tag: a * 4 + b })),
    );
    const named = await Promise.all(
      mine.map(([a, b]) => Intracomm.createFromGroup(world.group.incl([a, b]), `pair ${a} ${b}`)),
    );
    for (const comms of [made, named]) {
      for (const [i, comm] of comms.entries()) equal(members(comm), mine[i]);
      // All pairs exchange at once: a rank that hears from the wrong one has the wrong communicator.
      const heard = await Promise.all(comms.map((comm) => comm.sendrecv(world.rank, { dest: 1 - comm.rank })));
      equal(
        heard,
        mine.map(([a, b]) => a + b - world.rank),
      );
    }
  });
});

test("createGroup() and createFromGroup() on who is no member give MPI.COMM_NULL at once", async () => {
  await ranks(2, async (world) => {
    const other = world.group.incl([1 - world.rank]);
    is(await world.createGroup(other), COMM_NULL);
    is(await Intracomm.createFromGroup(other), COMM_NULL);
    is(await Intracomm.createFromGroup(GROUP_EMPTY), COMM_NULL);
  });
});

test("splitType() puts the ranks of one host together", async () => {
  await ranks(3, async (world) => {
    const host = await world.splitType(COMM_TYPE_SHARED, { key: -world.rank });
    equal(members(host), [2, 1, 0]);
    await works(host);
    is(
      await world.splitType(world.rank === 0 ? UNDEFINED : COMM_TYPE_SHARED).then(({ name }) => name),
      world.rank ? "host part of COMM_WORLD" : "MPI.COMM_NULL",
    );
    // There is no smaller part of the hardware than the one host that all ranks are on.
    is(await world.splitType(COMM_TYPE_HW_UNGUIDED), COMM_NULL);
    const info = Info.create({ mpi_hw_resource_type: "mpi_shared_memory" });
    for (const type of [COMM_TYPE_HW_GUIDED, COMM_TYPE_RESOURCE_GUIDED]) {
      is((await world.splitType(type, { info })).size, 3);
      is(await world.splitType(type), COMM_NULL);
    }
  });
});

test("communicators that share ranks can be duplicated at the same time, in any order of completion", async () => {
  await ranks(5, async (world) => {
    const halves = await world.split(world.rank % 2);
    const ends = await world.split(world.rank < 2 || world.rank === 4 ? 0 : 1);
    const requests = [world, halves, ends, world, halves, ends].map((comm) => comm.idup());
    // Blocking creations on one communicator, while those on the others are under way.
    const more = await world.split(0, -world.rank);
    const made: Intracomm[] = [];
    const order = world.rank % 2 ? [5, 4, 3, 2, 1, 0] : [2, 0, 1, 5, 3, 4];
    for (const i of order) made[i] = await requests[i]!.wait();
    // A sum that differs from communicator to communicator, all at once, with traffic on each.
    const sums = await Promise.all([...made, more].map((comm, i) => comm.allreduce((i + 1) * 100 + comm.size)));
    equal(
      sums,
      [...made, more].map((comm, i) => comm.size * ((i + 1) * 100 + comm.size)),
    );
    const parents = [world, halves, ends, world, halves, ends];
    for (const [i, comm] of made.entries()) is(comm.compare(parents[i]!), CONGRUENT);
    await Promise.all([...made, more].map(works));
  });
});

test("messages and wildcard receives and probes stay on their communicator", async () => {
  await ranks(2, async (world) => {
    const [one, two] = [await world.dup(), await world.dup()];
    if (world.rank === 0) {
      for (const [i, comm] of [two, one, world].entries()) await comm.send(i, { dest: 1, tag: 5 });
      is(await one.recv(), "answer");
    } else {
      // All three are here once the last is.
      is(await world.recv(), 2);
      is(await world.iprobe(), false);
      const status = new Status();
      const any = one.irecv({ status });
      is(await any.wait(), 1);
      equal([status.source, status.tag], [0, 5]);
      is(await one.iprobe(), false);
      is((await two.probe()).source, 0);
      is(await two.recv(), 0);
      await one.send("answer", { dest: 0 });
    }
  });
});

test("ranks of a message, a status and a source are those of the communicator", async () => {
  await ranks(3, async (world) => {
    const backwards = await world.split(0, -world.rank);
    const status = new Status();
    if (backwards.rank === 0) {
      is(await backwards.recv({ source: 2, status }), "from world rank 0");
      is(status.source, 2);
    } else if (backwards.rank === 2) await backwards.send("from world rank 0", { dest: 0 });
  });
});

test("free() lets what is in progress complete: receives, statuses and collectives; then nothing is left", async () => {
  await ranks(3, async (world) => {
    await works(world);
    const { channels } = world.group.engine!;
    const before = channels.size;
    const comm = await world.dup();
    const status = new Status();
    const receive = comm.irecv({ status, source: (world.rank + 1) % 3 });
    const sum = comm.iallreduce(1);
    const duplicate = comm.idup();
    const send = comm.isend("x".repeat(5000), { dest: (world.rank + 2) % 3, tag: 9 });
    await comm.free();
    is((await receive.wait()).length, 5000);
    equal([status.source, status.tag], [(world.rank + 1) % 3, 9]);
    is(await sum.wait(), 3);
    await send.wait();
    const made = await duplicate.wait();
    await works(made);
    await made.free();
    await world.barrier();
    is(channels.size, before);
  });
});

test("disconnect() waits for the receives on the communicator and for every rank", async () => {
  await ranks(3, async (world) => {
    const comm = await world.dup();
    const receive = world.rank === 0 ? comm.irecv({ source: 1 }) : undefined;
    let left = false;
    const leaving = comm.disconnect().then(() => {
      left = true;
    });
    await world.barrier();
    is(left, false);
    if (world.rank === 1) await throwsFreed(() => comm.send("late", { dest: 0 }), undefined);
    await leaving;
    if (receive) is(await receive.wait(), "late");
    await throwsFreed(() => comm.barrier(), /Cannot call barrier on dup of COMM_WORLD: it has been freed/);
  });
});

/** With a pattern: the call rejects as one on a freed communicator; without: it works. */
async function throwsFreed(call: () => Promise<unknown>, pattern: RegExp | undefined): Promise<void> {
  if (pattern) match((await rejects(call(), Exception)).message, pattern);
  else await call();
}

test("every call on a freed communicator is ERR_COMM and names the call", async () => {
  await ranks(2, async (world) => {
    const comm = await world.dup();
    comm.setName("mine");
    await comm.free();
    const calls: Record<string, () => unknown> = {
      rank: () => comm.rank,
      size: () => comm.size,
      group: () => comm.group,
      setName: () => comm.setName("yours"),
      compare: () => comm.compare(world),
      idup: () => comm.idup(),
      getInfo: () => comm.getInfo(),
      setInfo: () => comm.setInfo(Info.create()),
      getAttr: () => comm.getAttr(1),
      send: () => comm.send(1, { dest: 0 }),
      recv: () => comm.recv(),
      iprobe: () => comm.iprobe(),
      barrier: () => comm.barrier(),
      ibcast: () => comm.ibcast(1),
      scan: () => comm.scan(1),
      dup: () => comm.dup(),
      clone: () => comm.clone(),
      split: () => comm.split(0),
      splitType: () => comm.splitType(COMM_TYPE_SHARED),
      create: () => comm.create(world.group),
      createGroup: () => comm.createGroup(world.group),
      disconnect: () => comm.disconnect(),
      free: () => comm.free(),
    };
    for (const [call, use] of Object.entries(calls)) {
      const error = await rejects((async () => use())(), Exception);
      is(error.message, `Cannot call ${call} on mine: it has been freed (ERR_COMM)`);
    }
    throws(() => world.compare(comm), /it has been freed/);
    is(comm.name, "mine");
  });
});

test("`await using` frees a communicator, once, and predefined ones not at all", async () => {
  await ranks(2, async (world) => {
    let kept: Intracomm;
    {
      await using comm = await world.dup();
      await using early = await world.dup();
      await using _ = world;
      await early.free();
      kept = comm;
    }
    throws(() => kept.rank, /it has been freed/);
    await works(world);
    await rejects(world.free(), Exception, /Cannot call free on COMM_WORLD: it is predefined \(ERR_COMM\)/);
    await rejects(world.disconnect(), Exception, /predefined/);
    await rejects(COMM_NULL.free(), Exception, /MPI.COMM_NULL: it is no communicator/);
    await COMM_NULL[Symbol.asyncDispose]();
  });
});

test("bad colors, keys, types, groups and options are refused before anything is sent", async () => {
  await ranks(2, async (world) => {
    for (const color of [-1, 0.5, Number.NaN, "red" as never]) {
      await rejects(world.split(color), Exception, /color is .*expected a whole number from 0.*\(ERR_ARG\)/);
    }
    await rejects(world.split(0, 1.5), Exception, /key is 1.5.*\(ERR_ARG\)/);
    await rejects(world.splitType(4), Exception, /type is 4.*\(ERR_ARG\)/);
    await rejects(world.splitType(COMM_TYPE_SHARED, { kee: 1 } as never), TypeError, /option kee is unknown/);
    await rejects(world.create(GROUP_NULL), Exception, /\(ERR_GROUP\)/);
    await rejects(world.create(undefined as never), TypeError, /group is undefined/);
    await rejects(world.createGroup(world.group, { tag: -1 }), Exception, /\(ERR_TAG\)/);
    await rejects(Intracomm.createFromGroup(world.group, 1 as never), TypeError, /stringtag is 1/);
    await rejects(world.dupWithInfo({} as never), TypeError, /info is Object, expected an MPI.Info/);
    throws(() => world.compare(1 as never), /comm is 1, expected an MPI.Comm/);
    const one = await world.split(world.rank);
    const outside = /Cannot call create on split . of COMM_WORLD: rank . of the group is not in it \(ERR_GROUP\)/;
    await rejects(one.create(world.group), Exception, outside);
    await works(world);
  });
});

test("hints are kept by communicator, merged, and not carried over by dup()", async () => {
  await ranks(1, async (world) => {
    world.setInfo(Info.create({ a: "1", b: "2" }));
    world.info = Info.create({ b: "3" });
    equal(world.info.items(), [
      ["a", "1"],
      ["b", "3"],
    ]);
    world.getInfo().set("a", "changed");
    is(world.info.get("a"), "1");
    is((await world.dup()).info.size, 0);
    is((await Intracomm.createFromGroup(world.group, "t", { info: world.info })).info.size, 2);
  });
});

test.run();
