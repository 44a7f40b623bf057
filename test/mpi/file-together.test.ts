// Collective accesses to files whose pieces lie between each other, against what each rank would do by itself: random
// views, small windows, any number of aggregators, ends of files.
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";
import { scratch } from "../support/scratch.ts";

const MODE = MPI.MODE_RDWR | MPI.MODE_CREATE;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers from 0 to n−1, the same for the same seed. */
function random(from: number): (n: number) => number {
  let state = from;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** For each byte of a period of the file, the rank that has it, or −1: a view for each rank. */
function deal(size: number, period: number, below: (n: number) => number): number[] {
  const owners: number[] = [];
  while (owners.length < period) {
    const owner = below(size + 1) - 1;
    const length = 1 + below(40);
    for (let i = 0; i < length && owners.length < period; i++) owners.push(owner);
  }
  return owners;
}

function viewOf(owners: readonly number[], rank: number): MPI.Datatype | undefined {
  const places = [...owners.keys()].filter((byte) => owners[byte] === rank);
  if (places.length === 0) return undefined;
  return MPI.BYTE.createIndexedBlock(1, places).createResized(0, owners.length).commit();
}

for (const size of [2, 3, 4, 5, 8]) {
  test(`writeAll() and readAll() of random interleaved views on ${size} ranks move the bytes that writeAt() would`, async () => {
    const below = random(seed + size);
    for (let round = 0; round < 4; round++) {
      const where = `seed ${seed}, ${size} ranks, round ${round}`;
      // Without memory that ranks share, in every other round.
      process.env.TSMPI_TRANSPORT = ["auto", "websocket"][round % 2]!;
      const owners = deal(size, 60 + below(3000), below);
      const path = scratch();
      const [nodes, buffer, disp] = [1 + below(size), 1 + below(9000), below(5000)];
      const counts = Array.from({ length: size }, () => below(9000));
      const before = Uint8Array.from({ length: 1 + below(12000) }, () => 255);
      writeFileSync(path, before);
      const expected = new Map([...before].entries());
      for (let rank = 0; rank < size; rank++) {
        const places = [...owners.keys()].filter((byte) => owners[byte] === rank);
        for (let i = 0; places.length > 0 && i < counts[rank]!; i++) {
          const item = Math.floor(i / places.length);
          expected.set(disp + item * owners.length + places[i % places.length]!, (rank * 31 + i) % 251);
        }
      }
      const length = Math.max(...expected.keys()) + 1;
      const hints = { cb_nodes: `${nodes}`, cb_buffer_size: `${buffer}` };
      await ranks(size, async (comm) => {
        await using file = await MPI.File.open(comm, path, MODE, MPI.Info.create(hints));
        const view = viewOf(owners, comm.rank);
        await file.setView(disp, MPI.BYTE, view ?? MPI.BYTE);
        const count = view ? counts[comm.rank]! : 0;
        const mine = Uint8Array.from({ length: count }, (_, i) => (comm.rank * 31 + i) % 251);
        await file.writeAll(mine);
        is(file.getPosition(), count, where);
        await file.sync();
        const bytes = readFileSync(path);
        is(bytes.length, length, where);
        is(
          bytes.findIndex((byte, at) => byte !== (expected.get(at) ?? 0)),
          -1,
          where,
        );
        // Now back, also beyond the end.
        const status = new MPI.Status();
        const more = view ? count + 4000 : 0;
        const got = await file.readAtAll(0, new Uint8Array(more).fill(77), { status });
        const single = new MPI.Status();
        const own = await file.readAt(0, new Uint8Array(more).fill(77), { status: single });
        is(status.count, single.count, where);
        equal(got, own, where);
      });
    }
  });
}

test("hints that differ between ranks do no harm: those of rank 0 count", async () => {
  const path = scratch();
  await ranks(4, async (comm) => {
    const hints = { cb_nodes: `${comm.rank + 1}`, cb_buffer_size: `${5 + comm.rank}` };
    await using file = await MPI.File.open(comm, path, MODE, MPI.Info.create(hints));
    await file.setView(comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 4).commit());
    await file.writeAll(new Uint8Array(9).fill(comm.rank + 1));
    await file.setInfo(MPI.Info.create({ collective_buffering: `${comm.rank > 0}` }));
    await file.writeAll(Uint8Array.of(comm.rank + 1));
    await file.sync();
    equal(
      [...readFileSync(path)],
      Array.from({ length: 40 }, (_, i) => (i % 4) + 1),
    );
  });
});

test("aggregators that fail make the call fail on all ranks, and the file can be used afterwards", async () => {
  await ranks(4, async (comm) => {
    await using file = await MPI.File.open(comm, "/dev/full", MPI.MODE_WRONLY, MPI.Info.create({ cb_nodes: "2" }));
    await file.setView(comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 4).commit());
    for (let i = 0; i < 2; i++) await rejects(file.writeAll(new Uint8Array(9000)), MPI.Exception, /ERR_NO_SPACE/);
  });
});

test("a representation that fails on one rank makes the call fail on all, in two phases too", async () => {
  const path = scratch();
  let calls = 0;
  const fails = () => {
    if (calls++ === 1) throw new Error("no such number");
  };
  MPI.registerDatarep("failing", fails, fails, (type) => type.size);
  const told = await ranks(3, async (comm) => {
    await using file = await MPI.File.open(comm, path, MODE);
    await file.setView(4 * comm.rank, MPI.INT, MPI.INT.createResized(0, 12).commit(), "failing");
    const error = await rejects(file.writeAll(new Int32Array(100)), Error, /no such number/);
    await file.writeAll(new Int32Array(100));
    return /as rank \d cannot/.test(error.message);
  });
  is(told.filter(Boolean).length, 2);
});

test("nonblocking collective accesses that overlap are done in the order of their calls", async () => {
  const path = scratch();
  await ranks(4, async (comm) => {
    await using file = await MPI.File.open(
      comm,
      path,
      MODE,
      MPI.Info.create({ cb_buffer_size: "4096", cb_nodes: "2" }),
    );
    await file.setView(comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 4).commit());
    const writes = [1, 2, 3].map((seed) => file.iwriteAtAll(0, new Uint8Array(10_000).fill(10 * seed + comm.rank)));
    const read = new Uint8Array(10_000);
    const request = file.ireadAtAll(0, read);
    await MPI.Request.waitall([request, ...writes]);
    is(
      read.findIndex((value) => value !== 30 + comm.rank),
      -1,
    );
  });
});

test("a rank that makes another call is told, on a file as on a communicator", async () => {
  const path = scratch();
  const errors = await ranks(2, async (comm) => {
    const file = await MPI.File.open(comm, path, MODE);
    const call = comm.rank === 0 ? file.writeAll(Uint8Array.of(1)) : file.setAtomicity(true);
    return call.then(
      () => "",
      (error: Error) => error.message,
    );
  });
  is(
    errors.some((message) => /writeAll.*setAtomicity|setAtomicity.*writeAll/.test(message)),
    true,
    errors.join(" | "),
  );
});

test("a view that one rank cannot have is an error on all, and the old one stays", async () => {
  const path = scratch();
  await ranks(3, async (comm) => {
    await using file = await MPI.File.open(comm, path, MODE);
    const back = MPI.BYTE.createIndexed([1, 1], [4, 0]).commit();
    const filetype = comm.rank === 1 ? back : MPI.BYTE;
    const error = await rejects(file.setView(8, MPI.BYTE, filetype), MPI.Exception, /goes back.*ERR_TYPE/);
    is(error.message.includes("as rank 1 cannot"), comm.rank !== 1);
    const etype = comm.rank === 2 ? MPI.SHORT : MPI.BYTE;
    await rejects(file.setView(8, etype), MPI.Exception, /rank 2 has etypes of 2 bytes.*ERR_NOT_SAME/);
    equal(file.getView(), [0, MPI.BYTE, MPI.BYTE, "native"]);
    await file.writeOrdered(Uint8Array.of(comm.rank));
    await file.sync();
    equal([...readFileSync(path)], [0, 1, 2]);
  });
});

test("ranks may read the same pieces, and where they write the same ones the bytes of one stand in the file", async () => {
  const path = scratch();
  await ranks(4, async (comm) => {
    await using file = await MPI.File.open(comm, path, MODE, MPI.Info.create({ cb_buffer_size: "50", cb_nodes: "3" }));
    const pairs = MPI.BYTE.createContiguous(2).createResized(0, 5).commit();
    await file.setView(1, MPI.BYTE, pairs);
    await file.writeAll(new Uint8Array(200).fill(comm.rank + 1));
    await file.sync();
    const bytes = readFileSync(path);
    is(bytes.length, 1 + 99 * 5 + 2);
    for (const [at, byte] of bytes.entries()) is(byte >= 1 && byte <= 4, at % 5 === 1 || at % 5 === 2);
    const got = await file.readAtAll(2, new Uint8Array(198));
    equal([...got], [...bytes].filter((byte) => byte > 0).slice(2));
  });
});

test("collective_buffering set to false lets each rank write its own", async () => {
  const path = scratch();
  await ranks(3, async (comm) => {
    await using file = await MPI.File.open(comm, path, MODE, MPI.Info.create({ collective_buffering: "false" }));
    is(file.info.get("collective_buffering"), "false");
    await file.setView(comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 3).commit());
    await file.writeAll(new Uint8Array(5).fill(comm.rank + 1));
    await file.sync();
    equal(
      [...readFileSync(path)],
      Array.from({ length: 15 }, (_, i) => (i % 3) + 1),
    );
  });
});

test("with the hint striping root only rank 0 has the file, and serves it to the others", async () => {
  const path = scratch();
  await ranks(4, async (comm) => {
    const info = MPI.Info.create({ striping: "root" });
    const mine = comm.rank === 0 ? path : "/on/no/other/host";
    const file = await MPI.File.open(comm, mine, MODE, info);
    is(file.info.get("cb_nodes"), "1");
    const long = new Uint8Array(5_000_000).fill(comm.rank + 1);
    await file.writeAt(comm.rank * long.length, long);
    await file.sync();
    is(file.size, 4 * long.length);
    const next = await file.readAt(((comm.rank + 1) % 4) * long.length, new Uint8Array(long.length));
    is(
      next.findIndex((byte) => byte !== ((comm.rank + 1) % 4) + 1),
      -1,
    );
    await comm.barrier();
    await file.setSize(0);
    is(file.size, 0);
    await file.writeOrdered(Uint8Array.of(comm.rank, comm.rank));
    await file.writeShared(Uint8Array.of(9));
    await file.sync();
    is(file.size, 12);
    await file.setView(12 + comm.rank, MPI.BYTE, MPI.BYTE.createResized(0, 4).commit());
    await file.writeAll(Uint8Array.of(1, 2, 3));
    file.seek(0);
    equal([...(await file.readAll(new Uint8Array(3)))], [1, 2, 3]);
    await file.sync();
    file.seek(0, MPI.SEEK_END);
    is(file.getPosition(), 3);
    const status = new MPI.Status();
    await file.readAt(2, new Uint8Array(5), { status });
    is(status.count, 1);
    await file.setAtomicity(true);
    await file.writeAt(0, Uint8Array.of(5));
    await file.close();
    if (comm.rank === 0) {
      equal([...readFileSync(path)].slice(0, 8), [0, 0, 1, 1, 2, 2, 3, 3]);
      equal([...readFileSync(path)].slice(12), [5, 5, 5, 5, 2, 2, 2, 2, 3, 3, 3, 3]);
    }
    await rejects(
      MPI.File.open(comm, path, MODE, comm.rank === 2 ? info : undefined),
      MPI.Exception,
      /rank 2 alone has the hint striping root.*ERR_NOT_SAME/,
    );
    const full = await MPI.File.open(comm, "/dev/full", MPI.MODE_WRONLY, info);
    await rejects(full.writeAt(0, Uint8Array.of(1)), MPI.Exception, /ERR_NO_SPACE/);
    await full.close();
  });
});

test.run();
