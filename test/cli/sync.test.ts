// Counters, mutexes, conditions and semaphores between processes, over every way between them: who is inside is seen in memory that
// all share.
import { test } from "uvu";
import { equal } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const head = `import { MPI } from "tsmpi";
import { Condition, Counter, Mutex, Semaphore, Sequential } from "tsmpi/util";
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;
await using board = await MPI.Win.allocateShared(rank === 0 ? 64 : 0, { comm });
const shared = board.sharedQuery(0).memory;
const cells = new Int32Array(shared.buffer, shared.byteOffset, 16);
/** One more is inside, for a while; more than \`most\` are too many. */
async function inside(most) {
  if (Atomics.add(cells, 0, 1) >= most) throw new Error("too many are inside");
  cells[1]++;
  await comm.iprobe();
  Atomics.sub(cells, 0, 1);
}
`;

const programs: Record<string, [script: string, expected: (size: number) => string]> = {
  "Counter: no number comes twice, and none is left out": [
    `await using counter = await Counter.create({ comm, root: size - 1 });
const own = [];
for (let n = await counter.next(); n < 500; n = await counter.next()) own.push(n);
const all = (await comm.gather(own))?.flat().sort((a, b) => a - b);
if (all) console.log(all.length, all.every((n, i) => n === i));`,
    () => "500 true",
  ],
  "Mutex: one rank is inside at a time, and everybody gets in": [
    `await using mutex = await Mutex.create({ comm });
for (let i = 0; i < 60; i++) {
  await mutex.acquire();
  await inside(1);
  await mutex.release();
}
await comm.barrier();
if (rank === 0) console.log(cells[1]);`,
    (size) => `${60 * size}`,
  ],
  "Mutex: who does not wait gets it or does not, and never beside another": [
    `await using mutex = await Mutex.create({ comm, recursive: true });
for (let got = 0; got < 10; ) {
  if (!(await mutex.acquire({ blocking: false }))) continue;
  if (!(await mutex.acquire({ blocking: false }))) throw new Error("not recursive");
  await inside(1);
  await mutex.release();
  await mutex.release();
  got++;
}
await comm.barrier();
if (rank === 0) console.log(cells[1]);`,
    (size) => `${10 * size}`,
  ],
  "Semaphore: at most 2 ranks are inside": [
    `await using two = await Semaphore.create({ comm, value: 2 });
for (let i = 0; i < 25; i++) {
  await two.acquire();
  if (Atomics.add(cells, 0, 1) >= 2) throw new Error("too many are inside");
  Atomics.add(cells, 1, 1);
  await comm.iprobe();
  Atomics.sub(cells, 0, 1);
  await two.release();
}
await comm.barrier();
if (rank === 0) console.log(cells[1]);`,
    (size) => `${25 * size}`,
  ],
  "Condition: what rank 0 puts into a box of one place is taken by the others, each thing once": [
    `await using box = await Condition.create({ comm });
const things = 60;
const taken = [];
while (true) {
  await box.acquire();
  // cells[2]: what is in the box; cells[3]: how many were put in; cells[4]: how many were taken.
  if (rank === 0) await box.waitFor(() => cells[2] === 0);
  else await box.waitFor(() => cells[2] !== 0 || cells[4] === things);
  const over = rank === 0 ? cells[3] === things : cells[2] === 0;
  if (!over && rank === 0) cells[2] = ++cells[3];
  else if (!over) {
    taken.push(cells[2]);
    cells[2] = 0;
    cells[4]++;
  }
  await box.notifyAll();
  await box.release();
  if (over) break;
}
const all = (await comm.gather(taken))?.flat().sort((a, b) => a - b);
if (all) console.log(all.length, all.every((n, i) => n === i + 1));`,
    () => "60 true",
  ],
  "Sequential: ranks are inside in the order of their ranks": [
    `for (let i = 0; i < 20; i++) {
  await new Sequential(comm, 3).begin();
  if (cells[5] !== i * size + rank) throw new Error("out of turn");
  await inside(1);
  cells[5]++;
  await new Sequential(comm, 3).end();
  await comm.barrier();
}
await comm.barrier();
if (rank === 0) console.log(cells[5]);`,
    (size) => `${20 * size}`,
  ],
};

for (const transport of ["auto", "websocket"]) {
  for (const [claim, [script, expected]] of Object.entries(programs)) {
    for (const size of [2, 5]) {
      test(`${claim}: ${size} processes through ${transport}`, async () => {
        const result = await tsmpi(["-np", `${size}`, "script.ts"], {
          files: { "script.ts": head + script },
          env: { TSMPI_TRANSPORT: transport },
        });
        equal([result.stderr, result.stdout, result.code], ["", `${expected(size)}\n`, 0]);
        equal(await leftovers(result), []);
      });
    }
  }
}

test.run();
