// comm/meetings: layer 5. The collective calls of one communicator whose ranks share memory, as far as the ranks show each
// other something there: that they make the call, with which check number (check.ts), and short data. Owned by calls.ts;
// algorithms have a call's meeting as the `board` of their lane.
import type { Body } from "../data/body.ts";
import { bodyBytes } from "../data/body.ts";
import { bytesOf } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { Operation, type Started } from "../engine/operation.ts";
import type { SharedBoard } from "../transport/shared-board.ts";
import type { SharedStaging } from "../transport/shared-staging.ts";
import type { Board } from "./lane.ts";
import { StagedCall } from "./staged-call.ts";

/** Who hears of what is wrong. */
export interface Chair {
  /** The call of `tag` is another one on rank `rank`: there it has this check number. The error names both. */
  disagrees(tag: number, rank: number, check: number): unknown;
  /** See Progress.briefly. */
  briefly(call: { readonly done: boolean }): boolean;
  /** Why nothing can come from a rank any more, or undefined. */
  goneBecause(rank: number): unknown;
}

export class Meetings {
  readonly board: SharedBoard;
  readonly chair: Chair;
  readonly staging: SharedStaging | undefined;
  /** Calls that have not ended, oldest first. */
  readonly #open: Meeting[] = [];
  /** The one that has begun last, until the others are to hear of it: it may be about to show something. */
  #silent: Meeting | undefined;
  /** Those, ended or not, that the others have not been told of: the cells were taken. */
  readonly #untold: Meeting[] = [];
  #next = 0;
  /** The one that has begun last. */
  last: Meeting | undefined;
  /**
   * One that nobody refers to any more: the next call has it. With one for each call, and its lane, an allreduce of a number took
   * 1.1 us in place of 0.8.
   */
  #spare: Meeting | undefined;

  constructor(board: SharedBoard, chair: Chair, staging?: SharedStaging) {
    this.board = board;
    this.chair = chair;
    this.staging = staging;
  }

  /** The meeting of the next call. Every call of the communicator has one, and ends it. */
  begin(tag: number, check: number, waits: boolean): Meeting {
    this.tell();
    const meeting = this.#spare ?? new Meeting(this);
    this.#spare = undefined;
    meeting.begin(this.#next, tag, check, waits);
    this.#next = (this.#next + 1) | 0;
    this.last = meeting;
    this.#silent = meeting;
    this.#open.push(meeting);
    return meeting;
  }

  /** The call that has begun last has done what it does at once: the others hear of it now, also where it has shown nothing. */
  tell(): void {
    const meeting = this.#silent;
    this.#silent = undefined;
    if (!meeting || meeting.told) return;
    if (this.isNext(meeting)) meeting.tell();
    else this.#untold.push(meeting);
  }

  /** True when the others can be told of a call: those before it have been told of, and there is a cell for it. */
  isNext(meeting: Meeting): boolean {
    return (this.#untold.length === 0 || this.#untold[0] === meeting) && this.board.free(meeting.call);
  }

  /** The call of this tag has ended here. @param forgotten nobody refers to its meeting any more */
  end(tag: number, forgotten = false): void {
    // Nearly always it is the only one.
    const meeting = this.#open[0];
    if (meeting?.tag !== tag) {
      const at = this.#open.findIndex((meeting) => meeting.tag === tag);
      if (at > 0) this.#open.splice(at, 1);
      return;
    }
    if (this.#open.length === 1) this.#open.pop();
    else this.#open.shift();
    if (forgotten && meeting.told) this.#spare = meeting;
    this.#tellEnd();
    this.#open[0]?.staged?.look();
    // This may have been the rank that this rank has waited for. What the others have shown meanwhile wakes nobody again.
    if (this.#tellMore()) this.poll();
  }

  /** Tells of the calls that now have cells. True when there is one. */
  #tellMore(): boolean {
    let told = false;
    while (this.#untold.length > 0 && this.isNext(this.#untold[0]!)) {
      this.#untold.shift()!.tell();
      this.#tellEnd();
      told = true;
    }
    return told;
  }

  /** Looks what others show. True when anything has moved. */
  poll(): boolean {
    let moved = this.#tellMore();
    for (let i = 0; i < this.#open.length; i++) if (this.#open[i]!.look()) moved = true;
    return moved;
  }

  /** Nothing comes from a rank any more. */
  gone(rank: number, why: () => unknown): void {
    for (const meeting of [...this.#open]) meeting.gone(rank, why);
  }

  /** True of the oldest call that has not ended. */
  isFirst(meeting: Meeting): boolean {
    return this.#open[0] === meeting;
  }

  /** Tells up to where this rank has ended all calls. */
  #tellEnd(): void {
    const first = this.#open[0] ?? this.#untold[0];
    const untold = this.#untold[0];
    if (!first) return this.board.end(this.#next);
    this.board.end(untold && ((untold.call - first.call) | 0) < 0 ? untold.call : first.call);
  }
}

export class Meeting implements Board {
  readonly #all: Meetings;
  call = 0;
  tag = 0;
  #check = 0;
  #waits = false;
  /** The others have been told of it. */
  told = false;
  #body: Body | undefined;
  #showing = false;
  #used = false;
  /** Ranks before this one have begun, and agree. */
  #met = 0;
  /** Settles when the ranks from `#from` to `#to` have shown something. */
  #operation: Operation<void> | undefined;
  #from = 0;
  /** The one rank that is waited for. */
  #one = -1;
  #to = 0;
  staged: StagedCall | undefined;

  constructor(all: Meetings) {
    this.#all = all;
  }

  /** It is of this call from now on. @param waits the script is about to wait for the call */
  begin(call: number, tag: number, check: number, waits: boolean): void {
    this.call = call;
    this.tag = tag;
    this.#check = check;
    this.#waits = waits;
    this.told = false;
    this.#body = undefined;
    this.#showing = false;
    this.#used = false;
    this.#met = 0;
    this.#operation = undefined;
    this.#from = 0;
    this.#one = -1;
    this.#to = 0;
    this.staged = undefined;
  }

  get room(): number {
    return this.#all.board.room;
  }

  /** True once an algorithm waits for what ranks show, or has waited. */
  get used(): boolean {
    return this.#used;
  }

  get waits(): boolean {
    return this.#operation !== undefined && !this.#operation.settled;
  }

  /** The call's way for long data, where there is one. */
  get staging(): StagedCall | undefined {
    const { staging, chair } = this.#all;
    if (!staging) return undefined;
    this.staged ??= new StagedCall(staging, {
      call: this.call,
      tell: () => this.#all.tell(),
      first: () => this.told && this.#all.isFirst(this),
      goneBecause: (rank) => chair.goneBecause(rank),
    });
    return this.staged;
  }

  show(body: Body): boolean {
    const fits = body.parts.length === 1 && bodyBytes(body) <= this.room;
    this.#showing = true;
    const shown = fits ? body : undefined;
    if (this.told || this.#all.isNext(this)) this.#tell(shown);
    else this.#body = shown && { element: shown.element, parts: [new Uint8Array(shown.parts[0]!)] };
    return fits;
  }

  showArray(element: number, array: TypedArray): boolean {
    if (array.byteLength > this.room || !(this.told || this.#all.isNext(this))) {
      return this.show({ element, parts: [bytesOf(array)] });
    }
    this.#showing = true;
    this.told = true;
    this.#all.board.showArray(this.call, this.#check, element, array);
    return true;
  }

  all(): Started<void> {
    return this.#wait(0, this.#all.board.size);
  }

  from(rank: number): Started<void> {
    this.#one = rank;
    return this.#wait(rank, rank + 1);
  }

  shown(rank: number): Body | undefined {
    return this.#all.board.shown(rank, this.call);
  }

  /** Ranks that have shown nothing yet. */
  *awaited(): Generator<number> {
    if (this.staged) yield* this.staged.awaited();
    if (this.#operation?.settled ?? true) return;
    const { board } = this.#all;
    for (let rank = this.#from; rank < this.#to; rank++) if (!board.hasShown(rank, this.call)) yield rank;
  }

  /** Tells the others of the call, which is the next one, and shows what there is to show. */
  tell(): void {
    if (this.#showing) return this.#tell(this.#body);
    this.told = true;
    this.#all.board.begin(this.call, this.#check);
  }

  #tell(body: Body | undefined): void {
    this.told = true;
    this.#all.board.show(this.call, this.#check, body);
  }

  /** Looks what others show. True when anything has moved. */
  look(): boolean {
    if (!this.#agreed) {
      const { board, chair } = this.#all;
      const rank = this.#met;
      this.#met = board.size;
      const error = chair.disagrees(this.tag, rank, board.check(rank, this.call));
      this.#operation?.reject(error);
      this.staged?.fail(error);
      return true;
    }
    if (this.staged?.look()) return true;
    const operation = this.#operation;
    if (!operation || operation.settled || !this.#complete) return false;
    operation.resolve();
    return true;
  }

  /** True when there is nothing more to wait for: all is there, or the ranks disagree. */
  get done(): boolean {
    return this.#complete || !this.#agreed;
  }

  /** False when a rank has begun another call than this one: rank `#met`. */
  get #agreed(): boolean {
    // Of who waits for all, these have shown something in the same call.
    if (this.#one < 0 && this.#met < this.#from) this.#met = this.#from;
    while (this.#met < this.#all.board.size && this.#all.board.hasBegun(this.#met, this.call)) {
      if (!this.#agreesWith(this.#met)) return false;
      this.#met++;
    }
    // A lower rank may come later than the one whose data is taken.
    if (this.#one <= this.#met || !this.#all.board.hasBegun(this.#one, this.call)) return true;
    if (this.#agreesWith(this.#one)) return true;
    this.#met = this.#one;
    return false;
  }

  #agreesWith(rank: number): boolean {
    return this.#all.board.agrees(rank, this.call, this.#check);
  }

  /** True when all that are waited for have shown something, in the same call as this one. */
  get #complete(): boolean {
    const { board } = this.#all;
    const end = board.shownUpTo(this.call, this.#from, this.#to);
    while (this.#from < end && this.#agreesWith(this.#from)) this.#from++;
    return this.#from === this.#to;
  }

  gone(rank: number, why: () => unknown): void {
    this.staged?.gone(rank, why);
    for (const awaited of this.awaited()) if (awaited === rank) return this.#operation?.reject(why());
  }

  #wait(from: number, to: number): Started<void> {
    this.#from = from;
    this.#to = to;
    this.#used = true;
    // An operation, and what follows it, would cost as much as all the rest. Where one is waited for, others may be in another
    // call: that is to be looked at as well.
    if (this.#waits) this.#all.chair.briefly(this);
    if (this.#complete && this.#agreed) return undefined;
    const operation = new Operation<void>();
    this.#operation = operation;
    this.look();
    if (operation.settled) return operation;
    for (const rank of this.awaited()) {
      const error = this.#all.chair.goneBecause(rank);
      if (error) operation.reject(error);
    }
    return operation;
  }
}
