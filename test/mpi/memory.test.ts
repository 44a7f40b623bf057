// Memory from the library, addresses, and the buffer without memory.
import { test } from "uvu";
import {
  aintAdd,
  aintDiff,
  allocMem,
  BOTTOM,
  ERR_ARG,
  ERR_BASE,
  ERR_NO_MEM,
  ERR_TRUNCATE,
  Exception,
  freeMem,
  getAddress,
  INFO_NULL,
  Info,
} from "../../src/mpi/mpi.ts";
import { equal, is, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const ofClass = (errorClass: number) => (error: Exception) => error.errorClass === errorClass;

test("allocMem() gives zeros, which typed arrays lie over and messages come into", async () => {
  await ranks(2, async (world) => {
    const memory = allocMem(4 * 8, {
      info: world.rank ? INFO_NULL : Info.create({ mpi_minimum_memory_alignment: "8" }),
    });
    const into = new Float64Array(memory);
    equal([...into], [0, 0, 0, 0]);
    if (world.rank === 0) await world.send(Float64Array.of(1, 2, 3, 4), { dest: 1 });
    else equal([...(await world.recv({ into }))], [1, 2, 3, 4]);
    freeMem(memory);
    is(into.length, 0);
  });
  is(allocMem(0).byteLength, 0);
});

test("freeMem() takes what allocMem() has given, once", () => {
  const memory = allocMem(8);
  freeMem(memory);
  for (const wrong of [memory, new ArrayBuffer(8), new Uint8Array(8), undefined, 5]) {
    throws(() => freeMem(wrong as never), ofClass(ERR_BASE));
  }
});

test("allocMem() refuses sizes that are none, and those that are too much", () => {
  for (const wrong of [-1, 1.5, Number.NaN, "8", undefined]) throws(() => allocMem(wrong as never), ofClass(ERR_ARG));
  throws(() => allocMem(Number.MAX_SAFE_INTEGER), ofClass(ERR_NO_MEM));
  throws(() => allocMem(8, { align: 8 } as never), /option align is unknown/);
  throws(() => allocMem(8, { info: {} } as never), /info is Object/);
});

test("addresses of views of one ArrayBuffer differ by their displacement", () => {
  const memory = new ArrayBuffer(64);
  const views = [new Uint8Array(memory, 3), new Float64Array(memory, 16), new DataView(memory, 5), memory];
  equal(views.map(getAddress), [3, 16, 5, 0]);
  is(aintDiff(getAddress(views[1]!), getAddress(views[0]!)), 13);
  is(aintAdd(getAddress(views[0]!), 13), getAddress(views[1]!));
  is(getAddress(new SharedArrayBuffer(8)), 0);
  throws(() => getAddress([1] as never), /expected a typed array/);
  for (const wrong of [1.5, "1", undefined]) {
    throws(() => aintAdd(1, wrong as never), ofClass(ERR_ARG));
    throws(() => aintDiff(wrong as never, 1), ofClass(ERR_ARG));
  }
});

test("BOTTOM is a buffer without memory: empty messages go, others do not fit", async () => {
  await ranks(2, async (world) => {
    if (world.rank === 0) {
      await world.send(BOTTOM, { dest: 1 });
      await world.send(new Uint8Array(1), { dest: 1 });
      return;
    }
    is(await world.recv({ into: BOTTOM }), BOTTOM);
    const error = await rejects(world.recv({ into: BOTTOM }), Exception);
    is(error.errorClass, ERR_TRUNCATE);
  });
});

test.run();
