// test/collectives/across-lanes: the lanes of two groups over a network with bad weather (test/support/lanes.ts).
import { ROOT } from "../../src/base/constants.ts";
import type { AcrossLane, Lane } from "../../src/comm/lane.ts";
import type { Started } from "../../src/engine/operation.ts";
import { FakeNetwork } from "../support/lanes.ts";
import { PAIRS } from "../support/sides.ts";
import { ranksOf } from "./matrix.ts";

/** Some ranks of a lane as a lane; this process need not be one of them. */
function part(lane: Lane, members: readonly number[]): Lane {
  return {
    rank: members.indexOf(lane.rank),
    size: members.length,
    isend: (dest, body) => lane.isend(members[dest]!, body),
    irecv: (source, into, orNote) => lane.irecv(members[source]!, into, orNote),
  };
}

/** What a rank of two groups sees: side 0 has the first `sizes[0]` ranks of the lane. */
export function acrossLane(lane: Lane, sizes: readonly [number, number]): AcrossLane & { readonly side: number } {
  const groups = [ranksOf(sizes[0]), ranksOf(sizes[1]).map((rank) => sizes[0] + rank)] as const;
  const side = Number(lane.rank >= sizes[0]);
  const [own, other] = [groups[side]!, groups[1 - side]!];
  return {
    side,
    ...part(lane, own),
    remote: part(lane, other),
    rooted: (root) => part(lane, root === ROOT ? [...other, lane.rank] : [...own, other[root]!]),
  };
}

/** Runs one collective between two groups, of each of the sizes. @returns what each rank got, by side */
export async function eachPair(
  seed: number,
  body: (
    run: <T>(call: (lane: AcrossLane, side: number) => Started<T>) => Promise<[T[], T[]]>,
    sizes: readonly [number, number],
  ) => Promise<void>,
): Promise<void> {
  for (const [i, sizes] of PAIRS.entries()) {
    const total = sizes[0] + sizes[1];
    const net = new FakeNetwork(total, seed + i);
    const run = async <T>(call: (lane: AcrossLane, side: number) => Started<T>): Promise<[T[], T[]]> => {
      const got = await net.run((lane) => {
        const across = acrossLane(lane, sizes);
        return call(across, across.side);
      });
      return [got.slice(0, sizes[0]), got.slice(sizes[0])];
    };
    try {
      await body(run, sizes);
    } catch (error) {
      throw new Error(`${sizes[0]}+${sizes[1]} ranks, seed ${seed + i}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Every root: its side, and its rank there. */
export async function eachRootOf(
  sizes: readonly [number, number],
  body: (side: number, root: number) => Promise<void>,
): Promise<void> {
  for (const side of [0, 1]) for (const root of ranksOf(sizes[side]!)) await body(side, root);
}
