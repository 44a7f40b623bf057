// Bench idle: how much processor time a rank takes that waits in recv for a message that comes seconds later.
import { MPI } from "tsmpi";
import { report, task } from "./report.ts";
import { verifyValue } from "./verify.ts";

const comm = MPI.COMM_WORLD;

for (const row of task.rows) {
  for (let i = 0; i < row.warmup; i++) await comm.bcast(i);
  await comm.barrier();
  let percent = 0;
  if (comm.rank === 0) {
    await Bun.sleep(row.iterations * 1000);
    for (let dest = 1; dest < comm.size; dest++) await comm.send({ k: dest }, { dest });
  } else {
    const start = MPI.wtime();
    const before = process.cpuUsage();
    verifyValue("an object from rank 0", await comm.recv({ source: 0 }), { k: comm.rank });
    const { user, system } = process.cpuUsage(before);
    percent = (user + system) / 1e4 / (MPI.wtime() - start);
  }
  report(row, { cpu: await comm.allreduce(percent, { op: MPI.MAX }), iterations: row.iterations });
}
