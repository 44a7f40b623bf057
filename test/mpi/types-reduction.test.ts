// Datatypes in reductions: each call on items of a type against the same on packed arrays, in all three forms.

import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, ok, rejects } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const { DOUBLE, IN_PLACE } = MPI;
const sizes = [1, 2, 3, 4, 5, 8];
const up = (size: number) => Array.from({ length: size }, (_, i) => i);

type Call = (data: unknown, options: object) => Promise<any>;

function forms(comm: MPI.Intracomm, name: string): Call[] {
  const methods = comm as unknown as Record<string, (data: unknown, options: object) => any>;
  return [
    (data, options) => methods[name]!(data, options),
    (data, options) => methods[`i${name}`]!(data, options).wait(),
    async (data, options) => {
      const request = methods[`${name}Init`]!(data, options);
      request.start();
      return request.wait();
    },
  ];
}

/** Every other number of `packed` and a gap of -1 behind each. */
function spread(packed: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * packed.length }, (_, i) => (i % 2 === 0 ? packed[i / 2]! : -1));
}
const every = DOUBLE.createResized(0, 16).commit();
/** Two numbers with a gap behind each. */
const two = DOUBLE.createVector(2, 1, 2).createResized(0, 32).commit();

const ops: [name: string, op: any][] = [
  ["SUM", MPI.SUM],
  ["MAX", MPI.MAX],
  ["an elementwise function", MPI.Op.create((a: number, b: number) => 2 * a + b, { elementwise: true })],
  ["a function of arrays", (a: Float64Array, b: Float64Array) => a.map((number, i) => number * 3 - b[i]!)],
];

for (const size of sizes) {
  test(`reductions of strided numbers are those of packed ones, on ${size} ranks`, async () => {
    // One number, some, and so many that algorithms divide them.
    for (const items of [0, 1, 3, 2000]) {
      await ranks(size, async (comm) => {
        const mine = Float64Array.from({ length: 2 * items }, (_, i) => ((i * 7 + comm.rank * 13) % 17) - 4);
        const root = size - 1;
        for (const [what, op] of ops) {
          for (const name of ["reduce", "allreduce", "scan", "exscan"]) {
            for (const call of forms(comm, name)) {
              const base = name === "reduce" ? { op, root } : { op };
              const expected = await call(mine, base);
              const gets = expected instanceof Float64Array;
              const into = new Float64Array(4 * items).fill(-1);
              const typed = { ...base, type: two, count: items };
              const got = await call(spread(mine), { ...typed, into });
              const landed = gets ? spread(expected) : new Float64Array(4 * items).fill(-1);
              equal(into, landed, `${name} with ${what}`);
              is(got, name === "reduce" && !gets ? null : into);
              // Without into the result is contiguous.
              equal(await call(spread(mine), { ...base, type: every, count: 2 * items }), expected);
              if (name === "reduce" && !gets) {
                await call(spread(mine), typed);
              } else {
                const inPlace = spread(mine);
                await call(IN_PLACE, { ...typed, into: inPlace });
                equal(inPlace, gets ? spread(expected) : spread(mine), `${name} with ${what} in place`);
              }
            }
          }
        }
      });
    }
  });

  test(`reduceScatter and reduceScatterBlock count items of the type, on ${size} ranks`, async () => {
    for (const many of [1, 500]) {
      await ranks(size, async (comm) => {
        const counts = up(size).map((r) => (r % 3) * many);
        const before = counts.slice(0, comm.rank).reduce((a, b) => a + b, 0);
        const total = counts.reduce((a, b) => a + b, 0);
        const mine = (length: number) => Float64Array.from({ length }, (_, i) => i + comm.rank);
        const sums = (length: number) => Float64Array.from({ length }, (_, i) => size * i + (size * (size - 1)) / 2);
        for (const call of forms(comm, "reduceScatter")) {
          const share = sums(2 * total).subarray(2 * before, 2 * (before + counts[comm.rank]!));
          const into = new Float64Array(2 * share.length + 3).fill(-1);
          const got = await call(spread(mine(2 * total)), { counts, type: two, into });
          is(got, into);
          equal(into.subarray(0, 2 * share.length), spread(share));
          ok(into.subarray(2 * share.length).every((number) => number === -1));
          equal(await call(spread(mine(2 * total)), { counts, type: two }), share.slice());
          const inPlace = spread(mine(2 * total));
          await call(IN_PLACE, { counts, type: two, into: inPlace });
          equal(inPlace.subarray(0, 2 * share.length), spread(share));
        }
        for (const call of forms(comm, "reduceScatterBlock")) {
          const all = sums(2 * many * size);
          const share = all.slice(2 * many * comm.rank, 2 * many * (comm.rank + 1));
          const into = new Float64Array(4 * many).fill(-1);
          await call(spread(mine(2 * many * size)), { type: two, count: many, into });
          equal(into, spread(share));
          // As many as fit into the data are divided.
          equal(await call(spread(mine(2 * many * size)), { type: two }), share);
        }
      });
    }
  });
}

test("ranks may lay out the same elements in types of their own; other elements or numbers of them are told", async () => {
  await ranks(3, async (comm) => {
    const mine = Float64Array.of(1, 2, 3, 4);
    const typed = { type: comm.rank === 1 ? two : every };
    const sum = comm.rank === 2 ? await comm.allreduce(mine) : await comm.allreduce(spread(mine), typed);
    equal(sum, Float64Array.of(3, 6, 9, 12));
  });
  await ranks(2, async (comm) => {
    const options = { type: every, count: comm.rank + 1 };
    const longer = await rejects(comm.allreduce(new Float64Array(4), options), MPI.Exception);
    is(longer.errorClass, MPI.ERR_COUNT, longer.message);
    ok(longer.message.includes("Float64Array(1)") && longer.message.includes("Float64Array(2)"), longer.message);
  });
});

/** Value and location pairs as C has them: a double, an int, and four bytes of padding. */
function doubleInts(pairs: readonly (readonly [value: number, location: number])[]): DataView {
  const view = new DataView(new ArrayBuffer(16 * pairs.length));
  for (const [i, [value, location]] of pairs.entries()) {
    view.setFloat64(16 * i, value, true);
    view.setInt32(16 * i + 8, location, true);
  }
  return view;
}

for (const size of sizes) {
  // So many that algorithms divide them, where a pair or a number must not be cut in two.
  const items = 1001;
  test(`MAXLOC and MINLOC combine pairs as they combine values, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      for (const op of [MPI.MAXLOC, MPI.MINLOC]) {
        const pairs = Array.from(
          { length: items },
          (_, i) => [(i * 7 + comm.rank * 5) % 11, 100 * comm.rank + i] as const,
        );
        const expected = (await comm.allreduce(
          pairs.map((pair) => [...pair]),
          { op },
        )) as [number, number][];
        const into = doubleInts(pairs.map(() => [-1, -1]));
        is(await comm.allreduce(doubleInts(pairs), { op, type: MPI.DOUBLE_INT, into }), into);
        equal(Buffer.from(into.buffer), Buffer.from(doubleInts(expected).buffer));
        const ints = await comm.allreduce(Int32Array.from(pairs.flat()), { op, type: MPI.TWOINT });
        equal(ints, Int32Array.from(expected.flat()));
        const counts = up(size).map((r) => (r === 0 ? items : 0));
        const share = await comm.reduceScatter(Int32Array.from(pairs.flat()), { op, type: MPI.TWOINT, counts });
        equal(share, comm.rank === 0 ? Int32Array.from(expected.flat()) : new Int32Array(0));
      }
    });
  });

  test(`complex numbers are added and multiplied, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const type = MPI.C_DOUBLE_COMPLEX;
      // Powers of i, and of i again.
      const mine = Float64Array.from({ length: 2 * items }, (_, k) => {
        const turns = (Math.floor(k / 2) + comm.rank) % 4;
        return k % 2 === 0 ? [1, 0, -1, 0][turns]! : [0, 1, 0, -1][turns]!;
      });
      const sum = new Float64Array(2 * items);
      for (const r of up(size)) {
        for (let k = 0; k < sum.length; k++) {
          const turns = (Math.floor(k / 2) + r) % 4;
          sum[k]! += k % 2 === 0 ? [1, 0, -1, 0][turns]! : [0, 1, 0, -1][turns]!;
        }
      }
      equal(await comm.allreduce(mine, { type }), sum);
      const product = await comm.allreduce(mine, { type, op: MPI.PROD });
      for (let k = 0; k < items; k++) {
        const turns = up(size).reduce((all, r) => all + k + r, 0) % 4;
        equal([product[2 * k]! + 0, product[2 * k + 1]! + 0], [[1, 0, -1, 0][turns], [0, 1, 0, -1][turns]]);
      }
    });
  });

  test(`Float16 numbers are added, strided or not, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const mine = Float16Array.from({ length: 2 * items }, (_, i) => (i % 2 === 0 ? i % 32 : -1));
      const into = new Float16Array(2 * items).fill(-1);
      const type = MPI.FLOAT16_T.createResized(0, 4).commit();
      await comm.allreduce(mine, { type, into });
      equal(
        into,
        Float16Array.from({ length: 2 * items }, (_, i) => (i % 2 === 0 ? size * (i % 32) : -1)),
      );
    });
  });
}

test("an operator that is not defined for a type is ERR_OP, which names both, before anything is sent", async () => {
  await ranks(2, async (comm) => {
    const mixed = MPI.Datatype.createStruct([1, 1], [0, 8], [DOUBLE, MPI.INT]).commit();
    for (const [type, op] of [
      [MPI.DOUBLE_INT, MPI.SUM],
      [MPI.TWOINT, MPI.SUM],
      [DOUBLE, MPI.MAXLOC],
      [DOUBLE, MPI.BAND],
      [MPI.C_DOUBLE_COMPLEX, MPI.MAX],
      [mixed, MPI.SUM],
      [MPI.BYTE, MPI.SUM],
    ] as const) {
      const error = await rejects(comm.allreduce(new ArrayBuffer(48), { type, op }), MPI.Exception, op.name);
      is(error.errorClass, MPI.ERR_OP, error.message);
    }
    equal(
      new Uint8Array(await comm.allreduce(Uint8Array.of(6, 3), { type: MPI.BYTE, op: MPI.BAND })),
      Uint8Array.of(6, 3),
    );
    await comm.barrier();
  });
});

test("wrong types of reductions are refused before anything is sent", async () => {
  await ranks(2, async (comm) => {
    const data = new Float64Array(4);
    const wrong = async (promise: Promise<unknown>, expected: number | undefined, text: string) => {
      const error = await rejects(promise, Error);
      ok(error.message.includes(text), error.message);
      if (expected === undefined) ok(error instanceof TypeError, error.message);
      else is((error as MPI.Exception).errorClass, expected, error.message);
    };
    await wrong(comm.allreduce(3, { type: DOUBLE }), undefined, "its data is 3");
    await wrong(comm.allreduce(data, { count: 2 }), undefined, "type is missing");
    await wrong(comm.allreduce(data, { type: two, count: 2 }), MPI.ERR_BUFFER, "2 items");
    await wrong(
      comm.allreduce(data, { type: DOUBLE, into: new Float32Array(4) }),
      MPI.ERR_TYPE,
      "Float64Array elements",
    );
    await wrong(comm.allreduce(data, { type: DOUBLE, into: new Float64Array(3) }), MPI.ERR_TRUNCATE, "into holds 3");
    await wrong(comm.reduceScatter(data, { type: two, counts: [1, 1] }), MPI.ERR_BUFFER, "2 items");
    await wrong(comm.reduceScatterBlock(data, { type: two }), MPI.ERR_COUNT, "1 items");
    await wrong(
      comm.reduceScatter(data, { type: DOUBLE, count: 2, counts: [2, 2] } as never),
      undefined,
      "count is unknown",
    );
    await wrong(comm.scan(data, { type: DOUBLE.createContiguous(2) }), MPI.ERR_TYPE, "commit");
  });
});

test.run();
