// The wait policy: waiting keeps the event loop turning for a bounded time, and holds it when it would end.
import { join } from "node:path";
import { test } from "uvu";
import { Operation } from "../../src/engine/operation.ts";
import { Progress } from "../../src/engine/progress.ts";
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

test("timers and sockets are served while a wait spins", async () => {
  const progress = new Progress(10_000_000);
  const operation = new Operation<string>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => operation.resolve("served"), open: () => {} },
  });
  const wait = progress.wait(operation);
  setTimeout(async () => {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data: () => {} } });
    socket.write("x");
  }, 1);
  is(await soon(wait, "the wait"), "served");
  listener.stop(true);
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
