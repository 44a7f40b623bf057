// Bench latency: half the time that a message needs to and fro.
import { MPI } from "tsmpi";
import { first, pairs, peer, sumOfPairs, timed } from "./pair.ts";
import { report, task } from "./report.ts";

const comm = MPI.COMM_WORLD;
const [dest, source] = [peer!, peer!];
const object = { k: 1 };

async function objects(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (first) await comm.send(object, { dest });
    await comm.recv({ source });
    if (!first) await comm.send(object, { dest });
  }
}

function arrays(bytes: number): (times: number) => Promise<void> {
  const data = new Uint8Array(bytes);
  const into = new Uint8Array(bytes);
  return async (times) => {
    for (let i = 0; i < times; i++) {
      if (first) await comm.send(data, { dest });
      await comm.recv({ source, into });
      if (!first) await comm.send(data, { dest });
    }
  };
}

for (const row of task.rows) {
  const seconds = await timed(typeof row.size === "number" ? arrays(row.size) : objects, row);
  const sum = await sumOfPairs((seconds / row.iterations / 2) * 1e6);
  report(row, { latency: sum / pairs });
}
