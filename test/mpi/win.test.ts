// Windows: how they are made, what they have, how they end.
import { test } from "uvu";
import {
  type Comm,
  ERR_COMM,
  ERR_DISP,
  ERR_KEYVAL,
  ERR_RMA_ATTACH,
  ERR_RMA_FLAVOR,
  ERR_RMA_RANGE,
  ERR_RMA_SYNC,
  ERR_SIZE,
  ERR_WIN,
  ERRORS_RETURN,
  Info,
  type Intracomm,
  LOCK_SHARED,
  WIN_BASE,
  WIN_CREATE_FLAVOR,
  WIN_DISP_UNIT,
  WIN_FLAVOR_ALLOCATE,
  WIN_FLAVOR_CREATE,
  WIN_FLAVOR_DYNAMIC,
  WIN_FLAVOR_SHARED,
  WIN_MODEL,
  WIN_NULL,
  WIN_SIZE,
  WIN_UNIFIED,
  Win,
} from "../../src/mpi/mpi.ts";
import { equal, is, ok, refuses, throws } from "../support/assert.ts";
import { fails, isError, isTypeError } from "../support/mpi-errors.ts";
import { ranks } from "../support/ranks.ts";

const kinds: Record<string, (comm: Intracomm) => Promise<Win>> = {
  create: (comm) => Win.create(new Int32Array(4), { comm, dispUnit: 4 }),
  allocate: (comm) => Win.allocate(16, { comm, dispUnit: 4 }),
  allocateShared: (comm) => Win.allocateShared(16, { comm, dispUnit: 4 }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: every rank sees its own memory and unit, and others write there`, async () => {
    await ranks(3, async (comm) => {
      const win = await make(comm);
      is(win.memory!.byteLength, 16);
      is(win.dispUnit, 4);
      is(win.model, WIN_UNIFIED);
      is(win.group.size, 3);
      is(win.getGroup().rank, comm.rank);
      await win.fence();
      await win.put(Int32Array.of(comm.rank + 1), { target: (comm.rank + 1) % 3, disp: 2 });
      await win.fence();
      const { buffer, byteOffset } = win.memory!;
      equal([...new Int32Array(buffer, byteOffset, 4)], [0, 0, ((comm.rank + 2) % 3) + 1, 0]);
      await win.free();
    });
  });
}

test("attributes tell memory, size, unit, flavor and model", async () => {
  await ranks(1, async (comm) => {
    const memory = new Float64Array(3);
    await using win = await Win.create(memory, { comm, dispUnit: 8 });
    is(win.getAttr<Uint8Array>(WIN_BASE)!.buffer, memory.buffer);
    is(win.getAttr(WIN_SIZE), 24);
    is(win.getAttr(WIN_DISP_UNIT), 8);
    is(win.getAttr(WIN_CREATE_FLAVOR), WIN_FLAVOR_CREATE);
    is(win.getAttr(WIN_MODEL), WIN_UNIFIED);
    throws(() => win.setAttr(WIN_BASE, 1), isError(ERR_KEYVAL, "predefined"));
    throws(() => Win.freeKeyval(WIN_SIZE), isError(ERR_KEYVAL, "predefined"));
    await using other = await Win.allocate(0, { comm });
    is(other.flavor, WIN_FLAVOR_ALLOCATE);
    await using dynamic = await Win.createDynamic({ comm });
    is(dynamic.flavor, WIN_FLAVOR_DYNAMIC);
    is(dynamic.memory, undefined);
    is(dynamic.getAttr(WIN_SIZE), 0);
    await using shared = await Win.allocateShared(8, { comm });
    is(shared.flavor, WIN_FLAVOR_SHARED);
  });
});

test("attributes of one's own are set, got and deleted, and their callback is called by free", async () => {
  await ranks(1, async (comm) => {
    const deleted: unknown[] = [];
    const keyval = Win.createKeyval({ delete: (_, __, value) => deleted.push(value) });
    const win = await Win.allocate(8, { comm });
    is(win.getAttr(keyval), undefined);
    win.setAttr(keyval, "a");
    win.setAttr(keyval, "b");
    is(win.getAttr(keyval), "b");
    win.deleteAttr(keyval);
    win.setAttr(keyval, "c");
    await win.free();
    equal(deleted, ["a", "b", "c"]);
    throws(() => win.getAttr(keyval), isError(ERR_WIN, "freed"));
    throws(() => comm.setAttr(keyval, 1), isError(ERR_KEYVAL, "MPI.Comm.createKeyval"));
    Win.freeKeyval(keyval);
  });
});

test("names, hints and handlers are kept", async () => {
  await ranks(1, async (comm) => {
    await using win = await Win.allocate(8, { comm, info: Info.create({ no_locks: "false" }) });
    is(win.name, "window of COMM_WORLD");
    win.name = "halo";
    is(win.getName(), "halo");
    win.setName("rim");
    is(win.name, "rim");
    is(win.info.get("no_locks"), "false");
    win.setInfo(Info.create({ same_size: "true" }));
    win.info = Info.create({ same_disp_unit: "true" });
    equal(win.getInfo().keys(), ["no_locks", "same_size", "same_disp_unit"]);
    is(win.getErrhandler(), ERRORS_RETURN);
    const seen: string[] = [];
    const handler = Win.createErrhandler((owner, error) => seen.push(`${owner.name} ${error.errorClass}`));
    win.setErrhandler(handler);
    is(win.getErrhandler(), handler);
    await fails(win.put(new Int8Array(1), { target: 0 }), isError(ERR_RMA_SYNC, "no epoch"));
    win.callErrhandler(ERR_WIN);
    equal(seen, [`rim ${ERR_RMA_SYNC}`, `rim ${ERR_WIN}`]);
    win.setErrhandler(ERRORS_RETURN);
  });
});

test("a window outlives its communicator, and frees itself only once", async () => {
  await ranks(2, async (world) => {
    const comm = await world.dup();
    const win = await Win.allocate(8, { comm });
    await comm.free();
    await win.fence();
    await win.free();
    await win[Symbol.asyncDispose]();
    await fails(win.free(), isError(ERR_WIN, "has been freed"));
    await fails(win.fence(), isError(ERR_WIN, "has been freed"));
    throws(() => WIN_NULL.name, isError(ERR_WIN, "MPI.WIN_NULL"));
  });
});

if (process.platform === "linux") {
  test("shared memory of a freed window is given back to the system at once", async () => {
    await ranks(2, async (comm) => {
      const wins = [await Win.allocateShared(1 << 20, { comm })];
      // Over WebSocket it is each rank's own.
      if (process.env.TSMPI_TRANSPORT !== "websocket") wins.push(await Win.allocate(1 << 20, { comm }));
      for (const win of wins) {
        const memory = win.memory!;
        memory.fill(7);
        await win.free();
        ok(memory.subarray(4096, -4096).every((byte) => byte === 0));
      }
    });
  });
}

test("wrong arguments are refused before anything is sent", async () => {
  await ranks(1, async (comm) => {
    await fails(Win.create(new Int8Array(1), {} as never), isTypeError("option comm is missing"));
    await fails(Win.create(new Int8Array(1), { comm: 1 } as never), isTypeError("option comm is 1"));
    await fails(Win.create(7 as never, { comm }), isTypeError("its data is 7"));
    await fails(Win.create(null, { comm, dispUnit: "1" } as never), isTypeError("option dispUnit"));
    await fails(Win.create(null, { comm, dispUnit: 0 }), isError(ERR_DISP, "dispUnit 0"));
    await fails(Win.create(null, { comm, units: 1 } as never), isTypeError("option units is unknown"));
    await fails(Win.create(null, { comm, info: 1 } as never), isTypeError("info is 1"));
    await fails(Win.allocate(-1, { comm }), isError(ERR_SIZE, "-1"));
    await fails(Win.allocate("8" as never, { comm }), isTypeError("size is"));
    await fails(Win.createDynamic({ comm, dispUnit: 1 } as never), isTypeError("option dispUnit is unknown"));
    const freed = await comm.dup();
    await freed.free();
    await fails(Win.allocate(1, { comm: freed }), isError(ERR_COMM, "freed"));
  });
});

test("memory is attached to dynamic windows, reached at its address, and detached", async () => {
  for (const size of [1, 2, 4]) {
    await ranks(size, async (comm) => {
      await using win = await Win.createDynamic({ comm });
      const [a, b] = [new Int32Array(4), new Float64Array(2000)];
      const mine = [win.attach(a), win.attach(b)] as const;
      const all = await comm.allgather(mine);
      const next = (comm.rank + 1) % size;
      await win.lock(next, { type: LOCK_SHARED });
      await win.put(Int32Array.of(comm.rank), { target: next, disp: all[next]![0] + 8 });
      await win.put(new Float64Array(2000).fill(comm.rank), { target: next, disp: all[next]![1] });
      await win.unlock(next);
      await comm.barrier();
      const left = (comm.rank + size - 1) % size;
      equal([...a], [0, 0, left, 0]);
      ok(b.every((x) => x === left));
      throws(() => win.attach(a.subarray(1, 2)), isError(ERR_RMA_ATTACH, "attached already"));
      await comm.barrier();
      win.detach(a);
      throws(() => win.detach(a), isError(ERR_RMA_ATTACH, "not attached"));
      await comm.barrier();
      await win.lock(next);
      const wrong = { target: next, disp: all[next]![0] };
      const { disp } = wrong;
      const outside = (bytes: number) =>
        isError(ERR_RMA_RANGE, `bytes ${disp} to ${disp + bytes} of rank ${next} on ${win.name}: no attached memory`);
      await fails(win.get(new Int32Array(1), wrong), outside(4));
      await win.put(Int32Array.of(1), wrong);
      await fails(win.flush(next), outside(4));
      await win.put(new Int32Array(10_000), wrong);
      await fails(win.unlock(next), outside(40_000));
    });
  }
});

test("attach and sharedQuery are for windows of their flavor", async () => {
  await ranks(1, async (comm) => {
    await using win = await Win.allocate(8, { comm });
    throws(() => win.attach(new Int8Array(1)), isError(ERR_RMA_FLAVOR, "not dynamic"));
    throws(() => win.detach(new Int8Array(1)), isError(ERR_RMA_FLAVOR, "not dynamic"));
    throws(() => win.sharedQuery(0), isError(ERR_RMA_FLAVOR, "not shared"));
    await using dynamic = await Win.createDynamic({ comm });
    refuses(() => dynamic.attach(3 as never), "its data is 3");
  });
});

test("a thousand windows are made and freed, and the engine keeps nothing of them", async () => {
  await ranks(2, async (comm) => {
    const endpointOf = (of: Comm) => (of as unknown as { use(call: string): { engine: any } }).use("x");
    const { engine } = endpointOf(comm);
    const before = engine.channels.size;
    for (let i = 0; i < 1000; i++) {
      const win = await Win.allocate(8, { comm });
      await win.fence();
      await win.put(Float64Array.of(i), { target: 1 - comm.rank });
      await win.fence();
      await win.free();
    }
    ok(engine.channels.size <= before + 3, `${engine.channels.size} channels, ${before} before`);
  });
});

test.run();
