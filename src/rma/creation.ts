// rma/creation: layer 8. Makes a window with all ranks of a communicator: they agree on its context, tell each other how much
// memory each shows, and reach what is near. Called by mpi/win.ts.
import { Exception } from "../base/errors.ts";
import { allgather } from "../collectives/movement.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint, type EndpointLane } from "../comm/endpoint.ts";
import type { Group } from "../comm/group.ts";
import { allocate } from "../data/buffer.ts";
import type { Engine } from "../engine/engine.ts";
import { OwnWord } from "./locks.ts";
import type { Near } from "./near.ts";
import { Regions } from "./regions.ts";
import { Window } from "./window.ts";

/** The memory of a new window, on one rank. */
export type Memory =
  | { readonly kind: "given"; readonly bytes: Uint8Array }
  | {
      readonly kind: "new";
      readonly size: number;
      /** All ranks must reach it. */
      readonly shared: boolean;
      /** A piece for each rank, rather than one for all. */
      readonly apart: boolean;
    }
  | { readonly kind: "dynamic" };

/** What a rank tells the others. */
type Card = readonly [context: number, size: number, dispUnit: number];

export async function makeWindow(
  engine: Engine,
  lane: EndpointLane,
  group: Group,
  memory: Memory,
  { dispUnit, name }: { readonly dispUnit: number; readonly name: string },
): Promise<Window> {
  const bytes = memoryOf(memory);
  const own: Card = [drawContext(engine.self), bytes?.byteLength ?? 0, dispUnit];
  const cards = (await allgather(lane, own, {})) as Card[];
  const endpoint = new Endpoint(engine, group, cards[0]![0]);
  endpoint.name = name;
  const shown = cards.map(([, size, dispUnit]) => ({ size, dispUnit }));
  const alone = <T>(change: () => T) => change();
  const lock = new OwnWord();
  const near: (Near | undefined)[] = shown.map(() => undefined);
  if (bytes) near[group.rank!] = { bytes, alone, lock };
  return new Window(endpoint, new Regions(bytes), shown, { alone, lock }, near);
}

function memoryOf(memory: Memory): Uint8Array | undefined {
  if (memory.kind === "dynamic") return undefined;
  if (memory.kind === "given") return memory.bytes;
  try {
    return allocate(memory.size);
  } catch (cause) {
    throw new Exception("ERR_NO_MEM", `Cannot allocate a window of ${memory.size} bytes: there is no memory`, {
      cause,
    });
  }
}
