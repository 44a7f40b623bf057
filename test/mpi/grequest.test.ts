// Grequests: those that a script completes itself, and what the library calls of it.
import { test } from "uvu";
import {
  ERR_OTHER,
  ERR_PENDING,
  ERR_REQUEST,
  ERR_TAG,
  Exception,
  Grequest,
  Request,
  Status,
} from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, refuses, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

test("a Grequest is complete when the script says so, and can be waited for with others", async () => {
  await ranks(1, async (comm) => {
    const work = Grequest.start<string>({ query: (status) => status.fill(5, 6, 7, 0) });
    equal(await work.test(), [false]);
    const both = Request.waitall([work, comm.irecv()], { statuses: [] });
    await comm.send("message", { dest: 0 });
    setImmediate(() => work.complete("work"));
    equal(await both, ["work", "message"]);
    not(work.active);

    const again = Grequest.start({ query: (status) => status.fill(5, 6, 7, 0) });
    again.complete();
    const status = new Status();
    is(await again.wait({ status }), undefined);
    equal([status.source, status.tag, status.count], [5, 6, 7]);
  });
});

test("cancel() of a Grequest asks the script, which completes it", async () => {
  const asked: boolean[] = [];
  const work: Grequest<string> = Grequest.start<string>({
    cancel(complete) {
      asked.push(complete);
      if (!complete) work.complete("stopped");
    },
  });
  work.cancel();
  work.cancel();
  is(await work.wait(), "stopped");
  equal(asked, [false, true]);
});

/** A Grequest that writes down which of its functions are called. */
function watched(): { calls: string[]; request: Grequest<string> } {
  const calls: string[] = [];
  const request = Grequest.start<string>({
    query(status) {
      calls.push("query");
      status.setSource(3);
      status.setTag(7);
      status.count = 11;
      status.setCancelled(true);
    },
    free: () => calls.push("free"),
    cancel: (complete) => calls.push(`cancel ${complete}`),
  });
  return { calls, request };
}

const filled = ({ source, tag, count, error, cancelled }: Status) => [source, tag, count, error, cancelled];

/** Every call that can complete a request. */
const completions: [string, (request: Request) => Promise<unknown>, unknown][] = [
  ["wait", (request) => request.wait(), "value"],
  ["test", (request) => request.test(), [true, "value"]],
  ["waitall", (request) => Request.waitall([request]), ["value"]],
  ["waitany", (request) => Request.waitany([request]), [0, "value"]],
  ["waitsome", (request) => Request.waitsome([request]), [[0, "value"]]],
  ["testall", (request) => Request.testall([request]), [true, ["value"]]],
  ["testany", (request) => Request.testany([request]), [0, true, "value"]],
  ["testsome", (request) => Request.testsome([request]), [[0, "value"]]],
];

test("query and then free are called once, by the call that completes the request, and not before", async () => {
  await ranks(1, async () => {
    for (const [name, complete, expected] of completions) {
      const { calls, request } = watched();
      if (name.startsWith("test")) await complete(request);
      request.cancel();
      request.complete("value");
      equal(calls, ["cancel false"], name);
      request.cancel();
      equal(await complete(request), expected, name);
      equal(calls, ["cancel false", "cancel true", "query", "free"], name);
      not(request.active);
      request.cancel();
      request.free();
      is(await request.wait(), undefined);
      is(calls.length, 4, name);
    }
  });
});

test("what query says is the status of every call that asks; getStatus() calls query and leaves free for later", async () => {
  await ranks(1, async () => {
    const { calls, request } = watched();
    const status = new Status();
    is(await request.getStatus({ status }), false);
    request.complete("value");
    const said = [3, 7, 11, 0, true];
    is(await request.getStatus({ status }), true);
    equal(filled(status), said);
    const statuses: Status[] = [];
    is(await Request.getStatusAll([request], { statuses }), true);
    equal(filled(statuses[0]!), said);
    equal(calls, ["query"]);
    equal(await request.test({ status }), [true, "value"]);
    equal(filled(status), said);
    equal(calls, ["query", "free"]);
  });
});

test("free() before complete() has the function free called by complete(), after it at once, and query never", async () => {
  await ranks(1, async () => {
    for (const early of [true, false]) {
      const { calls, request } = watched();
      if (early) request.free();
      equal(calls, []);
      request.complete("value");
      if (!early) request.free();
      equal(calls, ["free"]);
      request.free();
      is(await request.wait(), undefined);
      equal(calls, ["free"]);
    }
  });
});

test("what query or free throws, the completing call throws; free is called also when query has thrown", async () => {
  await ranks(1, async () => {
    for (const [name, complete] of completions) {
      for (const thrown of [new Exception("ERR_TAG", "Cannot query"), new RangeError("no"), "text"]) {
        const calls: string[] = [];
        const both = Grequest.start<string>({
          query() {
            throw thrown;
          },
          free() {
            calls.push("free");
            throw new Error("later");
          },
        });
        both.complete("value");
        const status = new Status();
        is(await both.getStatus({ status }), true);
        is(status.error, thrown instanceof Exception ? ERR_TAG : ERR_OTHER);
        const caught = await complete(both).catch((error) => error);
        is(caught, thrown, name);
        equal(calls, ["free"], name);
        not(both.active);
        is(await both.wait(), undefined);
        const free = Grequest.start({
          free() {
            throw thrown;
          },
        });
        free.complete();
        is(await complete(free).catch((error) => error), thrown, name);
      }
    }
    const cancel = Grequest.start({
      cancel(complete) {
        if (!complete) throw new Exception(ERR_PENDING, "Cannot cancel");
      },
    });
    throws(() => cancel.cancel(), /ERR_PENDING/);
    cancel.complete();
    cancel.cancel();
    await cancel.wait();
  });
});

test("a Grequest that fails among others leaves them as they are: nothing that came is lost", async () => {
  await ranks(1, async (comm) => {
    for (const complete of ["waitall", "testall", "waitsome", "testsome"] as const) {
      const requests = [
        comm.irecv<string>(),
        Grequest.start<string>({
          query() {
            throw new Exception("ERR_TAG", "Cannot query");
          },
        }),
        watched().request,
      ];
      await comm.send("text", { dest: 0 });
      for (const request of requests) if (request instanceof Grequest) request.complete("done");
      const call: (requests: Request[], options: object) => Promise<unknown> = Request[complete];
      const statuses: Status[] = [];
      is((await rejects(call(requests, { statuses }), Exception)).errorClass, ERR_TAG);
      equal(
        requests.map(({ active }) => active),
        [true, false, true],
      );
      if (complete.endsWith("all"))
        equal(
          statuses.map(({ error }) => error),
          [0, ERR_TAG, 0],
        );
      equal(await Request.waitall(requests), ["text", undefined, "done"]);
    }
  });
});

test("testall() that finds one incomplete concludes none", async () => {
  await ranks(1, async () => {
    const [first, second] = [watched(), watched()];
    first.request.complete("first");
    equal(await Request.testall([first.request, second.request]), [false]);
    equal(first.calls, []);
    second.request.complete("second");
    equal(await Request.testall([first.request, second.request]), [true, ["first", "second"]]);
    equal([...first.calls, ...second.calls], ["query", "free", "query", "free"]);
  });
});

test("complete() twice is ERR_REQUEST, and functions that are none are TypeErrors", async () => {
  await ranks(1, async () => {
    const request = Grequest.start();
    request.complete();
    const isRequestError = (error: Error) => error instanceof Exception && error.errorClass === ERR_REQUEST;
    throws(() => request.complete(), isRequestError);
    await request.wait();
    throws(() => request.complete(), isRequestError);
    const start = Grequest.start as (functions: unknown) => unknown;
    refuses(() => start({ query: 1 }), "Cannot call Grequest.start: option query is 1, expected a function");
    refuses(() => start({ free: {} }), "option free is Object");
    refuses(() => start({ cancel: null }), "option cancel is null");
    refuses(() => start({ wait() {} }), "option wait is unknown");
    refuses(() => start(() => {}), "options are");
    refuses(() => start(null), "options are null");
    ok(start({ query: undefined }) instanceof Grequest);
  });
});

test.run();
