// Requests: one by one and several at once, inactive ones, failures, cancelling.
import { test } from "uvu";
import { Operation } from "../../src/engine/operation.ts";
import {
  ANY_TAG,
  ERR_REQUEST,
  ERR_TRUNCATE,
  Exception,
  Grequest,
  REQUEST_NULL,
  Request,
  Status,
  UNDEFINED,
} from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

const long = "x".repeat(5000);

test("wait() gives the data once and makes the request inactive; then it gives undefined", async () => {
  await ranks(1, async (comm) => {
    const request = comm.irecv();
    ok(request.active);
    await comm.send("data", { dest: 0, tag: 3 });
    const status = new Status();
    is(await request.wait({ status }), "data");
    equal([status.source, status.tag, request.active], [0, 3, false]);
    is(await request.wait({ status }), undefined);
    equal([status.source, status.tag, status.count, status.error], [-1, ANY_TAG, 0, 0]);
    equal(await request.test(), [true, undefined]);
    is(await request.getStatus(), true);
  });
});

test("irecv() fills its status when the message has come, whoever completes it", async () => {
  await ranks(1, async (comm) => {
    const status = new Status();
    const request = comm.irecv({ status });
    await comm.send(new Float32Array(3), { dest: 0, tag: 8 });
    await request.wait();
    equal([status.source, status.tag, status.count], [0, 8, 12]);
  });
});

test("a Request is no thenable: await gives the request itself", async () => {
  await ranks(1, async (comm) => {
    const request = comm.irecv();
    not("then" in request);
    is(await request, request);
    ok(request.active);
    request.cancel();
    await request.wait();
  });
});

test("loops over test(), getStatus(), testall(), testany() and testsome() end when the messages come", async () => {
  await ranks(2, async (comm) => {
    for (const text of ["short", long]) {
      if (comm.rank === 0) {
        const send = comm.issend(text, { dest: 1 });
        while (!(await send.test())[0]) ok(true);
        const sends = [comm.issend(text, { dest: 1 }), comm.isend(text, { dest: 1 }), comm.issend(text, { dest: 1 })];
        while (!(await Request.testall(sends))[0]) ok(true);
      } else {
        const first = comm.irecv();
        let result: [boolean, unknown?] = [false];
        while (!result[0]) result = await first.test();
        equal(result, [true, text]);

        const second = comm.irecv();
        const status = new Status();
        while (!(await second.getStatus({ status }))) ok(second.active);
        ok(second.active);
        is(status.source, 0);
        is(await second.wait(), text);

        let any: [number, boolean, unknown?] = [UNDEFINED, false];
        const third = [REQUEST_NULL, comm.irecv()];
        while (!any[1]) any = await Request.testany(third);
        equal(any, [1, true, text]);

        const fourth = [comm.irecv(), REQUEST_NULL];
        let some: [number, unknown][] | null = [];
        while (some?.length === 0) some = await Request.testsome(fourth);
        equal(some, [[0, text]]);
      }
    }
  });
});

test("test() that finds nothing completes nothing", async () => {
  await ranks(1, async (comm) => {
    const requests = [comm.irecv({ tag: 0 }), comm.irecv({ tag: 1 })];
    equal(await requests[0]!.test(), [false]);
    is(await requests[0]!.getStatus(), false);
    await comm.send("one", { dest: 0, tag: 1 });
    equal(await Request.testall(requests), [false]);
    ok(requests.every((request) => request.active));
    equal(await Request.testsome(requests), [[1, "one"]]);
    equal(await Request.testsome(requests), []);
    equal(await Request.testany(requests), [UNDEFINED, false]);
    await comm.send("zero", { dest: 0 });
    equal(await Request.testall(requests), [true, ["zero", undefined]]);
  });
});

test("empty lists and lists of inactive requests: all are complete, none is any, and some is null", async () => {
  for (const none of [[], [REQUEST_NULL, REQUEST_NULL]]) {
    const nothing = none.map(() => undefined);
    equal(await Request.waitall(none), nothing);
    equal(await Request.testall(none), [true, nothing]);
    equal(await Request.waitany(none), [UNDEFINED, undefined]);
    equal(await Request.testany(none), [UNDEFINED, true]);
    is(await Request.waitsome(none), null);
    is(await Request.testsome(none), null);
  }
});

test("waitall() gives the data in the order of the requests, whatever the order of arrival, and a status for each", async () => {
  await ranks(3, async (comm) => {
    if (comm.rank > 0) {
      for (const tag of [2, 0, 1]) await comm.send([comm.rank, tag], { dest: 0, tag });
      return;
    }
    const wanted = [1, 2].flatMap((source) => [0, 1, 2].map((tag) => [source, tag] as const));
    const requests: Request[] = wanted.map(([source, tag]) => comm.irecv({ source, tag }));
    requests.push(REQUEST_NULL, comm.isend("x", { dest: -3 }));
    const statuses: Status[] = [new Status()];
    const [own] = statuses;
    equal(await Request.waitall(requests, { statuses }), [...wanted.map((pair) => [...pair]), undefined, undefined]);
    is(statuses[0], own);
    is(statuses.length, requests.length);
    for (const [i, pair] of wanted.entries()) equal([statuses[i]!.source, statuses[i]!.tag], [...pair]);
    not(requests.some((request) => request.active));
  });
});

test("waitany() completes one, which is then inactive, until all are: [index, data]", async () => {
  await ranks(4, async (comm) => {
    if (comm.rank > 0) return comm.send(`from ${comm.rank}`, { dest: 0 });
    const requests = [1, 2, 3].map((source) => comm.irecv<string>({ source }));
    const seen = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const status = new Status();
      const [index, data] = await Request.waitany(requests, { status });
      is(data, `from ${index + 1}`);
      is(status.source, index + 1);
      not(requests[index]!.active);
      seen.add(index);
    }
    is(seen.size, 3);
    equal(await Request.waitany(requests), [UNDEFINED, undefined]);
  });
});

test("waitsome() completes all that are complete, at least one", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank === 0) {
      for (const tag of [3, 1]) await comm.send(tag, { dest: 1, tag });
      await comm.recv();
      return comm.send(0, { dest: 1, tag: 0 });
    }
    const requests = [0, 1, 2, 3].map((tag) => comm.irecv<number>({ tag }));
    await comm.probe({ tag: 9, signal: AbortSignal.timeout(20) }).catch(() => {}); // Both are here by now.
    const statuses: Status[] = [];
    equal(await Request.waitsome(requests, { statuses }), [
      [1, 1],
      [3, 3],
    ]);
    equal(
      statuses.map(({ tag }) => tag),
      [1, 3],
    );
    await comm.send("more", { dest: 0 });
    equal(await Request.waitsome(requests), [[0, 0]]);
    requests[2]!.cancel();
    equal(await Request.waitsome(requests), [[2, undefined]]);
    is(await Request.waitsome(requests), null);
  });
});

test("the same request several times in one list is waited for once", async () => {
  await ranks(1, async (comm) => {
    const request = comm.irecv();
    const waiting = Request.waitall([request, request, request]);
    await turns();
    await comm.send("once", { dest: 0 });
    equal(await waiting, ["once", undefined, undefined]);
  });
});

test("waitall() rejects as soon as one request fails; the others stay active, and nothing that came is lost", async () => {
  await ranks(1, async (comm) => {
    for (const complete of ["waitall", "testall", "waitsome", "testsome"] as const) {
      const requests = [comm.irecv({ tag: 0 }), comm.irecv({ tag: 1, into: new Int8Array(1) }), comm.irecv({ tag: 2 })];
      await comm.send("zero", { dest: 0, tag: 0 });
      await comm.send(new Int8Array(2), { dest: 0, tag: 1 });
      await turns();
      const call: (requests: Request[]) => Promise<unknown> = Request[complete];
      is((await rejects(call(requests), Exception)).errorClass, ERR_TRUNCATE);
      equal(
        requests.map((request) => request.active),
        [true, false, true],
      );
      await comm.send("two", { dest: 0, tag: 2 });
      equal(await Request.waitall(requests), ["zero", undefined, "two"]);
    }
  });
});

test("a failure that nobody has looked at yet is no unhandled rejection, and wait() rejects with it once", async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", listen);
  await ranks(1, async (comm) => {
    const request = comm.irecv({ into: new Int8Array(1) });
    const exchange = comm.isendrecv(new Int8Array(3), { dest: 0, source: 0, into: new Int8Array(2) });
    await comm.send(new Int8Array(2), { dest: 0 });
    await turns();
    await rejects(request.wait(), Exception, "ERR_TRUNCATE");
    is(await request.wait(), undefined);
    equal(await exchange.wait(), Int8Array.of(0, 0));
  });
  await turns();
  process.off("unhandledRejection", listen);
  equal(unhandled, []);
});

test("cancel() takes a receive back that has no message: wait() ends, isCancelled() is true, the next receive gets it", async () => {
  await ranks(1, async (comm) => {
    const request = comm.irecv();
    request.cancel();
    request.cancel();
    const status = new Status();
    is(await request.wait({ status }), undefined);
    is(status.isCancelled(), true);
    await comm.send("for the next", { dest: 0 });
    is(await comm.irecv().wait({ status }), "for the next");
    is(status.isCancelled(), false);
  });
});

test("cancel() is too late for a receive that has its message, and for a send", async () => {
  await ranks(1, async (comm) => {
    for (const text of ["short", long]) {
      const send = comm.isend(text, { dest: 0 });
      const request = comm.irecv();
      await turns();
      request.cancel();
      send.cancel();
      const status = new Status();
      is(await request.wait({ status }), text);
      is(await send.wait({ status }), undefined);
      is(status.isCancelled(), false);
    }
  });
});

test("free() gives the request up, and the operation goes on", async () => {
  await ranks(1, async (comm) => {
    const into = new Int8Array(1);
    const request = comm.irecv({ tag: 0, into });
    const send = comm.isend("x".repeat(5000), { dest: 0, tag: 1 });
    request.free();
    send.free();
    not(request.active);
    is(await request.wait(), undefined);
    await comm.send(Int8Array.of(7), { dest: 0 });
    await turns();
    is(into[0], 7);
    is((await comm.recv<string>({ tag: 1 })).length, 5000);
  });
});

test("a request that is long in coming gathers no listeners while waitany() completes many others", async () => {
  const { onSettled, offSettled } = Operation.prototype;
  await ranks(1, async (comm) => {
    const idle = comm.irecv({ tag: 99 });
    const { operation } = idle.pending!;
    const listeners = new Set<unknown>();
    let most = 0;
    Operation.prototype.onSettled = function (then) {
      if (this === operation) listeners.add(then);
      most = Math.max(most, listeners.size);
      return onSettled.call(this, then);
    };
    Operation.prototype.offSettled = function (then) {
      if (this === operation) listeners.delete(then);
      offSettled.call(this, then);
    };
    try {
      for (let i = 0; i < 50; i++) {
        const waiting = Request.waitany([idle, comm.irecv({ tag: 1 })]);
        await comm.send(i, { dest: 0, tag: 1 });
        equal(await waiting, [1, i]);
      }
      equal([most, listeners.size], [1, 0]);
    } finally {
      Object.assign(Operation.prototype, { onSettled, offSettled });
    }
    idle.cancel();
    await idle.wait();
  });
});

test("waitall() for 50,000 requests is no quadratic affair: it looks at each a few times only", async () => {
  const count = 50_000;
  let looks = 0;
  const requests = Array.from({ length: count }, () => Grequest.start<number>());
  const { get } = Object.getOwnPropertyDescriptor(Request.prototype, "settled")!;
  const settled = {
    get(this: Request) {
      looks++;
      return get!.call(this);
    },
  };
  for (const request of requests) Object.defineProperty(request, "settled", settled);
  const waiting = Request.waitall(requests);
  for (const [i, request] of requests.entries()) request.complete(i);
  equal((await waiting).at(-1), count - 1);
  ok(looks < 10 * count, `${looks} looks`);
});

test("what is no request in a list is ERR_REQUEST with its index, and what is no list a TypeError", async () => {
  for (const complete of ["waitall", "waitany", "waitsome", "testall", "testany", "testsome"] as const) {
    const call: (requests: never, options?: object) => Promise<unknown> = Request[complete];
    const error = await rejects(call([REQUEST_NULL, Promise.resolve()] as never), Exception);
    is(error.errorClass, ERR_REQUEST);
    is(error.message, `Cannot call ${complete}: element 1 is Promise, expected a Request (ERR_REQUEST)`);
    const wrong = await rejects(call(REQUEST_NULL as never), TypeError);
    is(wrong.message, `Cannot call ${complete}: requests are Request, expected an array`);
    await rejects(call([] as never, { stati: [] }), TypeError, "option stati is unknown");
  }
  await rejects(Request.waitall([], { statuses: new Status() } as never), TypeError, "option statuses is Status");
  await rejects(REQUEST_NULL.wait({ status: {} } as never), TypeError, "option status is Object");
  await rejects(REQUEST_NULL.test({ signal: 1 } as never), TypeError, "option signal is unknown");
});

test.run();
