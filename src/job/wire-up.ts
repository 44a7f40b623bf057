// job/wire-up: layer 2b. The leader's part in connecting the ranks: collects everybody's card, has them all sent to
// everybody, and sees to it that nobody waits unnoticed for a rank that does not come. Used by the launcher, or rank 0.
import type { Card } from "../wire/control.ts";

export interface WireUpEvents {
  /** Every rank's card is there, in the order of the ranks. */
  complete(cards: readonly Card[]): void;
  /** Every rank is connected with every other one. */
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
    const ready = this.#hasAllCards()
      ? (rank: number) => this.#connected.has(rank)
      : (rank: number) => this.#cards[rank];
    return this.#cards.map((_, rank) => rank).filter((rank) => !ready(rank));
  }

  #state(): string {
    return this.#hasAllCards() ? "connect with the others" : "start";
  }
}
