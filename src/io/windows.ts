// io/windows: layer 8. The memory in which aggregators put pieces of a file in order: some windows each, used in turn. Ranks of
// the same host reach it themselves, where that is possible: a file without a name, as in rma/shared.ts. Made by open-file.ts
// for the first collective access that needs it, and kept for the next ones.
import { closeSync } from "node:fs";
import { variable } from "../base/config.ts";
import type { Lane } from "../comm/lane.ts";
import { allocate } from "../data/buffer.ts";
import { discardMemory, openNameless } from "../transport/nameless-file.ts";
import { Gate } from "./gate.ts";
import { together } from "./outcome.ts";

/** Windows of an aggregator: while some are filled others are written. */
export const WINDOWS = 4;
const PAGE = 4096;

/** Which windows are needed. */
export interface Needed {
  readonly aggregators: readonly number[];
  /** Bytes of each, and how many an aggregator has. */
  readonly bytes: number;
  readonly count: number;
}

/** What an aggregator tells the others of its file. */
interface Card {
  readonly pid: number;
  readonly fd: number;
  /** What the file begins with: another one could have its number where processes are numbered differently. */
  readonly mark: number;
}

/** The windows of an aggregator. */
export interface Reached {
  readonly windows: readonly Uint8Array[];
  /** Where others reach them too. */
  readonly gate: Gate | undefined;
}

export class Windows implements Needed {
  readonly aggregators: readonly number[];
  readonly bytes: number;
  readonly count: number;
  /** By aggregator's rank: its windows, where this rank reaches them. */
  readonly #reached: ReadonlyMap<number, Reached>;
  /** On an aggregator: which other ranks reach its windows. */
  readonly #sharers: ReadonlySet<number>;
  readonly #own: number;

  constructor(needed: Needed, reached: ReadonlyMap<number, Reached>, sharers: readonly number[], own: number) {
    this.aggregators = needed.aggregators;
    this.bytes = needed.bytes;
    this.count = needed.count;
    this.#reached = reached;
    this.#sharers = new Set(sharers);
    this.#own = own;
  }

  /** An aggregator's windows; undefined where it has to be sent messages. */
  of(aggregator: number): Reached | undefined {
    return this.#reached.get(aggregator);
  }

  /** On an aggregator: whether another rank reaches its windows. */
  isShared(rank: number): boolean {
    return this.#sharers.has(rank);
  }

  serve({ aggregators, bytes, count }: Needed): boolean {
    return this.bytes >= bytes && this.count >= count && this.aggregators.join() === aggregators.join();
  }

  /** Gives the memory back, which otherwise waits for the garbage collector. */
  free(): void {
    const own = this.of(this.#own);
    if (own?.gate) for (const window of own.windows) discardMemory(window);
  }
}

/** @param hosts the number of each rank's host */
export async function makeWindows(
  call: string,
  lane: Lane,
  hosts: readonly number[],
  needed: Needed,
): Promise<Windows> {
  const { aggregators, count } = needed;
  const bytes = paged(needed.bytes);
  const { rank } = lane;
  const near = (other: number) => other !== rank && hosts[other] === hosts[rank];
  const reached = new Map<number, Reached>();
  let fd: number | string = "it is not wanted";
  try {
    const cards = await together(call, lane, (): Card | undefined => {
      if (!aggregators.includes(rank)) return undefined;
      const wanted = hosts.some((_, other) => near(other)) && variable("TSMPI_TRANSPORT") !== "websocket";
      if (wanted) fd = openNameless(paged(Gate.bytes(lane.size)) + bytes * count);
      if (typeof fd === "string") {
        reached.set(rank, { windows: Array.from({ length: count }, () => allocate(bytes)), gate: undefined });
        return undefined;
      }
      const card = { pid: process.pid, fd, mark: Math.random() };
      const own = map(card, lane.size, bytes, count);
      own.gate.mark = card.mark;
      reached.set(rank, own);
      return card;
    });
    const found = await together(call, lane, () => {
      for (const aggregator of aggregators.filter(near)) {
        const other = reach(cards[aggregator], lane.size, bytes, count);
        if (other) reached.set(aggregator, other);
      }
      return [...reached.keys()];
    });
    const sharers = found.flatMap((ranks, other) => (other !== rank && ranks.includes(rank) ? [other] : []));
    return new Windows({ aggregators, bytes, count }, reached, sharers, rank);
  } finally {
    // All that reach it have mapped it.
    if (typeof fd === "number") closeSync(fd);
  }
}

function paged(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}

function map({ pid, fd }: Card, ranks: number, bytes: number, count: number): Reached & { gate: Gate } {
  const path = `/proc/${pid}/fd/${fd}`;
  const first = paged(Gate.bytes(ranks));
  const gate = new Gate(Bun.mmap(path, { shared: true, size: first }));
  const windows = Array.from({ length: count }, (_, i) =>
    Bun.mmap(path, { shared: true, offset: first + i * bytes, size: bytes }),
  );
  return { windows, gate };
}

function reach(card: Card | undefined, ranks: number, bytes: number, count: number): Reached | undefined {
  if (!card) return undefined;
  try {
    const found = map(card, ranks, bytes, count);
    return found.gate.mark === card.mark ? found : undefined;
  } catch {
    // A process may be hidden from others: they send messages.
    return undefined;
  }
}
