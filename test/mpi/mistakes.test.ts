// Ranks that disagree about a collective are told, each time, with both sides: none waits for ever, none goes on with
// wrong data.
import { test } from "uvu";
import { errorClasses } from "../../src/base/error-classes.ts";
import { Exception, type Intracomm, MAX, MIN, Op } from "../../src/mpi/mpi.ts";
import { equal, is, match, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

// Where no memory shows each call to everybody, ranks whom no message connects are told by the launcher only, of which there is
// none here (test/programs/mistakes.test.ts): in this order of messages it needs none.
if (process.env.TSMPI_TRANSPORT !== "shared-memory") {
  Object.assign(process.env, { TSMPI_TRANSPORT: "auto", TSMPI_DELAY: "0" });
}

type Call = (comm: Intracomm) => Promise<unknown>;

/** What the last rank does, what all others do, the error's class and what both are called. */
const mistakes: [
  name: string,
  last: Call,
  others: Call,
  errorClass: keyof typeof errorClasses,
  theirs: string,
  ours: string,
][] = [
  ["bcast and allreduce", (c) => c.allreduce(1), (c) => c.bcast(1), "ERR_OTHER", "allreduce(SUM)", "bcast(root 0)"],
  ["barrier and bcast", (c) => c.barrier(), (c) => c.bcast(1), "ERR_OTHER", "barrier()", "bcast(root 0)"],
  ["gather and allgather", (c) => c.allgather(1), (c) => c.gather(1), "ERR_OTHER", "allgather()", "gather(root 0)"],
  ["scan and exscan", (c) => c.exscan(1), (c) => c.scan(1), "ERR_OTHER", "exscan(SUM)", "scan(SUM)"],
  ["dup and barrier", (c) => c.dup(), (c) => c.barrier(), "ERR_OTHER", "dup()", "barrier()"],
  ["split and dup", (c) => c.split(0), (c) => c.dup(), "ERR_OTHER", "split()", "dup()"],
  ["bcast and ibarrier", (c) => c.ibarrier().wait(), (c) => c.bcast(1), "ERR_OTHER", "barrier()", "bcast(root 0)"],
  [
    "MAX and SUM",
    (c) => c.allreduce(1, { op: MAX }),
    (c) => c.allreduce(1),
    "ERR_OP",
    "allreduce(MAX)",
    "allreduce(SUM)",
  ],
  [
    "MAX and MIN at a root",
    (c) => c.reduce(1, { op: MAX }),
    (c) => c.reduce(1, { op: MIN }),
    "ERR_OP",
    "reduce(MAX, root 0)",
    "reduce(MIN, root 0)",
  ],
  [
    "SUM and a function",
    (c) => c.allreduce(1, { op: (a) => a }),
    (c) => c.allreduce(1),
    "ERR_OP",
    "allreduce(an operator of its own)",
    "allreduce(SUM)",
  ],
  [
    "functions that commute and do not",
    (c) => c.scan(1, { op: Op.create((a) => a, { commute: true }) }),
    (c) => c.scan(1, { op: (a) => a }),
    "ERR_OP",
    "scan(an operator of its own)",
    "scan(an operator of its own)",
  ],
  [
    "kinds of elements",
    (c) => c.allreduce(new BigInt64Array(3)),
    (c) => c.allreduce(new Float64Array(3)),
    "ERR_TYPE",
    "allreduce(SUM, BigInt64Array(3))",
    "allreduce(SUM, Float64Array(3))",
  ],
  [
    "numbers of elements",
    (c) => c.allreduce(new Float64Array(20_000)),
    (c) => c.allreduce(new Float64Array(3)),
    "ERR_COUNT",
    "allreduce(SUM, Float64Array(20000))",
    "allreduce(SUM, Float64Array(3))",
  ],
  [
    "an array and a number",
    (c) => c.allreduce(3),
    (c) => c.allreduce(new Int8Array(1)),
    "ERR_TYPE",
    "allreduce(SUM)",
    "allreduce(SUM, Int8Array(1))",
  ],
];

for (const size of [2, 3, 5, 8]) {
  for (const [name, last, others, errorClass, theirs, ours] of mistakes) {
    test(`${name}: an error names both sides, on ${size} ranks`, async () => {
      const job = ranks(size, (comm) => (comm.rank === size - 1 ? last : others)(comm));
      const error = await rejects(job, Exception);
      is(error.errorClass, errorClasses[errorClass][0], error.message);
      const sides = [`rank ${size - 1} called ${theirs}`, /rank (\d+) called/.source, `called ${ours}`];
      for (const side of sides)
        ok(side.includes("\\d") || error.message.includes(side), `${side} in: ${error.message}`);
      match(error.message, / on COMM_WORLD: /);
    });
  }

  for (const length of [1, 10_000]) {
    test(`two roots of a bcast of ${length} elements: an error names both, on ${size} ranks`, async () => {
      const job = ranks(size, async (comm) => {
        await comm.bcast(new Float64Array(length), { root: comm.rank === size - 1 ? size - 1 : 0 });
        // Nobody may have had to wait; then the next call shows it.
        await comm.barrier();
        await comm.barrier();
      });
      const error = await rejects(
        job,
        Exception,
        /bcast\(root 0\).*bcast\(root \d\)|bcast\(root \d\).*bcast\(root 0\)/,
      );
      is(error.errorClass, errorClasses.ERR_ROOT[0]);
    });
  }

  test(`two roots of a scatter and of a reduce are named, on ${size} ranks`, async () => {
    const root = (comm: Intracomm) => (comm.rank === size - 1 ? size - 1 : 0);
    const scatter = ranks(size, async (comm) => {
      await comm.scatter(new Array(size).fill(0), { root: root(comm) });
      await comm.barrier();
      await comm.barrier();
    });
    match((await rejects(scatter, Exception)).message, /scatter\(root 0\)/);
  });
}

test("who has called a collective in vain can go on with another communicator, and the messages left there harm nobody", async () => {
  await ranks(2, async (comm) => {
    const other = await comm.dup();
    const wrong = comm.rank === 0 ? comm.bcast(1, { root: 0 }) : comm.allreduce(1);
    if (comm.rank === 1) await rejects(wrong, Exception, "rank 0 called bcast(root 0), rank 1 called allreduce(SUM)");
    // What rank 1 sends may reach rank 0 before its bcast has ended.
    else
      await wrong.catch((error) => match(error.message, "rank 1 called allreduce(SUM), rank 0 called bcast(root 0)"));
    equal(await other.allgather(comm.rank), [0, 1]);
  });
});

test("a call that has failed on one rank leaves messages that are no mistake of the calls after it", async () => {
  await ranks(3, async (comm) => {
    const data = Int32Array.of(comm.rank);
    if (comm.rank > 0) await comm.gather(data);
    // Too short for what the others send, which is known before any of it is looked at.
    else await rejects(comm.gather(data, { into: new Int32Array(2) }), Exception, "3 ranks give equal chunks");
    for (let i = 0; i < 3; i++) equal(await comm.allreduce(1), 3);
  });
});

test("calls in progress at the same time, in the same order on every rank, are no mistake, however many there are", async () => {
  await ranks(4, async (comm) => {
    const requests = Array.from({ length: 200 }, (_, i) => {
      if (i % 3 === 0) return comm.ibcast(comm.rank, { root: i % 4 });
      return i % 3 === 1 ? comm.iallreduce(i) : comm.ibarrier();
    });
    for (const [i, request] of requests.reverse().entries()) {
      const call = 199 - i;
      const result = await request.wait();
      if (call % 3 < 2) is(result, call % 3 === 0 ? call % 4 : 4 * call);
    }
  });
});

test.run();
