// Bench barrier: the time that each rank spends in a barrier, one after the other without a pause.
import { MPI } from "tsmpi";
import { reportTimes } from "./collective.ts";
import { task } from "./report.ts";
import { warmUp } from "./warm-up.ts";

const comm = MPI.COMM_WORLD;
/** How late one rank comes when it is verified that the others wait for it, in milliseconds. */
const LATE = 3;

/** A rank comes late: no other one may leave before. All are on one machine, and so have the same clock. */
async function verify(): Promise<void> {
  for (const late of new Set([0, comm.size - 1])) {
    await comm.barrier();
    if (comm.rank === late) await Bun.sleep(LATE);
    const entered = Date.now();
    await comm.barrier();
    const left = await comm.gather(Date.now(), { root: late });
    const early = left?.findIndex((time) => time < entered) ?? -1;
    if (early >= 0) throw new Error(`Cannot measure a barrier: rank ${early} left it before rank ${late} entered`);
  }
}

/** @returns seconds. In a function: what stands at the top of a module is never compiled for speed */
async function barriers(times: number): Promise<number> {
  const start = MPI.wtime();
  for (let i = 0; i < times; i++) await comm.barrier();
  return MPI.wtime() - start;
}

for (const row of task.rows) {
  await verify();
  await warmUp(barriers, row.warmup);
  const seconds = await barriers(row.iterations);
  await verify();
  await reportTimes(row, seconds);
}
