// deadline: 600
// Windows that are many, and windows that are as long as they can be.
import { statfsSync } from "node:fs";
import { freemem } from "node:os";
import { test } from "uvu";
import { equal, is, skip } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const many = `import { readdirSync, readFileSync } from "node:fs";
import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
const SIZE = 1 << 18;
const options = { comm, dispUnit: 4 };
const kinds = [
  () => MPI.Win.create(new Int32Array(SIZE / 4), options),
  () => MPI.Win.allocate(SIZE, options),
  () => MPI.Win.allocateShared(SIZE, options),
  () => MPI.Win.createDynamic({ comm }),
];
const target = (rank + 1) % size;
const files = () => readdirSync("/proc/self/fd").length;
const resident = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
let before;
for (let i = 1; i <= 10_000; i++) {
  const win = await kinds[i % 4]();
  const mine = win.memory ?? new Uint8Array(SIZE);
  const disp = win.memory ? 0 : (await comm.allgather(win.attach(mine)))[target];
  await win.fence();
  await win.put(Int32Array.of(i), { target, disp });
  await win.fence();
  if (new Int32Array(mine.buffer, mine.byteOffset, 1)[0] !== i) throw new Error("window " + i);
  await win.free();
  if (i === 2000) before = [files(), resident()];
}
if (files() !== before[0]) throw new Error(files() + " files are open, " + before[0] + " before");
if (resident() > before[1] + 50) throw new Error(resident() + " MiB resident, " + before[1] + " before");
console.log("done");`;

for (const transport of ["auto", "websocket"]) {
  const claim = `10,000 windows are made and freed through ${transport}; open files, memory and /dev/shm do not grow`;
  if (process.platform !== "linux" || !Bun.spawnSync(["unshare", "-m", "true"]).success) {
    skip(claim, "this user cannot make a mount namespace");
    continue;
  }
  test(claim, async () => {
    const result = await tsmpi(["-np", "2", "script.ts"], {
      files: { "script.ts": many },
      env: { TSMPI_TRANSPORT: transport },
      // All of them would need more than 2 GiB.
      under: ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=32m tmpfs /dev/shm && exec "$0" "$@"'],
      deadline: 300,
    });
    equal([result.stderr, result.stdout, result.code], ["", "done\ndone\n", 0]);
    equal(await leftovers(result), []);
  });
}

/** Free bytes of /dev/shm, which is memory. */
function room(): number {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return Math.min(bavail * bsize, freemem());
  } catch {
    return 0;
  }
}

for (const noncontig of ["false", "true"]) {
  const claim = `allocateShared gives every rank 4 GiB, with alloc_shared_noncontig ${noncontig}, and all of it back`;
  const needed = 9 * 2 ** 30;
  if (room() < needed) {
    skip(claim, `/dev/shm and memory have no room for ${needed / 2 ** 30} GiB`);
    continue;
  }
  test(claim, async () => {
    const script = `import { MPI } from "tsmpi";
const comm = MPI.COMM_WORLD;
const { rank } = comm;
const SIZE = 2 ** 32;
const other = 1 - rank;
const info = MPI.Info.create({ alloc_shared_noncontig: "${noncontig}" });
// Twice: there would be no room for both.
for (let i = 0; i < 2; i++) {
  const win = await MPI.Win.allocateShared(SIZE, { comm, info });
  const { memory } = win.sharedQuery(other);
  if (memory.length !== SIZE) throw new Error("of " + memory.length + " bytes");
  memory[SIZE - 1] = 1 + rank;
  await win.lockAll();
  await win.put(Uint8Array.of(3), { target: other, disp: SIZE - 2 });
  const [last] = await win.fetchAndOp(Int32Array.of(5), new Int32Array(1), { target: other, disp: SIZE - 4 });
  await win.unlockAll();
  await comm.barrier();
  if (last !== ((1 + rank) << 24) + (3 << 16)) throw new Error("at the end is " + last);
  if (win.memory[SIZE - 1] !== 1 + other || win.memory[SIZE - 4] !== 5) throw new Error("of the other");
  await win.free();
}
console.log("done");`;
    const result = await tsmpi(["-np", "2", "script.ts"], {
      files: { "script.ts": script },
      under: ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=9g tmpfs /dev/shm && exec "$0" "$@"'],
      deadline: 200,
    });
    equal([result.stderr, result.stdout], ["", "done\ndone\n"]);
    is(result.code, 0);
    equal(await leftovers(result), []);
  });
}

test.run();
