// transport/ring: layer 3. A ring of records in shared memory, with one process that writes and one that reads: a record is
// its length and its kind, 4 bytes each, and its bytes, padded to 8. Its tail and its head lie elsewhere, and its records are
// mapped at the first one. A last message may lie beside the tail: most ranks of a large job have no other for each other, and a
// ring for it would cost both of them two pages. Used by shared-memory.ts.

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

// The line of the tail: up to where there are records, a multiple of 8, one more where a last message is beside it; of that
// message, behind which records it comes and its length; and its bytes.
const LAST = 1;
const LAST_AT = 1;
const LAST_LENGTH = 2;
const LAST_BYTES = 16;
/** Longest last message. */
export const LAST_ROOM = 64;

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
  /** LAST when the last message has been shown. */
  #last = 0;

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
    Atomics.store(this.#front.words, this.#tail, this.#at | this.#last);
  }

  /** Shows the reader a message beside the tail, behind all records. False where it has no room, or it is not the first. */
  putLast(message: Uint8Array): boolean {
    const { bytes, words } = this.#front;
    if (this.#last !== 0 || message.byteLength > LAST_ROOM) return false;
    words[this.#tail + LAST_AT] = this.#at;
    words[this.#tail + LAST_LENGTH] = message.byteLength;
    bytes.set(message, (this.#tail << 2) + LAST_BYTES);
    this.#last = LAST;
    this.publish();
    return true;
  }
}

/** Takes a record, or a last message: its kind, what has its bytes, where they begin there, and how many they are. */
export type Take = (kind: number, memory: Shared, offset: number, length: number) => void;

export class RingReader {
  readonly #front: Shared;
  readonly #tail: number;
  readonly #head: number;
  readonly #size: number;
  readonly #map: () => Shared;
  #memory: Shared | undefined;
  #at = 0;
  /** The tail when all that it showed had been read. */
  #seen = 0;

  constructor({ front, tail, head, size, map }: RingPlace) {
    this.#front = front;
    this.#tail = tail >> 2;
    this.#head = head >> 2;
    this.#size = size;
    this.#map = map;
  }

  /** True when there is nothing to read. */
  get empty(): boolean {
    return Atomics.load(this.#front.words, this.#tail) === this.#seen;
  }

  /**
   * Calls `take` for every record that is here. They are free for the writer again when it returns.
   * @param last the kind of a last message
   */
  read(take: Take, last: number): void {
    const { words } = this.#front;
    const tail = Atomics.load(words, this.#tail);
    if ((tail & LAST) > (this.#seen & LAST)) {
      this.#readTo(words[this.#tail + LAST_AT]!, take);
      take(last, this.#front, (this.#tail << 2) + LAST_BYTES, words[this.#tail + LAST_LENGTH]!);
    }
    this.#readTo(tail & ~LAST, take);
    this.#seen = tail;
    Atomics.store(words, this.#head, this.#at);
  }

  #readTo(end: number, take: Take): void {
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
  }
}
