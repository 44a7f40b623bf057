// io/gate: layer 8. What an aggregator and the ranks that reach its windows say to each other in the memory that they share: how
// many rounds have passed, and how many ranks are done with a window. Most of it needs no message: at 8 ranks and 4 KiB pieces
// one for each step and rank took half of the time of a write. Made by windows.ts, used by what two-phase.ts is made of.

/** Where things are, in bytes: a number of the file, a number for each window, words, and a word for each rank. */
const ENDS = 8;
const WORDS = 128;
const RANKS = 256;

// Words: rounds that have passed; by window, the ranks that are done less those that have to be.
const PASSED = 0;
const DONE = 1;

export class Gate {
  readonly #numbers: Float64Array;
  readonly #words: Int32Array;
  readonly #waiting: Int32Array;

  /** Bytes that it takes. */
  static bytes(ranks: number): number {
    return RANKS + 4 * ranks;
  }

  constructor(memory: Uint8Array) {
    const { buffer, byteOffset, length } = memory;
    this.#numbers = new Float64Array(buffer, byteOffset, WORDS / 8);
    this.#words = new Int32Array(buffer, byteOffset + WORDS, (RANKS - WORDS) / 4);
    this.#waiting = new Int32Array(buffer, byteOffset + RANKS, Math.floor((length - RANKS) / 4));
  }

  /** Which file it is. */
  get mark(): number {
    return this.#numbers[0]!;
  }
  set mark(mark: number) {
    this.#numbers[0] = mark;
  }

  /** A number that goes with a window. */
  end(window: number): number {
    return this.#numbers[ENDS / 8 + window]!;
  }
  setEnd(window: number, end: number): void {
    this.#numbers[ENDS / 8 + window] = end;
  }

  // --- the aggregator ---

  /** So many rounds have passed; 0 before the next call. */
  pass(rounds: number): void {
    Atomics.store(this.#words, PASSED, rounds);
  }

  /** True when a rank has to be woken. */
  waits(rank: number): boolean {
    return Atomics.exchange(this.#waiting, rank, 0) === 1;
  }

  /** So many ranks will be done with a window, or are. */
  expect(window: number, ranks: number): void {
    Atomics.sub(this.#words, DONE + window, ranks);
  }

  /** True when all of them are. */
  isDone(window: number): boolean {
    return Atomics.load(this.#words, DONE + window) === 0;
  }

  // --- the others ---

  /** True when so many rounds have passed; if not, this rank will be woken. */
  hasPassed(rounds: number, rank: number): boolean {
    const passed = () => Atomics.load(this.#words, PASSED) >= rounds;
    if (passed()) return true;
    Atomics.store(this.#waiting, rank, 1);
    if (!passed()) return false;
    Atomics.store(this.#waiting, rank, 0);
    return true;
  }

  /** This rank is done with a window. @returns true where that is what the aggregator may be waiting for */
  done(window: number): boolean {
    return Atomics.add(this.#words, DONE + window, 1) === -1;
  }
}
