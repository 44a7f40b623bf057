// collectives/across: layer 6. The collectives between two groups, as a table: what an intercommunicator has in the place of
// within.ts.
import {
  allgather,
  allgatherv,
  alltoall,
  alltoallv,
  alltoallw,
  barrier,
  bcast,
  gather,
  gatherv,
  scatter,
  scatterv,
} from "./across-movement.ts";
import { allreduce, reduce, reduceScatter } from "./across-reduction.ts";
import type { Collectives } from "./within.ts";

export const across: Collectives = {
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
