// The collectives that move data, through a communicator's methods: values and buffers, every root, several at once,
// among messages of the script's own.
import { test } from "uvu";
import {
  type BufferLike,
  ERR_COUNT,
  ERR_TRUNCATE,
  ERR_TYPE,
  Exception,
  type Intracomm,
  MAX,
  Request,
  Status,
  SUM,
} from "../../src/mpi/mpi.ts";
import { equal, is, not, ok, rejects } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { ranks } from "../support/ranks.ts";
import { turns } from "../support/sinks.ts";

const sizes = [1, 2, 3, 4, 5, 7, 8];
/** Short, and longer than the eager limit of the ranks here. */
const lengths = [0, 1, 10, 3000];
const range = (length: number) => Array.from({ length }, (_, i) => i);
/** A value that tells its rank, with some of what JSON would lose. */
const valueBy = (rank: number) => ({ rank, half: rank / 2, set: new Set([rank]), text: "é".repeat(rank * 300) });
/** A block of `length` elements that tells its rank. */
const blockBy = (rank: number, length: number) => Float32Array.from({ length }, (_, i) => rank * 10_000 + i);
const blocks = (count: number, length: number) =>
  Float32Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * 10_000 + (i % length));

for (const size of sizes) {
  const on = `on ${size} rank${size > 1 ? "s" : ""}`;
  const all = range(size);

  test(`bcast() gives every rank the root's value or a copy of its buffer, whatever the others pass, ${on}`, async () => {
    await ranks(size, async (comm) => {
      for (const root of all) {
        const mine = comm.rank === root ? valueBy(root) : { of: "no interest" };
        const got = await comm.bcast<unknown>(mine, { root });
        equal(got, valueBy(root));
        is(got === mine, comm.rank === root);
        is(await comm.bcast(comm.rank === root ? undefined : 1, { root }), undefined);
        for (const length of lengths) {
          const array = comm.rank === root ? blockBy(root, length) : null;
          const copy = await comm.bcast(array, { root });
          equal(copy, blockBy(root, length));
          not(copy === array);
          const into = new Float32Array(length);
          is(await comm.bcast(array, { root, into }), into);
          equal(into, blockBy(root, length));
          const both = comm.rank === root ? blockBy(root, length) : new Float32Array(length);
          is(await comm.bcast(both, { root, into: both }), both);
          equal(both, blockBy(root, length));
        }
      }
    });
  });

  test(`scatter() gives rank i the root's value or block i, ${on}`, async () => {
    await ranks(size, async (comm) => {
      for (const root of all) {
        const isRoot = comm.rank === root;
        equal(await comm.scatter(isRoot ? all.map(valueBy) : null, { root }), valueBy(comm.rank));
        for (const length of lengths) {
          const whole = isRoot ? blocks(size, length) : undefined;
          equal(await comm.scatter<Float32Array>(whole as never, { root }), blockBy(comm.rank, length));
          const into = new Float32Array(length);
          is(await comm.scatter(whole, { root, into }), into);
          equal(into, blockBy(comm.rank, length));
        }
      }
    });
  });

  test(`gather() collects values by rank, or blocks behind each other in into, at the root only, ${on}`, async () => {
    await ranks(size, async (comm) => {
      for (const root of all) {
        const isRoot = comm.rank === root;
        equal(await comm.gather(valueBy(comm.rank), { root }), isRoot ? all.map(valueBy) : null);
        for (const length of lengths) {
          const mine = blockBy(comm.rank, length);
          equal(await comm.gather(mine, { root }), isRoot ? all.map((rank) => blockBy(rank, length)) : null);
          const into = new Float32Array(size * length);
          is(await comm.gather(mine, { root, into }), isRoot ? into : null);
          equal(into, isRoot ? blocks(size, length) : new Float32Array(size * length));
        }
      }
    });
  });

  test(`allgather() collects values and blocks on every rank, ${on}`, async () => {
    await ranks(size, async (comm) => {
      equal(await comm.allgather(valueBy(comm.rank)), all.map(valueBy));
      for (const length of lengths) {
        const mine = blockBy(comm.rank, length);
        equal(
          await comm.allgather(mine),
          all.map((rank) => blockBy(rank, length)),
        );
        const into = new Float32Array(size * length);
        is(await comm.allgather(mine, { into }), into);
        equal(into, blocks(size, length));
      }
    });
  });

  test(`alltoall() gives rank j the value or block j of every rank, by rank, ${on}`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      equal(
        await comm.alltoall(all.map((to) => [rank, to, valueBy(to)])),
        all.map((from) => [from, rank, valueBy(rank)]),
      );
      for (const length of lengths) {
        const out = Int32Array.from({ length: size * length }, (_, i) => rank * 100 + Math.floor(i / length));
        const wanted = Int32Array.from({ length: size * length }, (_, i) => Math.floor(i / length) * 100 + rank);
        equal(await comm.alltoall(out), wanted);
        const into = new Int32Array(size * length);
        is(await comm.alltoall(out, { into }), into);
        equal(into, wanted);
      }
    });
  });

  test(`barrier() holds everyone until the last has come, ${on}`, async () => {
    let come = 0;
    await ranks(size, async (comm) => {
      for (const last of all) {
        if (comm.rank === last) await turns(3);
        come++;
        await comm.barrier();
        is(come, size);
        await comm.ibarrier().wait();
        if (comm.rank === 0) come = 0;
        await comm.barrier();
      }
    });
  });
}

/** Starts one of each nonblocking collective; the results by name, as they must be. */
function startAll(comm: Intracomm, round: number): [string, Request, unknown][] {
  const { rank, size } = comm;
  const all = range(size);
  const root = round % size;
  const isRoot = rank === root;
  const sum = (size * (size - 1)) / 2;
  const long = 2000;
  const upTo = (n: number) => (n * (n - 1)) / 2;
  return [
    ["ibcast", comm.ibcast(isRoot ? [round] : null, { root }), [round]],
    ["ibarrier", comm.ibarrier(), undefined],
    [
      "iscatter",
      comm.iscatter(isRoot ? blocks(size, long) : undefined, { root, into: new Float32Array(long) }),
      blockBy(rank, long),
    ],
    ["igather", comm.igather([rank, round], { root }), isRoot ? all.map((from) => [from, round]) : null],
    ["iallgather", comm.iallgather(blockBy(rank, long), { into: new Float32Array(size * long) }), blocks(size, long)],
    ["ialltoall", comm.ialltoall(all.map((to) => `${rank} to ${to}`)), all.map((from) => `${from} to ${rank}`)],
    ["ireduce", comm.ireduce(Int32Array.of(rank, round), { root }), isRoot ? Int32Array.of(sum, round * size) : null],
    ["iallreduce", comm.iallreduce(`${rank}`), all.join("")],
    ["iscan", comm.iscan(rank), upTo(rank + 1)],
    ["iexscan", comm.iexscan(rank), rank === 0 ? undefined : upTo(rank)],
  ];
}

for (const size of [1, 2, 3, 5, 8]) {
  test(`collectives that are under way at once, completed in any order, do not mix, on ${size} ranks`, async () => {
    const seed = 7 * size;
    await ranks(size, async (comm) => {
      const draw = random(seed + comm.rank);
      const pending = range(4).flatMap((round) => startAll(comm, round));
      while (pending.length > 0) {
        const [[name, request, expected] = []] = pending.splice(draw(pending.length), 1);
        const got = draw(2) === 0 ? await request!.wait() : (await Request.waitall([request!]))[0];
        equal(got, expected, `seed ${seed}: ${name} on rank ${comm.rank}`);
      }
    });
  });

  test(`a receive of anything from anyone takes no message of a collective, on ${size} ranks`, async () => {
    await ranks(size, async (comm) => {
      const { rank } = comm;
      const peer = (rank + 1) % size;
      const open = range(20).map(() => comm.irecv());
      const probing = comm.probe({ tag: 77 });
      const pending = startAll(comm, 0);
      for (const i of range(10)) comm.isend(["mine", i], { dest: peer, tag: i });
      pending.push(...startAll(comm, 1));
      for (const i of range(10)) comm.isend(["long", i, "x".repeat(3000)], { dest: peer, tag: i });
      for (const [name, request, expected] of pending) equal(await request.wait(), expected, `${name} on rank ${rank}`);
      const got = (await Request.waitall(open)) as [string, number][];
      equal(
        got.map(([kind, i]) => `${kind} ${i}`),
        ["mine", "long"].flatMap((kind) => range(10).map((i) => `${kind} ${i}`)),
      );
      is(await comm.iprobe(), false);
      await comm.barrier();
      await comm.send("end", { dest: peer, tag: 77 });
      is((await probing).tag, 77);
      is(await comm.recv(), "end");
    });
  });
}

test("the status of a collective's request is an empty one", async () => {
  await ranks(2, async (comm) => {
    const status = new Status();
    equal(await comm.iallgather(1).wait({ status }), [1, 1]);
    equal([status.source, status.tag, status.count, status.isCancelled()], [-1, -2, 0, false]);
  });
});

test("a collective's request cannot be cancelled: it completes", async () => {
  await ranks(2, async (comm) => {
    const request = comm.iallgather(comm.rank);
    request.cancel();
    equal(await request.wait(), [0, 1]);
  });
});

const wrong: [what: string, errorClass: number, text: string, call: (comm: Intracomm) => Promise<unknown>][] = [
  [
    "scatter() of too few values",
    ERR_COUNT,
    "Cannot scatter an array of 2: there are 3 ranks, expected one value a rank (ERR_COUNT)",
    (c) => c.scatter([1, 2]),
  ],
  [
    "scatter() of too many values",
    ERR_COUNT,
    "Cannot scatter an array of 4: there are 3 ranks, expected one value a rank (ERR_COUNT)",
    (c) => c.iscatter([1, 2, 3, 4]).wait(),
  ],
  [
    "scatter() of a typed array that does not divide",
    ERR_COUNT,
    "Cannot scatter 4 elements: 3 ranks take equal chunks, expected a multiple of 3 (ERR_COUNT)",
    (c) => c.scatter(new Int16Array(4)),
  ],
  [
    "scatter() of something without chunks",
    ERR_TYPE,
    "Cannot scatter 7: it has no chunks, expected an array of 3 values or a buffer (ERR_TYPE)",
    (c) => c.scatter(7 as never),
  ],
  [
    "alltoall() of too few values",
    ERR_COUNT,
    "Cannot alltoall an array of 1: there are 3 ranks, expected one value a rank (ERR_COUNT)",
    (c) => c.alltoall([1]),
  ],
  [
    "gather() into memory that does not divide",
    ERR_COUNT,
    "Cannot gather into 4 elements: 3 ranks give equal chunks, expected a multiple of 3 (ERR_COUNT)",
    (c) => c.gather(new Int8Array(1), { into: new Int8Array(4) }),
  ],
];
for (const [what, errorClass, text, call] of wrong) {
  test(`${what} rejects at once on the rank that passes it: ${text}`, async () => {
    await ranks(3, async (comm) => {
      if (comm.rank > 0) return;
      const error = await rejects(call(comm), Exception);
      is(error.message, text);
      is(error.errorClass, errorClass);
    });
  });
}

test("an into that is too short, or of another kind, is refused on its rank, and the others get theirs", async () => {
  for (const length of [4, 3000]) {
    const data = new Float64Array(length).fill(1);
    const refused: [BufferLike, number][] = [
      [new Float64Array(length - 1), ERR_TRUNCATE],
      [new Float32Array(2 * length), ERR_TYPE],
    ];
    for (const [into, errorClass] of refused) {
      await ranks(2, async (comm) => {
        if (comm.rank === 0) {
          equal(await comm.bcast(data), data);
          return equal(await comm.scatter([data, data]), data);
        }
        for (const call of [comm.bcast(null, { into }), comm.scatter(null, { into })]) {
          const error = await rejects(call, Exception);
          is(error.errorClass, errorClass, error.message);
          ok(error.message.startsWith("Cannot "), error.message);
        }
      });
      // The root looks at its own before it sends anything.
      await ranks(2, async (comm) => {
        if (comm.rank > 0) return;
        for (const call of [comm.bcast(data, { into }), comm.scatter(new Float64Array(2 * length), { into })]) {
          is((await rejects(call, Exception)).errorClass, errorClass);
        }
      });
    }
  }
});

test("a value that cannot be carried is ERR_TYPE with its path, in every collective that sends it", async () => {
  const bad = { list: [1, () => {}] };
  await ranks(1, async (comm) => {
    const calls = [
      () => comm.bcast(bad),
      () => comm.gather(bad),
      () => comm.allgather(bad),
      () => comm.scatter([bad]),
      () => comm.alltoall([bad]),
    ];
    for (const call of calls) {
      const error = await rejects(call(), Exception);
      is(error.errorClass, ERR_TYPE);
      ok(error.message.includes("list[1] is a function"), error.message);
    }
  });
});

test("calls that differ only in root, operator or data each give their own result; a misspelt option is named in every one", async () => {
  await ranks(3, async (comm) => {
    const { rank } = comm;
    for (let round = 0; round < 12; round++) {
      const root = round % 3;
      const value = [round, { k: rank }, "x".repeat(round)];
      equal(await comm.bcast(value, { root }), [round, { k: root }, "x".repeat(round)]);
      const all = range(3).map((from) => [round, { k: from }, "x".repeat(round)]);
      equal(await comm.gather(value, { root }), rank === root ? all : null);
      if (round % 3 === 0) equal(await comm.gather(rank), rank === 0 ? [0, 1, 2] : null);
      is(await comm.allreduce(rank + round, { op: round % 2 ? MAX : SUM }), round % 2 ? 2 + round : 3 + 3 * round);
      is(await comm.allreduce(`${rank}`), "012");
      is(await comm.allreduce(rank, { op: (a: number, b: number) => 10 * a + b + round }), 12 + 11 * round);
      for (const wrong of [{ rot: 1 }, []] as never[]) {
        for (const call of [comm.bcast(rank, wrong), comm.gather(rank, wrong), comm.allreduce(rank, wrong)]) {
          ok(/option rot is unknown|expected an object/.test((await rejects(call, TypeError)).message));
        }
      }
    }
    const dup = await comm.dup();
    await dup.bcast(1);
    dup.free();
    ok((await rejects(dup.bcast(1), Exception)).message.includes("freed"));
  });
});

test.run();
