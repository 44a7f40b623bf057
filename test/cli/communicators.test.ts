// Communicators in the real binary: ranks that are processes, messages through sockets.
import { test } from "uvu";
import { equal, is, match } from "../support/assert.ts";
import { leftovers, tsmpi } from "../support/tsmpi.ts";

const lines = (text: string) => text.split("\n").filter(Boolean).sort();

test("communicators are made, used at the same time and freed by four processes", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const world = MPI.COMM_WORLD;
    const { rank, size } = world;
    const row = await world.split(rank >> 1);
    const column = await world.split(rank & 1);
    const requests = [world.idup(), row.idup(), column.idup()];
    const [all, mine, other] = await MPI.Request.waitall(requests.toReversed()).then((made) => made.toReversed());
    const pair = rank % 3 === 0 ? await world.createGroup(world.group.incl([3, 0])) : MPI.COMM_NULL;
    const host = await world.splitType(MPI.COMM_TYPE_SHARED);
    const sums = await Promise.all([all, mine, other, host].map((comm) => comm.allreduce(rank)));
    const met = pair === MPI.COMM_NULL ? "none" : await pair.sendrecv(rank, { dest: 1 - pair.rank });
    for (let i = 0; i < 500; i++) {
      await using comm = await row.dup();
      if (await comm.allreduce(i) !== 2 * i) throw new Error("wrong sum");
    }
    for (const comm of [all, mine, other, host, row, column]) await comm.disconnect();
    console.log(rank, sums.join(" "), met);
  `;
  const result = await tsmpi(["run", "-np", "4", "script.ts"], { files: { "script.ts": script } });
  is(result.stderr, "");
  is(result.code, 0);
  equal(lines(result.stdout), ["0 6 1 2 6 3", "1 6 1 4 6 none", "2 6 5 2 6 none", "3 6 5 4 6 0"]);
  equal(await leftovers(result), []);
});

test("attributes of COMM_SELF are deleted when the script has ended, the last set first, while MPI works", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const self = MPI.COMM_SELF;
    for (const name of ["first", "second"]) {
      const keyval = MPI.Comm.createKeyval({ delete: (comm, _, value) => console.log(value, comm.size, MPI.isFinalized()) });
      self.setAttr(keyval, name);
    }
    console.log("end of script");
  `;
  const result = await tsmpi(["run", "-np", "1", "script.ts"], { files: { "script.ts": script } });
  is(result.stdout, "end of script\nsecond 1 false\nfirst 1 false\n");
  is(result.code, 0);
});

test("a communicator that is used after it was freed ends the job with the line that did", async () => {
  const script = `
    import { MPI } from "tsmpi";
    const comm = await MPI.COMM_WORLD.dup();
    await comm.free();
    await comm.barrier();
  `;
  const result = await tsmpi(["run", "-np", "2", "script.ts"], { files: { "script.ts": script } });
  is(result.code, 1);
  match(result.stderr, "Cannot call barrier on dup of COMM_WORLD: it has been freed (ERR_COMM)");
  match(result.stderr, /script\.ts:5/);
});

test("ranks of which one does not split are reported, not left", async () => {
  const script = `
    import { MPI } from "tsmpi";
    if (MPI.COMM_WORLD.rank > 0) await MPI.COMM_WORLD.split(0);
    else await MPI.COMM_WORLD.recv();
  `;
  const env = { TSMPI_DEADLOCK_TIMEOUT: "0.3" };
  const result = await tsmpi(["run", "-np", "3", "script.ts"], { files: { "script.ts": script }, env });
  is(result.code === 0, false);
  match(result.stderr, /split\(color 0, key 0\) on COMM_WORLD, waiting for rank \d/);
});

test.run();
