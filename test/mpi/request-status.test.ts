// What is told of requests: the getStatus family, empty statuses, the statuses of lists in which requests fail, and what
// stays of a request that was cancelled or freed.
import { test } from "uvu";
import {
  ANY_SOURCE,
  ANY_TAG,
  ERR_PENDING,
  ERR_REQUEST,
  ERR_TRUNCATE,
  ERR_TYPE,
  Exception,
  type Intracomm,
  PROC_NULL,
  Prequest,
  REQUEST_NULL,
  Request,
  Status,
  SUCCESS,
  UNDEFINED,
} from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, refuses, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

const told = ({ source, tag, error, count, cancelled }: Status) => [source, tag, error, count, cancelled];
const EMPTY = [ANY_SOURCE, ANY_TAG, SUCCESS, 0, false];

/** A status with something in every field. */
function full(): Status {
  const status = new Status();
  status.fill(4, 5, 6, 1);
  status.error = 7;
  status.cancelled = true;
  return status;
}

test("every call gives empty statuses for empty lists and for null, inactive, freed and completed requests", async () => {
  await ranks(1, async (comm) => {
    const freed = comm.irecv({ tag: 9 });
    freed.free();
    await comm.send("to the freed one", { dest: 0, tag: 9 });
    const done = comm.isend(1, { dest: PROC_NULL });
    await done.wait();
    const idle = comm.recvInit();
    for (const none of [[], [REQUEST_NULL], [REQUEST_NULL, freed, done, idle, REQUEST_NULL]]) {
      const nothing = none.map(() => undefined);
      const status = full();
      const one = (result: unknown, expected: unknown) => {
        equal(result, expected);
        equal(told(status), EMPTY);
        status.copy(full());
      };
      one(await Request.waitany(none, { status }), [UNDEFINED, undefined]);
      one(await Request.testany(none, { status }), [UNDEFINED, true]);
      one(await Request.getStatusAny(none, { status }), [UNDEFINED, true]);
      for (const request of none) {
        one(await request.wait({ status }), undefined);
        one(await request.test({ status }), [true, undefined]);
        one(await request.getStatus({ status }), true);
      }
      const statuses = [full()];
      const all = (result: unknown, expected: unknown) => {
        equal(result, expected);
        is(statuses.length, Math.max(1, none.length));
        for (const each of none.keys()) equal(told(statuses[each]!), EMPTY);
        statuses.splice(0, statuses.length, full());
      };
      all(await Request.waitall(none, { statuses }), nothing);
      all(await Request.testall(none, { statuses }), [true, nothing]);
      all(await Request.getStatusAll(none, { statuses }), true);
      is(await Request.waitsome(none, { statuses }), null);
      is(await Request.testsome(none, { statuses }), null);
      is(await Request.getStatusSome(none, { statuses }), null);
      equal(told(statuses[0]!), told(full()));
    }
  });
});

test("the getStatus family tells of complete requests and leaves them active, as often as it is called", async () => {
  await ranks(1, async (comm) => {
    const requests = [REQUEST_NULL, comm.irecv({ tag: 1 }), comm.irecv({ tag: 2 })];
    const status = full();
    const statuses: Status[] = [];
    const none = async (some: number[]) => {
      is(await Request.getStatusAll(requests, { statuses }), false);
      equal(await Request.getStatusAny(requests, { status }), some.length > 0 ? [some[0], true] : [UNDEFINED, false]);
      equal(await Request.getStatusSome(requests, { statuses }), some);
    };
    await none([]);
    equal(told(status), told(full()));
    equal(statuses, []);
    await comm.send("two", { dest: 0, tag: 2 });
    await none([2]);
    equal([status.source, status.tag, status.error], [0, 2, SUCCESS]);
    equal(
      statuses.map(({ tag }) => tag),
      [2],
    );
    await comm.send("one", { dest: 0, tag: 1 });
    for (let i = 0; i < 3; i++) {
      is(await Request.getStatusAll(requests, { statuses }), true);
      equal(
        statuses.map(({ tag }) => tag),
        [ANY_TAG, 1, 2],
      );
      equal(await Request.getStatusAny(requests), [1, true]);
      equal(await Request.getStatusSome(requests), [1, 2]);
    }
    ok(requests.slice(1).every(({ active }) => active));
    equal(await Request.waitall(requests), [undefined, "one", "two"]);
  });
});

/** Requests: complete, failing with ERR_TRUNCATE, failing with ERR_TYPE, waiting, inactive. */
async function mixed(comm: Intracomm): Promise<Request[]> {
  const requests = [
    comm.irecv<string>({ tag: 0 }),
    comm.irecv({ tag: 1, into: new Int8Array(1) }),
    comm.irecv({ tag: 2, into: new Int8Array(9) }),
    comm.irecv<string>({ tag: 3 }),
    REQUEST_NULL,
  ];
  await comm.send("zero", { dest: 0, tag: 0 });
  await comm.send(new Int8Array(3), { dest: 0, tag: 1 });
  await comm.send(new Int16Array(1), { dest: 0, tag: 2 });
  await turns();
  return requests;
}

for (const call of ["waitall", "testall"] as const) {
  test(`${call}() that fails says in the statuses what is known of each request, and the others can be waited for`, async () => {
    await ranks(1, async (comm) => {
      const requests = await mixed(comm);
      const complete: (requests: Request[], options?: object) => Promise<unknown> = Request[call];
      const statuses = [full()];
      is((await rejects(complete(requests, { statuses }), Exception)).errorClass, ERR_TRUNCATE);
      equal(
        statuses.map(({ error, tag }) => [error, tag]),
        [
          [SUCCESS, 0],
          [ERR_TRUNCATE, 1],
          [ERR_TYPE, 2],
          [ERR_PENDING, ANY_TAG],
          [SUCCESS, ANY_TAG],
        ],
      );
      equal(
        requests.map(({ active }) => active),
        [true, false, true, true, false],
      );
      is((await rejects(complete(requests, { statuses }), Exception)).errorClass, ERR_TYPE);
      equal(
        statuses.map(({ error }) => error),
        [SUCCESS, SUCCESS, ERR_TYPE, ERR_PENDING, SUCCESS],
      );
      await comm.send("three", { dest: 0, tag: 3 });
      equal(await Request.waitall(requests), ["zero", undefined, undefined, "three", undefined]);
    });
  });
}

for (const call of ["waitsome", "testsome"] as const) {
  test(`${call}() throws one failure after the other, then gives what is complete`, async () => {
    await ranks(1, async (comm) => {
      const requests = await mixed(comm);
      const complete: (requests: Request[], options?: object) => Promise<unknown> = Request[call];
      for (const [errorClass, tag] of [
        [ERR_TRUNCATE, 1],
        [ERR_TYPE, 2],
      ]) {
        const statuses: Status[] = [];
        is((await rejects(complete(requests, { statuses }), Exception)).errorClass, errorClass);
        equal(
          statuses.map((status) => [status.error, status.tag]),
          [[errorClass, tag]],
        );
      }
      equal(await complete(requests), [[0, "zero"]]);
      requests[3]!.cancel();
      equal(await complete(requests), [[3, undefined]]);
    });
  });
}

for (const call of ["waitany", "testany"] as const) {
  test(`${call}() throws the failure of the request that it completes, which is the one that is inactive then`, async () => {
    await ranks(1, async (comm) => {
      const requests = (await mixed(comm)).slice(1, 4);
      const complete: (requests: Request[], options?: object) => Promise<unknown> = Request[call];
      for (const [at, errorClass] of [ERR_TRUNCATE, ERR_TYPE].entries()) {
        const status = full();
        is((await rejects(complete(requests, { status }), Exception)).errorClass, errorClass);
        equal([status.error, status.source, status.tag], [errorClass, 0, at + 1]);
        equal(
          requests.map(({ active }) => active),
          [false, at === 0, true],
        );
      }
      requests[2]!.cancel();
      equal(((await complete(requests.slice(2))) as unknown[])[0], 0);
    });
  });
}

test("getStatus() of a request that has failed is true and says why; wait() then throws, once", async () => {
  await ranks(1, async (comm) => {
    const request = comm.irecv({ into: new Int8Array(1) });
    await comm.send(new Int8Array(2), { dest: 0, tag: 6 });
    const [status, statuses] = [new Status(), [] as Status[]];
    while (!(await request.getStatus({ status }))) ok(request.active);
    is(await Request.getStatusAll([request], { statuses }), true);
    equal(await Request.getStatusAny([request]), [0, true]);
    equal(await Request.getStatusSome([request]), [0]);
    for (const each of [status, statuses[0]!]) equal(told(each), [0, 6, ERR_TRUNCATE, 2, false]);
    const last = new Status();
    await rejects(request.wait({ status: last }), Exception, "ERR_TRUNCATE");
    equal(told(last), told(status));
    is(await request.wait({ status: last }), undefined);
    equal(told(last), EMPTY);
  });
});

test("a cancelled receive of any form says so in every call's status, and the message goes to the next receive", async () => {
  await ranks(1, async (comm) => {
    const into = new Int8Array(2);
    const persistent = comm.recvInit({ tag: 1, into });
    const makers = [
      () => comm.irecv({ tag: 1 }),
      () => comm.irecv({ source: 0, tag: 1, into }),
      () => {
        persistent.start();
        return persistent;
      },
    ];
    for (const make of makers) {
      const calls: ((request: Request, status: Status) => Promise<unknown>)[] = [
        (request, status) => request.wait({ status }),
        (request, status) => request.test({ status }),
        (request, status) => Request.waitall([request], { statuses: [status] }),
        (request, status) => Request.testall([request], { statuses: [status] }),
        (request, status) => Request.waitany([request], { status }),
        (request, status) => Request.testany([request], { status }),
        (request, status) => Request.waitsome([request], { statuses: [status] }),
        (request, status) => Request.testsome([request], { statuses: [status] }),
      ];
      for (const complete of calls) {
        const request: Request = make();
        const next = comm.irecv({ tag: 1 });
        request.cancel();
        await comm.send(Int8Array.of(1, 2), { dest: 0, tag: 1 });
        const seen = new Status();
        is(await request.getStatus({ status: seen }), true);
        is(seen.isCancelled(), true);
        const status = new Status();
        await complete(request, status);
        equal(told(status), [ANY_SOURCE, ANY_TAG, SUCCESS, 0, true]);
        not(request.active);
        equal(await next.wait(), Int8Array.of(1, 2));
      }
    }
    equal(into, new Int8Array(2));
  });
});

test("REQUEST_NULL cannot be cancelled or started; to free it, and to cancel what is inactive, does nothing", async () => {
  await ranks(1, async (comm) => {
    throws(
      () => REQUEST_NULL.cancel(),
      (error: Error) => error instanceof Exception && error.errorClass === ERR_REQUEST,
    );
    throws(() => Prequest.startall([REQUEST_NULL as never]), /element 0 is Request, expected a Prequest/);
    REQUEST_NULL.free();
    is(REQUEST_NULL.active, false);
    const done = comm.isend(1, { dest: PROC_NULL });
    await done.wait();
    done.cancel();
    done.free();
    done.free();
    is(await done.wait(), undefined);
  });
});

test("wrong arguments of the getStatus family and of statuses are refused", async () => {
  for (const name of ["getStatusAll", "getStatusAny", "getStatusSome"] as const) {
    const call = Request[name] as (requests: unknown, options?: object) => Promise<unknown>;
    const error = await rejects(call([REQUEST_NULL, 5]), Exception, `Cannot call ${name}: element 1 is 5`);
    is(error.errorClass, ERR_REQUEST);
    await rejects(call(REQUEST_NULL), TypeError, `Cannot call ${name}: requests are Request`);
    await rejects(call([], { signal: AbortSignal.timeout(1) }), TypeError, "option signal is unknown");
  }
  for (const name of ["testall", "testany", "testsome"] as const) {
    const call = Request[name] as (requests: unknown, options?: object) => Promise<unknown>;
    await rejects(call([], { signal: AbortSignal.timeout(1) }), TypeError, "option signal is unknown");
  }
  for (const name of ["waitall", "waitsome", "testall", "testsome", "getStatusAll", "getStatusSome"] as const) {
    const call = Request[name] as (requests: unknown, options?: object) => Promise<unknown>;
    await rejects(
      call([], { statuses: [new Status(), {}] }),
      TypeError,
      "option statuses[1] is Object, expected a new",
    );
    await rejects(call([], { statuses: new Status() }), TypeError, "option statuses is Status");
  }
  await rejects(Request.getStatusAny([], { status: 1 } as never), TypeError, "option status is 1");
  refuses(() => new Status({} as never), "Cannot make a Status: status is Object, expected an MPI.Status");
});

test("a Status has mpi4py's getters, setters and properties, and can be copied", () => {
  const status = new Status();
  equal(told(status), EMPTY);
  status.setSource(3);
  status.setTag(4);
  status.setError(ERR_TRUNCATE);
  status.setElements(Float64Array, 5);
  status.setCancelled(true);
  equal(
    [status.getSource(), status.getTag(), status.getError(), status.getCount(), status.isCancelled()],
    [3, 4, ERR_TRUNCATE, 40, true],
  );
  equal([status.getElements(Float64Array), status.getCount(Float64Array), status.getCount(Float32Array)], [5, 5, 10]);
  const copy = new Status(status);
  equal(told(copy), told(status));
  is(copy.kind, status.kind);
  status.cancelled = false;
  status.source = status.tag = status.error = status.count = 0;
  equal(told(copy), [3, 4, ERR_TRUNCATE, 40, true]);
  equal(told(status), [0, 0, 0, 0, false]);
});

test.run();
