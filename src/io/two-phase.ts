// io/two-phase: layer 8. Collective reads and writes of pieces that lie between each other (MPI-4.1 §14.4.2), in two phases. Some
// ranks, the aggregators, have a domain of the file each (domains.ts), which they write or read window by window. The other
// phase is between ranks: pieces are put into the aggregator's window, or taken from it. Called by open-file.ts.
//
//     rank 0  a  c  e  g        aggregator 0  abcd ─▶ file
//     rank 1  b  d  f  h   ─▶   aggregator 1  efgh ─▶ file
//
// What it buys is writes as long as a window instead of as short as a piece. On one host ranks reach the windows themselves
// (windows.ts): each byte is copied once, and words beside the windows say which are filled and which are free (gate.ts). All send
// the list of their pieces, once a call; who does not reach the windows then sends the pieces of each round. While a window is
// written, the next ones are filled.
import { guarded } from "../collectives/sends.ts";
import type { Lane } from "../comm/lane.ts";
import { BYTES } from "../data/element.ts";
import { type Domains, domainOf, roundsOf, windowOf } from "./domains.ts";
import type { Gate } from "./gate.ts";
import { Notes } from "./notes.ts";
import { decodeSeries, encodeSeries, Portions, type Series } from "./series.ts";
import type { Storage } from "./storage.ts";
import { WINDOWS, type Windows } from "./windows.ts";

/** Rounds after which ranks are woken. */
const BATCH = WINDOWS / 2;

/** A call, as its ranks see it. */
export interface Call {
  readonly lane: Lane;
  readonly disk: Storage;
  readonly domains: Domains;
  readonly windows: Windows;
  /** This rank's data, and their pieces in the file. */
  readonly data: Uint8Array;
  readonly series: readonly Series[];
  /** The bytes of the file that each rank's pieces lie between. */
  readonly spans: readonly { readonly begin: number; readonly end: number }[];
}

/** What a rank has in one round of a domain. */
export interface Share {
  readonly round: number;
  /** The first byte of the window. */
  readonly from: number;
  readonly portion: readonly Series[];
}

/** The windows of an aggregator that this rank reaches. */
export interface Shared {
  readonly windows: readonly Uint8Array[];
  readonly gate: Gate;
}

/** What has to be done by this rank. */
export interface Parts {
  /** As a rank with pieces in a domain of another one, whose windows it may reach. */
  readonly join: (aggregator: number, shares: Iterable<Share>, reached: Shared | undefined) => Promise<void>;
  /** As the aggregator of a domain. */
  readonly lead: (rounds: Rounds) => Promise<void>;
}

/** Runs the parts of this rank in a call. */
export async function inTwoPhases(call: Call, partsOf: (notes: Notes) => Parts): Promise<void> {
  const { lane, domains, spans, series } = call;
  const notes = new Notes(lane);
  const { join, lead } = partsOf(notes);
  const meets = (rank: number, [from, to]: readonly [number, number]) =>
    spans[rank]!.begin < to && spans[rank]!.end > from;
  const joined: { readonly aggregator: number; readonly shares: Iterable<Share> }[] = [];
  let own: { readonly domain: number; readonly pieces: readonly Series[] } | undefined;
  for (const [domain, aggregator] of domains.aggregators.entries()) {
    const bytes = domainOf(domains, domain);
    const pieces = meets(lane.rank, bytes) ? new Portions(series).take(...bytes) : [];
    if (aggregator === lane.rank) {
      if (bytes[0] < bytes[1]) own = { domain, pieces };
    } else if (meets(lane.rank, bytes)) {
      guarded(lane.isend(aggregator, { element: BYTES, parts: [encodeSeries(pieces)] }));
      joined.push({ aggregator, shares: sharesOf(domains, domain, pieces) });
    }
  }
  const lists: (readonly Series[])[] = [];
  if (own) {
    const bytes = domainOf(domains, own.domain);
    for (let rank = 0; rank < lane.size; rank++) {
      const told = rank !== lane.rank && meets(rank, bytes);
      lists[rank] = told ? decodeSeries((await lane.irecv(rank)).parts[0]!) : rank === lane.rank ? own.pieces : [];
    }
  }
  // Only now: of what an aggregator sends, its list comes first.
  const parts = joined.map(async ({ aggregator, shares }) => {
    const { windows, gate } = call.windows.of(aggregator) ?? {};
    if (!windows || !gate) return join(aggregator, shares, undefined);
    const listening = notes.listen(aggregator);
    await join(aggregator, shares, { windows, gate });
    notes.end(aggregator);
    await listening;
  });
  if (own) {
    const sharers = lists.flatMap((_, rank) =>
      call.windows.isShared(rank) && meets(rank, domainOf(domains, own.domain)) ? [rank] : [],
    );
    const listening = sharers.map((rank) => notes.listen(rank));
    parts.push(
      lead(new Rounds(domains, own.domain, lists, sharers)).then(async () => {
        for (const rank of sharers) notes.end(rank);
        await Promise.all(listening);
      }),
    );
  }
  await Promise.all(parts);
}

function* sharesOf(domains: Domains, domain: number, pieces: readonly Series[]): Generator<Share> {
  const portions = new Portions(pieces);
  for (let round = 0; round < roundsOf(domains); round++) {
    const [from, to] = windowOf(domains, domain, round);
    const portion = portions.take(from, to);
    if (portion.length > 0) yield { round, from, portion };
  }
}

/** What all ranks have in the rounds of a domain, as its aggregator knows. */
export class Rounds {
  readonly count: number;
  /** The other ranks that reach the windows. */
  readonly sharers: readonly number[];
  readonly #domains: Domains;
  readonly #domain: number;
  readonly #lists: readonly Portions[];
  /** Of rounds that somebody has asked for. */
  readonly #known = new Map<number, readonly (readonly Series[])[]>();
  #next = 0;

  constructor(domains: Domains, domain: number, lists: readonly (readonly Series[])[], sharers: readonly number[]) {
    this.count = roundsOf(domains);
    this.sharers = sharers;
    this.#domains = domains;
    this.#domain = domain;
    this.#lists = lists.map((list) => new Portions(list));
  }

  window(round: number): readonly [from: number, to: number] {
    return windowOf(this.#domains, this.#domain, round);
  }

  /** The portions of all ranks, by rank. */
  portions(round: number): readonly (readonly Series[])[] {
    for (; this.#next <= round; this.#next++) {
      const window = this.window(this.#next);
      this.#known.set(
        this.#next,
        this.#lists.map((list) => list.take(...window)),
      );
    }
    return this.#known.get(round) ?? [];
  }

  /** How many of the sharers have pieces in a round. */
  sharing(round: number): number {
    const portions = this.portions(round);
    return this.sharers.filter((rank) => portions[rank]!.length > 0).length;
  }

  /** The ranks with pieces in a round that are sent messages. @param self the aggregator */
  distant(round: number, self: number): number[] {
    const passes = (rank: number) => rank !== self && !this.sharers.includes(rank);
    return this.portions(round).flatMap((portion, rank) => (portion.length > 0 && passes(rank) ? [rank] : []));
  }

  /** Nobody asks for a round any more. */
  forget(round: number): void {
    this.#known.delete(round);
  }
}

/**
 * An aggregator lets a round pass, and wakes who waits for it: after every second one only, so that ranks do several in a row.
 * That is live since there are more windows.
 */
export function pass(gate: Gate | undefined, notes: Notes, rounds: Rounds, passed: number): void {
  if (!gate) return;
  gate.pass(passed);
  if (passed % BATCH !== 0 && passed < rounds.count) return;
  for (const rank of rounds.sharers) if (gate.waits(rank)) notes.wake(rank);
}

/** Resolves when all sharers are done with a round's window. */
export async function allDone(
  gate: Gate | undefined,
  notes: Notes,
  rounds: Rounds,
  round: number,
  window: number,
): Promise<void> {
  const sharing = gate ? rounds.sharing(round) : 0;
  if (!gate || sharing === 0) return;
  gate.expect(window, sharing);
  await notes.until(() => gate.isDone(window));
}

/** Remembers the first error, and lets nothing be done after it. */
export class Once {
  #failed = false;
  #error: unknown;

  async try(work: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await work();
    } catch (error) {
      this.#failed = true;
      this.#error = error;
    }
  }

  rethrow(): void {
    if (this.#failed) throw this.#error;
  }
}
