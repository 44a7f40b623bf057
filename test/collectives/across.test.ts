// Collectives between two groups: every root on both sides, with each of the algorithms within the groups.

import { test } from "uvu";
import { PROC_NULL, ROOT } from "../../src/base/constants.ts";
import type { Exception } from "../../src/base/errors.ts";
import { across } from "../../src/collectives/across.ts";
import type { AcrossLane } from "../../src/comm/lane.ts";
import { MAX, Op, opFrom, SUM } from "../../src/data/op.ts";
import type { Started } from "../../src/engine/operation.ts";
import { is } from "../support/assert.ts";
import { FakeNetwork } from "../support/lanes.ts";
import { acrossLane, eachPair, eachRootOf } from "./across-lanes.ts";
import { eachRow, noneUnhandled, ranksOf, same } from "./matrix.ts";

/** The option `root` of a rank. */
const rootOf = (lane: AcrossLane, side: number, rootSide: number, root: number) => {
  if (side !== rootSide) return root;
  return lane.rank === root ? ROOT : PROC_NULL;
};
/** What a rank has, by side: a short value or a long one, so that both travel. */
const someValue = (side: number, rank: number) => ({ side, rank, text: "x".repeat((rank % 2) * 600) });
const floats = (side: number, rank: number, length: number) =>
  Float64Array.from({ length }, (_, i) => 1000 * side + 100 * rank + i);
const nulls = (count: number) => new Array<null>(count).fill(null);

test("barrier() resolves on no rank before every rank of the other group has called it", async () => {
  await eachRow("barrier", (seed) =>
    eachPair(seed, async (run, sizes) => {
      for (const late of [0, 1]) {
        let entered = 0;
        await run(async (lane, side) => {
          for (let i = 0; side === late && i <= lane.rank; i++) await new Promise(setImmediate);
          entered += Number(side === late);
          await across.barrier(lane);
          if (side !== late) is(entered, sizes[late]);
        });
      }
    }),
  );
});

test("bcast() gives the other group the root's value, buffer, or fills its into; null in the root's group", async () => {
  await eachRow("bcast", (seed) =>
    eachPair(seed, async (run, sizes) => {
      await eachRootOf(sizes, async (rootSide, root) => {
        const values = await run((lane, side) =>
          across.bcast(lane, someValue(side, lane.rank), { root: rootOf(lane, side, rootSide, root) }),
        );
        same(values[rootSide], nulls(sizes[rootSide]!));
        same(values[1 - rootSide], new Array(sizes[1 - rootSide]!).fill(someValue(rootSide, root)));
        for (const length of [0, 3, 100]) {
          const memory = ranksOf(sizes[1 - rootSide]!).map(() => new Float64Array(length + 1));
          const filled = await run((lane, side) => {
            const into = side === rootSide ? undefined : memory[lane.rank]!;
            return across.bcast(lane, floats(side, root, length), { root: rootOf(lane, side, rootSide, root), into });
          });
          for (const [rank, into] of memory.entries()) {
            is(filled[1 - rootSide]![rank], into);
            same(into.subarray(0, length), floats(rootSide, root, length));
          }
        }
      });
    }),
  );
});

test("scatter() and scatterv() give each rank of the other group its value or run", async () => {
  await eachRow("scatter", (seed) =>
    eachPair(seed, async (run, sizes) => {
      await eachRootOf(sizes, async (rootSide, root) => {
        const takers = sizes[1 - rootSide]!;
        const values = await run((lane, side) =>
          across.scatter(lane, side === rootSide ? ranksOf(takers).map((rank) => someValue(5, rank)) : null, {
            root: rootOf(lane, side, rootSide, root),
          }),
        );
        same(values[rootSide], nulls(sizes[rootSide]!));
        same(
          values[1 - rootSide],
          ranksOf(takers).map((rank) => someValue(5, rank)),
        );
        for (const block of [0, 1, 60, 5000]) {
          const blocks = await run((lane, side) =>
            across.scatter(lane, floats(7, 0, block * takers), {
              root: rootOf(lane, side, rootSide, root),
              into: side === rootSide ? undefined : new Float64Array(block),
            }),
          );
          for (const [rank, got] of blocks[1 - rootSide]!.entries()) {
            same(got, floats(7, 0, block * takers).subarray(block * rank, block * (rank + 1)));
          }
        }
        // Run i has i values, and they stand backwards.
        const counts = ranksOf(takers);
        const displs = counts.map((count) => (takers * (takers - 1)) / 2 - (count * (count + 1)) / 2);
        const data = ranksOf((takers * (takers - 1)) / 2);
        for (const given of [data, Float64Array.from(data)]) {
          const runs = await run((lane, side) =>
            across.scatterv(lane, given, { root: rootOf(lane, side, rootSide, root), counts, displs }),
          );
          for (const [rank, got] of runs[1 - rootSide]!.entries()) {
            same(got, given.slice(displs[rank], displs[rank]! + rank));
          }
        }
      });
    }),
  );
});

test("gather() and gatherv() collect the other group's data at the root, by remote rank", async () => {
  await eachRow("gather", (seed) =>
    eachPair(seed, async (run, sizes) => {
      await eachRootOf(sizes, async (rootSide, root) => {
        const givers = ranksOf(sizes[1 - rootSide]!);
        const onlyRoot = (result: unknown) => ranksOf(sizes[rootSide]!).map((rank) => (rank === root ? result : null));
        const values = await run((lane, side) =>
          across.gather(lane, someValue(side, lane.rank), { root: rootOf(lane, side, rootSide, root) }),
        );
        same(values[rootSide], onlyRoot(givers.map((rank) => someValue(1 - rootSide, rank))));
        same(values[1 - rootSide], nulls(givers.length));
        for (const length of [0, 1, 60, 5000]) {
          const into = new Float64Array(length * givers.length);
          const blocks = await run((lane, side) =>
            across.gather(lane, floats(side, lane.rank, length), { root: rootOf(lane, side, rootSide, root), into }),
          );
          is(blocks[rootSide]![root], into);
          same(
            [...into],
            givers.flatMap((rank) => [...floats(1 - rootSide, rank, length)]),
          );
        }
        const runs = await run((lane, side) =>
          across.gatherv(lane, floats(side, lane.rank, lane.rank), { root: rootOf(lane, side, rootSide, root) }),
        );
        same(
          runs[rootSide],
          onlyRoot(Float64Array.from(givers.flatMap((rank) => [...floats(1 - rootSide, rank, rank)]))),
        );
      });
    }),
  );
});

test("allgather() and allgatherv() give each group the other's data, by remote rank", async () => {
  await eachRow("allgather", (seed) =>
    eachPair(seed, async (run, sizes) => {
      const values = await run((lane, side) => across.allgather(lane, someValue(side, lane.rank), {}));
      for (const side of [0, 1]) {
        const others = ranksOf(sizes[1 - side]!).map((rank) => someValue(1 - side, rank));
        same(values[side], new Array(sizes[side]!).fill(others));
      }
      // The two directions have other lengths, also none.
      for (const lengths of [
        [1, 3],
        [60, 0],
        [4200, 5000],
      ]) {
        const blocks = await run((lane, side) => {
          const into = new Float64Array(lengths[1 - side]! * sizes[1 - side]!);
          return across.allgather(lane, floats(side, lane.rank, lengths[side]!), { into });
        });
        for (const side of [0, 1]) {
          const all = ranksOf(sizes[1 - side]!).flatMap((rank) => [...floats(1 - side, rank, lengths[1 - side]!)]);
          for (const got of blocks[side]!) same([...(got as Float64Array)], all);
        }
      }
      const runs = await run((lane, side) => {
        const counts = ranksOf(sizes[1 - side]!);
        const into = new Float64Array(counts.reduce((a, b) => a + b, 0));
        return across.allgatherv(lane, floats(side, lane.rank, lane.rank), { into, counts });
      });
      const joined = await run((lane, side) => across.allgatherv(lane, ranksOf(lane.rank).fill(side), {}));
      for (const side of [0, 1]) {
        const ranks = ranksOf(sizes[1 - side]!);
        for (const got of runs[side]!) {
          same(
            [...(got as Float64Array)],
            ranks.flatMap((rank) => [...floats(1 - side, rank, rank)]),
          );
        }
        for (const got of joined[side]!)
          same(
            got,
            ranks.flatMap((rank) => ranksOf(rank).fill(1 - side)),
          );
      }
    }),
  );
});

test("alltoall() and alltoallv() give every rank its value, block or run of every rank of the other group", async () => {
  await eachPair(0, async (run, sizes) => {
    const others = (side: number) => ranksOf(sizes[1 - side]!);
    const values = await run((lane, side) =>
      across.alltoall(
        lane,
        others(side).map((to) => ({ ...someValue(side, lane.rank), to })),
        {},
      ),
    );
    for (const side of [0, 1]) {
      for (const [to, got] of values[side]!.entries()) {
        same(
          got,
          others(side).map((rank) => ({ ...someValue(1 - side, rank), to })),
        );
      }
    }
    for (const into of [false, true]) {
      const blocks = await run((lane, side) => {
        const data = floats(side, lane.rank, 40 * sizes[1 - side]!);
        return across.alltoall(lane, data, { into: into ? new Float64Array(data.length) : undefined });
      });
      for (const side of [0, 1]) {
        for (const [to, got] of blocks[side]!.entries()) {
          const parts = others(side).map((rank) => floats(1 - side, rank, 40 * (to + 1)).subarray(40 * to));
          same(
            [...(got as Float64Array)],
            parts.flatMap((part) => [...part]),
          );
        }
      }
    }
    // Rank r gives rank i of the other side r+i elements.
    const runs = await run((lane, side) => {
      const counts = others(side).map((to) => lane.rank + to);
      const data = counts.flatMap((count, to) => ranksOf(count).fill(100 * side + 10 * lane.rank + to));
      return across.alltoallv(lane, Float64Array.from(data), { send: { counts }, receive: {} });
    });
    for (const side of [0, 1]) {
      for (const [to, got] of runs[side]!.entries()) {
        const all = others(side).flatMap((rank) => ranksOf(rank + to).fill(100 * (1 - side) + 10 * rank + to));
        same([...(got as Float64Array)], all);
      }
    }
  });
});

/** Not commutative: what it makes shows the order of the operands. */
const join = opFrom((a: string, b: string) => `${a}${b}`);
/** Of pairs (a, b) as functions x → a·x + b mod 997, by elements of which two belong together. */
const compose = Op.create(
  (f: Float64Array<ArrayBuffer>, g: Float64Array<ArrayBuffer>) =>
    f.map((_, i) => (i % 2 === 0 ? (f[i]! * g[i]!) % 997 : (g[i - 1]! * f[i]! + g[i]!) % 997)),
  { commute: false },
);
const affine = (side: number, rank: number, length: number) =>
  Float64Array.from({ length: 2 * length }, (_, i) => (37 * side + 11 * rank + 5 * i + 2) % 997);
const foldOf = (side: number, size: number, length: number) =>
  ranksOf(size)
    .map((rank) => affine(side, rank, length))
    .reduce((a, b) => compose.combine(a, b) as Float64Array<ArrayBuffer>);

test("reduce() gives the root the fold of the other group, in rank order", async () => {
  await eachRow("reduce", (seed) =>
    eachPair(seed, async (run, sizes) => {
      await eachRootOf(sizes, async (rootSide, root) => {
        const givers = sizes[1 - rootSide]!;
        const check = (got: [unknown[], unknown[]], expected: unknown) => {
          same(
            got[rootSide],
            ranksOf(sizes[rootSide]!).map((rank) => (rank === root ? expected : null)),
          );
          same(got[1 - rootSide], nulls(givers));
        };
        const options = (lane: AcrossLane, side: number) => ({ root: rootOf(lane, side, rootSide, root) });
        check(
          await run((lane, side) =>
            across.reduce(lane, side === rootSide ? null : `${lane.rank}`, { op: join, ...options(lane, side) }),
          ),
          ranksOf(givers).join(""),
        );
        check(
          await run((lane, side) =>
            across.reduce(lane, affine(side, lane.rank, 50), { op: compose, ...options(lane, side) }),
          ),
          foldOf(1 - rootSide, givers, 50),
        );
        for (const length of [0, 1, 1000]) {
          const into = new Float64Array(length);
          const got = await run((lane, side) => {
            const data = side === rootSide ? undefined : floats(side, lane.rank, length);
            return across.reduce(lane, data, {
              op: MAX,
              into: side === rootSide ? into : undefined,
              ...options(lane, side),
            });
          });
          check(got, floats(1 - rootSide, givers - 1, length));
          is(got[rootSide]![root], into);
        }
      });
    }),
  );
});

test("allreduce() gives each group the other's fold, in rank order", async () => {
  await eachRow("allreduce", (seed) =>
    eachPair(seed, async (run, sizes) => {
      const both = (expected: (side: number) => unknown) =>
        [0, 1].map((side) => new Array(sizes[side]!).fill(expected(1 - side)));
      same(
        await run((lane, side) => across.allreduce(lane, `${side}${lane.rank} `, { op: join })),
        both((side) =>
          ranksOf(sizes[side]!)
            .map((rank) => `${side}${rank} `)
            .join(""),
        ),
      );
      same(
        await run((lane, side) => across.allreduce(lane, affine(side, lane.rank, 300), { op: compose })),
        both((side) => foldOf(side, sizes[side]!, 300)),
      );
      for (const length of [0, 1, 20_000]) {
        const sums = await run((lane, side) => {
          const into = new Float64Array(length + 1);
          return across.allreduce(lane, floats(side, lane.rank, length), { op: SUM, into });
        });
        for (const side of [0, 1]) {
          const given = ranksOf(sizes[1 - side]!).map((rank) => floats(1 - side, rank, length));
          const expected = Float64Array.from({ length }, (_, i) => given.reduce((sum, data) => sum + data[i]!, 0));
          for (const got of sums[side]!) same((got as Float64Array).subarray(0, length), expected);
        }
      }
    }),
  );
});

test("reduceScatter() gives each rank its run of the other group's fold", async () => {
  await eachRow("reduce", (seed) =>
    eachPair(seed, async (run, sizes) => {
      // As many elements on both sides, which both divide as they like.
      const length = 8 * sizes[0] * sizes[1];
      const countsOf = (side: number) =>
        ranksOf(sizes[side]!).map((rank) => (rank === 0 ? length - (sizes[side]! - 1) : 1));
      const sum = (side: number) =>
        Float64Array.from({ length }, (_, i) =>
          ranksOf(sizes[side]!).reduce((sum, rank) => sum + floats(side, rank, length)[i]!, 0),
        );
      for (const into of [false, true]) {
        const runs = await run((lane, side) => {
          const counts = countsOf(side);
          const memory = into ? new Float64Array(counts[lane.rank]!) : undefined;
          return across.reduceScatter(lane, floats(side, lane.rank, length), { op: SUM, counts, into: memory });
        });
        const blocks = await run((lane, side) =>
          across.reduceScatter(lane, floats(side, lane.rank, length), { op: SUM }),
        );
        for (const side of [0, 1]) {
          let begin = 0;
          for (const [rank, count] of countsOf(side).entries()) {
            same(runs[side]![rank], sum(1 - side).slice(begin, begin + count));
            begin += count;
            const block = length / sizes[side]!;
            same(blocks[side]![rank], sum(1 - side).slice(block * rank, block * (rank + 1)));
          }
        }
      }
      // One value for each rank of the other group.
      const values = await run((lane, side) =>
        across.reduceScatter(
          lane,
          ranksOf(sizes[1 - side]!).map((to) => `${lane.rank}→${to} `),
          { op: SUM },
        ),
      );
      for (const side of [0, 1]) {
        for (const [to, got] of values[side]!.entries()) {
          is(
            got,
            ranksOf(sizes[1 - side]!)
              .map((from) => `${from}→${to} `)
              .join(""),
          );
        }
      }
    }),
  );
});

test("data that does not fit is an error on the ranks that see it, and nothing is left unhandled", async () => {
  const sizes = [2, 3] as const;
  await noneUnhandled(async () => {
    const fails = async (pattern: RegExp, side: number, call: (lane: AcrossLane, side: number) => Started<unknown>) => {
      const settled = await new FakeNetwork(5, 3).settle((lane) => {
        const across = acrossLane(lane, sizes);
        return call(across, across.side);
      });
      const reasons = settled
        .slice(side === 0 ? 0 : 2, side === 0 ? 2 : 5)
        .filter((result) => result.status === "rejected")
        .map(({ reason }) => (reason as Exception).message);
      is(
        reasons.some((reason) => pattern.test(reason)),
        true,
        `${pattern}: ${reasons.join("; ")}`,
      );
    };
    const at = (side: number, lane: AcrossLane) => rootOf(lane, side, 0, 1);
    await fails(/scatter an array of 2: there are 3 ranks.*ERR_COUNT/, 0, (lane, side) =>
      across.scatter(lane, [1, 2], { root: at(side, lane) }),
    );
    await fails(/scatter 4 elements: 3 ranks take equal chunks.*ERR_COUNT/, 0, (lane, side) =>
      across.scatter(lane, new Int8Array(4), { root: at(side, lane) }),
    );
    await fails(/gather into 4 elements: 3 ranks give equal chunks.*ERR_COUNT/, 0, (lane, side) =>
      across.gather(lane, 1, { root: at(side, lane), into: new Int8Array(4) }),
    );
    await fails(/ERR_TRUNCATE/, 1, (lane, side) =>
      across.bcast(lane, new Int8Array(4), { root: at(side, lane), into: new Int8Array(3) }),
    );
    await fails(/ERR_TRUNCATE/, 0, (lane, side) =>
      across.reduce(lane, new Int8Array(4), { root: at(side, lane), into: new Int8Array(3), op: SUM }),
    );
    await fails(/alltoall an array of 2: there are 3 ranks/, 0, (lane) => across.alltoall(lane, [1, 2], {}));
    await fails(/alltoall an array of 3: there are 2 ranks/, 1, (lane) =>
      across.alltoall(lane, [1, 2, 3].slice(0, lane.size), {}),
    );
    await fails(/reduceScatterBlock 4 elements: 3 ranks take equal chunks/, 0, (lane) =>
      across.reduceScatter(lane, new Int8Array(4), { op: SUM }),
    );
    await fails(/reduceScatterBlock 6 elements: 3 ranks take one value each/, 0, (lane) =>
      across.reduceScatter(lane, [1, 2, 3, 4, 5, 6], { op: SUM }),
    );
    await fails(/reduceScatter 6 elements: counts add up to 5/, 1, (lane, side) =>
      across.reduceScatter(lane, new Int8Array(6), { op: SUM, counts: side === 0 ? [3, 3] : [2, 2, 1] }),
    );
    await fails(/reduceScatterBlock 5: expected an array/, 1, (lane) => across.reduceScatter(lane, 5, { op: SUM }));
  });
});

test.run();
