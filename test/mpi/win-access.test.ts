// One-sided calls: put, get, accumulate and their like, on memory of other ranks (by messages) and of this one.
import { test } from "uvu";
import {
  BAND,
  BOR,
  BXOR,
  DOUBLE,
  DOUBLE_INT,
  ERR_BUFFER,
  ERR_COUNT,
  ERR_DISP,
  ERR_OP,
  ERR_RANK,
  ERR_RMA_RANGE,
  ERR_RMA_SYNC,
  ERR_TYPE,
  INT,
  type Intracomm,
  LAND,
  LOR,
  LXOR,
  MAX,
  MAXLOC,
  MIN,
  NO_OP,
  OP_NULL,
  Op,
  PROC_NULL,
  PROD,
  REPLACE,
  Request,
  SUM,
  type TypedArray,
  Win,
} from "../../src/mpi/mpi.ts";
import { arrayKinds } from "../support/array-kinds.ts";
import { equal, is, ok, sameNumbers, throws } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { fails, isError, isTypeError } from "../support/mpi-errors.ts";
import { ranks } from "../support/ranks.ts";

type Kind = { new (n: number): TypedArray; readonly name: string };
const kinds = arrayKinds as unknown as Kind[];

const isBig = (kind: Kind) => kind.name.startsWith("Big");
const isFloat = (kind: Kind) => kind.name.startsWith("Float");

/** An array of these numbers. */
function of(kind: Kind, ...numbers: number[]): TypedArray {
  const array = new kind(numbers.length);
  for (const [i, number] of numbers.entries()) array[i] = (isBig(kind) ? BigInt(number) : number) as never;
  return array;
}

/** Runs `main` with every rank's memory locked by rank 0 in turn, on ranks whose memory is far (size 2) and near (1). */
async function withLock(memory: () => TypedArray, main: (win: Win, target: number) => Promise<void>): Promise<void> {
  for (const size of [1, 2]) {
    await ranks(size, async (comm) => {
      const mine = memory();
      await using win = await Win.create(mine, { comm, dispUnit: mine.BYTES_PER_ELEMENT });
      if (comm.rank > 0) return;
      for (let target = 0; target < size; target++) {
        await win.lock(target);
        await main(win, target);
        await win.unlock(target);
      }
    });
  }
}

for (const kind of kinds) {
  test(`${kind.name}: put and get, short and long, at displacements`, async () => {
    await withLock(
      () => new kind(30_000),
      async (win, target) => {
        for (const [disp, length] of [
          [0, 1],
          [3, 7],
          [100, 25_000],
          [30_000, 0],
        ] as const) {
          const data = new kind(length).map((_: any, i: number) => (isBig(kind) ? BigInt(i % 50) : i % 50) as never);
          await win.put(data, { target, disp });
          await win.flush(target);
          const into = new kind(length);
          is(await win.get(into, { target, disp }), into);
          sameNumbers(into, data);
        }
      },
    );
  });

  test(`${kind.name}: every operator that is defined for it combines at the target`, async () => {
    const cases: [Op, number, number, number][] = [
      [SUM, 5, 3, 8],
      [PROD, 5, 3, 15],
      [MAX, 5, 3, 5],
      [MIN, 5, 3, 3],
      [LAND, 5, 0, 0],
      [LOR, 5, 0, 1],
      [LXOR, 5, 3, 0],
      [REPLACE, 5, 3, 3],
      [NO_OP, 5, 3, 5],
    ];
    if (!isFloat(kind)) cases.push([BAND, 5, 3, 1], [BOR, 5, 3, 7], [BXOR, 5, 3, 6]);
    await withLock(
      () => new kind(2),
      async (win, target) => {
        for (const [op, there, given, expected] of cases) {
          await win.put(of(kind, there, there), { target });
          await win.flush(target);
          await win.accumulate(of(kind, given), { target, disp: 1, op });
          const before = await win.fetchAndOp(of(kind, given), new kind(1), { target, disp: 0, op });
          sameNumbers(before, of(kind, there));
          const after = await win.getAccumulate(null, new kind(2), { target, op: NO_OP });
          sameNumbers(after, of(kind, expected, expected));
        }
        if (isFloat(kind)) {
          for (const op of [BAND, BOR, BXOR])
            await fails(win.accumulate(of(kind, 1), { target, op }), isError(ERR_OP, ""));
        }
      },
    );
  });

  if (isFloat(kind)) continue;
  test(`${kind.name}: compareAndSwap replaces what is equal only`, async () => {
    await withLock(
      () => of(kind, 1, 2, 3),
      async (win, target) => {
        const swap = (value: number, expected: number) =>
          win.compareAndSwap(of(kind, value), of(kind, expected), new kind(1), { target, disp: 1 });
        sameNumbers(await swap(9, 5), of(kind, 2));
        sameNumbers(await swap(9, 2), of(kind, 2));
        sameNumbers(await swap(7, 2), of(kind, 9));
        sameNumbers(await win.get(new kind(3), { target }), of(kind, 1, 9, 3));
      },
    );
  });
}

test("64-bit integers are exact", async () => {
  await withLock(
    () => BigInt64Array.of(2n ** 62n + 1n),
    async (win, target) => {
      const [before] = await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target });
      is(before, 2n ** 62n + 1n);
      is((await win.get(new BigInt64Array(1), { target }))[0], 2n ** 62n + 2n);
    },
  );
});

test("derived datatypes lie as they say at the origin and at the target", async () => {
  const column = INT.createVector(3, 1, 4).commit();
  const pairs = INT.createIndexed([2, 1], [0, 5]).commit();
  for (const size of [1, 2, 3]) {
    await ranks(size, async (comm) => {
      const mine = new Int32Array(12);
      await using win = await Win.create(mine, { comm, dispUnit: 4 });
      const target = (comm.rank + 1) % size;
      const matrix = Int32Array.from({ length: 12 }, (_, i) => i + 1);
      await win.fence();
      await win.put(matrix, { target, type: column, count: 1, disp: 1 });
      await win.fence();
      equal([...mine], [0, 1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0]);
      await comm.barrier(); // From here on it may change.
      await win.put(Int32Array.of(7, 8, 9), { target, targettype: pairs });
      await win.fence();
      equal([...mine], [7, 8, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0]);
      const into = await win.get(new Int32Array(3), { target, targettype: column, disp: 1 });
      equal([...into], [8, 9, 9]);
      const spread = new Int32Array(12);
      await win.get(spread, { target, origintype: column, origincount: 1, targettype: pairs });
      equal([...spread], [7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0]);
      await win.fence();
      await win.accumulate(matrix, { target, type: pairs, count: 1, op: SUM });
      await win.fence();
      equal([...mine.subarray(0, 6)], [8, 10, 0, 0, 0, 15]);
      await comm.barrier();
      const before = new Int32Array(6);
      await win.getAccumulate(Int32Array.of(1, 1, 1), before, {
        target,
        op: PROD,
        targettype: pairs,
        resulttype: pairs,
        resultcount: 1,
      });
      equal([...before], [8, 10, 0, 0, 0, 15]);
      await win.fence();
    });
  }
});

test("long data of a type with gaps, of many blocks, is put, accumulated and got", async () => {
  const every = DOUBLE.createVector(5000, 1, 2).commit();
  const odd = DOUBLE.createHindexed(
    Array.from({ length: 2500 }, () => 2),
    Array.from({ length: 2500 }, (_, i) => i * 24 + (i % 2) * 8),
  ).commit();
  await ranks(2, async (comm) => {
    const mine = new Float64Array(10_000);
    await using win = await Win.create(mine, { comm, dispUnit: 8 });
    const target = 1 - comm.rank;
    const data = Float64Array.from({ length: 5000 }, (_, i) => i);
    await win.lock(target);
    await win.put(data, { target, targettype: every });
    await win.flush(target);
    await win.accumulate(data, { target, targettype: every });
    await win.flush(target);
    const back = await win.get(new Float64Array(5000), { target, targettype: every });
    sameNumbers(
      back,
      data.map((x) => 2 * x),
    );
    await win.put(data, { target, targettype: odd });
    await win.flush(target);
    sameNumbers(await win.get(new Float64Array(5000), { target, targettype: odd }), data);
    await win.unlock(target);
  });
});

test("pairs of value and location are combined with MAXLOC", async () => {
  const pair = (value: number, location: number) => {
    const bytes = new DataView(new ArrayBuffer(16));
    bytes.setFloat64(0, value, true);
    bytes.setInt32(8, location, true);
    return bytes;
  };
  await withLock(
    () => new Float64Array(2),
    async (win, target) => {
      for (const [value, location] of [
        [3, 4],
        [9, 2],
        [9, 1],
        [5, 0],
      ] as const) {
        await win.accumulate(pair(value, location), { target, type: DOUBLE_INT, op: MAXLOC });
      }
      const result = pair(0, 0);
      await win.fetchAndOp(null, result, { target, type: DOUBLE_INT, op: NO_OP });
      equal([result.getFloat64(0, true), result.getInt32(8, true)], [9, 1]);
    },
  );
});

test("calls with requests complete in any order, and give their buffers", async () => {
  await ranks(3, async (comm) => {
    const mine = new Int32Array(6000);
    await using win = await Win.create(mine, { comm, dispUnit: 4 });
    await win.lockAll();
    const long = new Int32Array(5000).fill(comm.rank);
    const puts = [0, 1, 2].map((target) => win.rput(Int32Array.of(comm.rank), { target, disp: comm.rank }));
    puts.push(win.rput(long, { target: comm.rank, disp: 1000 }));
    await Request.waitall(puts);
    await win.flushAll();
    await comm.barrier();
    const gets = [0, 1, 2].map((target) => win.rget(new Int32Array(3), { target }));
    for (const got of await Request.waitall(gets)) equal([...got], [0, 1, 2]);
    await comm.barrier();
    await Request.waitall([0, 1, 2].map((target) => win.raccumulate(Int32Array.of(10), { target, disp: 3 })));
    await win.flushAll();
    await comm.barrier();
    const request = win.rgetAccumulate(Int32Array.of(1), new Int32Array(1), { target: 0, disp: 4 });
    ok((await request.wait())[0]! < 3);
    await win.flushLocalAll();
    await win.unlockAll();
    await comm.barrier();
    is(mine[3], 30);
    await win.fence();
    throws(() => win.rput(Int32Array.of(1), { target: 0 }), isError(ERR_RMA_SYNC, "expected lock"));
    await win.fence();
  });
});

test("calls on PROC_NULL do nothing, whether an epoch is open or not", async () => {
  await ranks(1, async (comm) => {
    await using win = await Win.allocate(8, { comm });
    const target = PROC_NULL;
    const buffer = Int32Array.of(1);
    await win.put(buffer, { target });
    is(await win.get(buffer, { target }), buffer);
    await win.accumulate(buffer, { target });
    is(await win.getAccumulate(buffer, buffer, { target }), buffer);
    is(await win.fetchAndOp(buffer, buffer, { target }), buffer);
    is(await win.compareAndSwap(buffer, buffer, buffer, { target }), buffer);
    await win.rput(buffer, { target }).wait();
    await win.rget(buffer, { target }).wait();
    await win.lock(target);
    await win.unlock(target);
    equal([...buffer], [1]);
  });
});

/** Arrays whose memory has been transferred, or made too short for them. */
function withoutMemory(): TypedArray[] {
  const transferred = new Int32Array(1);
  transferred.buffer.transfer();
  const resizable = new ArrayBuffer(16, { maxByteLength: 16 });
  const short = new Int32Array(resizable, 8, 2);
  resizable.resize(12);
  return [transferred, short];
}

test("buffers whose memory is gone are refused, and a window whose memory is gone is out of range", async () => {
  await ranks(2, async (comm) => {
    const memory = new ArrayBuffer(16, { maxByteLength: 16 });
    await using win = await Win.create(new Int32Array(memory, 8, 2), { comm, dispUnit: 4 });
    await win.lockAll();
    const gone = isError(ERR_BUFFER, "the memory of its data has been transferred, or is too short by now");
    for (const target of [0, 1]) {
      for (const array of withoutMemory()) {
        await fails(win.put(array, { target }), gone);
        await fails(win.get(array, { target }), gone);
        await fails(win.accumulate(array, { target }), gone);
        await fails(win.fetchAndOp(array, array, { target }), gone);
        throws(() => win.rput(array, { target }), gone);
      }
    }
    await comm.barrier();
    memory.resize(12);
    await comm.barrier();
    const out = isError(ERR_RMA_RANGE, "the window has 0 bytes");
    const one = Int32Array.of(1);
    for (const target of [0, 1]) {
      await fails(win.get(one, { target }), out);
      await fails(win.fetchAndOp(one, new Int32Array(1), { target }), out);
      const put = win.put(one, { target }).then(() => win.flush(target));
      await fails(put, out);
    }
    await win.unlockAll();
    await comm.barrier();
  });
});

test("options may be inherited or read by functions; what these throw rejects", async () => {
  await ranks(2, async (comm) => {
    await using win = await Win.create(new Int32Array(1), { comm });
    const one = Int32Array.of(1);
    for (const locked of [true, false]) {
      await (locked ? win.lockAll() : win.fence());
      for (const target of [0, 1]) {
        for (const options of [
          Object.create({ target }),
          {
            get target() {
              return target;
            },
          },
        ]) {
          await win.put(one, options);
          await win.get(new Int32Array(1), options);
          await win.accumulate(one, options);
          await win.fetchAndOp(one, new Int32Array(1), options);
        }
        const throwing = {
          get target(): number {
            throw new Error("mine");
          },
        };
        const mine = (error: unknown) => (error as Error).message === "mine";
        await fails(win.put(one, throwing), mine);
        await fails(win.get(one, throwing), mine);
        await fails(win.fetchAndOp(one, one, throwing), mine);
      }
      await (locked ? win.unlockAll() : win.fence());
    }
  });
});

test("wrong arguments and places are refused before anything is sent", async () => {
  const other = INT.createVector(2, 1, 2);
  await ranks(2, async (comm) => {
    const mine = new Int32Array(4);
    await using win = await Win.create(mine, { comm, dispUnit: 4 });
    await win.lockAll();
    const one = Int32Array.of(1);
    const put = (options: object, data: unknown = one) => win.put(data as never, options as never);
    await fails(put({}), isTypeError("option target is missing"));
    await fails(put({ target: "1" }), isTypeError("option target"));
    await fails(put({ target: 2 }), isError(ERR_RANK, "ranks 0 to 1"));
    await fails(put({ target: 0, dest: 1 }), isTypeError("option dest is unknown"));
    await fails(put({ target: 0, disp: "1" }), isTypeError("option disp"));
    await fails(put({ target: 0, disp: -1 }), isError(ERR_DISP, "-1"));
    await fails(put({ target: 0, disp: 1.5 }), isError(ERR_DISP, "1.5"));
    await fails(put({ target: 1, disp: 4 }), isError(ERR_RMA_RANGE, "has 16 bytes"));
    await fails(put({ target: 1 }, new Int32Array(5)), isError(ERR_RMA_RANGE, "bytes 0 to 20 of rank 1"));
    await fails(put({ target: 1 }, { a: 1 }), isTypeError("its data is Object"));
    await fails(put({ target: 1, count: 1 }), isTypeError("option type is missing"));
    await fails(put({ target: 1, type: other }), isError(ERR_TYPE, "not committed"));
    await fails(put({ target: 1, type: 5 }), isTypeError("type is 5"));
    await fails(put({ target: 1, targettype: DOUBLE }), isError(ERR_COUNT, "expected as many"));
    await fails(put({ target: 1, targettype: INT, targetcount: 2 }), isError(ERR_COUNT, "2 items of 4 bytes"));
    await fails(put({ target: 1, targettype: DOUBLE }, new Int32Array(2)), isError(ERR_TYPE, "Float64Array"));
    await fails(win.get(new Int32Array(5), { target: 0 }), isError(ERR_RMA_RANGE, "Cannot get bytes 0 to 20"));
    const accumulate = (options: object, data: unknown = one) => win.accumulate(data as never, options as never);
    await fails(accumulate({ target: 0, op: (a: number) => a }), isError(ERR_OP, "predefined"));
    await fails(accumulate({ target: 0, op: Op.create((a) => a) }), isError(ERR_OP, "predefined"));
    await fails(accumulate({ target: 0 }, new ArrayBuffer(4)), isError(ERR_TYPE, "untyped bytes"));
    const undefinedFor = (kind: string, op: string) => isError(ERR_OP, `accumulate ${kind} elements with ${op}: the`);
    await fails(accumulate({ target: 0, op: MAXLOC }), undefinedFor("Int32Array", "MAXLOC"));
    await fails(accumulate({ target: 0, op: BAND }, new Float32Array(1)), undefinedFor("Float32Array", "BAND"));
    await fails(accumulate({ target: 0, op: OP_NULL }), isError(ERR_OP, "OP_NULL as op: expected a predefined"));
    const both = (data: TypedArray | null, into: TypedArray) => win.getAccumulate(data, into, { target: 0 });
    await fails(both(one, new Int32Array(2)), isError(ERR_COUNT, "the result is 8 bytes"));
    await fails(both(one, new Float32Array(1)), isError(ERR_TYPE, "Float32Array"));
    await fails(both(null, one), isTypeError("its data is null"));
    await fails(win.fetchAndOp(one, new Int32Array(2), { target: 0 }), isError(ERR_COUNT, "one element"));
    const swap = (a: TypedArray, b: TypedArray, c: TypedArray) => win.compareAndSwap(a, b, c, { target: 0 });
    await fails(swap(new Float32Array(1), new Float32Array(1), new Float32Array(1)), isError(ERR_TYPE, "integers"));
    await fails(swap(one, new Uint32Array(1), one), isError(ERR_TYPE, "another kind"));
    await fails(swap(new Int32Array(2), one, one), isError(ERR_COUNT, "one element"));
    await win.unlockAll();
    await comm.barrier();
    equal([...mine], [0, 0, 0, 0]);
  });
});

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

for (const size of [2, 3, 5]) {
  test(`fetchAndOp gives every rank of ${size} other numbers, and none twice (seed ${seed})`, async () => {
    const rounds = 100;
    const all = await ranks(size, async (comm) => {
      const mine = new BigInt64Array(1);
      await using win = await Win.create(mine, { comm });
      const next = random(seed + comm.rank);
      const numbers: bigint[] = [];
      await win.lockAll();
      for (let i = 0; i < rounds; i++) {
        const [number] = await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target: 0, op: SUM });
        numbers.push(number!);
        if (next(5) === 0) await comm.iprobe();
      }
      await win.unlockAll();
      return numbers;
    });
    const numbers = all.flat().map(Number);
    equal(
      numbers.sort((a, b) => a - b),
      Array.from({ length: size * rounds }, (_, i) => i),
    );
    for (const [rank, own] of all.entries())
      ok(
        own.every((n, i) => i === 0 || n > own[i - 1]!),
        `rank ${rank}`,
      );
  });

  test(`accumulates of ${size} ranks, short and long, lose nothing and keep their order (seed ${seed})`, async () => {
    const length = 4000;
    await ranks(size, async (comm: Intracomm) => {
      const mine = new Float64Array(length + size);
      await using win = await Win.create(mine, { comm, dispUnit: 8 });
      const next = random(seed + 100 * size + comm.rank);
      const sums = new Float64Array(length);
      await win.lockAll();
      for (let i = 0; i < 60; i++) {
        // What this rank writes last must be what stays, whatever it has written before, however long.
        const long = next(3) === 0;
        const count = long ? 2500 : 1 + next(5);
        const disp = next(length - count);
        const data = Float64Array.from({ length: count }, () => next(100));
        for (const [k, x] of data.entries()) sums[disp + k]! += x;
        void win.accumulate(data, { target: 0, disp, op: SUM });
        const mark = long ? new Float64Array(1).fill(i) : Float64Array.of(i);
        void win.accumulate(mark, { target: 0, disp: length + comm.rank, op: REPLACE });
        if (next(5) === 0) await win.flush(0);
      }
      await win.unlockAll();
      const expected = (await comm.allreduce(sums)) as Float64Array;
      await comm.barrier();
      if (comm.rank > 0) return;
      sameNumbers(mine.subarray(0, length), expected);
      equal([...mine.subarray(length)], new Array(size).fill(59));
    });
  });
}

test("a put behind a long accumulate of the same place, with a flush between, is what stays", async () => {
  await ranks(2, async (comm) => {
    const mine = new Int32Array(20_000);
    await using win = await Win.create(mine, { comm, dispUnit: 4 });
    if (comm.rank === 0) {
      await win.lock(1);
      void win.accumulate(new Int32Array(20_000).fill(5), { target: 1 });
      void win.accumulate(new Int32Array(20_000).fill(6), { target: 1, op: MAX });
      await win.flush(1);
      await win.put(Int32Array.of(1), { target: 1, disp: 19_999 });
      await win.unlock(1);
    }
    await comm.barrier();
    if (comm.rank === 1) equal([mine[0], mine[19_998], mine[19_999]], [6, 6, 1]);
  });
});

test.run();
