// reduce(), allreduce(), scan() and exscan() through a communicator's methods: every predefined operator, functions in
// rank order, operators of the script's own, and functions that return nonsense.
import { test } from "uvu";
import * as MPI from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, rejects, throws } from "../support/assert.ts";
import { ranks } from "../support/ranks.ts";

const sizes = [1, 2, 3, 4, 5, 7, 8];
const range = (length: number) => Array.from({ length }, (_, i) => i);
type Fold = (a: any, b: any) => any;

/** Each predefined operator, the operand of each rank, and the same operator on two single operands, in plain JavaScript. */
const operators: [op: MPI.Op, operand: (rank: number) => unknown, fold: Fold][] = [
  [MPI.SUM, (rank) => rank + 0.5, (a, b) => a + b],
  [MPI.SUM, (rank) => `${rank},`, (a, b) => a + b],
  [MPI.SUM, (rank) => BigInt(rank) << 70n, (a, b) => a + b],
  [MPI.PROD, (rank) => rank + 1, (a, b) => a * b],
  [MPI.MAX, (rank) => (rank * 5) % 7, (a, b) => Math.max(a, b)],
  [MPI.MIN, (rank) => (rank * 5 + 3) % 7, (a, b) => Math.min(a, b)],
  [MPI.LAND, (rank) => rank !== 3, (a, b) => a && b],
  [MPI.LOR, (rank) => rank === 3, (a, b) => a || b],
  [MPI.LXOR, (rank) => rank % 3 === 0, (a, b) => a !== b],
  [MPI.BAND, (rank) => ~(1 << rank), (a, b) => a & b],
  [MPI.BOR, (rank) => 1 << rank, (a, b) => a | b],
  [MPI.BXOR, (rank) => rank * 3, (a, b) => a ^ b],
  [MPI.MAXLOC, (rank) => [(rank * 3) % 4, rank], (a, b) => (b[0] > a[0] ? b : a)],
  [MPI.MINLOC, (rank) => [(rank * 3) % 4, rank], (a, b) => (b[0] < a[0] ? b : a)],
  [MPI.REPLACE, (rank) => rank, (_, b) => b],
  [MPI.NO_OP, (rank) => rank, (a) => a],
];

/** All four reductions of `operand`, against folding from rank 0 upwards. */
async function check(
  comm: MPI.Intracomm,
  op: MPI.Op | Fold | undefined,
  operand: (rank: number) => unknown,
  fold: Fold,
): Promise<void> {
  const { rank, size } = comm;
  const upTo = (count: number) => range(count).map(operand).reduce(fold);
  const options = op === undefined ? {} : { op };
  equal(await comm.allreduce<unknown>(operand(rank), options), upTo(size));
  equal(await comm.scan<unknown>(operand(rank), options), upTo(rank + 1));
  equal(await comm.exscan<unknown>(operand(rank), options), rank === 0 ? undefined : upTo(rank));
  for (const root of range(size)) {
    equal(await comm.reduce<unknown>(operand(rank), { ...options, root }), rank === root ? upTo(size) : null);
  }
}

for (const size of sizes) {
  const on = `on ${size} rank${size > 1 ? "s" : ""}`;

  test(`every predefined operator reduces values to what a fold in rank order gives, ${on}`, async () => {
    await ranks(size, async (comm) => {
      for (const [op, operand, fold] of operators) await check(comm, op, operand, fold);
      await check(
        comm,
        undefined,
        (rank) => [rank, [rank * 2]],
        (a, b) => [a[0] + b[0], [a[1][0] + b[1][0]]],
      );
    });
  });

  test(`typed arrays are reduced element by element, into new memory or into the caller's, ${on}`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      for (const length of [0, 1, 10, 3000]) {
        const operand = (of: number) => Int32Array.from({ length }, (_, i) => (of + 1) * (i % 100));
        const upTo = (count: number) => Int32Array.from({ length }, (_, i) => ((count * (count + 1)) / 2) * (i % 100));
        const mine = operand(rank);
        equal(await comm.allreduce(mine), upTo(size));
        equal(await comm.scan(mine), upTo(rank + 1));
        equal(await comm.exscan(mine), rank === 0 ? undefined : upTo(rank));
        equal(mine, operand(rank));

        const into = new Int32Array(length);
        is(await comm.allreduce(mine, { into }), into);
        equal(into, upTo(size));
        is(await comm.scan(mine, { into }), into);
        equal(into, upTo(rank + 1));
        into.fill(-5);
        is(await comm.exscan(mine, { into }), into);
        equal(into, rank === 0 ? new Int32Array(length).fill(-5) : upTo(rank));
        for (const root of range(size)) {
          into.fill(-5);
          is(await comm.reduce(mine, { into, root }), rank === root ? into : null);
          equal(into, rank === root ? upTo(size) : new Int32Array(length).fill(-5));
        }
        const both = operand(rank);
        is(await comm.allreduce(MPI.IN_PLACE, { into: both, op: MPI.MAX }), both);
        equal(both, operand(size - 1));
      }
    });
  });

  test(`a bare function gets whole values in rank order, for any root, ${on}`, async () => {
    await ranks(size, async (comm) => {
      const join = (a: number[], b: number[]) => [...a, ...b];
      await check(comm, join, (rank) => [rank, -rank], join);
      const product = ([a, b, c, d]: number[], [e, f, g, h]: number[]) =>
        [a! * e! + b! * g!, a! * f! + b! * h!, c! * e! + d! * g!, c! * f! + d! * h!] as number[];
      await check(comm, product, (rank) => [rank, 1, 1, 0], product);
    });
  });

  test(`Op.create() makes operators on values and on elements, commutative or not, ${on}`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      const wrapped = MPI.Op.create((a: string, b: string) => `(${a}${b})`.replace(/[()]/g, ""));
      await check(
        comm,
        wrapped,
        (of) => `${of}`,
        (a, b) => a + b,
      );
      const greater = MPI.Op.create((a: number, b: number) => Math.max(a, b), { commute: true, elementwise: true });
      const first = MPI.Op.create((a: number) => a, { elementwise: true });
      for (const length of [1, 3000]) {
        const mine = new Float64Array(length).fill(rank);
        equal(await comm.allreduce(mine, { op: greater }), new Float64Array(length).fill(size - 1));
        equal(await comm.allreduce(mine, { op: first }), new Float64Array(length));
        const whole = MPI.Op.create((a: Float64Array, b: Float64Array) => a.map((x, i) => Math.max(x, b[i]!)));
        equal(await comm.allreduce(mine, { op: whole }), new Float64Array(length).fill(size - 1));
        equal(mine, new Float64Array(length).fill(rank));
      }
      equal(await comm.allreduce([[rank], rank], { op: first }), [[0], 0]);
    });
  });
}

test("a function may change its operands: the caller's own value stays as it was", async () => {
  await ranks(4, async (comm) => {
    const mine = { seen: [comm.rank] };
    const collect = (a: { seen: number[] }, b: { seen: number[] }) => {
      a.seen.push(...b.seen);
      b.seen.length = 0;
      return a;
    };
    equal((await comm.allreduce(mine, { op: collect })).seen, [0, 1, 2, 3]);
    equal(await comm.scan(mine, { op: collect }), { seen: range(comm.rank + 1) });
    equal(mine, { seen: [comm.rank] });
  });
});

/** What a function returns, and what the error must say of it. */
const nonsense: [what: string, op: Fold, text: string][] = [
  ["nothing", () => {}, "it returned undefined, expected a value"],
  ["a promise", (a) => Promise.resolve(a), "it returned a promise, expected a value"],
  ["a function", () => () => 1, "it returned a function, expected a value"],
];
for (const [what, op, text] of nonsense) {
  test(`a bare function that returns ${what} is ERR_OP: ${text}`, async () => {
    const errors = await ranks(2, (comm) => {
      // Only the rank that combines calls the function; the other one goes on.
      return comm.reduce(comm.rank, { op }).catch((error: unknown) => error);
    });
    const [error] = errors as MPI.Exception[];
    ok(error instanceof MPI.Exception, `${error}`);
    is(error.errorClass, MPI.ERR_OP);
    ok(error.message.includes(text), error.message);
    is(errors[1], null);
  });
}

test("a function of typed arrays that returns something else is ERR_OP that suggests elementwise", async () => {
  const add = (a: any, b: any) => a + b;
  const [error] = await ranks(2, (comm) => comm.reduce(new Float64Array(2), { op: add }).catch((caught) => caught));
  is(
    error.message,
    "Cannot reduce with function add: it returned a string for Float64Array(2), expected Float64Array(2); pass MPI.Op.create(add, { elementwise: true }) to apply it to elements (ERR_OP)",
  );
});

test("an error that the function throws is what the call rejects with", async () => {
  class Own extends Error {}
  const op = () => {
    throw new Own("from the function");
  };
  const [error] = await ranks(2, (comm) => comm.reduce(1, { op }).catch((caught) => caught));
  ok(error instanceof Own);
});

test("what is no operator is refused before anything is sent: a string, an async function, a freed operator, OP_NULL", async () => {
  const freed = MPI.Op.create((a: number, b: number) => a + b);
  freed.free();
  await ranks(2, async (comm) => {
    for (const op of ["SUM", 3, null, async () => 1, function* () {}, freed, MPI.OP_NULL] as never[]) {
      for (const call of [comm.reduce, comm.allreduce, comm.scan, comm.exscan]) {
        const error = await rejects(call.call(comm, 1, { op }), MPI.Exception);
        is(error.errorClass, MPI.ERR_OP, error.message);
      }
      throws(() => comm.ireduce(1, { op }), /ERR_OP/);
    }
    is(await comm.allreduce(1), 2);
  });
});

test("an operator that does not apply is ERR_OP that names it and the values", async () => {
  const cases: [unknown, unknown, MPI.Op][] = [
    [1, "1", MPI.SUM],
    [{ a: 1 }, { a: 2 }, MPI.SUM],
    ["a", "b", MPI.PROD],
    [0.5, 1, MPI.BAND],
    [[1], [1, 2], MPI.MAX],
  ];
  for (const [a, b, op] of cases) {
    const [error] = await ranks(2, (comm) =>
      comm.reduce(comm.rank === 0 ? a : b, { op }).catch((caught: unknown) => caught),
    );
    ok(error instanceof MPI.Exception, `${op.name}: ${error}`);
    is((error as MPI.Exception).errorClass, MPI.ERR_OP);
    ok((error as MPI.Exception).message.includes(op.name), (error as MPI.Exception).message);
  }
});

test("an into that is too short, or of another kind, is refused before anything is sent", async () => {
  await ranks(2, async (comm) => {
    const mine = new Float64Array(4);
    for (const call of ["allreduce", "scan", "exscan"] as const) {
      const short = await rejects(comm[call](mine, { into: new Float64Array(3) }), MPI.Exception);
      is(short.errorClass, MPI.ERR_TRUNCATE, short.message);
      const kind = await rejects(comm[call](mine, { into: new Float32Array(4) }), MPI.Exception);
      is(kind.errorClass, MPI.ERR_TYPE, kind.message);
    }
  });
});

test("ranks that give arrays of different lengths get an error on the rank that combines them, not a wrong result", async () => {
  for (const lengths of [
    [2, 3],
    [3, 2],
    [2000, 3],
  ]) {
    const [error] = await ranks(2, (comm) =>
      comm.reduce(new Int32Array(lengths[comm.rank]!)).catch((caught: unknown) => caught),
    );
    ok(error instanceof MPI.Exception, `${lengths}: ${error}`);
    not((error as Error).message.includes("mistake in tsmpi"));
  }
});

test("what an operator is not defined for is ERR_OP on the rank that gives it, and nothing is sent", async () => {
  await ranks(2, async (comm) => {
    if (comm.rank > 0) return;
    for (const [op, data] of [
      [MPI.BAND, new Float64Array(2)],
      [MPI.BOR, new Float16Array(0)],
      [MPI.MAXLOC, new Int32Array(2)],
      [MPI.BXOR, 0.5],
      [MPI.SUM, { a: 1 }],
      [MPI.PROD, "text"],
      [MPI.MAX, new DataView(new ArrayBuffer(8))],
    ] as const) {
      for (const call of ["reduce", "allreduce", "scan", "exscan"] as const) {
        const error = await rejects(
          (comm as any)[call](data, { op }) as Promise<unknown>,
          MPI.Exception,
          `Cannot reduce with ${op.name}: got`,
        );
        is(error.errorClass, MPI.ERR_OP);
      }
    }
    is(await comm.iprobe(), false);
  });
});

test("an allreduce that is called again on the same arrays takes what they and the options say by then", async () => {
  await ranks(3, async (comm) => {
    const data = new Float64Array(4);
    const into = new Float64Array(4);
    const options: { into: Float64Array; op?: MPI.Op } = { into };
    for (const value of [1, 2]) {
      data.fill(value);
      is(await comm.allreduce(data, options), into);
      equal([...into], Array(4).fill(3 * value));
    }
    options.op = MPI.MAX;
    equal([...(await comm.allreduce(data, options))], Array(4).fill(2));
    options.op = MPI.PROD;
    equal([...(await comm.allreduce(data, options))], Array(4).fill(8));
    const other = new Float64Array(4);
    is(await comm.allreduce(data, { into: other, op: MPI.PROD }), other);
    await Promise.all([comm.allreduce(data, options), comm.allreduce(data, { into: other, op: MPI.MAX })]);
    equal([...into, ...other], [8, 8, 8, 8, 2, 2, 2, 2]);
    const column = MPI.DOUBLE.createVector(2, 1, 2).commit();
    into.fill(-1);
    await comm.allreduce(data, { into, type: column, op: MPI.SUM });
    equal([...into], [6, -1, 6, -1]);
  });
});

test("an allreduce that is called again checks what may have changed: the operator, the memory, the communicator", async () => {
  await ranks(2, async (world) => {
    const comm = await world.dup();
    const data = new Float64Array(2).fill(1);
    const into = new Float64Array(2);
    const op = MPI.Op.create((a: number, b: number) => a + b, { elementwise: true });
    for (let i = 0; i < 2; i++) equal([...(await comm.allreduce(data, { into, op }))], [2, 2]);
    op.free();
    await rejects(comm.allreduce(data, { into, op }), MPI.Exception, /has been freed/);
    for (let i = 0; i < 2; i++) equal([...(await comm.allreduce(data, { into }))], [2, 2]);
    const misspelt = { into, opp: MPI.MAX };
    await rejects(comm.allreduce(data, misspelt), TypeError, /option opp is unknown, expected op, into, type, count/);
    await rejects(comm.allreduce(data, { into, count: 1 }), TypeError, /option type is missing/);
    structuredClone(into, { transfer: [into.buffer] });
    await rejects(comm.allreduce(data, { into }), MPI.Exception, /memory of into has been transferred/);
    await comm.free();
    await rejects(comm.allreduce(data, { into: new Float64Array(2) }), MPI.Exception, /freed/);
  });
});

test.run();
