// Intercommunicators: who is in them, messages between their groups, and communicators made from them.
import { test } from "uvu";
import {
  ANY_SOURCE,
  COMM_NULL,
  COMM_TYPE_HW_UNGUIDED,
  COMM_TYPE_SHARED,
  CONGRUENT,
  Exception,
  GROUP_EMPTY,
  IDENT,
  Info,
  Intercomm,
  Intracomm,
  PROC_NULL,
  Request,
  SIMILAR,
  Status,
  UNDEFINED,
  UNEQUAL,
} from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { PAIRS, sides } from "../support/sides.ts";

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

/** A collective and messages of everyone to everyone on the other side: the intercommunicator works. */
async function works(inter: Intercomm, mark = inter.rank): Promise<void> {
  const others = await inter.allgather(mark);
  const sent = upTo(inter.remoteSize).map((dest) => inter.isend(mark, { dest, tag: 3 }));
  for (const source of upTo(inter.remoteSize)) is(await inter.recv({ source, tag: 3 }), others[source]);
  await Request.waitall(sent);
}

for (const sizes of PAIRS) {
  const title = `${sizes[0]}+${sizes[1]} ranks`;

  test(`createIntercomm() knows both groups, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side, half, world }) => {
      ok(inter instanceof Intercomm);
      is(inter.isInter(), true);
      is(inter.isIntra(), false);
      equal([inter.rank, inter.size, inter.remoteSize], [half.rank, sizes[side], sizes[1 - side]]);
      equal([inter.getRank(), inter.getSize(), inter.getRemoteSize()], [inter.rank, inter.size, inter.remoteSize]);
      const first = [0, sizes[0]];
      equal(inter.group.translateRanks(), upTo(sizes[side]!, first[side]));
      equal(inter.remoteGroup.translateRanks(), upTo(sizes[1 - side]!, first[1 - side]));
      is(inter.getRemoteGroup().rank, UNDEFINED);
      is(inter.name, `intercomm of split ${side} of COMM_WORLD`);
      is(inter.compare(inter), IDENT);
      is(inter.compare(world), UNEQUAL);
      is(half.compare(inter), UNEQUAL);
      await works(inter);
    });
  });

  test(`messages go to and come from ranks of the remote group, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side }) => {
      const { rank, remoteSize } = inter;
      const status = new Status();
      const requests = upTo(remoteSize).map((dest) => inter.isend([side, rank], { dest, tag: rank }));
      for (const source of upTo(remoteSize).reverse()) {
        const probed = await inter.probe({ source });
        equal([probed.source, probed.tag], [source, source]);
        equal(await inter.recv({ source, status }), [1 - side, source]);
        equal([status.source, status.tag], [source, source]);
      }
      await Request.waitall(requests);
      // From anyone, long, and into a buffer.
      const long = new Float64Array(500).fill(rank);
      const sending = upTo(remoteSize).map((dest) => inter.issend(long, { dest }));
      const heard = new Set<number>();
      for (const _ of upTo(remoteSize)) {
        const into = new Float64Array(500);
        await inter.recv({ source: ANY_SOURCE, into, status });
        is(into[499], status.source);
        heard.add(status.source);
      }
      is(heard.size, remoteSize);
      await Request.waitall(sending);
      await inter.send("nobody", { dest: PROC_NULL });
    });
  });

  test(`sendrecv, matched probes and persistent requests cross over, on ${title}`, async () => {
    await sides(sizes, async ({ inter }) => {
      const { rank, size, remoteSize } = inter;
      const partner = rank < remoteSize ? rank : PROC_NULL;
      const met = Math.min(size, remoteSize);
      is(
        await inter.sendrecv(`from ${rank}`, { dest: partner, source: partner }),
        rank < met ? `from ${rank}` : undefined,
      );
      const number = Int32Array.of(0);
      const send = inter.sendInit(number, { dest: partner });
      const receive = inter.recvInit({ source: partner, into: new Int32Array(1) });
      for (const round of [1, 2, 3]) {
        number[0] = round;
        send.start();
        receive.start();
        is((await receive.wait())[0], rank < met ? round : 0);
        await send.wait();
      }
      if (rank >= met) return;
      await inter.send("mine", { dest: partner });
      const message = await inter.mprobe({ source: partner });
      const status = new Status();
      is(await message.recv({ status }), "mine");
      is(status.source, partner);
    });
  });

  test(`merge() puts the high group last, and has one order where both say the same, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side, world }) => {
      const total = sizes[0] + sizes[1];
      for (const [high, expected] of [
        [side === 1, upTo(total)],
        [side === 0, [...upTo(sizes[1], sizes[0]), ...upTo(sizes[0])]],
        [false, upTo(total)],
        [true, upTo(total)],
      ] as const) {
        const all = await inter.merge(high);
        ok(all instanceof Intracomm);
        is(all.isIntra(), true);
        equal(all.group.translateRanks(), expected);
        equal(await all.allgather(world.rank), expected);
        is(all.name, `merge of ${inter.name}`);
        await all.free();
      }
      is((await inter.merge()).size, total);
    });
  });

  test(`every way of duplicating gives the same groups, apart from the original, on ${title}`, async () => {
    await sides(sizes, async ({ inter }) => {
      const info = Info.create({ hint: "1" });
      const made = [
        await inter.dup(),
        await inter.clone(),
        await inter.idup().wait(),
        await inter.dupWithInfo(info),
        await inter.idupWithInfo(info).wait(),
      ];
      for (const [i, comm] of made.entries()) {
        ok(comm instanceof Intercomm);
        is(comm.compare(inter), CONGRUENT);
        is(comm.name, `dup of ${inter.name}`);
        is(comm.getInfo().get("hint"), i < 3 ? null : "1");
        await works(comm);
      }
      // The same tag on all of them, received in another order than sent.
      const sent = made.map((comm, i) => comm.isend(i, { dest: comm.rank % comm.remoteSize }));
      for (const comm of made.toReversed()) {
        for (let from = comm.rank; from < comm.remoteSize; from += comm.size) {
          if (from % comm.size === comm.rank) is(await comm.recv({ source: from }), made.indexOf(comm));
        }
      }
      await Request.waitall(sent);
      await Promise.all(made.map((comm) => comm.disconnect()));
    });
  });

  test(`split() matches colors across, in the order of key and old rank, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side, world }) => {
      const { rank } = inter;
      const color = (world: number) => world % 2;
      const made = await inter.split(color(world.rank), -rank);
      const of = (of: number) =>
        upTo(sizes[of]!, of * sizes[0]!)
          .filter((other) => color(other) === color(world.rank))
          .reverse();
      if (of(1 - side).length === 0) return is(made, COMM_NULL);
      ok(made instanceof Intercomm);
      equal(made.group.translateRanks(), of(side));
      equal(made.remoteGroup.translateRanks(), of(1 - side));
      await works(made, world.rank);
    });
    await sides(sizes, async ({ inter, side }) => {
      is(await inter.split(side), COMM_NULL);
      is(await inter.split(UNDEFINED), COMM_NULL);
      const same = await inter.split(7);
      is(same.compare(inter), CONGRUENT);
      const backwards = await inter.split(7, -inter.rank);
      is(backwards.compare(inter), Math.max(...sizes) === 1 ? CONGRUENT : SIMILAR);
      const host = await inter.splitType(COMM_TYPE_SHARED);
      is(host.compare(inter), CONGRUENT);
      is(await inter.splitType(COMM_TYPE_HW_UNGUIDED), COMM_NULL);
      await Promise.all([works(same), works(backwards), works(host), works(inter)]);
    });
  });

  test(`create() connects a group of each side, on ${title}`, async () => {
    await sides(sizes, async ({ inter, side }) => {
      const last = (size: number) => [size - 1];
      const made = await inter.create(inter.group.incl(last(inter.size)));
      if (inter.rank < inter.size - 1) is(made, COMM_NULL);
      else {
        equal([made.size, made.remoteSize], [1, 1]);
        equal(made.remoteGroup.translateRanks(undefined, inter.remoteGroup), last(inter.remoteSize));
        await works(made);
      }
      is(await inter.create(side === 0 ? inter.group : GROUP_EMPTY), COMM_NULL);
      const all = await inter.create(inter.group);
      is(all.compare(inter), CONGRUENT);
      await works(all);
    });
  });

  test(`createFromGroups() needs no communicator of both, on ${title}`, async () => {
    await ranks(sizes[0] + sizes[1], async ({ group, rank }) => {
      const groups = [group.rangeIncl([[sizes[0] - 1, 0, -1]]), group.rangeExcl([[0, sizes[0] - 1, 1]])] as const;
      const side = Number(rank >= sizes[0]);
      const leaders = sizes.map((size) => size - 1);
      const info = Info.create({ hint: "1" });
      const inter = await Intercomm.createFromGroups(
        groups[side]!,
        leaders[side]!,
        groups[1 - side]!,
        leaders[1 - side]!,
        "test",
        { info },
      );
      equal(inter.group.translateRanks(), groups[side]!.translateRanks());
      equal(inter.remoteGroup.translateRanks(), groups[1 - side]!.translateRanks());
      is(inter.name, "test");
      is(inter.getInfo().get("hint"), "1");
      await works(inter);
    });
  });
}

test("any ranks may lead, the peer communicator may be another one or an intercommunicator", async () => {
  await ranks(6, async (world) => {
    const side = world.rank % 2;
    const half = await world.split(side);
    const backwards = await world.split(0, -world.rank);
    // Leaders: world ranks 4 and 1.
    const inter = await half.createIntercomm(side === 0 ? 2 : 0, backwards, side === 0 ? 4 : 1);
    equal(inter.remoteGroup.translateRanks(), side === 0 ? [1, 3, 5] : [0, 2, 4]);
    await works(inter);
    const over = await half.createIntercomm(1, inter, 1, 9);
    is(over.compare(inter), CONGRUENT);
    await works(over);
    // Only the leader says where the other one is.
    const third = await half.createIntercomm(2, half.rank === 2 ? world : null, half.rank === 2 ? 5 - side : 99);
    is(third.compare(inter), CONGRUENT);
  });
});

test("several calls of createIntercomm with different tags can be in progress at the same time", async () => {
  await ranks(4, async (world) => {
    const side = world.rank % 2;
    const half = await world.split(side);
    const halves = [half, await half.dup(), await half.dup()];
    const make = (tag: number) => halves[tag]!.createIntercomm(0, world, 1 - side, tag);
    const order = side === 0 ? [0, 1, 2] : [2, 0, 1];
    const made = await Promise.all(order.map(make));
    const byTag = upTo(3).map((tag) => made[order.indexOf(tag)]!);
    const sent = byTag.map((comm, tag) => comm.isend(tag, { dest: half.rank }));
    for (const [tag, comm] of [...byTag.entries()].reverse()) is(await comm.recv({ source: half.rank }), tag);
    await Request.waitall(sent);
  });
});

test("attributes and names are those of an intercommunicator's own; free() and disconnect() end it", async () => {
  await sides([2, 3], async ({ inter, half }) => {
    const deleted: unknown[] = [];
    const keyval = Intercomm.createKeyval({
      copy: (_, __, value) => value + 1,
      delete: (comm, _, value) => deleted.push(comm instanceof Intercomm, value),
    });
    inter.setAttr(keyval, 1);
    const copy = await inter.dup();
    is(copy.getAttr(keyval), 2);
    copy.name = "bridge";
    is(copy.name, "bridge");
    await copy.free();
    equal(deleted, [true, 2]);
    const error = await rejects(copy.barrier(), Exception, "Cannot call barrier on bridge: it has been freed");
    is(error.errorClass, 5);
    throws(() => copy.remoteSize, /remoteSize on bridge: it has been freed/);
    await inter.disconnect();
    await rejects(inter.merge(), Exception, "it has been freed");
    await half.barrier();
  });
});

test("free() lets what is in progress complete", async () => {
  await sides([2, 3], async ({ inter }) => {
    const { rank, remoteSize } = inter;
    const copy = await inter.dup();
    const sum = copy.iallreduce(rank);
    const receive = rank < 2 ? copy.irecv({ source: rank }) : undefined;
    const send = rank < 2 ? copy.isend("late", { dest: rank }) : undefined;
    await copy.free();
    is(await sum.wait(), (remoteSize * (remoteSize - 1)) / 2);
    if (receive) is(await receive.wait(), "late");
    await send?.wait();
  });
});

test("partitioned messages and buffered ones cross over", async () => {
  await sides([2, 3], async ({ inter }) => {
    if (inter.rank >= 2) return;
    const peer = 1 - inter.rank;
    const into = new Int32Array(4);
    const send = inter.psendInit(Int32Array.of(1, 2, 3, inter.rank), { partitions: 2, dest: peer, tag: 4 });
    const receive = inter.precvInit(into, { partitions: 2, source: peer, tag: 4 });
    send.start();
    receive.start();
    send.pready(1);
    send.pready(0);
    await Promise.all([send.wait(), receive.wait()]);
    equal(into, Int32Array.of(1, 2, 3, peer));
    const block = Int32Array.of(inter.rank);
    await inter.sendrecvReplace(block, { dest: peer, source: peer });
    is(block[0], peer);
    await inter.bsend("buffered", { dest: peer });
    is(await inter.recv({ source: peer }), "buffered");
    const status = new Status();
    await inter.isendrecv(new Float64Array(300), { dest: peer, source: peer }).wait({ status });
    equal([status.source, status.count], [peer, 2400]);
  });
});

test("an error handler sees the errors of an intercommunicator, and those made from it inherit it", async () => {
  await sides([1, 2], async ({ inter }) => {
    const seen: string[] = [];
    inter.setErrhandler(
      Intercomm.createErrhandler((comm, error) => void seen.push(`${comm.name}: ${error.errorString}`)),
    );
    const copy = await inter.dup();
    copy.name = "copy";
    await rejects(copy.send(1, { dest: 9 }), Exception);
    await rejects(inter.bcast(1, { root: 9 }), Exception);
    equal(seen, ["copy: invalid rank", `${inter.name}: invalid root`]);
    await works(copy);
  });
});

test("messages and collectives of an intercommunicator and its halves do not mix", async () => {
  await sides([2, 3], async ({ inter, half, world }) => {
    const { rank, size, remoteSize } = inter;
    const sum = (count: number) => (count * (count - 1)) / 2;
    const requests = [];
    for (let round = 0; round < 20; round++) {
      requests.push([inter.iallreduce(rank), sum(remoteSize)] as const);
      requests.push([half.iallreduce(rank), sum(size)] as const);
      requests.push([world.iallreduce(1), 5] as const);
      requests.push([inter.iallgather(round), upTo(remoteSize).fill(round)] as const);
      requests.push([half.iallgather(round), upTo(size).fill(round)] as const);
      if (rank < 2) {
        requests.push([inter.irecv({ source: rank, tag: 1 }), `inter ${round}`] as const);
        requests.push([half.irecv({ source: 1 - rank, tag: 1 }), `half ${round}`] as const);
        requests.push([half.isend(`half ${round}`, { dest: 1 - rank, tag: 1 }), undefined] as const);
        requests.push([inter.isend(`inter ${round}`, { dest: rank, tag: 1 }), undefined] as const);
      }
    }
    const got = await Request.waitall(requests.map(([request]) => request as Request));
    for (const [i, [, expected]] of requests.entries()) equal(got[i], expected);
  });
});

test("intercommunicators can be made and given up again and again, and leave nothing behind", async () => {
  await ranks(5, async (world) => {
    const side = Number(world.rank >= 2);
    const half = await world.split(side);
    const cycle = async () => {
      await using inter = await half.createIntercomm(0, world, side === 0 ? 2 : 0);
      await using copy = await inter.dup();
      await using all = await copy.merge(side === 0);
      is(await all.allreduce(1), 5);
      is(await copy.allreduce(1), inter.remoteSize);
      await world.barrier();
    };
    await cycle();
    const { channels } = world.group.engine!;
    const before = channels.size;
    for (let i = 0; i < 200; i++) await cycle();
    // Messages that are delayed keep the queue of a communicator that has been given up for a while: not 200 of them.
    if (process.env.TSMPI_DELAY) ok(channels.size < before + 20, `${channels.size} queues, ${before} before`);
    else is(channels.size, before);
  });
});

test("groups with a common process are no two sides", async () => {
  await ranks(3, async (world) => {
    const copy = await world.dup();
    const error = await rejects(
      copy.createIntercomm(0, world, 0),
      Exception,
      "Cannot call createIntercomm on dup of COMM_WORLD: rank 0, 1, 2 of the remote group is in the local one too, expected groups without a common process",
    );
    is(error.errorClass, 5);
    const { group } = world;
    const overlapping = await rejects(
      Intercomm.createFromGroups(group.incl([0, 1]), 0, group.incl([2, 1]), 0),
      Exception,
      "rank 1 of the remote group is in the local one too",
    );
    is(overlapping.errorClass, 9);
    is(await Intercomm.createFromGroups(group.excl([world.rank]), 0, group.incl([world.rank]), 0), COMM_NULL);
  });
});

test("wrong arguments are named, before anything is sent", async () => {
  await sides([2, 3], async ({ inter, side, half, world }) => {
    const { rank } = inter;
    const far = inter.remoteSize;
    const whose = `the remote group of ${inter.name} has ranks 0 to ${far - 1}`;
    const error = await rejects(
      inter.send(1, { dest: far }),
      Exception,
      `Cannot send to rank ${far}: ${whose} (ERR_RANK)`,
    );
    is(error.errorClass, 6);
    await rejects(inter.recv({ source: far }), Exception, `Cannot recv from rank ${far}: ${whose}`);
    await rejects(inter.bcast(1, { root: far }), Exception, `Cannot bcast with root ${far}: ${whose} (ERR_ROOT)`);
    await rejects(inter.merge(1 as never), TypeError, "high is 1, expected true or false");
    await rejects(half.createIntercomm(9, world, 0), Exception, `localLeader 9: ${half.name} has ranks 0 to`);
    await rejects(half.createIntercomm("0" as never, world, 0), TypeError, /localLeader is "?0"?, expected a rank/);
    await rejects(half.createIntercomm(0, world, 0, -1), Exception, "(ERR_TAG)");
    if (rank === 0) {
      await rejects(half.createIntercomm(0, null, 0), TypeError, "peerComm is null, expected an MPI.Comm");
      await rejects(half.createIntercomm(0, COMM_NULL, 0), Exception, "MPI.COMM_NULL");
      await rejects(
        half.createIntercomm(0, world, 5),
        Exception,
        "remoteLeader 5: COMM_WORLD has ranks 0 to 4 (ERR_RANK)",
      );
    }
    await rejects(inter.create(inter.remoteGroup), Exception, /of the group is not in it \(ERR_GROUP\)/);
    const { group } = world;
    await rejects(Intercomm.createFromGroups(group, 0, GROUP_EMPTY, 0), Exception, "remoteGroup has no ranks");
    await rejects(Intercomm.createFromGroups(group, 0, group, 0, 5 as never), Exception, "(ERR_GROUP)");
    throws(() => COMM_NULL.remoteSize, /Cannot call remoteSize on MPI.COMM_NULL/);
    throws(() => COMM_NULL.getRemoteGroup(), /Cannot call remoteGroup on MPI.COMM_NULL/);
    throws(() => COMM_NULL.coords, /Cannot call rank on MPI.COMM_NULL/);
    await rejects(COMM_NULL.merge(), Exception, "Cannot call merge on MPI.COMM_NULL: it is no communicator (ERR_COMM)");
    is("scan" in inter, false);
    is("createCart" in inter, false);
    is("createGroup" in inter, false);
    await works(inter);
    const differing = inter.size > 1 && side === 1;
    if (!differing) await inter.merge(false);
    else {
      const outcome = await inter.merge(rank === 2).then(
        () => "merged",
        (wrong: Error) => wrong.message,
      );
      match(outcome, rank === 2 ? /high true on .*: rank 0 says false.*\(ERR_ARG\)/ : /merged/);
    }
  });
});

test.run();
