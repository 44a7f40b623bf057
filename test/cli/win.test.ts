// deadline: 400
// Windows between processes: memory that is really shared, targets that compute without a pause, and what is left when a job
// is killed.
import { test } from "uvu";
import { equal, is, match, ok } from "../support/assert.ts";
import { leftovers, start, tsmpi } from "../support/tsmpi.ts";

/** Runs a script on so many ranks; it must print `expected` and nothing else. */
async function prints(np: number, script: string, expected: string, env: Record<string, string> = {}): Promise<void> {
  const result = await tsmpi(["-np", `${np}`, "script.ts"], {
    files: {
      "script.ts": `import { MPI } from "tsmpi";\nconst comm = MPI.COMM_WORLD;\nconst { rank, size } = comm;\n${script}`,
    },
    env,
  });
  equal([result.stderr, result.code], ["", 0]);
  is(result.stdout.trim(), expected);
  equal(await leftovers(result), []);
}

for (const noncontig of ["false", "true"]) {
  test(`a store of one rank is a load of another, and Atomics work, with alloc_shared_noncontig ${noncontig}`, async () => {
    await prints(
      4,
      `const info = MPI.Info.create({ alloc_shared_noncontig: "${noncontig}" });
await using win = await MPI.Win.allocateShared(8 * (rank + 1), { comm, dispUnit: 8, info });
const views = Array.from({ length: size }, (_, r) => {
  const { memory, dispUnit } = win.sharedQuery(r);
  if (memory.byteLength !== 8 * (r + 1) || dispUnit !== 8) throw new Error("query " + r);
  return new Float64Array(memory.buffer, memory.byteOffset, r + 1);
});
if (win.sharedQuery(MPI.PROC_NULL).memory.byteLength !== 8) throw new Error("lowest");
views[(rank + 1) % size][0] = rank;
await comm.barrier();
if (views[rank][0] !== (rank + size - 1) % size) throw new Error("store");
if (${noncontig === "false"}) {
  const { buffer, byteOffset } = win.sharedQuery(0).memory;
  const all = new Float64Array(buffer, byteOffset, 10);
  if (all[1] !== views[1][0] || all[3] !== views[2][0] || all[6] !== views[3][0]) throw new Error("contiguous");
}
await comm.barrier();
const count = new Int32Array(win.sharedQuery(0).memory.buffer, win.sharedQuery(0).memory.byteOffset, 1);
if (rank === 0) count[0] = 0;
await comm.barrier();
for (let i = 0; i < 10_000; i++) Atomics.add(count, 0, 1);
await comm.barrier();
if (rank === 0) console.log(count[0]);
await comm.barrier();`,
      "40000",
    );
  });
}

for (const make of ["allocate", "allocateShared"]) {
  test(`${make}: put, get, atomics and locks complete while the target computes without a pause`, async () => {
    await prints(
      3,
      `await using win = await MPI.Win.${make}(64, { comm, dispUnit: 8 });
const mine = new BigInt64Array(win.memory.buffer, win.memory.byteOffset, 8);
await comm.barrier();
if (rank === 0) {
  // Nothing is served here until both others have said that they are done.
  while (Atomics.load(mine, 7) < 2n);
  if (mine[0] !== 2000n || mine[1] !== 1n || mine[2] !== 2n) throw new Error(mine.join());
  console.log("computed");
} else {
  for (let i = 0; i < 1000; i++) {
    await win.lock(0, { type: MPI.LOCK_SHARED });
    await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target: 0, op: MPI.SUM });
    await win.unlock(0);
  }
  await win.lock(0, { type: MPI.LOCK_SHARED });
  await win.put(BigInt64Array.of(BigInt(rank)), { target: 0, disp: rank });
  await win.flush(0);
  if ((await win.get(new BigInt64Array(1), { target: 0, disp: rank }))[0] !== BigInt(rank)) throw new Error("get");
  await win.accumulate(BigInt64Array.of(1n), { target: 0, disp: 7 });
  await win.unlock(0);
}
await comm.barrier();`,
      "computed",
      // A delayed message does not leave a rank that computes without a pause.
      { TSMPI_DEADLOCK_TIMEOUT: "0", TSMPI_TRANSPORT: "auto", TSMPI_DELAY: "0" },
    );
  });
}

for (const transport of ["auto", "websocket"]) {
  for (const make of ["create(new BigInt64Array(4)", "allocate(32"]) {
    test(`4 ranks through ${transport}: counters and exclusive locks of ${make}) lose nothing`, async () => {
      await prints(
        4,
        `await using win = await MPI.Win.${make}, { comm, dispUnit: 8 });
const one = BigInt64Array.of(1n);
const got = new Set<bigint>();
await win.lockAll();
for (let i = 0; i < 300; i++) got.add((await win.fetchAndOp(one, new BigInt64Array(1), { target: 0 }))[0]!);
await win.unlockAll();
if (got.size !== 300) throw new Error("numbers twice");
for (let i = 0; i < 50; i++) {
  await win.lock(i % size);
  const [n] = await win.get(new BigInt64Array(1), { target: i % size, disp: 1 });
  await win.put(BigInt64Array.of(n! + 1n), { target: i % size, disp: 1 });
  await win.unlock(i % size);
}
await win.fence();
await win.accumulate(new BigInt64Array(2).fill(1n), { target: 0, disp: 2 });
await win.fence();
const mine = new BigInt64Array(win.memory!.buffer, win.memory!.byteOffset, 4);
const locked = await comm.allreduce(mine[1]!);
if (rank === 0) console.log(mine[0], locked, mine[2], mine[3]);`,
        "1200n 200n 4n 4n",
        { TSMPI_TRANSPORT: transport },
      );
    });
  }
}

test("a target that waits for a timer serves long data", async () => {
  await prints(
    2,
    `const mine = new Float64Array(200_000);
await using win = await MPI.Win.create(mine, { comm, dispUnit: 8 });
if (rank === 0) while (mine[199_999] === 0) await new Promise((resolve) => setTimeout(resolve, 1));
else {
  await win.lock(0);
  await win.put(new Float64Array(200_000).fill(7), { target: 0 });
  await win.unlock(0);
}
await comm.barrier();
if (rank === 0) console.log(mine.every((x) => x === 7));`,
    "true",
  );
});

test("nothing is left when the launcher is killed", async () => {
  const text = `import { MPI } from "tsmpi";
const win = await MPI.Win.allocateShared(1 << 20, { comm: MPI.COMM_WORLD });
console.log("up");
await MPI.COMM_WORLD.recv();`;
  const job = await start(["-np", "2", "script.ts"], { files: { "script.ts": text } });
  await job.prints(/up[\s\S]*up/);
  job.kill("SIGKILL");
  equal(await leftovers(await job.ended), []);
});

test("an error inside of an epoch is reported, not only that the window cannot be freed", async () => {
  const text = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
await using win = await MPI.Win.allocate(8, { comm });
await win.lockAll();
if (comm.rank === 1) throw new Error("the real cause");
await comm.barrier();`;
  const result = await tsmpi(["-np", "3", "script.ts"], { files: { "script.ts": text } });
  is(result.code, 1);
  match(result.stderr, /error: the real cause[\s\S]*and, as its block ended, MPI\.Exception: Cannot call free/);
});

for (const [what, make] of Object.entries({
  "a window": "await MPI.Win.allocate(8, { comm })",
  "a file": 'await MPI.File.open(comm, "data", MPI.MODE_CREATE | MPI.MODE_RDWR)',
  "a counter": "await Counter.create({ comm })",
})) {
  const text = (inside: string, after: string) => `import { MPI } from "tsmpi";
import { Counter } from "tsmpi/util";
const comm = MPI.COMM_WORLD;
{
  await using held = ${make};
  ${inside}
}
${after}`;
  const run = (text: string) =>
    tsmpi(["-np", "3", "script.ts"], { files: { "script.ts": text }, env: { TSMPI_DEADLOCK_TIMEOUT: "0.5" } });

  test(`an error in a block that holds ${what}, while the other ranks wait in it, is reported`, async () => {
    const inside = `if (comm.rank === 0) throw new Error("the real cause");\n  await comm.barrier();`;
    const result = await run(text(inside, ""));
    is(result.code, 1);
    match(result.stderr, /rank 0 of 3 \(pid \d+\) failed[\s\S]*error: the real cause/);
  });

  test(`a deadlock at the end of a block that holds ${what} is reported as one`, async () => {
    const result = await run(text("if (comm.rank > 0) await comm.recv({ source: 0 });", ""));
    is(result.code, 1);
    match(
      result.stderr,
      /^tsmpi: deadlock.*\n {2}rank 0 +(free|close)\(\) on .* {2}at script\.ts:\d+:\d+\n[\s\S]*ranks 1-2 +recv\(source 0, tag any\) on COMM_WORLD {2}at script\.ts:6/,
    );
  });
}

test("a deadlock of locks is reported with the calls that wait", async () => {
  const text = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const win = await MPI.Win.allocate(8, { comm });
await win.lock(comm.rank);
await comm.barrier();
await win.lock(1 - comm.rank);`;
  const result = await tsmpi(["-np", "2", "script.ts"], {
    files: { "script.ts": text },
    env: { TSMPI_DEADLOCK_TIMEOUT: "1" },
  });
  ok(result.code !== 0);
  match(result.stderr, /deadlock/);
  match(result.stderr, /lock\(1\) on window of COMM_WORLD/);
});

test.run();
