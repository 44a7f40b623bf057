// Deals out work with a counter that all ranks share: who is free takes the next number, and nobody hands them out.
//   tsmpi run -np 5 sample:counter [number of tasks, 200 by default]
import assert from "node:assert/strict";
import { MPI } from "tsmpi";

const comm = MPI.COMM_WORLD;
const { rank } = comm;
const tasks = Number(process.argv[2] ?? 200);
if (!Number.isSafeInteger(tasks) || tasks < 0) {
  throw new RangeError(`Cannot do ${process.argv[2]} tasks: expected a whole number`);
}

/** A task: how many steps until n is 1, where an even number is halved, and an odd one times three and one more. Some take longer. */
function steps(n: number): number {
  let count = 0;
  for (let x = n; x !== 1; count++) x = x % 2 === 0 ? x / 2 : 3 * x + 1;
  return count;
}

// The counter is in rank 0's memory. The other ranks reach it while rank 0 does tasks of its own.
await using win = await MPI.Win.allocate(rank === 0 ? 8 : 0, { comm });
await win.lockAll();
const one = BigInt64Array.of(1n);
/** The next task that nobody has: what the counter was, before this rank added one. */
const next = async () => Number((await win.fetchAndOp(one, new BigInt64Array(1), { target: 0, op: MPI.SUM }))[0]);

const done: [task: number, steps: number][] = [];
for (let task = await next(); task < tasks; task = await next()) done.push([task, steps(task + 1)]);
await win.unlockAll();

console.log(`Rank ${rank} did ${done.length} of the ${tasks} tasks`);
const all = (await comm.gather(done))?.flat().sort(([a], [b]) => a - b);
if (all) {
  // Each task was done, and by one rank only.
  assert.deepEqual(
    all,
    Array.from({ length: tasks }, (_, task) => [task, steps(task + 1)]),
  );
  const longest = all.reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  console.log(`The longest way to 1 is that of ${longest[0] + 1}: ${longest[1]} steps`);
}
