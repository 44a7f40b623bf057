// comm/lane: layer 5. What a collective algorithm sees of a communicator: its rank, the size, and messages of its own.
// One lane serves one call of one collective; nothing it sends can be taken by a receive of the user or of another call.
import type { Body } from "../data/body.ts";
import type { TypedArray } from "../data/element.ts";
import type { Started } from "../engine/operation.ts";

/**
 * What the ranks of one call show each other in memory that they share: short data, faster than by messages. Each rank shows
 * one thing at most, and an algorithm waits for one or for all.
 */
export interface Board {
  /** True when an algorithm has had it: a call that is made of several collectives takes to messages after the first. */
  readonly used: boolean;
  /** True while one waits for what ranks show. */
  readonly waits: boolean;
  /** Bytes that a rank may show. */
  readonly room: number;
  /**
   * Shows the others a copy of `body`. Where it is longer than there is room or has several parts, that is what is shown,
   * and the result is false.
   */
  show(body: Body): boolean;
  /** As `show`, of a typed array of this element kind. */
  showArray(element: number, array: TypedArray): boolean;
  /** Done when every rank, this one too, has shown something. */
  all(): Started<void>;
  /** Done when one rank has. */
  from(rank: number): Started<void>;
  /** What a rank has shown, lent until the call has ended; undefined where it had no room for it. */
  shown(rank: number): Body | undefined;
}

/**
 * Memory of the ranks of one call that all of them share: for long data, which goes through it in segments. A rank says by
 * numbers how far it is; the numbers mean what the algorithm makes of them. Every rank has three slots, which it uses in turn:
 * before it writes segment k, the algorithm sees to it that the others have read segment k−3. A rank that fails takes no step more.
 */
export interface Staging {
  /** True when an algorithm has had it: a call that is made of several collectives takes to messages after the first. */
  readonly used: boolean;
  /** Bytes of a segment; it may be longer by less than an item. */
  readonly room: number;
  /** Resolves when it is this call's turn, and tells the others what this rank's data is. To be awaited first. */
  begin(data: { readonly element: number; readonly bytes: number }): Promise<void>;
  /** What another rank has told, which has taken a step. */
  staged(rank: number): { readonly element: number; readonly bytes: number };
  /** The memory for this rank's segment `k`, when no call before this one needs it: for k = 0, 1, 2 … */
  own(k: number): Promise<Uint8Array>;
  /** Segment `k` of a rank: lent until this rank takes the step that says that it has read it. */
  segment(rank: number, k: number): Uint8Array;
  /** True while the ranks have no cache in common, and writing into a segment other than by `write` is slow. */
  readonly apart: boolean;
  /** Copies bytes into a segment of this rank's, from byte `at` on, in the way that is quickest for who is to read them. */
  write(segment: Uint8Array, at: number, bytes: Uint8Array): void;
  /** Tells the others that this rank has taken so many steps. @param ahead the others wait for this rank alone */
  step(steps: number, ahead?: boolean): void;
  /** Resolves when every other rank, or one, has taken so many; undefined: they have. */
  taken(steps: number, rank?: number): Promise<void> | undefined;
  /** Tells the others that this rank has taken all steps, and has read what it needs: its last one. */
  end(): void;
}

/** How the ranks of a lane are spread over several hosts, of which one at least has several. */
export interface Hosts {
  /** The ranks of each host in their order; hosts in the order of their first ranks. */
  readonly ranks: readonly (readonly number[])[];
  /** The lane of this rank's host, with what the ranks there share. */
  readonly near: Lane;
  /** A lane of some ranks of the call, of which this one is one. */
  among(ranks: readonly number[]): Lane;
}

export interface Lane {
  /** This process's rank, 0 … size−1. */
  readonly rank: number;
  readonly size: number;
  /** Where all ranks share memory. */
  readonly board?: Board | undefined;
  /** Where, moreover, there is memory for long data. */
  readonly staging?: Staging | undefined;
  /** Where it makes a difference on which host a rank is. */
  readonly hosts?: Hosts | undefined;
  /**
   * Sends `body` to rank `dest`. The parts are borrowed until the promise resolves; `undefined` means that it is done
   * already (the usual case for short messages), so write `const sent = lane.isend(…); … if (sent) await sent;`.
   * Messages to one rank arrive in the order of the calls.
   */
  isend(dest: number, body: Body): Promise<void> | undefined;
  /**
   * Receives the next message from rank `source`; receives are served in the order of the calls.
   * With `into` the message's one part lands there and the returned body's part is the filled beginning of `into`; a
   * longer message rejects with ERR_TRUNCATE, another element kind than `element` (untyped bytes match all) with
   * ERR_TYPE. Without `into` the parts are memory of the caller's own.
   * @param orNote a note (data/body.ts) may come as well, which leaves `into` alone: thus who waits for data straight in
   * its place can be told of data that takes another way, at no cost for data that does not
   */
  irecv(
    source: number,
    into?: { readonly element: number; readonly bytes: Uint8Array },
    orNote?: boolean,
  ): Promise<Body>;
}

/** The other group of an intercommunicator: `dest` and `source` are ranks there. */
export type Peers = Pick<Lane, "size" | "isend" | "irecv">;

/** What a collective between two groups sees. By itself it is the lane of this rank's own group. */
export interface AcrossLane extends Lane {
  readonly remote: Peers;
  /**
   * A lane of one whole group, whose ranks are there what they are in it, and behind them one rank of the other group.
   * @param root this last one: a rank of the remote group, or MPI.ROOT for this one
   */
  rooted(root: number): Lane;
}
