// What a script passes wrongly: one clear error that names the call, the option, the value and what was expected, before
// anything is sent. Methods that return promises reject; those that return requests throw.
import { test } from "uvu";
import {
  COMM_NULL,
  ERR_COMM,
  ERR_RANK,
  ERR_ROOT,
  ERR_TAG,
  ERR_TYPE,
  Exception,
  getErrorString,
  type Intracomm,
  Status,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

/** What `call` rejects with; a promise it must be, not a thrown error. */
async function rejection(call: () => unknown): Promise<Error> {
  const returned = call();
  ok(returned instanceof Promise, "no promise");
  return rejects(returned, Error);
}

/** What `call` throws; not a promise. */
function thrown(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    ok(error instanceof Error);
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

type Options = Record<string, unknown>;
type Call = (data: unknown, options?: unknown) => unknown;

/** The methods that take data and options, or options only, as functions of both. */
function methods(comm: Intracomm) {
  const untyped = comm as unknown as Record<string, (...args: unknown[]) => unknown>;
  const withData =
    (name: string): Call =>
    (data, options) =>
      untyped[name]!.call(comm, data, options);
  const withoutData =
    (name: string): Call =>
    (_, options) =>
      untyped[name]!.call(comm, options);
  return { withData, withoutData };
}

const sends = ["send", "ssend", "bsend", "rsend"];
const exchanges = ["sendrecv", "sendrecvReplace"];
const receives = ["recv", "probe", "mprobe", "iprobe", "improbe"];
const rooted = ["bcast", "scatter", "gather", "reduce"];
const unrooted = ["allgather", "alltoall", "allreduce", "scan", "exscan"];

/** Every message on one rank that is wrong has this text, and leaves nothing behind. */
const whole: [call: string, data: unknown, options: unknown, text: string][] = [
  ["send", 1, undefined, "Cannot call send: option dest is missing, expected a rank"],
  ["send", 1, { dest: "1" }, 'Cannot call send: option dest is "1", expected a rank'],
  ["send", 1, 3, "Cannot call send: options are 3, expected an object with dest, tag, type, count"],
  ["send", 1, { dest: 0, tga: 1 }, "Cannot call send: option tga is unknown, expected dest, tag, type, count"],
  ["send", 1, { dest: 2 }, "Cannot send to rank 2: COMM_WORLD has ranks 0 to 1 (ERR_RANK)"],
  ["send", 1, { dest: 0.5 }, "Cannot send to rank 0.5: COMM_WORLD has ranks 0 to 1 (ERR_RANK)"],
  [
    "ssend",
    1,
    { dest: 0, tag: -1 },
    "Cannot ssend with tag -1: expected a whole number from 0 to 2147483647 (ERR_TAG)",
  ],
  [
    "bsend",
    1,
    { dest: 0, tag: 2 ** 31 },
    "Cannot bsend with tag 2147483648: expected a whole number from 0 to 2147483647 (ERR_TAG)",
  ],
  ["isend", 1, { dest: Number.NaN }, "Cannot send to rank NaN: COMM_WORLD has ranks 0 to 1 (ERR_RANK)"],
  ["isend", 1, { des: 0 }, "Cannot call isend: option des is unknown, expected dest, tag, type, count"],
  ["recv", 0, { source: -7 }, "Cannot recv from rank -7: COMM_WORLD has ranks 0 to 1 (ERR_RANK)"],
  [
    "recv",
    0,
    { from: 1 },
    "Cannot call recv: option from is unknown, expected source, tag, into, type, count, status, signal",
  ],
  [
    "recv",
    0,
    { into: [1, 2] },
    "Cannot call recv: option into is an array of 2, expected a typed array, ArrayBuffer or DataView",
  ],
  ["irecv", 0, { status: {} }, "Cannot call irecv: option status is Object, expected a new MPI.Status()"],
  [
    "irecv",
    0,
    { signal: AbortSignal.abort() },
    "Cannot call irecv: option signal is unknown, expected source, tag, into, type, count, status",
  ],
  [
    "sendrecv",
    0,
    { dest: 0, sendtag: -1 },
    "Cannot sendrecv with sendtag -1: expected a whole number from 0 to 2147483647 (ERR_TAG)",
  ],
  ["sendrecv", 0, { dest: 0, recvtag: "a" }, 'Cannot call sendrecv: option recvtag is "a", expected a number'],
  [
    "sendrecvReplace",
    "text",
    { dest: 0 },
    'Cannot call sendrecvReplace: its data is "text", expected a typed array, ArrayBuffer or DataView',
  ],
  ["bcast", 0, { root: 2 }, "Cannot bcast with root 2: COMM_WORLD has ranks 0 to 1 (ERR_ROOT)"],
  ["gather", 0, { root: "0" }, 'Cannot call gather: option root is "0", expected a rank'],
  [
    "allreduce",
    0,
    { op: "SUM" },
    'Cannot use "SUM" as op: it is no operator, expected an MPI.Op or a function (a, b) => value (ERR_OP)',
  ],
  ["allreduce", 0, { root: 0 }, "Cannot call allreduce: option root is unknown, expected op, into, type, count"],
];

for (const [name, data, options, text] of whole) {
  test(`${name}(): ${text}`, async () => {
    await ranks(2, async (comm) => {
      const { withData, withoutData } = methods(comm);
      const call = receives.includes(name.replace(/^i(?!probe|mprobe)/, "")) ? withoutData(name) : withData(name);
      const immediate = name.startsWith("i");
      const error = immediate ? thrown(() => call(data, options)) : await rejection(() => call(data, options));
      is(error.message, text);
      const ofMpi = /\(ERR_\w+\)$/.test(text);
      is(error instanceof Exception, ofMpi);
      is(error instanceof TypeError, !ofMpi);
      await turns();
      is(await comm.iprobe(), false);
    });
  });
}

/** Every call with these options must fail with this class, or as a TypeError that names the option. */
async function allFail(calls: string[], wrong: (name: string) => [Options, number | string][], data?: unknown) {
  await ranks(2, async (comm) => {
    const { withData, withoutData } = methods(comm);
    for (const name of calls) {
      const call = receives.includes(name) ? withoutData : withData;
      const probe = name.endsWith("probe");
      for (const [options, expected] of wrong(name)) {
        const errors = [await rejection(() => call(name)(data, options))];
        if (!probe) errors.push(thrown(() => call(`i${name}`)(data, options)));
        for (const error of errors) {
          if (typeof expected === "number") {
            ok(error instanceof Exception, `${name}: ${error}`);
            is((error as Exception).errorClass, expected, error.message);
            is((error as Exception).getErrorString(), getErrorString(expected));
          } else {
            ok(error instanceof TypeError, `${name}: ${error}`);
            ok(error.message.includes(`option ${expected} is`), error.message);
          }
        }
      }
    }
    await turns();
    is(await comm.iprobe(), false);
  });
}

test("every send refuses a dest, a tag and options that are wrong", async () => {
  await allFail(sends, () => [
    [{}, "dest"],
    [{ dest: null }, "dest"],
    [{ dest: 1n }, "dest"],
    [{ dest: 2 }, ERR_RANK],
    [{ dest: -1 }, ERR_RANK],
    [{ dest: Number.POSITIVE_INFINITY }, ERR_RANK],
    [{ dest: 0, tag: null }, "tag"],
    [{ dest: 0, tag: -2 }, ERR_TAG],
    [{ dest: 0, tag: 1.5 }, ERR_TAG],
    [{ dest: 0, source: 0 }, "source"],
    [{ dest: 0, into: new Int8Array(1) }, "into"],
  ]);
});

test("every receive and probe refuses a source, a tag and options that are wrong", async () => {
  await allFail(receives, (name) => [
    [{ source: "0" }, "source"],
    [{ source: null }, "source"],
    [{ source: 2 }, ERR_RANK],
    [{ source: -4 }, ERR_RANK],
    [{ tag: "0" }, "tag"],
    [{ tag: -1 }, ERR_TAG],
    [{ dest: 0 }, "dest"],
    [{ status: new Date() }, "status"],
    [{ into: name === "recv" ? "memory" : new Int8Array(1) }, "into"],
  ]);
});

test("every exchange refuses what its send or its receive would refuse, and then neither sends nor receives", async () => {
  await allFail(
    exchanges,
    (name) => [
      [{}, "dest"],
      [{ dest: 5 }, ERR_RANK],
      [{ dest: 0, source: 5 }, ERR_RANK],
      [{ dest: 0, sendtag: -1 }, ERR_TAG],
      [{ dest: 0, recvtag: -1 }, ERR_TAG],
      [{ dest: 0, sendtag: "1" }, "sendtag"],
      [{ dest: 0, recvtag: "1" }, "recvtag"],
      [{ dest: 0, tag: 1 }, "tag"],
      [{ dest: 0, status: 1 }, "status"],
      [{ dest: 0, into: name === "sendrecv" ? 1 : new Int8Array(1) }, "into"],
    ],
    new Int8Array(1),
  );
});

test("every collective refuses a root and options that are wrong", async () => {
  await allFail(rooted, () => [
    [{ root: null }, "root"],
    [{ root: 2 }, ERR_ROOT],
    [{ root: -3 }, ERR_ROOT],
    [{ root: 0.5 }, ERR_ROOT],
    [{ into: [1] }, "into"],
    [{ dest: 0 }, "dest"],
  ]);
  await allFail(unrooted, () => [
    [{ root: 0 }, "root"],
    [{ into: {} }, "into"],
  ]);
});

test("options of null are a TypeError, and options of undefined are none", async () => {
  await ranks(1, async (comm) => {
    const { withData, withoutData } = methods(comm);
    for (const name of [...sends, ...exchanges, ...rooted, ...unrooted]) {
      ok((await rejection(() => withData(name)(new Int8Array(1), null))) instanceof TypeError, name);
    }
    for (const name of receives) ok((await rejection(() => withoutData(name)(0, null))) instanceof TypeError, name);
    equal(await comm.allgather(1, undefined), [1]);
    await comm.send(1, { dest: 0, tag: undefined as never });
    is(await comm.recv({ source: undefined as never, tag: undefined as never, into: undefined as never }), 1);
  });
});

test("a value that cannot be carried is ERR_TYPE with the path inside the value, and nothing is sent", async () => {
  const cyclic: { self?: unknown; inner?: unknown } = {};
  cyclic.self = cyclic;
  cyclic.inner = { promise: Promise.resolve() };
  const cases: [unknown, string][] = [
    [{ items: [1, 2, 3, { callback: () => {} }] }, "data.items[3].callback is a function"],
    [() => {}, "data is a function"],
    [Symbol("s"), "data is a symbol"],
    [[new WeakMap()], "data[0] is a WeakMap"],
    [cyclic, "data.inner.promise is a Promise"],
    [new Map([["key", Symbol.iterator]]), 'data.get("key") is a symbol'],
  ];
  await ranks(2, async (comm) => {
    const { withData } = methods(comm);
    for (const [value, text] of cases) {
      for (const name of [...sends, "sendrecv"]) {
        for (const error of [
          await rejection(() => withData(name)(value, { dest: 1 - comm.rank })),
          thrown(() => withData(`i${name}`)(value, { dest: 1 - comm.rank })),
        ]) {
          is((error as Exception).errorClass, ERR_TYPE, `${error}`);
          ok(error.message.includes(text), error.message);
        }
      }
    }
    await comm.barrier();
    is(await comm.iprobe(), false);
  });
});

test("every call on COMM_NULL is ERR_COMM and names it", async () => {
  const { withData, withoutData } = methods(COMM_NULL);
  const check = (error: Error, name: string) => {
    is(error.message, `Cannot call ${name} on MPI.COMM_NULL: it is no communicator (ERR_COMM)`);
    is((error as Exception).errorClass, ERR_COMM);
  };
  check(await rejection(() => withData("send")(1, { dest: 0 })), "send");
  check(
    thrown(() => withData("isend")(1, { dest: 0 })),
    "send",
  );
  for (const name of ["recv", "mprobe", "iprobe"]) check(await rejection(() => withoutData(name)(0, {})), name);
  check(await rejection(() => COMM_NULL.barrier()), "barrier");
  check(
    thrown(() => COMM_NULL.iallreduce(1)),
    "iallreduce",
  );
  check(
    thrown(() => COMM_NULL.size),
    "size",
  );
  check(
    thrown(() => COMM_NULL.rank),
    "rank",
  );
});

test("a name is a string, and stands in messages", async () => {
  await ranks(2, async (comm) => {
    comm.name = "workers";
    is(comm.getName(), "workers");
    const text = "Cannot send to rank 9: workers has ranks 0 to 1 (ERR_RANK)";
    is((await rejection(() => comm.send(1, { dest: 9 }))).message, text);
    is(thrown(() => comm.setName(5 as never)).message, "Cannot call setName: name is 5, expected a string");
    equal([comm.getRank(), comm.getSize(), comm.isInter(), comm.isIntra()], [comm.rank, 2, false, true]);
  });
  await ranks(1, async (comm) => {
    is(
      (await rejection(() => comm.send(1, { dest: 1 }))).message,
      "Cannot send to rank 1: COMM_WORLD has only rank 0 (ERR_RANK)",
    );
  });
});

test("a status belongs to one call: what it holds is what the last call has filled in", async () => {
  await ranks(1, async (comm) => {
    const status = new Status();
    await comm.send(Int8Array.of(1, 2, 3), { dest: 0, tag: 3 });
    await comm.recv({ status });
    equal([status.count, status.kind], [3, "Int8Array"]);
    await comm.isend(1, { dest: 0 }).wait({ status });
    equal([status.source, status.count, status.kind], [-1, 0, "value"]);
    await comm.recv();
  });
});

test.run();
