// cli/bench/programs/collective: layer 10. What the collective programs share: the loop that OSU's have. Each call is timed by
// itself, with a barrier behind it, so that no rank runs ahead into the next one.

import { MPI } from "tsmpi";
import type { Row } from "../task.ts";
import { report } from "./report.ts";
import { warmUp } from "./warm-up.ts";

const comm = MPI.COMM_WORLD;

/**
 * Times `call` and prints the mean, least and greatest of the ranks' times per call.
 * @param verify throws where the collective gives wrong data; called before, and again when all code has run often
 */
export async function timeCollective(
  row: Row,
  call: () => Promise<unknown>,
  verify: () => Promise<void>,
): Promise<void> {
  const calls = async (times: number) => {
    let seconds = 0;
    for (let i = 0; i < times; i++) {
      const start = MPI.wtime();
      await call();
      seconds += MPI.wtime() - start;
      await comm.barrier();
    }
    return seconds;
  };
  await verify();
  await warmUp(calls, row.warmup);
  const seconds = await calls(row.iterations);
  await verify();
  await reportTimes(row, seconds);
}

/** Prints the mean, least and greatest of the ranks' times per call. @param seconds of this rank, for all iterations */
export async function reportTimes(row: Row, seconds: number): Promise<void> {
  const { iterations } = row;
  const all = await comm.gather((seconds / iterations) * 1e6);
  if (all === null) return;
  const latency = all.reduce((sum, one) => sum + one, 0) / all.length;
  report(row, { latency, min: Math.min(...all), max: Math.max(...all), iterations });
}
