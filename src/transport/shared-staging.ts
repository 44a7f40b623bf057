// transport/shared-staging: layer 3. Where the ranks of one communicator lay long data of collectives for each other: each has a
// few slots, which it alone writes and uses in turn, and says how many steps of a call it has taken. Used by comm/staged-call.ts;
// made by shared-memory.ts.
import type { Shared } from "./ring.ts";
import { CELLS, type SharedBoard } from "./shared-board.ts";
import { SlotWriter, type Writer } from "./slot-writer.ts";

/** Slots of a rank: while one is written the others may still be read (collectives/staged-shares.ts). */
export const STAGED = 3;
/** Bytes from one place that a rank writes to that of the next. */
const LINE = 128;
/** Bytes that say of one call how far a rank is. A rank has as many of them as it has cells on the board. */
const CELL = 64;

// Words of a cell: the call that it is of, the steps taken, the slot that the call began with, and what the call's data is.
const CALL = 0;
const STEPS = 1;
const FIRST = 2;
const ELEMENT = 3;
const LOW = 4;
const HIGH = 5;

/** Steps of a call that has ended. */
const ALL = 2 ** 31 - 1;

/** What a rank says of its data in one call. */
export interface Staged {
  /** Its element kind, or whatever else the algorithm makes of the number. */
  readonly element: number;
  /** Its length. */
  readonly bytes: number;
}

/** Bytes of a rank's row of cells: one line that says whom it waits for, and the cells. */
const ROW = LINE + CELLS * CELL;

export function stagingSize(size: number, room: number): { readonly cells: number; readonly bytes: number } {
  const cells = Math.ceil((size * ROW) / 4096) * 4096;
  return { cells, bytes: cells + size * STAGED * (room + LINE) };
}

/** A call by its number on the board, where it has been told of before it is here, and ends after it has ended here. */
export class SharedStaging {
  readonly self: number;
  readonly size: number;
  /** Bytes of a segment. Behind them a slot has a line more, so that a segment can end with a whole item. */
  readonly room: number;
  readonly #map: () => Shared;
  #mapped: Shared | undefined;
  readonly #slots: number;
  readonly #board: SharedBoard;
  readonly #wake: (rank: number) => void;
  readonly #writer: Writer;
  /** The slot of the next segment, and by slot the call that had it last. */
  #next = 0;
  /** Steps that this rank has taken, of all calls: a number that grows while ranks move data here and send each other nothing. */
  taken = 0;
  readonly #users = new Array<number | undefined>(STAGED).fill(undefined);

  /**
   * @param map maps the memory, at the first use
   * @param room bytes of a slot, a multiple of 64
   * @param wake wakes a rank that sleeps
   * @param writer writes into slots
   */
  constructor(
    map: () => Shared,
    room: number,
    board: SharedBoard,
    wake: (rank: number) => void,
    writer: Writer = new SlotWriter(),
  ) {
    this.self = board.self;
    this.size = board.size;
    this.room = room;
    this.#map = map;
    this.#slots = stagingSize(board.size, room).cells;
    this.#board = board;
    this.#wake = wake;
    this.#writer = writer;
  }

  get #shared(): Shared {
    this.#mapped ??= this.#map();
    return this.#mapped;
  }

  /** Index of the first word of a rank's cell. */
  #cell(rank: number, call: number): number {
    return (rank * ROW + LINE + (call & (CELLS - 1)) * CELL) >> 2;
  }

  /** Index of the word that says which call's end a rank waits for. */
  #waits(rank: number): number {
    return (rank * ROW) >> 2;
  }

  /** Tells the others that this rank stages data in the call. */
  begin(call: number, { element, bytes }: Staged): void {
    const { words } = this.#shared;
    const cell = this.#cell(this.self, call);
    words[cell + STEPS] = 0;
    words[cell + FIRST] = this.#next;
    words[cell + ELEMENT] = element;
    words[cell + LOW] = bytes | 0;
    words[cell + HIGH] = Math.floor(bytes / 2 ** 32);
    Atomics.store(words, cell + CALL, (call + 1) | 0);
    this.#wakeWaiting();
  }

  hasBegun(rank: number, call: number): boolean {
    return Atomics.load(this.#shared.words, this.#cell(rank, call) + CALL) === ((call + 1) | 0);
  }

  /** What a rank that has begun the call says of its data. */
  staged(rank: number, call: number): Staged {
    const { words } = this.#shared;
    const cell = this.#cell(rank, call);
    return { element: words[cell + ELEMENT]!, bytes: words[cell + HIGH]! * 2 ** 32 + (words[cell + LOW]! >>> 0) };
  }

  /** The memory of the call's segment `k` of a rank that has begun it. */
  segment(rank: number, call: number, k: number): Uint8Array {
    const first = this.#shared.words[this.#cell(rank, call) + FIRST]!;
    const at = this.#slots + (rank * STAGED + ((first + k) % STAGED)) * (this.room + LINE);
    return this.#shared.bytes.subarray(at, at + this.room + LINE);
  }

  /** As the Staging of a lane has it. */
  get apart(): boolean {
    return this.#writer.streams;
  }

  /** Copies bytes into a segment of this rank's, from byte `at` on. */
  write(segment: Uint8Array, at: number, bytes: Uint8Array): void {
    this.#writer.write(segment, at, bytes);
  }

  /** The call that had this rank's next slot last, and may still be read by a rank; undefined: the slot is free. */
  usedBy(): number | undefined {
    return this.#users[this.#next];
  }

  /** This rank takes its next slot for the call's next segment. */
  take(call: number): void {
    this.#users[this.#next] = call;
    this.#next = (this.#next + 1) % STAGED;
  }

  /** This rank has taken so many steps. @param ahead the others wait for this rank alone, not for each other */
  step(call: number, steps: number, ahead = false): void {
    const { words } = this.#shared;
    const own = this.#cell(this.self, call) + STEPS;
    const before = words[own]!;
    this.taken++;
    Atomics.store(words, own, steps);
    // All wait for all: the last one wakes them. On few cores each bell costs more than the step.
    if (!ahead && this.#least(call) <= before) return;
    for (let rank = 0; rank < this.size; rank++) if (rank !== this.self) this.#wake(rank);
  }

  /** Steps that every other rank has taken. */
  #least(call: number): number {
    let least = ALL;
    for (let rank = 0; rank < this.size; rank++) {
      if (rank !== this.self) least = Math.min(least, this.#steps(rank, call));
    }
    return least;
  }

  #steps(rank: number, call: number): number {
    return this.hasBegun(rank, call) ? Atomics.load(this.#shared.words, this.#cell(rank, call) + STEPS) : 0;
  }

  hasTaken(rank: number, call: number, steps: number): boolean {
    return this.#steps(rank, call) >= steps;
  }

  /** True when a rank reads nothing any more of what others have staged in the call. */
  hasEnded(rank: number, call: number): boolean {
    return this.#steps(rank, call) === ALL || this.#board.hasEnded(rank, call);
  }

  /** Says whether this rank waits until others have ended a call. */
  waits(waits: boolean): void {
    Atomics.store(this.#shared.words, this.#waits(this.self), Number(waits));
  }

  /** This rank has read what it needs of the call. */
  end(call: number): void {
    this.step(call, ALL);
    this.#wakeWaiting();
  }

  #wakeWaiting(): void {
    for (let rank = 0; rank < this.size; rank++) {
      if (rank !== this.self && Atomics.load(this.#shared.words, this.#waits(rank)) !== 0) this.#wake(rank);
    }
  }
}
