// io/two-phase: layer 8. Collective reads and writes of pieces that lie between each other (MPI-4.1 §14.4.2). The stretch of
// the file that all ranks together access is cut into one domain for each of some ranks, the aggregators, and a domain into
// windows of `cb_buffer_size` bytes. Window by window the ranks send their pieces to the aggregators, which put them in
// order and write them in one go; for a read it is the other way round. Called by open-file.ts.
//
//     rank 0  a  c  e  g        aggregator 0  abcd ─▶ file
//     rank 1  b  d  f  h   ─▶   aggregator 1  efgh ─▶ file
//
// Each byte crosses the network once, at most; what it buys is writes as long as a window instead of as short as a piece.
import { Sends } from "../collectives/sends.ts";
import type { Lane } from "../comm/lane.ts";
import { allocate } from "../data/buffer.ts";
import { BYTES } from "../data/element.ts";
import { grouped, readGroup } from "./access.ts";
import { decodePieces, encodePieces } from "./pieces.ts";
import type { Storage } from "./storage.ts";
import type { Extent } from "./view.ts";

/** What all ranks of a call know. */
export interface Domains {
  /** Bytes of the file that the domains are, from `begin` to `end`. */
  readonly begin: number;
  readonly end: number;
  /** How many domains, at most one a rank; rank ⌊i·size/count⌋ has number i. */
  readonly count: number;
  /** Bytes of a window. */
  readonly window: number;
}

/** One round: the bytes of the file that aggregator `domain` has in it. */
function windowOf({ begin, end, count, window }: Domains, domain: number, round: number): readonly [number, number] {
  const length = domainLength({ begin, end, count });
  const first = begin + domain * length;
  const last = Math.min(end, first + length);
  const from = Math.min(last, first + round * window);
  return [from, Math.min(last, from + window)];
}

function domainLength({ begin, end, count }: Omit<Domains, "window">): number {
  // Whole blocks of the file system, so that no two aggregators write to the same one.
  const block = 4096;
  return Math.ceil((end - begin) / count / block) * block;
}

const roundsOf = (domains: Domains) => Math.ceil(domainLength(domains) / domains.window);
const aggregator = (lane: Lane, { count }: Domains, domain: number) => Math.floor((domain * lane.size) / count);

/** Takes extents out of an access, window by window: each domain's in the order of the file. */
class Portions {
  readonly #extents: readonly Extent[];
  readonly #next: { index: number; done: number }[];

  constructor(extents: readonly Extent[], domains: Domains) {
    this.#extents = extents;
    this.#next = Array.from({ length: domains.count }, (_, domain) => {
      const [from] = windowOf(domains, domain, 0);
      return { index: this.#first(from), done: 0 };
    });
  }

  /** The first extent that ends behind a byte of the file. */
  #first(offset: number): number {
    let [low, high] = [0, this.#extents.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: at, bytes } = this.#extents[middle]!;
      if (at + bytes <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What lies between two bytes of the file, of a domain that is asked for in order. */
  take(domain: number, [from, to]: readonly [number, number]): Extent[] {
    const next = this.#next[domain]!;
    const taken: Extent[] = [];
    for (; next.index < this.#extents.length; next.index++) {
      const { offset, at, bytes } = this.#extents[next.index]!;
      if (offset >= to) break;
      const begin = Math.max(offset, from);
      const end = Math.min(offset + bytes, to);
      if (begin < end) taken.push({ offset: begin, at: at + begin - offset, bytes: end - begin });
      if (offset + bytes > to) break;
    }
    return taken;
  }
}

/** The stretch of a rank's data that portions of it are: they follow each other in it. */
function stretch(data: Uint8Array, portion: readonly Extent[]): Uint8Array {
  const last = portion.at(-1);
  return last ? data.subarray(portion[0]!.at, last.at + last.bytes) : data.subarray(0, 0);
}

/** What a rank does in a round. */
interface Parts {
  /** Of a write: sends a portion to an aggregator, behind the list of its pieces. */
  readonly give?: (to: number, portion: readonly Extent[]) => Promise<void> | undefined;
  /** The aggregator's part; posts the receives of the lists before it waits. */
  readonly lead: (window: readonly [number, number], sends: Sends) => Promise<void>;
  /** Of a read: receives a portion from an aggregator, behind that one's own list. */
  readonly take?: (from: number, portion: readonly Extent[]) => Promise<void>;
}

async function eachRound(
  lane: Lane,
  domains: Domains,
  extents: readonly Extent[],
  { give, lead, take }: Parts,
): Promise<void> {
  const portions = new Portions(extents, domains);
  for (let round = 0; round < roundsOf(domains); round++) {
    const sends = new Sends();
    const taken: { readonly rank: number; readonly portion: readonly Extent[] }[] = [];
    const parts: Promise<void>[] = [];
    let led: readonly [number, number] | undefined;
    for (let domain = 0; domain < domains.count; domain++) {
      const window = windowOf(domains, domain, round);
      if (window[0] === window[1]) continue;
      const rank = aggregator(lane, domains, domain);
      if (rank === lane.rank) led = window;
      const portion = portions.take(domain, window);
      sends.add(lane.isend(rank, { element: BYTES, parts: [encodePieces(portion)] }));
      if (portion.length === 0) continue;
      if (give) sends.add(give(rank, portion));
      taken.push({ rank, portion });
    }
    if (led) parts.push(lead(led, sends));
    if (take) for (const { rank, portion } of taken) parts.push(take(rank, portion));
    await Promise.all(parts);
    if (sends.open) await sends.all();
  }
}

/** Remembers the first error, and lets nothing be done after it. */
class Once {
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

/** Writes `data`, whose bytes go to these extents of the file. @throws what failed on this rank, after all rounds */
export async function writeTogether(
  lane: Lane,
  disk: Storage,
  domains: Domains,
  data: Uint8Array,
  extents: readonly Extent[],
): Promise<void> {
  const failure = new Once();
  const memory = new Uint8Array(Math.min(domains.window, domainLength(domains)));
  const give = (to: number, portion: readonly Extent[]) =>
    lane.isend(to, { element: BYTES, parts: [stretch(data, portion)] });
  const lead = async ([from]: readonly [number, number]) => {
    const covered: Extent[] = [];
    const put = async (rank: number) => {
      const { parts: header } = await lane.irecv(rank);
      const pieces = decodePieces(header[0]!, 0);
      if (pieces.length === 0) return;
      const { parts } = await lane.irecv(rank);
      for (const { offset, at, bytes } of pieces) {
        memory.set(parts[0]!.subarray(at, at + bytes), offset - from);
        covered.push({ offset, at: offset - from, bytes });
      }
    };
    // In the order of the ranks, so that where ranks overlap the last one counts.
    for (let rank = 0; rank < lane.size; rank++) await put(rank);
    await failure.try(async () => {
      for (const { at, offset, bytes } of united(covered)) await disk.write(memory.subarray(at, at + bytes), offset);
    });
  };
  await eachRound(lane, domains, extents, { give, lead });
  failure.rethrow();
}

/** The same bytes as few extents. */
function united(extents: Extent[]): Extent[] {
  extents.sort((a, b) => a.offset - b.offset);
  const joined: Extent[] = [];
  for (const extent of extents) {
    const last = joined.at(-1);
    if (!last || last.offset + last.bytes < extent.offset) {
      joined.push(extent);
      continue;
    }
    const end = Math.max(last.offset + last.bytes, extent.offset + extent.bytes);
    joined[joined.length - 1] = { ...last, bytes: end - last.offset };
  }
  return joined;
}

/** The reverse. @returns how many bytes there were before the end of the file @throws as writeTogether */
export async function readTogether(
  lane: Lane,
  disk: Storage,
  domains: Domains,
  data: Uint8Array,
  extents: readonly Extent[],
): Promise<number> {
  const failure = new Once();
  let done = 0;
  const take = async (from: number, portion: readonly Extent[]) => {
    const { parts } = await lane.irecv(from, { element: BYTES, bytes: stretch(data, portion) });
    done += parts[0]!.length;
  };
  const lead = async ([from, to]: readonly [number, number], sends: Sends) => {
    const memory = allocate(to - from);
    const lists = Array.from({ length: lane.size }, (_, rank) => lane.irecv(rank));
    const all = (await Promise.all(lists)).map(({ parts }) => decodePieces(parts[0]!, 0));
    let end = from;
    await failure.try(async () => {
      const wanted = united(all.flat()).map((piece) => ({ ...piece, at: piece.offset - from }));
      for (const group of grouped(wanted)) {
        const got = await readGroup(disk, group, memory);
        end = endOf(group, got);
        if (got < group.reduce((sum, { bytes }) => sum + bytes, 0)) break;
      }
    });
    for (const [rank, pieces] of all.entries()) {
      if (pieces.length > 0)
        sends.add(lane.isend(rank, { element: BYTES, parts: [collected(pieces, memory, from, end)] }));
    }
  };
  await eachRound(lane, domains, extents, { lead, take });
  failure.rethrow();
  return done;
}

/** The byte of the file behind the first `bytes` bytes of a group. */
function endOf(group: readonly Extent[], bytes: number): number {
  let left = bytes;
  for (const extent of group) {
    if (left <= extent.bytes) return extent.offset + left;
    left -= extent.bytes;
  }
  return group[0]!.offset;
}

/** The pieces of one rank, as far as they lie before the end of what there is. */
function collected(pieces: readonly Extent[], memory: Uint8Array, from: number, end: number): Uint8Array {
  const data = allocate(pieces.reduce((sum, { bytes }) => sum + bytes, 0));
  let done = 0;
  for (const { offset, bytes } of pieces) {
    const valid = Math.min(bytes, Math.max(0, end - offset));
    data.set(memory.subarray(offset - from, offset - from + valid), done);
    done += valid;
  }
  return data.subarray(0, done);
}
