// deadline: 400
// Ranks that are killed inside every kind of epoch of a window, while others wait for them: the job ends and says why, and
// nothing is left.
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

interface Case {
  readonly what: string;
  /** What every rank does before. */
  readonly epoch: string;
  /** What rank 1 has begun when it is killed. */
  readonly killed?: string;
  /** What the others wait in. */
  readonly wait: string;
}

const cases: readonly Case[] = [
  { what: "an epoch of fences", epoch: "await win.fence();", wait: "await win.fence();" },
  {
    what: "a fence",
    epoch: "await win.fence(); await win.put(data, { target: 0 });",
    killed: "void win.fence();",
    wait: "await win.fence();",
  },
  {
    what: "an exclusive lock that others wait for",
    epoch: "if (rank === 1) await win.lock(0);",
    wait: "await win.lock(0);",
  },
  {
    what: "a shared lock beside those of others",
    epoch: "await win.lock(0, { type: MPI.LOCK_SHARED });",
    wait: "await win.unlock(0); await win.lock(0);",
  },
  {
    what: "an exclusive lock of its own window",
    epoch: "if (rank === 1) await win.lock(1);",
    wait: "await win.lock(1);",
  },
  { what: "waiting for a lock", epoch: "if (rank === 0) await win.lock(2);", killed: "void win.lock(2);", wait: "" },
  {
    what: "lockAll",
    epoch: "await win.lockAll();",
    wait: "await win.put(data, { target: 1 }); await win.unlockAll(); await win.lock(1);",
  },
  {
    what: "a flush, and so are others",
    epoch: "await win.lockAll();",
    killed: "void win.put(data, { target: 0 }); void win.flush(0);",
    wait: "for (;;) { await win.accumulate(data, { target: 1, op: MPI.SUM }); await win.flush(1); }",
  },
  {
    what: "flushAll, and so are others",
    epoch: "await win.lockAll();",
    killed: "void win.put(data, { target: 0 }); void win.flushAll();",
    wait: "for (;;) { await win.put(data, { target: 1 }); await win.flushAll(); }",
  },
  {
    what: "post, and others start",
    epoch: "",
    killed: "void win.post(comm.group);",
    wait: "await win.start(comm.group);",
  },
  {
    what: "start, and others wait for its complete",
    epoch: "await win.post(comm.group); await win.start(comm.group); await win.put(data, { target: 1 });",
    wait: "await win.complete(); await win.wait();",
  },
  {
    what: "complete",
    epoch: "await win.post(comm.group); await win.start(comm.group); await win.put(data, { target: 1 });",
    killed: "void win.complete();",
    wait: "await win.complete(); await win.wait();",
  },
  {
    what: "wait",
    epoch: "await win.post(comm.group); await win.start(comm.group);",
    killed: "await win.complete(); void win.wait();",
    wait: "await win.wait();",
  },
  { what: "free", epoch: "", killed: "void win.free();", wait: "await win.free();" },
];

for (const transport of ["auto", "websocket"]) {
  for (const { what, epoch, killed = "", wait } of cases) {
    test(`through ${transport}, a rank that is killed inside ${what} ends the job`, async () => {
      const text = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank } = comm;
const data = new Uint8Array(1 << 18).fill(1);
const win = await MPI.Win.allocate(1 << 18, { comm });
${epoch}
await comm.barrier();
if (rank === 1) {
  ${killed}
  process.kill(process.pid, "SIGKILL");
}
${wait}
await comm.recv({ source: 1 });`;
      const env = { TSMPI_TRANSPORT: transport };
      const result = await tsmpi(["-np", "3", "script.ts"], { files: { "script.ts": text }, env });
      match(result.stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) was killed by SIGKILL/);
      is(result.code, 137);
      equal(await leftovers(result), []);
    });
  }
}

test("a rank that is killed while it accumulates ends the job, also when all others wait to do so", async () => {
  const text = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank } = comm;
const size = 1 << 28;
const win = await MPI.Win.allocateShared(rank === 0 ? size : 0, { comm });
const { memory } = win.sharedQuery(0);
const pids = await comm.allgather(process.pid);
await win.lockAll();
await comm.barrier();
if (rank === 1) await win.accumulate(new Int8Array(size).fill(1), { target: 0 });
else {
  while (Atomics.load(memory, 0) === 0);
  if (rank === 0) process.kill(pids[1]!, "SIGKILL");
  await win.fetchAndOp(Int32Array.of(1), new Int32Array(1), { target: 0 });
  await comm.recv({ source: 1 });
}`;
  // A delayed message does not leave a rank that computes without a pause.
  const env = { TSMPI_DELAY: "0" };
  const result = await tsmpi(["-np", "3", "script.ts"], { files: { "script.ts": text }, env });
  match(result.stderr, /^tsmpi: rank 1 of 3 \(pid \d+\) was killed by SIGKILL/);
  is(result.code, 137);
  equal(await leftovers(result), []);
});

test.run();
