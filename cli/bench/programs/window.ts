// cli/bench/programs/window: layer 10. The work of the programs bandwidth and rate: one rank of a pair starts a window of
// sends, the other one as many receives, and answers when it has them all.

import { MPI } from "tsmpi";
import type { Size } from "../task.ts";
import { first, peer } from "./pair.ts";
import { task } from "./report.ts";

const comm = MPI.COMM_WORLD;
const [dest, source] = [peer!, peer!];
const object = { k: 1 };

/** A function that sends so many windows of messages of this size. */
export function windows(size: Size | undefined): (times: number) => Promise<void> {
  return typeof size === "number" ? arrays(size) : objects;
}

async function objects(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const requests: MPI.Request<any>[] = [];
    for (let w = 0; w < task.window; w++) requests.push(first ? comm.isend(object, { dest }) : comm.irecv({ source }));
    await MPI.Request.waitall(requests);
    if (first) await comm.recv({ source });
    else await comm.send(0, { dest });
  }
}

/** As in OSU's programs, all messages of a window are read from, and land in, the same memory. */
function arrays(bytes: number): (times: number) => Promise<void> {
  const data = new Uint8Array(bytes);
  return async (times) => {
    for (let i = 0; i < times; i++) {
      const requests: MPI.Request<any>[] = [];
      for (let w = 0; w < task.window; w++) {
        requests.push(first ? comm.isend(data, { dest }) : comm.irecv({ source, into: data }));
      }
      await MPI.Request.waitall(requests);
      if (first) await comm.recv({ source });
      else await comm.send(0, { dest });
    }
  };
}
