// transport/slot-writer: layer 3. Writes into memory that another rank reads and that is written again and again, in the way
// that is quicker now. Used by shared-link.ts and shared-staging.ts.
//
// Where the reader's core has a last-level cache of its own (other cores of a large processor, another socket, wherever a
// virtual machine happens to be), whoever writes must take each line from that cache: 64 KiB take 15 to 26 µs in place of 2. Stores
// past the caches need not: 2 µs, and the reader's 4 in place of 3. But between cores that have a cache in common they cost
// twice as much in all, as the reader has to fetch the bytes from memory. So it is measured, now and then, as ranks may move.
import { type Copy, streamingCopy } from "./streaming-copy.ts";

/** Pieces shorter than this are copied plainly, and not measured. */
const SHORT = 8 * 1024;
/** Of a longer piece, what is measured. */
const SAMPLE = 64 * 1024;
/** Nothing is measured for so many bytes at first, when every page is new, */
const NEW = 8 * 1024 * 1024;
/** between two looks, so that the clock costs 1 %, */
const BETWEEN = 8 * SAMPLE;
/** past the caches before that is measured, too: the first calls take several times as long, */
const TRIAL = 32 * SAMPLE;
/** and from then on, or when that has been no gain: a look that was slow costs 3 %. */
const LONG = 256 * SAMPLE;
/** Nanoseconds for a byte that are slow: twice of what 16 MiB take between cores with a cache in common. */
const SLOW = 0.14;
/** At so many looks in turn: one may be an interrupt. */
const LOOKS = 2;
/** Past the caches it must be quicker by so much. */
const GAIN = 2;

/** What a sender's slots are written with. */
export interface Writer {
  /** Copies all of `from` to `into` from byte `at` on. */
  write(into: Uint8Array, at: number, from: Uint8Array): void;
  /** True while that goes past the caches: then nothing had better be written there in another way. */
  readonly streams: boolean;
}

export class SlotWriter implements Writer {
  readonly #find: () => Copy | undefined;
  readonly #now: () => number;
  /** Undefined until it is needed, as it has a page of its own; null where it is not to be had. */
  #stream: Copy | null | undefined;
  #streams = false;
  /** Bytes until the next look. */
  #left = NEW;
  /** Looks in turn that were slow, and what the last one took for a byte until it is known that streaming is a gain. */
  #slow = 0;
  #plain = 0;

  constructor(find: () => Copy | undefined = streamingCopy, now: () => number = Bun.nanoseconds) {
    this.#find = find;
    this.#now = now;
  }

  get streams(): boolean {
    return this.#streams;
  }

  write(into: Uint8Array, at: number, from: Uint8Array): void {
    const bytes = from.byteLength;
    if (bytes < SHORT || this.#stream === null) return into.set(from, at);
    this.#left -= bytes;
    if (this.#left > 0) return this.#copy(into, at, from);
    const sample = Math.min(bytes, SAMPLE);
    const onTrial = this.#plain > 0;
    if (!onTrial) this.#streams = false;
    const begin = this.#now();
    this.#copy(into, at, from.subarray(0, sample));
    const took = (this.#now() - begin) / sample;
    if (onTrial) this.#judge(took);
    else this.#look(took);
    if (sample < bytes) this.#copy(into, at + sample, from.subarray(sample));
  }

  #copy(into: Uint8Array, at: number, from: Uint8Array): void {
    if (this.#streams) this.#stream!(into, at, from);
    else into.set(from, at);
  }

  /** A plain copy took so long. */
  #look(plain: number): void {
    this.#left = BETWEEN;
    this.#slow = plain < SLOW ? 0 : this.#slow + 1;
    if (this.#slow < LOOKS) return;
    this.#stream ??= this.#find() ?? null;
    if (!this.#stream) return;
    this.#streams = true;
    this.#plain = plain;
    this.#left = TRIAL;
  }

  /** A copy past the caches took so long. */
  #judge(streamed: number): void {
    this.#streams = streamed * GAIN < this.#plain;
    if (!this.#streams) this.#slow = 0;
    this.#plain = 0;
    this.#left = LONG;
  }
}
