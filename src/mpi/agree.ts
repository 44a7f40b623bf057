// mpi/agree: layer 9. How the ranks of a new communicator come to the same context: rank 0 draws it. Called by all that
// makes communicators; splits, whose ranks talk to each other first, do without.
import { bcast } from "../collectives/movement.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint } from "../comm/endpoint.ts";
import type { Group } from "../comm/group.ts";
import type { Lane } from "../comm/lane.ts";
import type { Engine } from "../engine/engine.ts";

/** The endpoint of the new communicator of `members`, whose lane this is: all of them call it. */
export async function agree(engine: Engine, lane: Lane, members: Group): Promise<Endpoint> {
  const context = await bcast(lane, lane.rank === 0 ? drawContext(engine.self) : undefined, { root: 0 });
  return new Endpoint(engine, members, context as number);
}
