// The wait policy: waiting keeps the event loop turning for a bounded time, and holds it when it would end.
import { join } from "node:path";
import { test } from "uvu";
import { Operation } from "../../src/engine/operation.ts";
import { type Polled, Progress } from "../../src/engine/progress.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { soon, turns } from "../support/sinks.ts";

/** What a process prints that waits in the way `how`. */
async function waiting(how: string): Promise<string> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "waiting.ts"), how], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const text = soon(child.stdout.text(), "the end of a process").finally(() => child.kill());
  is(await soon(child.exited, "the end of a process"), 0);
  return text;
}

for (const spin of [0, 2000]) {
  test(`wait() resolves and rejects as the operation does, with a spin of ${spin} µs`, async () => {
    const progress = new Progress(spin);
    const operation = new Operation<number>();
    const waits = [progress.wait(operation), progress.wait(operation)];
    equal([...progress.waiting], [operation]);
    setTimeout(() => operation.resolve(4), 5);
    equal(await soon(Promise.all(waits), "the waits"), [4, 4]);
    is(progress.waiting.length, 0);

    const failing = new Operation<number>();
    const wait = progress.wait(failing);
    failing.reject(new Error("no"));
    await rejects(wait, Error, "no");
    is(progress.waiting.length, 0);
  });

  test(`an operation that has settled is not waited for, with a spin of ${spin} µs`, async () => {
    const progress = new Progress(spin);
    const wait = progress.wait(Operation.done("x"));
    is(progress.waiting.length, 0);
    is(await wait, "x");
  });
}

/** Something to poll in which nothing comes: counts what it is told. */
function quiet(comeAtRest = 0) {
  const told = { polls: 0, roused: 0, rests: 0, pauses: 0 };
  const polled: Polled = {
    poll: () => {
      told.polls++;
      return false;
    },
    rest: () => ++told.rests > comeAtRest,
    rouse: () => {
      told.roused++;
    },
  };
  return { told, polled, pause: () => void told.pauses++ };
}

for (const crowded of [false, true]) {
  const where = crowded ? ", where ranks share cores" : "";
  test(`timers and sockets are served while a wait spins${where}`, async () => {
    const progress = new Progress(10_000_000, crowded);
    const { polled, pause } = quiet();
    progress.attach(polled, pause);
    const operation = new Operation<string>();
    const listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: () => operation.resolve("served"), open: () => {} },
    });
    progress.spin(operation);
    const wait = progress.wait(operation);
    setTimeout(async () => {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data: () => {} } });
      socket.write("x");
    }, 1);
    is(await soon(wait, "the wait"), "served");
    listener.stop(true);
  });

  test(`calls that find something each time they look let timers have a turn${where}`, async () => {
    const progress = new Progress(10_000_000, crowded);
    let current = new Operation<void>();
    progress.attach(
      {
        poll: () => {
          if (current.settled) return false;
          current.resolve();
          return true;
        },
        rest: () => true,
        rouse: () => {},
      },
      () => {},
    );
    let rung = false;
    setTimeout(() => {
      rung = true;
    }, 1);
    for (const end = performance.now() + 100_000; !rung && performance.now() < end; ) {
      current = new Operation<void>();
      progress.spin(current);
      await (current.settled ? progress.served() : progress.wait(current));
    }
    ok(rung);
  });
}

test("who shares cores says so to the scheduler after every look, others now and then", async () => {
  for (const crowded of [false, true]) {
    const progress = new Progress(1000, crowded);
    const { told, polled, pause } = quiet();
    progress.attach(polled, pause);
    progress.spin(new Operation<void>());
    if (crowded) ok(told.pauses >= told.polls - 1, `${told.pauses} pauses, ${told.polls} looks`);
    else ok(told.pauses > 0 && told.pauses * 10 < told.polls, `${told.pauses} pauses, ${told.polls} looks`);
  }
});

test("peers are told not to ring again when something has come at the last moment, and to ring at the end", async () => {
  const progress = new Progress(100);
  const { told, polled, pause } = quiet(2);
  progress.attach(polled, pause);
  const operation = new Operation<void>();
  const wait = progress.wait(operation);
  await soon(
    (async () => {
      while (told.rests < 3) await turns(1);
    })(),
    "the rest",
  );
  await turns();
  is(told.roused, 3);
  is(told.rests, 3);
  const { polls } = told;
  await turns();
  is(told.polls, polls);
  operation.resolve();
  await wait;
});

test("where ranks share cores, a call looks on while the rank that is to answer runs, and then gives up its core", () => {
  for (const answersAt of [20, 1000]) {
    const operation = new Operation<void>();
    let looks = 0;
    let pauses = 0;
    let running = 10;
    const progress = new Progress(1000, true);
    progress.attach(
      {
        poll: () => {
          if (operation.settled || ++looks < answersAt) return false;
          operation.resolve();
          return true;
        },
        rest: () => true,
        rouse: () => {},
        get answering() {
          return answersAt === 20 || running-- > 0;
        },
      },
      () => void pauses++,
    );
    progress.spin(operation);
    if (answersAt === 20) is(pauses, 0);
    else ok(pauses > 0 && pauses >= looks - 13, `${pauses} pauses, ${looks} looks`);
  }
});

test("who waits long in one call, and sleeps, polls again from the first arrival on", async () => {
  const progress = new Progress(1);
  const operation = new Operation<void>();
  const said: string[] = [];
  const { promise: rests, resolve: hasRested } = Promise.withResolvers<void>();
  let polls = 0;
  progress.attach(
    {
      poll: () => ++polls < 0,
      rest: () => {
        said.push("rest");
        hasRested();
        return true;
      },
      rouse: () => said.push("rouse"),
    },
    () => {},
  );
  const wait = progress.wait(operation);
  await soon(rests, "its rest");
  equal(said, ["rouse", "rest"]);
  const before = polls;
  progress.arrived();
  equal(said, ["rouse", "rest", "rouse"]);
  while (polls === before) await turns(1);
  operation.resolve();
  await wait;
});

test("a long sleep is told once, the next one again, and none while calls are served", async () => {
  const progress = new Progress(1);
  const { polled, pause } = quiet();
  let told = 0;
  let tell = () => {};
  const next = () => soon(new Promise<void>((resolve) => (tell = resolve)), "the word");
  progress.attach(polled, pause, () => {
    told++;
    tell();
  });
  for (const end = performance.now() + 1500; performance.now() < end; ) await progress.served();
  is(told, 0);
  await next();
  await turns();
  is(told, 1);
  const operation = new Operation<void>();
  const wait = progress.wait(operation);
  await next();
  operation.resolve();
  await wait;
  await turns();
  is(told, 2);
});

test("poll() lets the event loop turn", async () => {
  const progress = new Progress(0);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await progress.poll();
  ok(turned);
});

test("hold() tells nothing when the operation settles in time, and a new hold replaces the last", async () => {
  const progress = new Progress(0);
  const operation = new Operation<void>();
  const told: [string, boolean][] = [];
  const wait = progress.wait(operation);
  progress.hold(1_000_000, (long) => told.push(["first", long]));
  progress.hold(1_000_000, (long) => told.push(["second", long]));
  operation.resolve();
  await wait;
  await turns();
  equal(told, []);
});

test("hold() tells once that it takes long, and once that it is over", async () => {
  const progress = new Progress(0);
  const operation = new Operation<void>();
  const told: boolean[] = [];
  progress.wait(operation);
  await soon(
    new Promise<void>((resolve) => {
      progress.hold(1, (long) => {
        told.push(long);
        resolve();
      });
    }),
    "the word",
  );
  operation.resolve();
  equal(told, [true, false]);
  progress.wait(Operation.done(0));
  await turns();
  equal(told, [true, false]);
});

test("a process with nothing but a waiting operation is held, told, and ends by itself", async () => {
  is(await waiting("held"), "long true\nlong false\nheld 1\n");
});

test("a process that waits long sleeps: it takes less than a fifth of a core", async () => {
  const percent = Number(await waiting("idle"));
  ok(percent < 20, `${percent} %`);
});

test.run();
