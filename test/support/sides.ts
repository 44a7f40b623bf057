// test/support/sides: two groups of ranks of one process, and the intercommunicator that connects them.
import type { Intercomm } from "../../src/mpi/intercomm.ts";
import type { Intracomm } from "../../src/mpi/intracomm.ts";
import { ranks } from "./ranks.ts";

/** Sizes of the two groups. */
export const PAIRS = [
  [1, 1],
  [1, 2],
  [2, 3],
  [4, 4],
  [3, 5],
  [5, 2],
] as const;

export interface Side {
  readonly inter: Intercomm;
  /** 0 or 1. */
  readonly side: number;
  /** This side's ranks by themselves. */
  readonly half: Intracomm;
  readonly world: Intracomm;
}

/** Runs `main` on every rank of two groups of these sizes: side 0 has the first ranks of COMM_WORLD, side 1 the others. */
export function sides<T>(sizes: readonly [number, number], main: (side: Side) => Promise<T>): Promise<T[]> {
  return ranks(sizes[0] + sizes[1], async (world) => {
    const side = Number(world.rank >= sizes[0]);
    const half = await world.split(side);
    const inter = await half.createIntercomm(0, world, side === 0 ? sizes[0] : 0, 5);
    return main({ inter, side, half, world });
  });
}
