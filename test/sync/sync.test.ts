// Ranks in turn, counters, mutexes, conditions and semaphores, which are also a trial of the windows below.
import { test } from "uvu";
import { COMM_NULL, ERR_ARG, ERR_COMM, ERR_RANK, ERR_RMA_SYNC, type Intracomm, Win } from "../../src/mpi/mpi.ts";
import { Condition, Counter, Mutex, Semaphore, Sequential } from "../../src/sync.ts";
import { equal, is, not, ok, throws } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { fails, isError, isTypeError } from "../support/mpi-errors.ts";
import { ranks } from "../support/ranks.ts";

const sizes = [1, 2, 3, 5];
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test("Sequential: ranks act one after the other, in order, again and again", async () => {
  for (const size of sizes) {
    const log: number[] = [];
    await ranks(size, async (comm) => {
      const turn = new Sequential(comm, 3);
      for (let round = 0; round < 3; round++) {
        await turn.begin();
        await comm.iprobe();
        log.push(round * size + comm.rank);
        await turn.end();
        await comm.barrier();
      }
      await using last = await turn.begin();
      log.push(3 * size + comm.rank);
      is(last, turn);
    });
    equal(log, [...log.keys()]);
  }
});

test("Counter: every call gives another number, with start, step and root", async () => {
  for (const size of sizes) {
    const all = await ranks(size, async (comm) => {
      await using counter = await Counter.create({ comm, start: 10, step: 5, root: size - 1 });
      const own: number[] = [];
      for await (const n of counter) {
        own.push(n);
        if (own.length === 20) break;
      }
      await comm.barrier();
      is(await counter.getValue(), 10 + 5 * 20 * size);
      await comm.barrier();
      if (comm.rank === 0) {
        await counter.setValue(-1);
        is(await counter.next(0.5), -1);
        is(await counter.next(), -0.5);
      }
      return own;
    });
    const numbers = all.flat().sort((a, b) => a - b);
    equal(
      numbers,
      numbers.map((_, i) => 10 + 5 * i),
    );
  }
});

for (const size of sizes) {
  test(`Mutex: one of ${size} ranks has it at a time (seed ${seed})`, async () => {
    let inside = 0;
    let times = 0;
    await ranks(size, async (comm) => {
      const next = random(seed + comm.rank);
      await using mutex = await Mutex.create({ comm });
      for (let i = 0; i < 30; i++) {
        if (!(await mutex.acquire({ blocking: next(3) > 0 }))) continue;
        ok(mutex.locked());
        is(mutex.count(), 1);
        is(++inside, 1);
        times++;
        for (let turns = next(4); turns > 0; turns--) await comm.iprobe();
        is(--inside, 0);
        await mutex.release();
        not(mutex.locked());
      }
    });
    ok(times >= size, `${times}`);
  });
}

test("Mutex: recursive ones are acquired again; wrong use is refused", async () => {
  await ranks(2, async (comm) => {
    await using plain = await Mutex.create({ comm });
    await using again = await Mutex.create({ comm, recursive: true });
    await fails(plain.release(), isError(ERR_RMA_SYNC, "does not have the mutex"));
    await plain.acquire();
    await fails(plain.acquire(), isError(ERR_RMA_SYNC, "has it already"));
    await plain.release();
    for (let i = 1; i <= 3; i++) {
      await again.acquire();
      is(again.count(), i);
    }
    for (let i = 0; i < 3; i++) await again.release();
    await fails(again.release(), isError(ERR_RMA_SYNC, "does not have the mutex"));
  });
});

test("Condition: who waits is woken by notify, in order, and by notifyAll at once", async () => {
  for (const size of sizes) {
    const woken: number[] = [];
    await ranks(size, async (comm) => {
      await using condition = await Condition.create({ comm });
      await fails(condition.wait(), isError(ERR_RMA_SYNC, "does not have the mutex"));
      await fails(condition.notify(), isError(ERR_RMA_SYNC, "does not have the mutex"));
      for (const how of ["notify", "notifyAll"] as const) {
        if (comm.rank > 0) {
          await condition.acquire();
          await condition.acquire();
          await comm.send(null, { dest: 0 });
          await condition.wait();
          ok(condition.locked());
          woken.push(comm.rank);
          await condition.release();
          await condition.release();
        } else {
          for (let i = 1; i < size; i++) await comm.recv();
          for (let n = 1; n < size; ) {
            await condition.acquire();
            n += await condition[how]();
            await condition.release();
          }
        }
        await comm.barrier();
      }
      await condition.acquire();
      is(await condition.notifyAll(), 0);
      await condition.release();
      await comm.barrier();
    });
    is(woken.length, 2 * (size - 1));
  }
});

for (const size of sizes) {
  test(`Semaphore: at most 2 of ${size} ranks have it, all of them get it (seed ${seed})`, async () => {
    let inside = 0;
    await ranks(size, async (comm) => {
      const next = random(seed + comm.rank);
      await using semaphore = await Semaphore.create({ comm, value: 2 });
      for (let i = 0; i < 15; i++) {
        await semaphore.acquire();
        ok(++inside <= 2);
        for (let turns = next(4); turns > 0; turns--) await comm.iprobe();
        inside--;
        await semaphore.release();
      }
      await comm.barrier();
      if (comm.rank < 2 && size > 1) {
        await semaphore.acquire();
        await comm.sendrecv(0, { dest: 1 - comm.rank, source: 1 - comm.rank }); // Both have it.
        await semaphore.release();
      }
      await comm.barrier();
      if (comm.rank === 0) {
        ok((await semaphore.acquire({ blocking: false })) && (await semaphore.acquire({ blocking: false })));
        not(await semaphore.acquire({ blocking: false }));
        await semaphore.release(2);
        await fails(semaphore.release(), isError(ERR_ARG, "more than were taken"));
        await fails(semaphore.release(0), isError(ERR_ARG, "0 permits"));
      }
    });
  });
}

test("wrong options are refused", async () => {
  await ranks(1, async (comm) => {
    for (const one of [Counter, Mutex, Condition, Semaphore]) {
      await fails(one.create({ comm, colour: 1 } as never), isTypeError("option colour is unknown"));
    }
    for (const [name, make] of Object.entries({ Counter, Mutex, Condition, Semaphore })) {
      await fails(make.create({ comm: 1 } as never), isTypeError(`Cannot call ${name}.create: option comm is 1`));
      await fails(make.create({ comm: null } as never), isTypeError("option comm is null"));
      await fails(make.create({ comm: COMM_NULL as Intracomm }), isError(ERR_COMM, "it is no communicator"));
    }
    throws(() => new Sequential("x" as never), isTypeError('option comm is "x"'));
    await fails(Counter.create({ comm, root: 1 }), isError(ERR_RANK, "root 1"));
  });
});

test("communicators between two groups are ERR_COMM", async () => {
  await ranks(2, async (comm) => {
    const alone = await comm.split(comm.rank);
    const both = (await alone.createIntercomm(0, comm, 1 - comm.rank)) as never;
    for (const make of [Counter, Mutex, Condition, Semaphore]) {
      await fails(make.create({ comm: both }), isError(ERR_COMM, "is an intercommunicator"));
    }
    throws(() => new Sequential(both), isError(ERR_COMM, "Cannot call new Sequential"));
    await fails(Win.allocate(8, { comm: both }), isError(ERR_COMM, "Cannot call Win.allocate"));
  });
});

test("Semaphore: one without a bound takes more than it had", async () => {
  await ranks(1, async (comm) => {
    await fails(Semaphore.create({ comm, value: -1 }), isError(ERR_ARG, "-1"));
    await using semaphore = await Semaphore.create({ comm, value: 0, bounded: false });
    not(await semaphore.acquire({ blocking: false }));
    await semaphore.release(3);
    for (let i = 0; i < 3; i++) ok(await semaphore.acquire());
    not(await semaphore.acquire({ blocking: false }));
  });
});

test.run();
