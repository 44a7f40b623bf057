// Bench rma: one-sided calls of one rank on the memory of another, which waits in a barrier; before them a message with data and
// its empty answer, which is the least that such a call can take through a connection.
import { MPI } from "tsmpi";
import type { Row } from "../task.ts";
import { first, pairs, peer, sumOfPairs } from "./pair.ts";
import { report, task } from "./report.ts";
import { verifyArray, verifyValue } from "./verify.ts";
import { warmUp } from "./warm-up.ts";

const comm = MPI.COMM_WORLD;
const [dest, source, target] = [peer!, peer!, peer!];
const empty = new Uint8Array(0);
/** What fetchAndOp adds to the element behind the data. */
const one = BigInt64Array.of(1n);

/** Numbers that depend on `seed` and on their place, and that are exact in sums. */
const numbers = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => seed + i);

/** Puts, accumulates and counts, and compares what is there then, on both ranks of a pair. */
async function verify(win: MPI.Win, length: number): Promise<void> {
  const what = (where: string) => `one-sided calls of ${8 * length} bytes ${where}`;
  await comm.barrier();
  if (first && peer !== undefined) {
    await win.put(numbers(length, comm.rank), { target });
    await win.put(BigInt64Array.of(5n), { target, disp: length });
    await win.flush(target);
    verifyArray(
      what("as get gives them"),
      await win.get(new Float64Array(length), { target }),
      numbers(length, comm.rank),
    );
    await win.accumulate(numbers(length, 7), { target, op: MPI.SUM });
    const [before] = await win.fetchAndOp(BigInt64Array.of(2n), new BigInt64Array(1), { target, disp: length });
    verifyValue(what("before fetchAndOp"), Number(before), 5);
    await win.flush(target);
  }
  await comm.barrier();
  if (!first && peer !== undefined) {
    const { buffer, byteOffset } = win.memory!;
    const expected = numbers(length, peer).map((x, i) => x + 7 + i);
    verifyArray(what("at their target"), new Float64Array(buffer, byteOffset, length), expected);
    verifyValue(what("behind fetchAndOp"), Number(new BigInt64Array(buffer, byteOffset + 8 * length, 1)[0]), 7);
  }
  await comm.barrier();
}

/** Microseconds of one call of `work`: the mean of all pairs, on rank 0. */
async function time({ warmup, iterations }: Row, work: (times: number) => Promise<void>): Promise<number> {
  if (peer !== undefined) await warmUp(work, warmup);
  await comm.barrier();
  const start = MPI.wtime();
  if (peer !== undefined) await work(iterations);
  const seconds = MPI.wtime() - start;
  await comm.barrier();
  return (await sumOfPairs((seconds / iterations) * 1e6)) / pairs;
}

for (const row of task.rows) {
  const length = (row.size as number) / 8;
  const data = new Float64Array(length);
  const into = new Float64Array(length);
  const before = new BigInt64Array(1);
  await using win = await MPI.Win.allocate(8 * (length + 1), { dispUnit: 8, comm });
  await win.lockAll();
  await verify(win, length);
  // Below, the target goes on to the barrier at once.
  const pingpong = await time(row, async (times) => {
    for (let i = 0; i < times; i++) {
      if (first) await comm.send(data, { dest });
      await comm.recv({ source, into: first ? empty : into });
      if (!first) await comm.send(empty, { dest });
    }
  });
  const put = await time(row, async (times) => {
    for (let i = 0; first && i < times; i++) {
      await win.put(data, { target });
      await win.flush(target);
    }
  });
  const get = await time(row, async (times) => {
    for (let i = 0; first && i < times; i++) await win.get(into, { target });
  });
  const accumulate = await time(row, async (times) => {
    for (let i = 0; first && i < times; i++) {
      await win.accumulate(data, { target, op: MPI.SUM });
      await win.flush(target);
    }
  });
  const fetch = await time(row, async (times) => {
    for (let i = 0; first && i < times; i++) {
      await win.fetchAndOp(one, before, { target, disp: length, op: MPI.SUM });
    }
  });
  await verify(win, length);
  await win.unlockAll();
  report(row, { pingpong, put, get, accumulate, fetch });
}
