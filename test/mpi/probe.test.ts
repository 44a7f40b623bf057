// Probes, and the messages that mprobe() and improbe() take out of the queues.
import { test } from "uvu";
import { ANY_SOURCE, ERR_REQUEST, ERR_TRUNCATE, Exception, Message, Status } from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const long = "x".repeat(5000);

test("probe() waits for a message, tells about it and leaves it where it is", async () => {
  for (const length of [3, 3000]) {
    await ranks(2, async (comm) => {
      if (comm.rank === 0) return comm.send(new Float64Array(length), { dest: 1, tag: 5 });
      const mine = new Status();
      const status = await comm.probe({ status: mine });
      is(status, mine);
      equal([status.source, status.tag, status.getCount(Float64Array)], [0, 5, length]);
      equal((await comm.probe({ source: 0, tag: 5 })).count, 8 * length);
      const into = new Float64Array(status.getCount(Float64Array));
      is(await comm.recv({ source: status.source, tag: status.tag, into }), into);
      is(await comm.iprobe(), false);
    });
  }
});

test("iprobe() looks without waiting: a polling loop ends when the message is here", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      is(await comm.recv(), "go");
      return comm.send(long, { dest: 1, tag: 2 });
    }
    is(await comm.iprobe({ source: 0 }), false);
    await comm.send("go", { dest: 0 });
    const status = new Status();
    while (!(await comm.iprobe({ source: 0, tag: 2, status }))) ok(true);
    is(status.source, 0);
    is(await comm.iprobe({ tag: 3 }), false);
    is(await comm.recv({ tag: 2 }), long);
  });
});

test("a probe tells of the message that the next receive with the same arguments gets", async () => {
  await ranks(3, async (comm) => {
    if (comm.rank > 0) {
      await comm.send(`first of ${comm.rank}`, { dest: 0, tag: comm.rank });
      return comm.send(`second of ${comm.rank}`, { dest: 0, tag: 9 });
    }
    for (let i = 0; i < 4; i++) {
      const status = await comm.probe();
      const got = new Status();
      const text = await comm.recv<string>({ source: ANY_SOURCE, status: got });
      equal([status.source, status.tag, status.count], [got.source, got.tag, got.count]);
      is(text, `${got.tag === 9 ? "second" : "first"} of ${got.source}`);
    }
  });
});

test("a message of mprobe() is received by nobody but its owner, in any order", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      for (const text of ["a", long, "c"]) await comm.issend(text, { dest: 1, tag: 1 }).test();
      return comm.barrier();
    }
    const status = new Status();
    const first = await comm.mprobe({ source: 0, status });
    ok(first instanceof Message);
    equal([status.source, status.tag], [0, 1]);
    const second = await comm.mprobe();
    is(await comm.recv(), "c");
    is(await comm.improbe(), null);
    const filled = new Status();
    is(await second.recv({ status: filled }), long);
    equal([filled.source, filled.tag, filled.count > 5000], [0, 1, true]);
    is(await first.irecv().wait({ status: filled }), "a");
    ok(filled.count < 10);
    await comm.barrier();
  });
});

test("improbe() gives null until a message is here, then the message, which recv() and iprobe() no longer see", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv();
      return comm.send(Int32Array.of(1, 2), { dest: 1, tag: 6 });
    }
    is(await comm.improbe({ tag: 6 }), null);
    await comm.send("go", { dest: 0 });
    let message: Message | null = null;
    while (message === null) message = await comm.improbe({ tag: 6 });
    is(await comm.iprobe(), false);
    equal(await message.recv({ into: new Int32Array(2) }), Int32Array.of(1, 2));
  });
});

test("a waiting mprobe() takes the message before a waiting probe() that was called later, which then waits for the next", async () => {
  await ranks(1, async (comm) => {
    const probing = [comm.probe({ tag: 1 }), comm.mprobe({ tag: 1 }), comm.probe({ tag: 1 })] as const;
    await comm.send("one", { dest: 0, tag: 1 });
    is((await probing[0]).tag, 1);
    is(await (await probing[1]).recv(), "one");
    await comm.send("two", { dest: 0, tag: 1 });
    is((await probing[2]).tag, 1);
    is(await comm.recv(), "two");
  });
});

test("a posted receive gets a message before a probe sees it", async () => {
  await ranks(1, async (comm) => {
    const probing = comm.mprobe();
    const receiving = comm.irecv();
    await comm.send("one", { dest: 0 });
    await comm.send("two", { dest: 0 });
    is(await receiving.wait(), "one");
    is(await (await probing).recv(), "two");
  });
});

test("a Message is received once: the second time is ERR_REQUEST, and recv() rejects where irecv() throws", async () => {
  await ranks(1, async (comm) => {
    await comm.send("once", { dest: 0 });
    const message = await comm.mprobe();
    is(await message.recv(), "once");
    const error = await rejects(message.recv(), Exception);
    is(error.message, "Cannot call Message.recv: the message has been received already (ERR_REQUEST)");
    is(error.errorClass, ERR_REQUEST);
    throws(() => message.irecv(), /ERR_REQUEST/);
  });
});

test("a Message that does not fit is ERR_TRUNCATE, its sender completes, and wrong options leave the message as it is", async () => {
  for (const length of [10, 3000]) {
    await ranks(1, async (comm) => {
      const sending = comm.issend(new Uint8Array(length), { dest: 0 });
      const message = await comm.mprobe();
      await rejects(message.recv({ inot: 1 } as never), TypeError, "option inot is unknown");
      is((await rejects(message.recv({ into: new Uint8Array(1) }), Exception)).errorClass, ERR_TRUNCATE);
      await sending.wait();
    });
  }
});

test.run();
