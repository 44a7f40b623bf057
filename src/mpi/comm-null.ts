// mpi/comm-null: layer 9. MPI.COMM_NULL stands for a communicator of any kind: here it gets the methods that only some kinds
// have, so that they are ERR_COMM on it as all others are. Called by mpi.ts, when all kinds are loaded.
import { Cartcomm } from "./cartcomm.ts";
import { Distgraphcomm } from "./distgraphcomm.ts";
import { Graphcomm } from "./graphcomm.ts";
import { Intercomm } from "./intercomm.ts";
import { COMM_NULL } from "./intracomm.ts";

for (const { prototype } of [Intercomm, Cartcomm, Graphcomm, Distgraphcomm]) {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!(name in COMM_NULL)) Object.defineProperty(COMM_NULL, name, { ...property, enumerable: false });
  }
}

export { COMM_NULL };
