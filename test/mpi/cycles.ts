// test/mpi/cycles: many communicators, one after the other and several at once, and what they leave behind. Run in a short
// and in a long form.
import { heapStats } from "bun:jsc";
import type { Intracomm } from "../../src/mpi/mpi.ts";
import { is, ok } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

/** How much the heap may grow, in bytes: far less than what the communicators take that were made meanwhile. */
const GROWTH = 8 * 1024 * 1024;

function heap(): number {
  Bun.gc(true);
  return heapStats().heapSize;
}

/** Makes and frees `cycles` communicators on `size` ranks, with messages and collectives on each kind of them. */
export async function cycle(size: number, cycles: number, deadline: number): Promise<void> {
  const main = async (world: Intracomm) => {
    const { channels } = world.group.engine!;
    const round = async (i: number) => {
      await using comm = await world.dup();
      // Always the same envelope: a message that went astray would be taken by the next communicator.
      const right = (comm.rank + 1) % size;
      if (i % 10 === 0) is(await comm.sendrecv(i, { dest: right }), i);
      if (i % 100 === 0) {
        await using part = await comm.split(comm.rank % 2);
        is(await part.allreduce(i), i * part.size);
        const requests = [comm.idup(), part.idup()] as const;
        const [one, two] = [await requests[0].wait(), await requests[1].wait()];
        await Promise.all([one.free(), two.free()]);
      }
    };
    // What is made once, for all: tables, compiled code, the channels of COMM_WORLD.
    for (let i = 0; i < 200; i++) await round(i);
    await world.barrier();
    const before = { channels: channels.size, heap: world.rank === 0 ? heap() : 0 };
    for (let i = 0; i < cycles; i++) await round(i);
    await world.barrier();
    is(channels.size, before.channels);
    if (world.rank > 0) return;
    const grown = heap() - before.heap;
    ok(grown < GROWTH, `the heap has grown by ${grown} bytes in ${cycles} cycles`);
  };
  await ranks(size, main, { deadline });
}
