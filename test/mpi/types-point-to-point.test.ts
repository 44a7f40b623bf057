// Datatypes in point-to-point calls: what is sent and where it lands, against packing by hand.

import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects, throws } from "../support/assert.ts";
import { bytesLike, numbersFrom, packedBy, randomType, roomFor, unpackedBy } from "../support/random-types.ts";
import { ranks } from "../support/ranks.ts";

const { DOUBLE, INT32_T, BYTE } = MPI;

/** A matrix of `rows` rows and `columns` columns, whose numbers say where they stand: 100·row + column. */
function matrixOf(rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => 100 * Math.floor(i / columns) + (i % columns));
}
const columnOf = (rows: number, columns: number) => DOUBLE.createVector(rows, 1, columns).commit();

test("a column of a matrix arrives as a row, and a row as a column, by every way to send and to receive", async () => {
  // Three rows go eagerly, 300 by rendezvous.
  for (const rows of [3, 300]) {
    await ranks(2, async (comm) => {
      const columns = 4;
      const type = columnOf(rows, columns);
      const matrix = matrixOf(rows, columns);
      const expected = Float64Array.from({ length: rows }, (_, i) => 100 * i + 2);
      if (comm.rank === 0) {
        for (const call of ["send", "ssend", "bsend", "rsend"] as const)
          await comm[call](matrix.subarray(2), { dest: 1, type });
        for (const call of ["isend", "issend", "ibsend", "irsend"] as const)
          await comm[call](matrix.subarray(2), { dest: 1, type, count: 1 }).wait();
        for (let i = 0; i < 7; i++) await comm.send(expected, { dest: 1, tag: 1 });
        return;
      }
      for (let i = 0; i < 8; i++) {
        equal(await comm.recv({ source: 0, tag: 0, into: new Float64Array(rows) }), expected);
      }
      const receives = [
        (into: Float64Array) => comm.recv({ tag: 1, into, type }),
        (into: Float64Array) => comm.irecv({ tag: 1, into, type, count: 1 }).wait(),
        (into: Float64Array) => {
          const request = comm.recvInit({ tag: 1, into, type });
          request.start();
          return request.wait();
        },
        async (into: Float64Array) => (await comm.mprobe({ tag: 1 })).recv({ into, type }),
        async (into: Float64Array) => (await comm.mprobe({ tag: 1 })).irecv({ into, type }).wait(),
        // Also into memory without elements of its own.
        async (into: Float64Array) => {
          await comm.recv({ tag: 1, into: new DataView(into.buffer, into.byteOffset), type });
          return into;
        },
        async (into: Float64Array) => {
          await comm.recv({ tag: 1, into: new Uint8Array(into.buffer, into.byteOffset), type });
          return into;
        },
      ];
      for (const receive of receives) {
        const whole = new Float64Array(rows * columns).fill(-1);
        const into = whole.subarray(1);
        is(await receive(into), into);
        equal(
          whole,
          Float64Array.from({ length: rows * columns }, (_, i) =>
            i % columns === 1 ? 100 * Math.floor(i / columns) + 2 : -1,
          ),
        );
      }
    });
  }
});

test("recv with a type and without into gives a new contiguous array of its elements, or an ArrayBuffer", async () => {
  await ranks(1, async (comm) => {
    const type = columnOf(3, 4);
    await comm.send(matrixOf(3, 4).subarray(1), { dest: 0, type });
    equal(await comm.recv({ type }), Float64Array.of(1, 101, 201));
    await comm.send(new Uint8Array(Float64Array.of(7, 8).buffer).buffer, { dest: 0 });
    equal(await comm.recv({ type: DOUBLE, count: 2 }), Float64Array.of(7, 8));
    const pair = MPI.Datatype.createStruct([1, 1], [0, 4], [INT32_T, MPI.FLOAT]).commit();
    await comm.send(new Uint8Array(16), { dest: 0, type: pair });
    const got = await comm.recv({ type: pair });
    ok(got instanceof ArrayBuffer);
    is(got.byteLength, 16);
    await comm.send(new Uint8Array(9).buffer, { dest: 0 });
    is((await rejects(comm.recv({ type: DOUBLE }), MPI.Exception)).errorClass, MPI.ERR_TYPE);
    await comm.send(Float64Array.of(1, 2, 3), { dest: 0 });
    is((await rejects(comm.recv({ type: DOUBLE, count: 2 }), MPI.Exception)).errorClass, MPI.ERR_TRUNCATE);
    await comm.send({ a: 1 }, { dest: 0 });
    is((await rejects(comm.recv({ type: DOUBLE }), MPI.Exception)).errorClass, MPI.ERR_TYPE);
  });
});

test("random types: what one sends another receives as by hand, at any number of items", async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = numbersFrom(seed);
    const [sent, received] = [randomType(random), randomType(random)];
    const count = random(5);
    const from = bytesLike(roomFor(sent, count) + random(9), seed);
    const packed = packedBy(sent, from, count);
    const items = Math.ceil(packed.length / received.bytes.length) + random(2);
    if (items > (received.most ?? items)) continue;
    const room = bytesLike(roomFor(received, items) + random(9), seed + 1);
    try {
      await ranks(1, async (comm) => {
        const status = new MPI.Status();
        await comm.send(from, { dest: 0, type: sent.type, count });
        equal(new Uint8Array(await comm.recv({ type: BYTE, status })), packed);
        is(status.count, packed.length);
        // As untyped bytes, which fit everywhere.
        await comm.send(packed.slice().buffer, { dest: 0 });
        const into = room.slice();
        is(await comm.recv({ into, type: received.type, count: items }), into);
        equal(into, unpackedBy(received, packed, room.slice()));
      });
    } catch (error) {
      throw new Error(`seed ${seed}: ${count} ${sent.name} into ${received.name}`, { cause: error });
    }
  }
});

test("a shorter message fills whole items and the beginning of the next one; the status counts them", async () => {
  await ranks(1, async (comm) => {
    const pairs = INT32_T.createVector(2, 1, 2).createResized(0, 16).commit();
    const status = new MPI.Status();
    for (const length of [0, 1, 2, 3, 4]) {
      await comm.send(
        Int32Array.from({ length }, (_, i) => i + 1),
        { dest: 0 },
      );
      const into = await comm.recv({ into: new Int32Array(8).fill(-1), type: pairs, count: 2, status });
      const expected = new Int32Array(8).fill(-1);
      for (let i = 0; i < length; i++) expected[2 * i] = i + 1;
      equal(into, expected);
      equal([status.count, status.getElements(pairs), status.getElements(INT32_T)], [4 * length, length, length]);
      is(status.getCount(pairs), length % 2 === 0 ? length / 2 : MPI.UNDEFINED);
    }
  });
});

test("getCount and getElements tell of types of several kinds, and of what came only in part", () => {
  // A double and a short: 10 bytes of data in an item of 16.
  const mixed = MPI.Datatype.createStruct([1, 1], [0, 8], [DOUBLE, MPI.SHORT]).commit();
  const nothing = DOUBLE.createContiguous(0).commit();
  const status = new MPI.Status();
  for (const [bytes, items, elements] of [
    [0, 0, 0],
    [8, MPI.UNDEFINED, 1],
    [9, MPI.UNDEFINED, MPI.UNDEFINED],
    [10, 1, 2],
    [18, MPI.UNDEFINED, 3],
    [20, 2, 4],
  ]) {
    status.count = bytes!;
    equal([status.getCount(mixed), status.getElements(mixed)], [items, elements]);
    is(status.getCount(nothing), bytes === 0 ? 0 : MPI.UNDEFINED);
    if (elements === MPI.UNDEFINED) continue;
    status.count = -1;
    status.setElements(mixed, elements!);
    is(status.count, bytes);
  }
  for (const wrong of [DOUBLE.createContiguous(2), MPI.DATATYPE_NULL, {}, null]) {
    for (const call of ["getCount", "getElements"] as const) {
      throws(
        () => status[call](wrong as typeof DOUBLE),
        (error: MPI.Exception) => error.errorClass === MPI.ERR_TYPE,
      );
    }
  }
  throws(
    () => status.setElements(DOUBLE, -1),
    (error: MPI.Exception) => error.errorClass === MPI.ERR_COUNT,
  );
});

test("dense types go out from the caller's memory and land in it", async () => {
  await ranks(2, async (comm) => {
    const type = DOUBLE.createContiguous(100).commit();
    const data = Float64Array.from({ length: 1000 }, (_, i) => i);
    if (comm.rank === 0) return comm.send(data, { dest: 1, type, count: 7 });
    const into = new Float64Array(1000).fill(-1);
    is(await comm.recv({ into, type, count: 8 }), into);
    equal(
      into,
      Float64Array.from({ length: 1000 }, (_, i) => (i < 700 ? i : -1)),
    );
  });
});

test("a persistent send packs at each start, a persistent receive unpacks at each", async () => {
  await ranks(2, async (comm) => {
    const type = columnOf(3, 4);
    const matrix = new Float64Array(12);
    const peer = 1 - comm.rank;
    const request =
      comm.rank === 0 ? comm.sendInit(matrix, { dest: peer, type }) : comm.recvInit({ into: matrix, type });
    // What the request needs of the type it has.
    type.free();
    for (let step = 1; step < 4; step++) {
      if (comm.rank === 0) matrix.fill(step);
      request.start();
      await request.wait();
      if (comm.rank === 1)
        equal(
          matrix,
          Float64Array.from({ length: 12 }, (_, i) => (i % 4 === 0 ? step : 0)),
        );
      await comm.barrier();
    }
  });
});

test("sendrecv has one type for both sides, or one for each; sendrecvReplace exchanges columns", async () => {
  await ranks(3, async (comm) => {
    const { rank, size } = comm;
    const [dest, source] = [(rank + 1) % size, (rank + size - 1) % size];
    const type = columnOf(3, 4);
    const mine = matrixOf(3, 4).map((number) => number + 1000 * rank);
    const theirs = (column: number) => Float64Array.from({ length: 3 }, (_, i) => 1000 * source + 100 * i + column);
    const row = await comm.sendrecv(mine.subarray(2), { dest, source, sendtype: type, into: new Float64Array(3) });
    equal(row, theirs(2));
    const both = await comm.sendrecv(mine, { dest, source, type, count: 1, into: new Float64Array(12) });
    equal(
      both,
      Float64Array.from({ length: 12 }, (_, i) => (i % 4 === 0 ? theirs(0)[i / 4]! : 0)),
    );
    const options = { dest, source, recvtype: type, recvcount: 1, into: new Float64Array(12) };
    const column = await comm.isendrecv(theirs(1), options).wait();
    equal(
      [column[0], column[1], column[4]],
      [1000 * ((source + size - 1) % size) + 1, 0, 1000 * ((source + size - 1) % size) + 101],
    );
    equal(await comm.sendrecv(mine, { dest, source, type, count: 1 }), theirs(0));
    const replaced = mine.slice();
    is(await comm.sendrecvReplace(replaced, { dest, source, type }), replaced);
    equal(
      replaced,
      mine.map((number, i) => (i % 4 === 0 ? theirs(0)[i / 4]! : number)),
    );
    await comm.isendrecvReplace(replaced, { dest: source, source: dest, type, count: 1 }).wait();
    equal(replaced, mine);
  });
});

test("without a count as many items go as fit, also where they interleave", async () => {
  await ranks(1, async (comm) => {
    const column = DOUBLE.createVector(2, 1, 3).createResized(0, 8).commit();
    await comm.send(matrixOf(2, 3), { dest: 0, type: column });
    equal(await comm.recv(), Float64Array.of(0, 100, 1, 101, 2, 102));
    // Of those that go nowhere or backwards, one.
    const still = DOUBLE.createResized(0, 0).commit();
    await comm.send(matrixOf(1, 3), { dest: 0, type: still });
    equal(await comm.recv(), Float64Array.of(0));
    await comm.send(new Float64Array(0), { dest: 0, type: column });
    equal(await comm.recv(), new Float64Array(0));
    await comm.send(matrixOf(2, 3), { dest: 0, type: column, count: 0 });
    equal(await comm.recv(), new Float64Array(0));
  });
});

test("a wrong type, count or buffer is refused before anything is sent, and the error says which", async () => {
  const column = columnOf(3, 4);
  const freed = DOUBLE.createContiguous(2).commit();
  freed.free();
  const before = DOUBLE.createHindexed([1, 1], [-8, 8]).commit();
  const twice = DOUBLE.createIndexed([2, 2], [0, 1]).commit();
  const matrix = new Float64Array(12);
  type Case = [data: unknown, options: Record<string, unknown>, wrong: number | undefined, text: string];
  const anySide: Case[] = [
    [matrix, { type: Float64Array }, undefined, "type is"],
    [matrix, { type: null }, undefined, "type is null"],
    [matrix, { type: MPI.DATATYPE_NULL }, MPI.ERR_TYPE, "MPI.DATATYPE_NULL"],
    [matrix, { type: freed }, MPI.ERR_TYPE, "freed"],
    [matrix, { type: DOUBLE.createVector(2, 1, 2) }, MPI.ERR_TYPE, "commit"],
    [matrix, { type: column, count: "1" }, undefined, "count is"],
    [matrix, { type: column, count: -1 }, MPI.ERR_COUNT, "count -1"],
    [matrix, { type: column, count: 1.5 }, MPI.ERR_COUNT, "count 1.5"],
    [matrix, { count: 1 }, undefined, "type is missing"],
    [matrix, { type: column, count: 2 }, MPI.ERR_BUFFER, "2 items of 24 bytes: bytes 0 to 144, the buffer has 96"],
    [matrix.subarray(0, 8), { type: column }, MPI.ERR_BUFFER, "an item of 24 bytes: bytes 0 to 72, the buffer has 64"],
    [matrix, { type: before, count: 1 }, MPI.ERR_BUFFER, "bytes -8 to 16"],
    [new Int32Array(40), { type: column }, MPI.ERR_TYPE, "Float64Array elements"],
    [matrix, { type: INT32_T }, MPI.ERR_TYPE, "Int32Array elements"],
  ];
  await ranks(1, async (comm) => {
    const check = (error: Error, [, , wrong, text]: Case) => {
      ok(
        wrong === undefined ? error instanceof TypeError : (error as MPI.Exception).errorClass === wrong,
        error.message,
      );
      ok(error.message.includes(text), error.message);
    };
    for (const each of [...anySide, [{ a: 1 }, { type: column }, undefined, "its data is"] as Case]) {
      const [data, options] = each;
      check(await rejects(comm.send(data, { dest: 0, ...options }), Error), each);
      try {
        comm.sendInit(data, { dest: 0, ...options });
        ok(false, "sendInit takes it");
      } catch (error) {
        check(error as Error, each);
      }
    }
    for (const each of [...anySide, [matrix, { type: twice }, MPI.ERR_TYPE, "overlap"] as Case]) {
      const [into, options] = each;
      check(await rejects(comm.recv({ into: into as Float64Array, ...options }), Error), each);
    }
    is(await comm.iprobe(), false);
    await comm.send(matrix, { dest: 0, type: twice });
    is((await comm.recv()).length, 4 * 4);
  });
});

test("a message of other elements, or a longer one, is ERR_TYPE or ERR_TRUNCATE at the receiver", async () => {
  await ranks(1, async (comm) => {
    const column = columnOf(3, 4);
    const into = new Float64Array(12);
    for (const length of [4, 400]) {
      const sending = comm.isend(new Float64Array(length), { dest: 0 });
      const long = await rejects(
        comm.recv({ into, type: column }),
        MPI.Exception,
        `Cannot receive ${8 * length} bytes`,
      );
      is(long.errorClass, MPI.ERR_TRUNCATE);
      await sending.wait();
      const others = comm.isend(new BigInt64Array(length), { dest: 0 });
      is((await rejects(comm.recv({ into, type: column }), MPI.Exception)).errorClass, MPI.ERR_TYPE);
      await others.wait();
    }
    ok(into.every((number) => number === 0));
  });
});

test("from and to MPI.PROC_NULL nothing is moved, whatever the type", async () => {
  await ranks(1, async (comm) => {
    const into = new Float64Array(12);
    await comm.send(into, { dest: MPI.PROC_NULL, type: columnOf(3, 4) });
    is(await comm.recv({ source: MPI.PROC_NULL, into, type: columnOf(3, 4) }), into);
  });
});

test.run();
