// test/support/engines: n engines inside this process, joined by inproc links, and what their tests send and receive.
import type { Body } from "../../src/data/body.ts";
import { elementOf } from "../../src/data/element.ts";
import { Engine, type Limits } from "../../src/engine/engine.ts";
import type { Target } from "../../src/engine/message.ts";
import { Progress } from "../../src/engine/progress.ts";
import { inprocLinks } from "../../src/transport/inproc.ts";
import type { Link, Sink } from "../../src/transport/transport.ts";
import { RecordingSink } from "./sinks.ts";

/** The element kind of a Uint8Array. */
export const UINT8 = elementOf(new Uint8Array(0));

export interface Loss {
  readonly at: number;
  readonly peer: number;
  readonly reason: string;
}

export interface Engines {
  readonly engines: Engine[];
  /** What onLost was told, in order. */
  readonly losses: Loss[];
  /** `links[i][j]` is what process i uses to reach process j. */
  readonly links: Link[][];
}

/**
 * Engines of `size` processes.
 * @param wrap may put something between the links and an engine
 */
export function engines(
  size: number,
  limits: Partial<Limits> = {},
  wrap: (engine: Engine, process: number) => Sink = (engine) => engine,
): Engines {
  const all = { eager: 1000, unexpected: 100_000, ...limits };
  const losses: Loss[] = [];
  const engines = Array.from({ length: size }, (_, self) => new Engine(self, size, new Progress(0), all));
  const links = inprocLinks(engines.map(wrap));
  for (const [at, engine] of engines.entries()) {
    engine.onLost = (peer, reason) => losses.push({ at, peer, reason });
    for (const [peer, link] of links[at]!.entries()) engine.attach(peer, link);
  }
  return { engines, losses, links };
}

/** Engines 0 and 2 of three processes; process 1 is a link that a test writes frames to, and a sink that hears. */
export function withRogue(limits: Partial<Limits> = {}) {
  const rogue = new RecordingSink();
  const { engines: all, losses, links } = engines(3, limits, (engine, at) => (at === 1 ? rogue : engine));
  return { engine: all[0]!, other: all[2]!, rogue, link: links[1]![0]!, losses };
}

/** A buffer of bytes as a body. */
export function buffer(bytes: Uint8Array, element = UINT8): Body {
  return { element, parts: [bytes] };
}

/** A body of any parts, as values with long buffers inside are. */
export function value(...parts: Uint8Array[]): Body {
  return { element: 0, parts };
}

/** Receives the parts as copies, and remembers how they came. */
export const copies: Target<Body> = {
  land: ({ sizes }) => sizes.map((size) => new Uint8Array(size)),
  finish: ({ element }, parts) => ({ element, parts: parts.map((part) => part.slice()) }),
};
