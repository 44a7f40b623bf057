// Windows whose ranks are on several hosts: some of them reach each other's memory, others by messages only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import { equal, is, match, skip } from "../support/assert.ts";
import { type Lan, makeLan, noLan } from "../support/lan.ts";
import { HOME } from "../support/lan-process.ts";

const reason = noLan();
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const programs = join(import.meta.dir, "../programs");
let lan: Lan;

/** What 8 ranks on 3 hosts print, in any order. */
async function prints(text: string, expected: readonly string[], ...options: string[]): Promise<void> {
  const head = `import { MPI } from "tsmpi";\nconst comm = MPI.COMM_WORLD;\nconst { rank, size } = comm;\n`;
  lan.host(0).write(`${HOME}/script.ts`, head + text);
  const args = ["run", "-q", "-np", "8", "-hosts", "lab0:2,lab1:3,lab2:3", ...options, "script.ts"];
  const { code, stdout, stderr } = await lan.run(args);
  equal([code, stderr], [0, ""]);
  equal(stdout.trim().split("\n").sort(), [...expected].sort());
  equal(await lan.leftovers(), []);
}

if (reason !== undefined) skip("windows on several hosts", reason);
else {
  test.before(async () => {
    lan = await makeLan({ hosts: 3 });
    for (const name of ["window-oracle.ts", "window-histories-script.ts"]) {
      lan.host(0).write(`${HOME}/${name}`, readFileSync(join(programs, name), "utf8"));
    }
  });
  test.after(() => lan.end());

  for (const make of ["create", "allocate", "createDynamic"]) {
    test(`what 8 ranks on 3 hosts see of windows of ${make} is what some order explains (seed ${seed})`, async () => {
      const hosts = ["-q", "-np", "8", "-hosts", "lab0:2,lab1:3,lab2:3"];
      // Bun would keep what it makes of so long a script, in the user's home.
      const env = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" };
      const args = ["run", ...hosts, "window-histories-script.ts", `${seed}`, make, "6"];
      const { code, stdout, stderr } = await lan.run(args, { env });
      equal([code, stderr], [0, ""]);
      match(stdout, /^\d+ calls\n$/);
      equal(await lan.leftovers(), []);
    });
  }

  test("allocateShared is refused on every rank where they are on several hosts, and given to those of one", async () => {
    await prints(
      `const state = await MPI.Win.allocateShared(8, { comm }).then(() => "made", (error) => error);
if (state.errorClass !== MPI.ERR_RMA_SHARED) throw state;
if (!/several hosts, expected those of splitType/.test(state.message)) throw state;
await using host = await comm.splitType(MPI.COMM_TYPE_SHARED);
await using win = await MPI.Win.allocateShared(host.rank === 0 ? 4 : 0, { comm: host });
const { memory } = win.sharedQuery(0);
const count = new Int32Array(memory.buffer, memory.byteOffset, 1);
for (let i = 0; i < 1000; i++) Atomics.add(count, 0, 1);
await host.barrier();
if (host.rank === 0) console.log(count[0]);
await host.barrier();`,
      ["2000", "3000", "3000"],
    );
  });

  test("a rank that computes serves its own host at once, and others when it lets go", async () => {
    await prints(
      `await using win = await MPI.Win.allocate(16, { comm, dispUnit: 8 });
const mine = new BigInt64Array(win.memory.buffer, win.memory.byteOffset, 2);
const target = 2;
const name = MPI.getProcessorName();
const near = (await comm.allgather(name)).map((other) => other === "lab1");
const neighbours = near.filter(Boolean).length - 1;
let served = -1n;
await comm.barrier();
if (rank === target) {
  // A rank of another host may leave the barrier earlier, and be served before this one goes on.
  const early = Atomics.load(mine, 1);
  while (Atomics.load(mine, 0) < BigInt(1000 * neighbours));
  served = Atomics.load(mine, 1) - early;
} else {
  const disp = near[rank] ? 0 : 1;
  await win.lock(target, { type: MPI.LOCK_SHARED });
  for (let i = 0; i < 1000; i++) await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target, disp });
  await win.unlock(target);
}
await comm.barrier();
if (rank === target) console.log(name, mine.join(), served);`,
      ["lab1 2000,5000 0n"],
      // Over connections alone memory is not shared, and a delayed message would not leave a rank that computes.
      ...["-x", "TSMPI_TRANSPORT=auto", "-x", "TSMPI_DELAY=0"],
    );
  });

  test("long data with gaps goes to every host and comes back, under fences and under post and start", async () => {
    await prints(
      `const LENGTH = 50_000;
const every = MPI.DOUBLE.createVector(LENGTH, 1, 2).commit();
await using win = await MPI.Win.allocate(16 * LENGTH, { comm, dispUnit: 8 });
const mine = new Float64Array(win.memory.buffer, win.memory.byteOffset, 2 * LENGTH);
const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
const data = Float64Array.from({ length: LENGTH }, (_, i) => rank + i);
const target = right;
await win.fence();
await win.put(data, { target, targettype: every, targetcount: 1 });
await win.fence(MPI.MODE_NOSUCCEED);
await win.post(comm.group.incl([left]));
await win.start(comm.group.incl([right]));
await win.accumulate(data, { target, targettype: every, targetcount: 1 });
await win.complete();
await win.wait();
if (!mine.every((x, i) => x === (i % 2 === 0 ? 2 * (left + i / 2) : 0))) throw new Error("wrong");
console.log("right");`,
      Array(8).fill("right"),
    );
  });

  for (const [epoch, begin, loop] of [
    ["a flush", "await win.lockAll();", "await win.put(data, { target }); await win.flush(target);"],
    ["a fence", "", "await win.fence(); await win.put(data, { target }); await win.fence(MPI.MODE_NOSUCCEED);"],
    ["a lock", "", "await win.lock(target); await win.put(data, { target }); await win.unlock(target);"],
  ]) {
    test(`a host that is lost inside of ${epoch} ends the job, and is named`, async () => {
      const text = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const target = (comm.rank + 1) % comm.size;
const data = new Uint8Array(100_000);
const win = await MPI.Win.allocate(100_000, { comm });
${begin}
console.log("ready");
for (;;) { ${loop} }`;
      lan.host(0).write(`${HOME}/lost.ts`, text);
      const job = lan.start(["run", "-np", "3", "-hosts", "lab0,lab1,lab2", "--heartbeat", "2", "lost.ts"]);
      await job.prints(/(ready\n){3}/);
      await lan.without(1, async () => {
        const { code, stderr } = await job.ended;
        match(stderr, /^tsmpi: (host lab1 is lost|.*rank 1.*lab1)/m);
        is(code, 1);
      });
      equal(await lan.leftovers(20_000), []);
    });
  }
}

test.run();
