// Epochs of windows: fences, post and start, locks, flushes; and what is refused outside of them.
import { test } from "uvu";
import {
  ERR_ASSERT,
  ERR_GROUP,
  ERR_LOCKTYPE,
  ERR_RANK,
  ERR_RMA_SYNC,
  GROUP_EMPTY,
  LOCK_EXCLUSIVE,
  LOCK_SHARED,
  MODE_NOCHECK,
  MODE_NOPRECEDE,
  MODE_NOPUT,
  MODE_NOSTORE,
  MODE_NOSUCCEED,
  Win,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { fails, isError, isTypeError } from "../support/mpi-errors.ts";
import { ranks } from "../support/ranks.ts";

const sizes = [1, 2, 3, 4, 5];

test("fences make the puts, gets and accumulates of all ranks complete, round by round", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const mine = new Int32Array(size + 1);
      await using win = await Win.create(mine, { comm, dispUnit: 4 });
      await win.fence(MODE_NOPRECEDE);
      for (let round = 1; round <= 5; round++) {
        for (let target = 0; target < size; target++) {
          void win.put(Int32Array.of(round * 10 + comm.rank), { target, disp: comm.rank });
          void win.accumulate(Int32Array.of(1), { target, disp: size });
        }
        await win.fence(MODE_NOPUT | MODE_NOSTORE);
        equal(
          [...mine.subarray(0, size)],
          [...mine.subarray(0, size).keys()].map((rank) => round * 10 + rank),
        );
        is(mine[size], round * size);
        await win.fence();
      }
      await win.fence(MODE_NOSUCCEED);
      await fails(win.put(Int32Array.of(1), { target: 0 }), isError(ERR_RMA_SYNC, "no epoch is open"));
    });
  }
});

test("post, start, complete and wait: each rank exposes its memory to its left, round by round", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const mine = new Float64Array(1500);
      await using win = await Win.create(mine, { comm, dispUnit: 8 });
      const [left, right] = [(comm.rank + size - 1) % size, (comm.rank + 1) % size];
      const { group } = comm;
      for (let round = 0; round < 4; round++) {
        await win.post(group.incl([left]), round === 2 ? MODE_NOCHECK : 0);
        await win.start(group.incl([right]), round === 2 ? MODE_NOCHECK : 0);
        void win.put(new Float64Array(1500).fill(comm.rank + round), { target: right });
        await win.complete();
        if (round % 2 === 0) await win.wait();
        else while (!(await win.test()));
        ok(mine.every((x) => x === left + round));
      }
    });
  }
});

test("start waits for a post that comes late, and a post of many origins for all of them", async () => {
  await ranks(4, async (comm) => {
    const mine = new Int32Array(4);
    await using win = await Win.create(mine, { comm, dispUnit: 4 });
    const { group } = comm;
    if (comm.rank === 0) {
      for (let source = 1; source < 4; source++) await comm.recv({ source });
      await win.post(group.excl([0]));
      await win.wait();
      equal([...mine], [0, 1, 2, 3]);
    } else {
      await comm.send("about to start", { dest: 0 });
      await win.start(group.incl([0]));
      await win.put(Int32Array.of(comm.rank), { target: 0, disp: comm.rank });
      await win.complete();
    }
    await win.post(GROUP_EMPTY);
    await win.start(GROUP_EMPTY);
    await win.complete();
    await win.wait();
  });
});

test("an exclusive lock is held by one rank at a time: unprotected reading and writing loses nothing", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const mine = new Int32Array(1);
      await using win = await Win.create(mine, { comm });
      for (let i = 0; i < 20; i++) {
        const target = i % size;
        await win.lock(target, { type: LOCK_EXCLUSIVE });
        const [n] = await win.get(new Int32Array(1), { target });
        await comm.iprobe();
        await win.put(Int32Array.of(n! + 1), { target });
        await win.unlock(target);
      }
      await comm.barrier();
      is(await comm.allreduce(mine[0]!), 20 * size);
      await comm.barrier();
    });
  }
});

test("shared locks are held at the same time, exclusive ones wait for them, in the order in which they were asked for", async () => {
  const log: string[] = [];
  await ranks(4, async (comm) => {
    await using win = await Win.create(new Int32Array(1), { comm });
    const { rank } = comm;
    if (rank < 2) {
      await win.lock(3, { type: LOCK_SHARED });
      // Both have it now.
      await comm.sendrecv(0, { dest: 1 - rank, source: 1 - rank });
      if (rank === 0) await comm.send("locked", { dest: 2 });
      await comm.recv({ source: 2 });
      for (let i = 0; i < 5; i++) await comm.iprobe();
      log.push(`unlock ${rank}`);
      await win.unlock(3);
    } else if (rank === 2) {
      await comm.recv({ source: 0 });
      const locked = win.lock(3);
      for (const dest of [0, 1]) await comm.send("waiting", { dest });
      await locked;
      log.push("exclusive");
      await win.unlock(3);
    }
    await comm.barrier();
  });
  equal(log.slice().sort(), ["exclusive", "unlock 0", "unlock 1"]);
  is(log[2], "exclusive");
});

test("lockAll lets every rank reach every other, and flushes order what it asks for", async () => {
  for (const size of sizes) {
    await ranks(size, async (comm) => {
      const mine = new Int32Array(size);
      await using win = await Win.create(mine, { comm, dispUnit: 4 });
      await win.lockAll(MODE_NOCHECK);
      for (let target = 0; target < size; target++) {
        await win.put(Int32Array.of(comm.rank + 1), { target, disp: comm.rank });
        await win.flushLocal(target);
        await win.flush(target);
        is((await win.get(new Int32Array(1), { target, disp: comm.rank }))[0], comm.rank + 1);
      }
      await win.flushLocalAll();
      await win.flushAll();
      await win.sync();
      await win.unlockAll();
      await comm.barrier();
      equal(
        [...mine],
        [...mine.keys()].map((rank) => rank + 1),
      );
    });
  }
});

test("a target that waits in recv, barrier or an unrelated promise serves", async () => {
  await ranks(2, async (comm) => {
    const mine = new Int32Array(1);
    await using win = await Win.create(mine, { comm });
    for (const wait of [0, 1, 2]) {
      if (comm.rank === 1) {
        if (wait === 0) await comm.recv({ source: 0 });
        else if (wait === 1) await comm.barrier();
        else {
          while (mine[0]! < 3) await new Promise(setImmediate);
          await comm.recv({ source: 0 });
        }
        is(mine[0], wait + 1);
      } else {
        await win.lock(1);
        await win.accumulate(Int32Array.of(1), { target: 1 });
        await win.unlock(1);
        if (wait === 1) await comm.barrier();
        else await comm.send("done", { dest: 1 });
      }
    }
  });
});

test("calls outside their epochs are ERR_RMA_SYNC, and the window goes on", async () => {
  await ranks(2, async (comm) => {
    const mine = new Int32Array(2);
    await using win = await Win.create(mine, { comm, dispUnit: 4 });
    const one = Int32Array.of(1);
    const sync = (text: string) => isError(ERR_RMA_SYNC, text);
    const access = () => win.put(one, { target: 0 });

    await fails(access(), sync("Cannot call put to rank 0 on window of COMM_WORLD: no epoch is open"));
    await fails(win.get(one, { target: 0 }), sync("no epoch"));
    await fails(win.accumulate(one, { target: 0 }), sync("no epoch"));
    await fails(win.fetchAndOp(one, one, { target: 0 }), sync("no epoch"));
    await fails(win.compareAndSwap(one, one, one, { target: 0 }), sync("no epoch"));
    await fails(win.unlock(0), sync("expected lock before"));
    await fails(win.unlockAll(), sync("expected lockAll before"));
    await fails(win.complete(), sync("expected start before"));
    await fails(win.wait(), sync("expected post before"));
    await fails(win.test(), sync("expected post before"));
    for (const call of [win.flush(0), win.flushAll(), win.flushLocal(0), win.flushLocalAll()]) {
      await fails(call, sync("expected lock or lockAll before"));
    }

    const locking = win.lock(0, { type: LOCK_SHARED });
    await fails(access(), sync("lock has not ended, expected it to be awaited"));
    await locking;
    await access();
    await fails(win.lock(0), sync("locked already"));
    await fails(win.put(one, { target: 1 }), sync("not locked"));
    await fails(win.flush(1), sync("not locked"));
    await fails(win.lockAll(), sync("a lock of rank 0 is held, expected unlock first"));
    await fails(win.unlockAll(), sync("a lock of rank 0 is held, expected lockAll before"));
    await fails(win.fence(), sync("a lock of rank 0 is held"));
    await fails(win.start(comm.group), sync("a lock of rank 0 is held"));
    await fails(win.free(), sync("a lock of rank 0 is held"));
    await win.lock(1, { type: LOCK_SHARED });
    await win.unlock(0);
    await win.unlock(1);

    await win.lockAll();
    await fails(win.lock(0), sync("unlockAll first"));
    await fails(win.unlock(0), sync("expected lock before"));
    await win.unlockAll();

    await win.fence();
    await win.lock(0, { type: LOCK_SHARED });
    await win.unlock(0);
    await win.fence();
    await access();
    await fails(win.lock(0), sync("expected a fence that ends it"));
    await fails(win.free(), sync("between fences"));
    await fails(win.flush(0), sync("expected lock"));
    await win.fence(MODE_NOSUCCEED);

    await win.post(comm.group);
    await fails(win.post(comm.group), sync("posted already"));
    await fails(win.fence(), sync("expected wait first"));
    await fails(win.free(), sync("expected wait first"));
    await win.start(comm.group.incl([0]));
    await fails(win.put(one, { target: 1 }), sync("not in the group"));
    await fails(win.fence(), sync("expected complete first"));
    await win.complete();
    await win.start(comm.group.incl([1]));
    await win.complete();
    await win.wait();
  });
});

test("a flush that begins while another one is under way is complete no sooner", async () => {
  await ranks(2, async (comm) => {
    const mine = new Int32Array(50_000);
    await using win = await Win.create(mine, { comm });
    if (comm.rank === 0) {
      await win.lock(1);
      void win.put(new Int32Array(50_000).fill(3), { target: 1 });
      const first = win.flush(1);
      let done = false;
      void first.then(() => {
        done = true;
      });
      await win.flush(1);
      await Promise.resolve();
      ok(done);
      await win.unlock(1);
    }
    await comm.barrier();
    is(mine[49_999], comm.rank === 1 ? 3 : 0);
  });
});

test("wrong arguments of synchronization are refused", async () => {
  await ranks(2, async (comm) => {
    await using win = await Win.allocate(8, { comm });
    await fails(win.lock(2), isError(ERR_RANK, "ranks 0 to 1"));
    await fails(win.lock("0" as never), isTypeError("option target"));
    await fails(win.lock(0, { type: 5 }), isError(ERR_LOCKTYPE, "type is 5"));
    await fails(win.lock(0, { assert: MODE_NOPUT }), isError(ERR_ASSERT, "flags"));
    await fails(win.lock(0, { exclusive: true } as never), isTypeError("option exclusive is unknown"));
    await fails(win.fence(MODE_NOCHECK), isError(ERR_ASSERT, "flags"));
    await fails(win.fence("a" as never), isTypeError("assert is"));
    await fails(win.lockAll(7), isError(ERR_ASSERT, "7"));
    await fails(win.start(1 as never), isTypeError("group is 1"));
    await using half = await Win.allocate(8, { comm: await comm.split(comm.rank) });
    await fails(half.post(comm.group), isError(ERR_GROUP, "is not in it"));
    await fails(win.unlock(9), isError(ERR_RANK, "ranks 0 to 1"));
  });
});

test("who waits for what is named: a lock that is never given back, a post that never comes", async () => {
  const error = await rejects(
    ranks(
      2,
      async (comm) => {
        const win = await Win.create(new Int32Array(1), { comm });
        if (comm.rank === 0) {
          await win.lock(1);
          await comm.send("locked", { dest: 1 });
          await comm.recv();
        } else {
          await comm.recv({ source: 0 });
          await win.lock(1);
        }
      },
      { deadline: 1 },
    ),
    Error,
  );
  ok(error.message.includes("lock(1) on window of COMM_WORLD"), error.message);
  const post = await rejects(
    ranks(
      2,
      async (comm) => {
        const [win, other] = [await Win.allocate(4, { comm }), await Win.allocate(4, { comm })];
        if (comm.rank === 0) {
          await win.start(comm.group.excl([0]));
          await other.start(comm.group);
        } else {
          await win.post(comm.group.excl([1]));
          await win.wait();
        }
      },
      { deadline: 1 },
    ),
    Error,
  );
  ok(post.message.includes("wait() on window of COMM_WORLD, waiting for complete of rank 0"), post.message);
  ok(post.message.includes("start() on window of COMM_WORLD, waiting for post of rank 0, 1"), post.message);
});

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
test(`random histories of locks and accumulates of 5 ranks are those of some order (seed ${seed})`, async () => {
  await ranks(5, async (comm) => {
    const mine = new BigInt64Array(8);
    await using win = await Win.create(mine, { comm, dispUnit: 8 });
    const next = random(seed + comm.rank);
    let added = 0n;
    for (let i = 0; i < 80; i++) {
      const target = next(5);
      const exclusive = next(2) === 0;
      await win.lock(target, { type: exclusive ? LOCK_EXCLUSIVE : LOCK_SHARED });
      const disp = 1 + next(7);
      const amount = BigInt(next(1000));
      added += amount;
      if (exclusive) {
        // Nobody else writes meanwhile, so that all eight numbers, whose first is the sum of the others, fit.
        const all = await win.get(new BigInt64Array(8), { target });
        is(
          all[0],
          all.subarray(1).reduce((a, b) => a + b, 0n),
        );
      }
      await win.accumulate(BigInt64Array.of(amount), { target, disp });
      await win.accumulate(BigInt64Array.of(amount), { target });
      await win.unlock(target);
    }
    await comm.barrier();
    is(
      mine[0],
      mine.subarray(1).reduce((a, b) => a + b, 0n),
    );
    is(await comm.allreduce(mine[0]!), await comm.allreduce(added));
    await comm.barrier();
  });
});

test.run();
