// transport/ring: layer 3. A ring of records in shared memory, with one process that writes and one that reads: a record is
// its length and its kind, 4 bytes each, and its bytes, padded to 8. Its tail and its head lie elsewhere, and its records are
// mapped at the first one. Used by shared-memory.ts.

/** Memory that processes share, as the bytes and as the words that they synchronise with. */
export interface Shared {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

const HEADER = 8;
/** A length that means: nothing more up to the end of the ring. */
const SKIP = -1;

/** Where a ring is. */
export interface RingPlace {
  /** What has the tail and the head, and their offsets there in bytes. */
  readonly front: Shared;
  readonly tail: number;
  readonly head: number;
  /** Bytes of the records: a power of two. */
  readonly size: number;
  readonly map: () => Shared;
}

/** Positions grow for ever, modulo 2³². */
export class RingWriter {
  readonly #front: Shared;
  readonly #tail: number;
  readonly #head: number;
  readonly #size: number;
  readonly #map: () => Shared;
  #memory: Shared | undefined;
  #at = 0;
  /** Where the reader was when we last looked. */
  #read = 0;

  constructor({ front, tail, head, size, map }: RingPlace) {
    this.#front = front;
    this.#tail = tail >> 2;
    this.#head = head >> 2;
    this.#size = size;
    this.#map = map;
  }

  /** What has the records. */
  get memory(): Shared {
    this.#memory ??= this.#map();
    return this.#memory;
  }

  /** True when `records` records of up to `length` bytes each have room. */
  takes(records: number, length: number): boolean {
    this.#read = Atomics.load(this.#front.words, this.#head);
    // One more: what is left at the end of the ring may be too short for one.
    return this.#size - ((this.#at - this.#read) | 0) >= (records + 1) * ((HEADER + length + 7) & ~7);
  }

  /** Room for a record of `length` bytes: the offset of its bytes in the memory, or -1 where there is none now. */
  reserve(kind: number, length: number): number {
    const need = (HEADER + length + 7) & ~7;
    const left = this.#size - (this.#at & (this.#size - 1));
    const want = left < need ? left + need : need;
    if (this.#size - ((this.#at - this.#read) | 0) < want) {
      this.#read = Atomics.load(this.#front.words, this.#head);
      if (this.#size - ((this.#at - this.#read) | 0) < want) return -1;
    }
    const { words } = this.memory;
    let record = this.#at & (this.#size - 1);
    if (left < need) {
      words[record >> 2] = SKIP;
      this.#at = (this.#at + left) | 0;
      record = 0;
    }
    words[record >> 2] = length;
    words[(record >> 2) + 1] = kind;
    this.#at = (this.#at + need) | 0;
    return record + HEADER;
  }

  /** Shows the reader what has been reserved, and filled, since. */
  publish(): void {
    Atomics.store(this.#front.words, this.#tail, this.#at);
  }
}

/** Takes a record: its kind, what has its bytes, where they begin there, and how many they are. */
export type Take = (kind: number, memory: Shared, offset: number, length: number) => void;

export class RingReader {
  readonly #front: Shared;
  readonly #tail: number;
  readonly #head: number;
  readonly #size: number;
  readonly #map: () => Shared;
  #memory: Shared | undefined;
  #at = 0;

  constructor({ front, tail, head, size, map }: RingPlace) {
    this.#front = front;
    this.#tail = tail >> 2;
    this.#head = head >> 2;
    this.#size = size;
    this.#map = map;
  }

  /** True when there is nothing to read. */
  get empty(): boolean {
    return Atomics.load(this.#front.words, this.#tail) === this.#at;
  }

  /** Calls `take` for every record that is here. They are free for the writer again when it returns. */
  read(take: Take): void {
    const front = this.#front.words;
    const end = Atomics.load(front, this.#tail);
    if (this.#at === end) return;
    this.#memory ??= this.#map();
    const memory = this.#memory;
    const { words } = memory;
    while (this.#at !== end) {
      const record = this.#at & (this.#size - 1);
      const length = words[record >> 2]!;
      if (length === SKIP) {
        this.#at = (this.#at + this.#size - record) | 0;
        continue;
      }
      take(words[(record >> 2) + 1]!, memory, record + HEADER, length);
      this.#at = (this.#at + ((HEADER + length + 7) & ~7)) | 0;
    }
    Atomics.store(front, this.#head, this.#at);
  }
}
