// transport/ring: layer 3. A ring of records in shared memory, with one process that writes and one that reads: a record is
// its length and its kind, 4 bytes each, and its bytes, padded to 8. Used by shared-memory.ts.

/** Memory that processes share, as the bytes and as the words that they synchronise with. */
export interface Shared {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

const HEADER = 8;
/** A length that means: nothing more up to the end of the ring. */
const SKIP = -1;

/** Positions grow for ever, modulo 2³²; a ring's size is a power of two. */
export class RingWriter {
  readonly #shared: Shared;
  readonly #tail: number;
  readonly #head: number;
  readonly #records: number;
  readonly #size: number;
  #at = 0;
  /** Where the reader was when we last looked. */
  #read = 0;

  /** @param tail @param head @param records offsets, in bytes */
  constructor(shared: Shared, tail: number, head: number, records: number, size: number) {
    this.#shared = shared;
    this.#tail = tail >> 2;
    this.#head = head >> 2;
    this.#records = records;
    this.#size = size;
  }

  /** True when `records` records of up to `length` bytes each have room. */
  takes(records: number, length: number): boolean {
    this.#read = Atomics.load(this.#shared.words, this.#head);
    // One more: what is left at the end of the ring may be too short for one.
    return this.#size - ((this.#at - this.#read) | 0) >= (records + 1) * ((HEADER + length + 7) & ~7);
  }

  /** Room for a record of `length` bytes: the offset of its bytes in the memory, or -1 where there is none now. */
  reserve(kind: number, length: number): number {
    const need = (HEADER + length + 7) & ~7;
    const position = this.#at & (this.#size - 1);
    const left = this.#size - position;
    const want = left < need ? left + need : need;
    if (this.#size - ((this.#at - this.#read) | 0) < want) {
      this.#read = Atomics.load(this.#shared.words, this.#head);
      if (this.#size - ((this.#at - this.#read) | 0) < want) return -1;
    }
    const { words } = this.#shared;
    let record = this.#records + position;
    if (left < need) {
      words[record >> 2] = SKIP;
      this.#at = (this.#at + left) | 0;
      record = this.#records;
    }
    words[record >> 2] = length;
    words[(record >> 2) + 1] = kind;
    this.#at = (this.#at + need) | 0;
    return record + HEADER;
  }

  /** Shows the reader what has been reserved, and filled, since. */
  publish(): void {
    Atomics.store(this.#shared.words, this.#tail, this.#at);
  }
}

export class RingReader {
  readonly #shared: Shared;
  readonly #tail: number;
  readonly #head: number;
  readonly #records: number;
  readonly #size: number;
  #at = 0;

  constructor(shared: Shared, tail: number, head: number, records: number, size: number) {
    this.#shared = shared;
    this.#tail = tail >> 2;
    this.#head = head >> 2;
    this.#records = records;
    this.#size = size;
  }

  /** True when there is nothing to read. */
  get empty(): boolean {
    return Atomics.load(this.#shared.words, this.#tail) === this.#at;
  }

  /**
   * Calls `take` for every record that is here: its kind, where its bytes begin, and how many they are. They are free
   * for the writer again when it returns.
   */
  read(take: (kind: number, offset: number, length: number) => void): void {
    const { words } = this.#shared;
    const tail = Atomics.load(words, this.#tail);
    while (this.#at !== tail) {
      const position = this.#at & (this.#size - 1);
      const record = this.#records + position;
      const length = words[record >> 2]!;
      if (length === SKIP) {
        this.#at = (this.#at + this.#size - position) | 0;
        continue;
      }
      take(words[(record >> 2) + 1]!, record + HEADER, length);
      this.#at = (this.#at + ((HEADER + length + 7) & ~7)) | 0;
    }
    Atomics.store(words, this.#head, this.#at);
  }
}
