// collectives/within: layer 6. The collectives of one group of ranks, as a table. An intercommunicator has another one with
// the same names, across.ts; the public methods call whichever their communicator has.
import type { AcrossLane, Lane } from "../comm/lane.ts";
import { allgather, alltoall, barrier, bcast, gather, scatter } from "./movement.ts";
import { allgatherv, alltoallv, gatherv, scatterv } from "./movement-v.ts";
import { alltoallw } from "./movement-w.ts";
import { allreduce, reduce, reduceScatter } from "./reduction.ts";

export const within = {
  allgather,
  allgatherv,
  allreduce,
  alltoall,
  alltoallv,
  alltoallw,
  barrier,
  bcast,
  gather,
  gatherv,
  reduce,
  reduceScatter,
  scatter,
  scatterv,
};

type Across<Run> = Run extends (lane: Lane, ...rest: infer Rest) => infer Result
  ? (lane: AcrossLane, ...rest: Rest) => Result
  : never;

/** A table of collectives. */
export type Collectives = { readonly [Name in keyof typeof within]: Across<(typeof within)[Name]> };
