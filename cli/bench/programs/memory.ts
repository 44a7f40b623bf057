// Bench memory: the memory of a rank, which shares what it shares with others in equal parts (PSS), at rest and after messages.
import { readFileSync } from "node:fs";
import { MPI } from "tsmpi";
import { first, peer } from "./pair.ts";
import { report, task } from "./report.ts";
import { verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;
/** Milliseconds until what a rank does behind its script's back is done, and freed memory is given back. */
const REST = 1500;

/** Means of the ranks' memory in MiB: with its share of what is shared, and of what is not. All are there while each looks. */
async function memory(): Promise<{ pss: number; own: number }> {
  await comm.barrier();
  await Bun.sleep(REST);
  const text = readFileSync("/proc/self/smaps_rollup", "utf8");
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)![1]);
  const mean = async (value: number) => (await comm.allreduce(value)) / 1024 / comm.size;
  return { pss: await mean(kib("Pss")), own: await mean(kib("Private_Dirty")) };
}

async function exchange(messages: number): Promise<void> {
  const [dest, source] = [peer!, peer!];
  for (let i = 0; i < messages; i += 2) {
    if (first) await comm.send({ k: i }, { dest });
    verifyValue(`object ${i}`, await comm.recv({ source }), { k: i });
    if (!first) await comm.send({ k: i }, { dest });
  }
}

for (const row of task.rows) {
  const rest = await memory();
  if (peer !== undefined) await exchange(row.warmup + row.iterations);
  const after = await memory();
  report(row, { rest: rest.pss, after: after.pss, own: rest.own, iterations: row.iterations });
}
