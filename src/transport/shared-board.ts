// transport/shared-board: layer 3. What the ranks of one communicator show each other in memory that they share: each has a
// row of cells, which it alone writes, one for each of its last few collective calls. Used by comm/meetings.ts; made by
// shared-memory.ts.
import { type Body, viewOf } from "../data/body.ts";
import type { TypedArray } from "../data/element.ts";
import { look, ordered } from "./look.ts";
import type { Shared } from "./ring.ts";

/** Cells of a row: a rank may be that many calls ahead of the slowest. */
export const CELLS = 8;
/** Bytes of a cell before what is shown, the beginning of which comes to a reader with them, in one cache line. */
const HEADER = 24;
/** Bytes from one place that a rank writes to that of the next. */
const LINE = 128;

// Words of a cell: twice the number of the call that it is of, and how far its rank is there; the call's check number in two
// halves; the kind and the length of what is shown.
const STATE = 0;
const CHECK_LOW = 1;
const CHECK_HIGH = 2;
const ELEMENT = 3;
const LENGTH = 4;

// How far a rank is in a call.
const BEGUN = 1;
const SHOWN = 2;

/** Bytes that are copied one by one: for so few a call costs more. */
const SHORT = 64;
/** Said of what has no room. */
const DECLINED = -1;

/**
 * Bytes that a rank may show at once, and those of all rows, by the number of ranks: 4 MiB for 64 of them. When those had a quarter
 * of that, an allreduce of 8000 bytes took 120 ms on two cores in place of 13.
 */
export function boardSize(size: number): { readonly room: number; readonly row: number; readonly bytes: number } {
  const room = 8 * 1024;
  const row = LINE + CELLS * cellSize(room);
  return { room, row, bytes: size * row };
}

function cellSize(room: number): number {
  return Math.ceil((HEADER + room) / LINE) * LINE;
}

/** A call by its number, which grows for ever, modulo 2³². */
export class SharedBoard {
  readonly self: number;
  readonly size: number;
  /** Bytes that a rank may show in one call. */
  readonly room: number;
  readonly #shared: Shared;
  readonly #at: number;
  readonly #row: number;
  readonly #stride: number;
  /** Index of a word that this rank alone touches much. */
  readonly #own: number;
  readonly #wake: (rank: number) => void;
  readonly #sleeps: (rank: number) => boolean;
  /** What has last stood in each cell that this rank has read: to make views costs more than to read what is short. */
  readonly #seen: (Body | undefined)[];
  /** This rank has ended all calls before this one. */
  #ended = 0;
  /** Calls before this one have a cell, as far as we have looked. */
  #free = CELLS | 0;

  /**
   * @param at offset of the board in the memory
   * @param wake wakes a rank that sleeps
   * @param sleeps whether it does: asked first, since to look at its cells would take them away from it while it writes there
   */
  constructor(
    shared: Shared,
    at: number,
    self: number,
    size: number,
    wake: (rank: number) => void,
    sleeps: (rank: number) => boolean = () => true,
  ) {
    const { room, row } = boardSize(size);
    this.self = self;
    this.size = size;
    this.room = room;
    this.#shared = shared;
    this.#at = at;
    this.#row = row;
    this.#stride = cellSize(room);
    this.#wake = wake;
    this.#sleeps = sleeps;
    this.#own = this.#done(self);
    this.#seen = new Array<Body | undefined>(size * CELLS).fill(undefined);
  }

  /** Index of the first word of a rank's cell. */
  #cell(rank: number, call: number): number {
    return (this.#at + rank * this.#row + LINE + (call & (CELLS - 1)) * this.#stride) >> 2;
  }

  #done(rank: number): number {
    return (this.#at + rank * this.#row) >> 2;
  }

  /** True when nobody needs any more what the call's cell holds: then `begin`. */
  free(call: number): boolean {
    if (((call - this.#free) | 0) < 0) return true;
    const { words } = this.#shared;
    let least = look(words, this.#done(0));
    for (let rank = 1; rank < this.size; rank++) {
      const done = look(words, this.#done(rank));
      if (((done - least) | 0) < 0) least = done;
    }
    ordered(words, this.#own);
    this.#free = (least + CELLS) | 0;
    return ((call - this.#free) | 0) < 0;
  }

  /** Tells the others that this rank makes the call, with which check number, and has nothing to show yet. */
  begin(call: number, check: number): void {
    this.#publish(call, check, BEGUN);
  }

  /** Shows the others something, with which the call has begun; undefined: that there is something for which there is no room. */
  show(call: number, check: number, body: Body | undefined): void {
    const { words, bytes } = this.#shared;
    const cell = this.#cell(this.self, call);
    words[cell + ELEMENT] = body ? body.element : DECLINED;
    if (body) {
      const [content] = body.parts;
      const length = content!.byteLength;
      const at = (cell << 2) + HEADER;
      words[cell + LENGTH] = length;
      if (length <= SHORT) for (let i = 0; i < length; i++) bytes[at + i] = content![i]!;
      else bytes.set(content!, at);
    }
    this.#publish(call, check, SHOWN);
  }

  /** As `show`, for which a typed array would need a view of its bytes. */
  showArray(call: number, check: number, element: number, array: TypedArray): void {
    const { words } = this.#shared;
    const cell = this.#cell(this.self, call);
    words[cell + ELEMENT] = element;
    words[cell + LENGTH] = array.byteLength;
    const place = viewOf(this.shown(this.self, call)!) as TypedArray;
    if (array.byteLength <= SHORT) for (let i = 0; i < array.length; i++) place[i] = array[i]!;
    else place.set(array as never);
    this.#publish(call, check, SHOWN);
  }

  /** One store for all: each would take the cell's cache line away from those who look at it. */
  #publish(call: number, check: number, state: number): void {
    const { words } = this.#shared;
    const cell = this.#cell(this.self, call);
    words[cell + CHECK_LOW] = check | 0;
    words[cell + CHECK_HIGH] = Math.floor(check / 2 ** 32);
    Atomics.store(words, cell + STATE, ((call << 1) + state) | 0);
    // Who sleeps in the call waits for what is shown, or is to be told that it is another one than this rank's.
    for (let rank = 0; rank < this.size; rank++) {
      if (rank === this.self || !this.#sleeps(rank) || !this.hasBegun(rank, call)) continue;
      if (state === SHOWN || !this.agrees(rank, call, check)) this.#wake(rank);
    }
  }

  /** This rank has ended all calls before this one. */
  end(calls: number): void {
    Atomics.store(this.#shared.words, this.#done(this.self), calls);
    // Who is as far ahead as one can be may be waiting for a cell.
    const ahead = (this.#ended + CELLS - 1) | 0;
    for (let rank = 0; rank < this.size; rank++) {
      if (rank !== this.self && this.#sleeps(rank) && this.hasBegun(rank, ahead)) this.#wake(rank);
    }
    this.#ended = calls;
  }

  hasEnded(rank: number, call: number): boolean {
    const { words } = this.#shared;
    const done = look(words, this.#done(rank));
    ordered(words, this.#own);
    return ((done - call) | 0) > 0;
  }

  /** How far a rank is in a call: BEGUN, SHOWN, or anything else where it has not begun it. */
  #state(rank: number, call: number): number {
    const { words } = this.#shared;
    const state = look(words, this.#cell(rank, call) + STATE);
    ordered(words, this.#own);
    return (state - (call << 1)) | 0;
  }

  hasBegun(rank: number, call: number): boolean {
    const state = this.#state(rank, call);
    return state === BEGUN || state === SHOWN;
  }

  hasShown(rank: number, call: number): boolean {
    return this.#state(rank, call) === SHOWN;
  }

  /** The first rank from `from` on that has shown nothing yet in the call; `to` where all before that have. */
  shownUpTo(call: number, from: number, to: number): number {
    const { words } = this.#shared;
    const shown = ((call << 1) + SHOWN) | 0;
    let rank = from;
    while (rank < to && look(words, this.#cell(rank, call) + STATE) === shown) rank++;
    ordered(words, this.#own);
    return rank;
  }

  /** True when a rank that has begun the call has this check number there. */
  agrees(rank: number, call: number, check: number): boolean {
    const { words } = this.#shared;
    const cell = this.#cell(rank, call);
    return words[cell + CHECK_LOW] === (check | 0) && words[cell + CHECK_HIGH] === Math.floor(check / 2 ** 32);
  }

  /** The check number of a rank that has begun the call. */
  check(rank: number, call: number): number {
    const { words } = this.#shared;
    const cell = this.#cell(rank, call);
    return words[cell + CHECK_HIGH]! * 2 ** 32 + (words[cell + CHECK_LOW]! >>> 0);
  }

  /** What a rank has shown, until this rank ends the call: a view. Undefined where there was no room for it. */
  shown(rank: number, call: number): Body | undefined {
    const { words, bytes } = this.#shared;
    const cell = this.#cell(rank, call);
    const element = words[cell + ELEMENT]!;
    if (element === DECLINED) return undefined;
    const length = words[cell + LENGTH]!;
    const place = rank * CELLS + (call & (CELLS - 1));
    const seen = this.#seen[place];
    if (seen && seen.element === element && seen.parts[0]!.byteLength === length) return seen;
    const at = (cell << 2) + HEADER;
    const body = { element, parts: [bytes.subarray(at, at + length)] };
    this.#seen[place] = body;
    return body;
  }
}
