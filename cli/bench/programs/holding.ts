// Bench holding: half the time that an object with a typed array in it needs to and fro; it arrives as a new object.
import { MPI } from "tsmpi";
import { type Content, first, pairs, peer, sumOfPairs, timed } from "./pair.ts";
import { report, task } from "./report.ts";

const comm = MPI.COMM_WORLD;
const [dest, source] = [peer!, peer!];

const content: Content = ({ size }, seed) => {
  const data = Float64Array.from({ length: Number(size) / Float64Array.BYTES_PER_ELEMENT }, (_, i) => seed + i / 2);
  return { step: seed, data };
};

for (const row of task.rows) {
  const object = content(row, 1);
  const work = async (times: number) => {
    for (let i = 0; i < times; i++) {
      if (first) await comm.send(object, { dest });
      await comm.recv({ source });
      if (!first) await comm.send(object, { dest });
    }
  };
  const seconds = await timed(work, row, content);
  const sum = await sumOfPairs((seconds / row.iterations / 2) * 1e6);
  report(row, { latency: sum / pairs });
}
