// rma/creation: layer 8. Makes a window with all ranks of a communicator: they agree on its context, tell each other how much
// memory each shows, and map what is near. Called by mpi/win.ts.
import { variable } from "../base/config.ts";
import { Exception } from "../base/errors.ts";
import { allgather } from "../collectives/movement.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint, type EndpointLane } from "../comm/endpoint.ts";
import type { Group } from "../comm/group.ts";
import { allocate } from "../data/buffer.ts";
import type { Engine } from "../engine/engine.ts";
import { promised } from "../engine/operation.ts";
import { OwnWord } from "./locks.ts";
import { type Near, Views } from "./near.ts";
import { Regions } from "./regions.ts";
import { mapShared, SharedFile, tooLong } from "./shared.ts";
import { Window } from "./window.ts";

/** New memory for a window, on one rank. */
export interface NewMemory {
  readonly kind: "new";
  readonly size: number;
  /** All ranks must reach it. */
  readonly shared: boolean;
  /** A piece for each rank, rather than one for all. */
  readonly apart: boolean;
}

/** The memory of a new window, on one rank. */
export type Memory = { readonly kind: "given"; readonly bytes: Uint8Array } | NewMemory | { readonly kind: "dynamic" };

/** What a rank tells the others. */
interface Card {
  readonly context: number;
  readonly size: number;
  readonly dispUnit: number;
  readonly pid: number;
  readonly host: number;
  /** What rank 0 says counts. */
  readonly apart: boolean;
}

/** What makeWindow is to know of this rank. */
export interface Place {
  readonly dispUnit: number;
  /** The window's name. */
  readonly name: string;
  /** The number of this rank's host. */
  readonly host: number;
}

export async function makeWindow(
  engine: Engine,
  lane: EndpointLane,
  group: Group,
  memory: Memory,
  { dispUnit, name, host }: Place,
): Promise<Window> {
  const given = memory.kind === "given" ? memory.bytes : undefined;
  const size = memory.kind === "new" ? memory.size : (given?.byteLength ?? 0);
  const apart = memory.kind === "new" && memory.apart;
  const own: Card = { context: drawContext(engine.self), size, dispUnit, pid: process.pid, host, apart };
  const cards = (await promised(allgather(lane, own, {}))) as Card[];
  const { context } = cards[0]!;
  const near: (Near | undefined)[] =
    memory.kind === "new" ? await share(lane, memory, cards, context) : cards.map(() => undefined);
  const self = near[group.rank!] ?? ownMemory(given ?? new Uint8Array(0));
  if (memory.kind !== "dynamic") near[group.rank!] = self;
  const endpoint = new Endpoint(engine, group, context);
  endpoint.name = name;
  const regions = new Regions(memory.kind === "dynamic" ? undefined : self.bytes);
  return new Window(endpoint, regions, cards, self, near);
}

/** Memory that this rank alone reaches. */
function ownMemory(bytes: Uint8Array): Near {
  return { bytes, views: new Views(bytes), alone: (change) => change(), lock: new OwnWord() };
}

/** New memory that this rank alone reaches, or why there is none. */
function newMemory(size: number): Near | string {
  try {
    return tooLong(size) ?? ownMemory(allocate(size));
  } catch {
    return `there is no room for ${size} bytes`;
  }
}

/** What this rank reaches of the others' memory, by rank, and its own. Fails on all ranks if one has none. */
async function share(
  lane: EndpointLane,
  memory: NewMemory,
  cards: readonly Card[],
  context: number,
): Promise<(Near | undefined)[]> {
  const { host } = cards[lane.rank]!;
  const { apart } = cards[0]!;
  const neighbours = cards.filter((card) => card.host === host).length;
  if (memory.shared && neighbours < cards.length) {
    const state = "its ranks are on several hosts, expected those of splitType(MPI.COMM_TYPE_SHARED)";
    throw new Exception("ERR_RMA_SHARED", `Cannot allocate a window that is shared: ${state}`);
  }
  const none = cards.map(() => undefined);
  const sizes = apart ? [memory.size] : cards.map(({ size }) => size);
  const wanted = memory.shared || variable("TSMPI_TRANSPORT") !== "websocket";
  const makes = wanted && neighbours > 1 && (apart || lane.rank === 0);
  const file = makes ? SharedFile.make(sizes, context) : "it is not wanted";
  try {
    const made = (await promised(allgather(lane, typeof file === "string" ? file : file.fd, {}))) as (
      | number
      | string
    )[];
    const mapped = apart ? none.map((_, rank) => one(cards, made, rank, host, context)) : all(cards, made, context);
    const isOwn = isReason(mapped[lane.rank]) && !(memory.shared && neighbours > 1);
    const near = isOwn ? mapped.with(lane.rank, newMemory(memory.size)) : mapped;
    const problem = memory.shared ? near.find(isReason) : near[lane.rank];
    // Until all have mapped it, a file stays open. Who has no memory says so, and who has some that nobody else reaches.
    const outcomes = (await promised(allgather(lane, isReason(problem) ? problem : isOwn, {}))) as (string | boolean)[];
    const failed = outcomes.find(isReason);
    if (failed !== undefined) {
      for (const one of near) if (!isReason(one)) one.discard?.();
      throw new Exception("ERR_NO_MEM", `Cannot allocate a window: ${failed}`);
    }
    return near.map((one, rank) => (isReason(one) || (outcomes[rank] && rank !== lane.rank) ? undefined : one));
  } finally {
    if (typeof file !== "string") file.close();
  }
}

/** Why there is no memory, or a rank does not reach it. */
function isReason(what: unknown): what is string {
  return typeof what === "string";
}

/** The memory of one rank, which has made a file for it; or why it cannot be reached. */
function one(
  cards: readonly Card[],
  made: readonly (number | string)[],
  rank: number,
  host: number,
  context: number,
): Near | string {
  const [{ pid, size, host: there }, fd] = [cards[rank]!, made[rank]!];
  if (there !== host) return "it is on another host";
  if (typeof fd === "string") return fd;
  try {
    return mapShared(pid, fd, [size], context)[0]!;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The memory of all ranks, for which the first one has made a file. */
function all(cards: readonly Card[], [fd]: readonly (number | string)[], context: number): readonly (Near | string)[] {
  if (typeof fd !== "number") return cards.map(() => String(fd));
  try {
    const sizes = cards.map(({ size }) => size);
    return mapShared(cards[0]!.pid, fd, sizes, context);
  } catch (error) {
    return cards.map(() => (error as Error).message);
  }
}
