// job/wire-up: layer 2b. The leader's part in connecting the ranks: collects everybody's card, has them all sent to
// everybody, and sees to it that nobody waits unnoticed for a rank that does not come. Used by the launcher, or rank 0.
import type { Card } from "../wire/control.ts";

export interface WireUpEvents {
  /** Every rank's card is there, in the order of the ranks. */
  complete(cards: readonly Card[]): void;
  /** Every rank is ready, with the connections that are made at the start. */
  connected(): void;
  /** Nothing has happened for a while: `state` is what the `missing` ranks still have to do. */
  waiting(missing: readonly number[], state: string): void;
  /** Nothing has happened for too long. */
  failed(missing: readonly number[], state: string, seconds: number): void;
}

/** Milliseconds without any progress. */
const patience = { waiting: 5_000, failed: 60_000 };

export class WireUp {
  #cards: (Card | undefined)[];
  #here = new Set<number>();
  #connected = new Set<number>();
  #events: WireUpEvents;
  #timers: Timer[];

  constructor(size: number, events: WireUpEvents, limits = patience) {
    this.#cards = new Array(size).fill(undefined);
    this.#events = events;
    this.#timers = [
      setTimeout(() => events.waiting(this.#missing(), this.#state()), limits.waiting),
      setTimeout(() => events.failed(this.#missing(), this.#state(), limits.failed / 1000), limits.failed),
    ];
  }

  /** The rank has come; where ranks say so before they have cards. */
  here(rank: number): void {
    this.#here.add(rank);
    this.#progress();
  }

  card(card: Card): void {
    this.#cards[card.rank] = card;
    this.#progress();
    if (this.#hasAllCards()) this.#events.complete(this.#cards as Card[]);
  }

  connected(rank: number): void {
    this.#connected.add(rank);
    this.#progress();
    if (this.#connected.size < this.#cards.length) return;
    this.stop();
    this.#events.connected();
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #progress(): void {
    for (const timer of this.#timers) timer.refresh();
  }

  #hasAllCards(): boolean {
    return this.#cards.every((card) => card !== undefined);
  }

  #missing(): number[] {
    const ranks = this.#cards.map((_, rank) => rank);
    if (this.#hasAllCards()) return ranks.filter((rank) => !this.#connected.has(rank));
    const absent = ranks.filter((rank) => !this.#here.has(rank));
    // Where nobody says so, a rank's card is what says that it is here.
    return this.#here.size > 0 && absent.length > 0 ? absent : ranks.filter((rank) => !this.#cards[rank]);
  }

  #state(): string {
    return this.#hasAllCards() ? "connect with the others" : "start";
  }
}
