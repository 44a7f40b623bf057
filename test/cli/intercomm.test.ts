// Intercommunicators in the real binary: two halves of COMM_WORLD, as processes that talk through sockets.
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const lines = (text: string) => text.split("\n").filter(Boolean).sort();

test("two halves of COMM_WORLD send each other messages, call collectives across and merge again", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const world = MPI.COMM_WORLD;
    const side = Number(world.rank >= 2);
    const half = await world.split(side);
    const inter = await half.createIntercomm(0, world, side === 0 ? 2 : 0);
    const far = new Float64Array(200_000).fill(world.rank);
    const sent = inter.isend(far, { dest: half.rank % inter.remoteSize });
    const heard = [];
    for (let from = 0; from < inter.remoteSize; from++) {
      if (from % half.size !== half.rank) continue;
      const got = await inter.recv({ source: from, into: new Float64Array(200_000) });
      heard.push(got[199_999]);
    }
    await sent.wait();
    const all = await inter.allgather({ rank: world.rank });
    const sum = await inter.allreduce(world.rank);
    const root = side === 1 ? 1 : half.rank === 1 ? MPI.ROOT : MPI.PROC_NULL;
    const told = await inter.bcast(side === 0 ? "from rank 1" : undefined, { root });
    const met = await inter.ireduce(side === 0 ? null : [world.rank], { root, op: (a, b) => [...a, ...b] }).wait();
    const long = await inter.bcast(side === 0 ? new Uint8Array(3 << 20).fill(7) : null, { root });
    const together = await inter.merge(side === 0);
    console.log(JSON.stringify([world.rank, heard, all.map(({ rank }) => rank), sum, told, met, long?.at(-1) ?? null, together.rank]));
    for (const comm of [together, inter, half]) await comm.disconnect();
  `;
  const result = await tsmpi(["run", "-np", "5", "script.ts"], { files: { "script.ts": script } });
  equal([result.stderr, result.code], ["", 0]);
  equal(lines(result.stdout), [
    "[0,[2,4],[2,3,4],9,null,null,null,3]",
    "[1,[3],[2,3,4],9,null,[2,3,4],null,4]",
    '[2,[0],[0,1],1,"from rank 1",null,7,0]',
    '[3,[1],[0,1],1,"from rank 1",null,7,1]',
    '[4,[],[0,1],1,"from rank 1",null,7,2]',
  ]);
  equal(await leftovers(result), []);
});

test("a side that does not come is reported with whom the others wait for", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const world = MPI.COMM_WORLD;
    const half = await world.split(world.rank);
    const inter = await half.createIntercomm(0, world, 1 - world.rank);
    if (world.rank === 0) await inter.allgather(1);
    else await inter.recv({ source: 0 });
  `;
  const env = { TSMPI_DEADLOCK_TIMEOUT: "0.3" };
  const result = await tsmpi(["run", "-np", "2", "script.ts"], { files: { "script.ts": script }, env });
  is(result.code === 0, false);
  match(result.stderr, "allgather() on intercomm of split 0 of COMM_WORLD, waiting for remote rank 0");
  match(result.stderr, "recv(source 0, tag any) on intercomm of split 1 of COMM_WORLD");
});

test.run();
