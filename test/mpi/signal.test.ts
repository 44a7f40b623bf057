// Ending a wait with an AbortSignal: the call rejects with the signal's reason, and no message is lost.
import { test } from "uvu";
import { Grequest, Request } from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

class Reason extends Error {}
const aborted = () => AbortSignal.abort(new Reason("enough"));

test("a signal that has aborted already makes every call reject with its reason, and take nothing", async () => {
  await ranks(1, async (comm) => {
    await comm.send("kept", { dest: 0 });
    const request = comm.irecv({ tag: 5 });
    for (const call of [
      () => comm.recv({ signal: aborted() }),
      () => comm.probe({ signal: aborted() }),
      () => comm.mprobe({ signal: aborted() }),
      () => request.wait({ signal: aborted() }),
      () => Request.waitall([request], { signal: aborted() }),
      () => Request.waitany([request], { signal: aborted() }),
      () => Request.waitsome([request], { signal: aborted() }),
    ]) {
      is((await rejects(call(), Reason)).message, "enough");
    }
    is(await comm.recv(), "kept");
    ok(request.active);
    await comm.send("for the request", { dest: 0, tag: 5 });
    is(await request.wait(), "for the request");
  });
});

test("recv() that is aborted while it waits rejects with the reason; posted again it gets the message that comes later", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      await comm.recv({ tag: 1 });
      return comm.send("late", { dest: 1 });
    }
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const receiving = comm.recv({ source: 0, signal: controller.signal });
      await turns();
      controller.abort(new Reason(`attempt ${i}`));
      is((await rejects(receiving, Reason)).message, `attempt ${i}`);
    }
    await comm.send("go", { dest: 0, tag: 1 });
    is(await comm.recv({ source: 0 }), "late");
  });
});

test("AbortSignal.timeout() makes recv(), probe() and mprobe() reject with a TimeoutError", async () => {
  await ranks(1, async (comm) => {
    for (const call of [comm.recv, comm.probe, comm.mprobe]) {
      is((await rejects(call.call(comm, { signal: AbortSignal.timeout(5) }), DOMException)).name, "TimeoutError");
    }
    await comm.send("after", { dest: 0 });
    is(await comm.recv(), "after");
  });
});

test("a probe that was aborted takes no message", async () => {
  await ranks(1, async (comm) => {
    const controller = new AbortController();
    const probing = [comm.probe({ signal: controller.signal }), comm.mprobe({ signal: controller.signal })];
    controller.abort(new Reason("enough"));
    for (const probe of probing) await rejects(probe, Reason, "enough");
    await comm.send("there", { dest: 0 });
    is(await comm.recv(), "there");
  });
});

test("a receive whose message is on its way already completes although its signal aborts", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) return comm.send(new Uint8Array(3_000_000).fill(7), { dest: 1 });
    await comm.probe();
    const controller = new AbortController();
    const receiving = comm.recv<Uint8Array>({ signal: controller.signal });
    controller.abort(new Reason("too late"));
    const got = await receiving;
    ok(got.length === 3_000_000 && got.every((byte) => byte === 7));
  });
});

test("messages that race with the aborting of their receives all arrive, in order", async () => {
  const count = 500;
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      for (let i = 0; i < count; i++) {
        await comm.send(i, { dest: 1 });
        if (i % 3 === 0) await turns(1);
      }
      return;
    }
    const got: number[] = [];
    let attempts = 0;
    while (got.length < count) {
      const controller = new AbortController();
      const receiving = comm.recv<number>({ source: 0, signal: controller.signal });
      if (attempts++ % 2 === 0) await turns(attempts % 4);
      controller.abort(new Reason("next"));
      await receiving.then(
        (i) => got.push(i),
        (error) => ok(error instanceof Reason),
      );
    }
    equal(
      got,
      Array.from({ length: count }, (_, i) => i),
    );
  });
});

test("Request.wait() and the waitall family, when aborted, leave the requests active", async () => {
  await ranks(1, async (comm) => {
    const requests = [comm.irecv({ tag: 0 }), comm.irecv({ tag: 1 })];
    for (const wait of [
      (signal: AbortSignal) => requests[0]!.wait({ signal }),
      (signal: AbortSignal) => Request.waitall(requests, { signal }),
      (signal: AbortSignal) => Request.waitany(requests, { signal }),
      (signal: AbortSignal) => Request.waitsome(requests, { signal }),
    ]) {
      const controller = new AbortController();
      const waiting = wait(controller.signal);
      await turns();
      controller.abort(new Reason("enough"));
      await rejects(waiting, Reason, "enough");
      ok(requests.every((request) => request.active));
    }
    await comm.send("b", { dest: 0, tag: 1 });
    await comm.send("a", { dest: 0, tag: 0 });
    equal(await Request.waitall(requests), ["a", "b"]);
  });
});

test("a wait for sends, persistent requests and Grequests that is aborted leaves them as they are too", async () => {
  await ranks(1, async (comm) => {
    const persistent = comm.recvInit<string>({ tag: 1 });
    persistent.start();
    const work = Grequest.start<string>();
    const requests = [comm.issend("sent", { dest: 0, tag: 2 }), persistent, work];
    for (const wait of [
      ...requests.map((request) => (signal: AbortSignal) => request.wait({ signal })),
      (signal: AbortSignal) => Request.waitall(requests, { signal }),
      (signal: AbortSignal) => Request.waitany(requests, { signal }),
      (signal: AbortSignal) => Request.waitsome(requests, { signal }),
    ]) {
      const controller = new AbortController();
      const waiting = wait(controller.signal);
      await turns();
      controller.abort(new Reason("enough"));
      await rejects(waiting, Reason, "enough");
      ok(requests.every((request) => request.active));
    }
    is(await comm.recv({ tag: 2 }), "sent");
    await comm.send("received", { dest: 0, tag: 1 });
    work.complete("worked");
    equal(await Request.waitall(requests), [undefined, "received", "worked"]);
  });
});

test("a matched probe that races with its signal loses no message: what it does not take, the next one does", async () => {
  const count = 300;
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      for (let i = 0; i < count; i++) {
        await comm.send(i, { dest: 1 });
        if (i % 2 === 0) await turns(1);
      }
      return;
    }
    const got: number[] = [];
    for (let attempts = 0; got.length < count; attempts++) {
      const controller = new AbortController();
      const probing = comm.mprobe({ source: 0, signal: controller.signal });
      if (attempts % 2 === 0) await turns(attempts % 3);
      controller.abort(new Reason("next"));
      const message = await probing.catch((error) => ok(error instanceof Reason));
      if (message) got.push(await message.recv<number>());
    }
    equal(
      got,
      Array.from({ length: count }, (_, i) => i),
    );
  });
});

test("one long-lived signal on many calls keeps no listener of those that have ended", async () => {
  await ranks(1, async (comm) => {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    let most = 0;
    for (let i = 0; i < 20; i++) {
      const waiting = [comm.recv({ signal }), comm.irecv().wait({ signal })];
      most = Math.max(most, listeners);
      for (const _ of waiting) await comm.send(i, { dest: 0 });
      await Promise.all(waiting);
    }
    equal([most, listeners], [2, 0]);
  });
});

test("a signal that is none is a TypeError", async () => {
  await ranks(1, async (comm) => {
    const text = "Cannot call recv: option signal is 500, expected an AbortSignal";
    is((await rejects(comm.recv({ signal: 500 } as never), TypeError)).message, text);
    await rejects(comm.irecv().wait({ signal: {} } as never), TypeError, "option signal");
    await rejects(comm.send(1, { dest: 0, signal: AbortSignal.timeout(1) } as never), TypeError, "signal is unknown");
    await rejects(Request.waitall([], { signal: "no" } as never), TypeError, "option signal");
  });
});

test.run();
