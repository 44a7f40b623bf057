// engine/buckets: layer 4. A queue that finds the oldest entry of a (source, tag) pair, and the oldest of all, without
// searching: ten thousand outstanding receives cost no more each than one. Used by match.ts.

/** An entry of Buckets: what is queued extends this. */
export class Entry {
  /** Neighbours in the bucket, and in the order of arrival over all buckets. */
  next: Entry | undefined;
  previous: Entry | undefined;
  later: Entry | undefined;
  earlier: Entry | undefined;
  /** Position in the order of arrival. */
  order = 0;
  source: number;
  tag: number;

  constructor(source: number, tag: number) {
    this.source = source;
    this.tag = tag;
  }
}

/** Entries in the order in which they were added. */
export class Line<E extends Entry> {
  #newest: Entry | undefined;
  /** Follow `later` for the others. */
  oldest: E | undefined;

  add(entry: E): void {
    entry.earlier = this.#newest;
    if (this.#newest) this.#newest.later = entry;
    else this.oldest = entry;
    this.#newest = entry;
  }

  remove(entry: E): void {
    if (entry.earlier) entry.earlier.later = entry.later;
    else this.oldest = entry.later as E | undefined;
    if (entry.later) entry.later.earlier = entry.earlier;
    else this.#newest = entry.earlier;
    entry.later = entry.earlier = undefined;
  }

  /** Of an entry that is in this line or in none. */
  has(entry: E): boolean {
    return entry.earlier !== undefined || this.oldest === entry;
  }
}

interface Bucket {
  first: Entry;
  last: Entry;
}

/** Tags and processes fit into one number: tags below 2³¹, processes below 2²². */
function key(source: number, tag: number): number {
  return source * 2 ** 31 + tag;
}

export class Buckets<E extends Entry> {
  readonly #buckets = new Map<number, Bucket>();
  /** The one entry there is, while it is in no bucket: the usual case needs no map. */
  #alone: Entry | undefined;
  readonly #all = new Line<E>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The oldest entry of all; follow `later` for the others. */
  get oldest(): E | undefined {
    return this.#all.oldest;
  }

  /** Of an entry that is in here or nowhere. */
  has(entry: E): boolean {
    return this.#all.has(entry);
  }

  add(entry: E, order: number): void {
    entry.order = order;
    if (this.#size === 0) this.#alone = entry;
    else {
      if (this.#alone) this.#file(this.#alone);
      this.#alone = undefined;
      this.#file(entry);
    }
    this.#all.add(entry);
    this.#size++;
  }

  /** Puts an entry behind the others of its bucket. */
  #file(entry: Entry): void {
    const at = key(entry.source, entry.tag);
    const bucket = this.#buckets.get(at);
    if (!bucket) {
      this.#buckets.set(at, { first: entry, last: entry });
      return;
    }
    entry.previous = bucket.last;
    bucket.last.next = entry;
    bucket.last = entry;
  }

  /** The oldest entry of exactly this source and tag. */
  first(source: number, tag: number): E | undefined {
    const alone = this.#alone;
    if (alone) return alone.source === source && alone.tag === tag ? (alone as E) : undefined;
    if (this.#size === 0) return undefined;
    return this.#buckets.get(key(source, tag))?.first as E | undefined;
  }

  remove(entry: E): void {
    this.#all.remove(entry);
    this.#size--;
    if (this.#alone === entry) {
      this.#alone = undefined;
      return;
    }
    const at = key(entry.source, entry.tag);
    const bucket = this.#buckets.get(at)!;
    if (entry.previous) entry.previous.next = entry.next;
    else if (entry.next) bucket.first = entry.next;
    else this.#buckets.delete(at);
    if (entry.next) entry.next.previous = entry.previous;
    else if (entry.previous) bucket.last = entry.previous;
    entry.next = entry.previous = undefined;
  }
}
