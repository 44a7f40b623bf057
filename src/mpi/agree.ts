// mpi/agree: layer 9. How the ranks of a new communicator come to the same context: rank 0 draws it; of two groups, both do,
// and the lower one counts. Called by all that makes communicators; splits, whose ranks talk to each other first, do without.

import { show } from "../base/errors.ts";
import { introduce } from "../collectives/across-swap.ts";
import { chunkOf, open } from "../collectives/chunk.ts";
import { bcast } from "../collectives/movement.ts";
import { guarded } from "../collectives/sends.ts";
import { checkOf } from "../comm/check.ts";
import { drawContext, GROUPS_CONTEXT } from "../comm/context.ts";
import { Endpoint, EndpointLane } from "../comm/endpoint.ts";
import { Group } from "../comm/group.ts";
import type { Lane } from "../comm/lane.ts";
import type { Engine } from "../engine/engine.ts";
import { promised } from "../engine/operation.ts";

/** The endpoint of the new communicator of `members`, whose lane this is: all of them call it. */
export async function agree(engine: Engine, lane: Lane, members: Group): Promise<Endpoint> {
  const context = await promised(bcast(lane, lane.rank === 0 ? drawContext(engine.self) : undefined, { root: 0 }));
  return new Endpoint(engine, members, context as number);
}

/** A new endpoint of the same processes as this one, or these two groups. All of them call it. */
export async function duplicate({ engine, group, remote, inter }: Endpoint, lane: EndpointLane): Promise<Endpoint> {
  if (!inter) return agree(engine, lane, group);
  const contexts = await introduce(lane, drawContext(engine.self));
  return new Endpoint(engine, group, Math.min(...contexts), remote);
}

/**
 * Lanes for a group that has no communicator, among itself and to another one, for calls with this tag.
 * @returns undefined on processes that are no members
 */
export function lanesOfGroups(
  call: string,
  engine: Engine | undefined,
  members: Group,
  remote: Group,
  stringtag: string,
): { lane: Lane; leaders: Lane } | undefined {
  if (typeof stringtag !== "string") {
    throw new TypeError(`Cannot call ${call}: stringtag is ${show(stringtag)}, expected a string`);
  }
  if (!engine || members.rank === undefined) return undefined;
  const tag = Bun.hash.crc32(stringtag) >>> 1;
  const endpoint = new Endpoint(engine, members, GROUPS_CONTEXT, remote);
  // What others send there in the meantime is none of its business.
  engine.audits.delete(endpoint);
  const lane = new EndpointLane(endpoint, members, GROUPS_CONTEXT, tag, checkOf(call));
  return { lane, leaders: endpoint.lanesOfLeaders(tag, checkOf(call)) };
}

/** What a leader tells the other one. */
interface Card {
  readonly context: number;
  readonly processes: readonly number[];
}

/**
 * Connects two groups that have no communicator in common: their leaders meet, and tell the others.
 * @param lane this group's
 * @param leaders on the leader: its lane to the other one, who is `remoteLeader` there
 * @returns the endpoint of the new intercommunicator; the caller looks whether the groups are apart
 */
export async function connect(
  lane: Lane,
  localLeader: number,
  { engine, group }: Pick<Endpoint, "engine" | "group">,
  leaders: Lane | undefined,
  remoteLeader: number,
): Promise<Endpoint> {
  let card: Card | undefined;
  if (leaders) {
    const own: Card = { context: drawContext(engine.self), processes: [...group.processes] };
    const sent = guarded(leaders.isend(remoteLeader, chunkOf(own)));
    const theirs = open(await leaders.irecv(remoteLeader)) as Card;
    if (sent) await sent;
    card = { context: Math.min(own.context, theirs.context), processes: theirs.processes };
  }
  const { context, processes } = (await promised(bcast(lane, card, { root: localLeader }))) as Card;
  return new Endpoint(engine, group, context, new Group(processes, engine.self));
}
