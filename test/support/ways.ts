// test/support/ways: how ranks inside one process are connected: over inproc links, or over what TSMPI_TRANSPORT names, with
// the checks and delays of TSMPI_CHECK and TSMPI_DELAY, as processes would be. Used by ranks.ts, for test/matrix.ts.
import { numberVariable, wordVariable } from "../../src/base/config.ts";
import type { Endpoint } from "../../src/comm/endpoint.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { Checked } from "../../src/transport/checked.ts";
import { DelayedLink } from "../../src/transport/delayed.ts";
import { inprocLinks } from "../../src/transport/inproc.ts";
import { SharedMemory } from "../../src/transport/shared-memory.ts";
import type { Link, Sink } from "../../src/transport/transport.ts";
import { connected, listening } from "../transport/meshes.ts";
import { sharedBytes } from "./shared-bytes.ts";

/** What carries messages, by rank. */
interface Way {
  readonly links: (Link | undefined)[][];
  /** What each rank looks into while it waits, and where all meet. */
  readonly sides?: readonly SharedMemory[];
}

const ways: Record<string, (sinks: readonly Sink[]) => Promise<Way>> = {
  auto: async (sinks) => ({ links: inprocLinks(sinks) }),
  websocket: async (sinks) => {
    const { meshes, cards } = listening(sinks);
    return { links: await connected(meshes, cards) };
  },
  "shared-memory": async (sinks) => {
    const memory = sharedBytes(sinks.length);
    const sides = sinks.map((sink, rank) => new SharedMemory(memory, rank, sinks.length, sink));
    const bells = inprocLinks(sides);
    return {
      links: sides.map((side, rank) =>
        bells[rank]!.map((bell, peer) => (peer === rank ? bell : side.link(peer, peer, bell!))),
      ),
      sides,
    };
  },
};

/**
 * Connects the engines, each with all and with itself.
 * @param worlds each rank's COMM_WORLD
 * @returns ends the connections
 */
export async function connect(engines: readonly Engine[], worlds: readonly Endpoint[]): Promise<() => void> {
  const own = inprocLinks(engines);
  const checked = wordVariable("TSMPI_CHECK") === "1" ? engines.map((engine, rank) => new Checked(rank, engine)) : [];
  const delay = numberVariable("TSMPI_DELAY");
  const way = engines.length > 1 ? ways[wordVariable("TSMPI_TRANSPORT")]! : ways.auto!;
  const { links, sides } = await way(engines.map((engine, rank) => checked[rank] ?? engine));
  for (const [rank, engine] of engines.entries()) {
    for (const [peer, link] of links[rank]!.entries()) {
      if (peer === rank) engine.attach(rank, own[rank]![rank]!);
      else {
        const verified = checked[rank]?.link(peer, link!) ?? link!;
        engine.attach(peer, delay > 0 ? new DelayedLink(verified, delay * engines.length + peer) : verified);
      }
    }
    const side = sides?.[rank];
    if (!side) continue;
    engine.progress.attach(side, () => {});
    const { group } = worlds[rank]!;
    worlds[rank]!.meet(
      group,
      (poll) => side.board(group.processes, poll),
      (board) => side.staging(group.processes, board),
    );
  }
  return () => {
    if (wordVariable("TSMPI_TRANSPORT") !== "websocket") return;
    for (const link of links.flat()) link?.close();
  };
}
