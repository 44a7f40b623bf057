// io/notes: layer 8. How ranks that share windows wake each other during a collective access: messages that say nothing but that
// something in the shared memory has changed (gate.ts). Called by what two-phase.ts is made of.
import { guarded } from "../collectives/sends.ts";
import type { Lane } from "../comm/lane.ts";
import { BYTES } from "../data/element.ts";

const LOOK = Uint8Array.of(0);
const LAST = Uint8Array.of(1);

export class Notes {
  readonly #lane: Lane;
  /** By rank, how many times it has yet to say that a note was its last one. */
  readonly #listening = new Map<number, number>();
  #next = Promise.withResolvers<void>();

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** Tells a rank to look. */
  wake(rank: number): void {
    this.#send(rank, LOOK);
  }

  /** There will be no more to look at: of this rank as an aggregator, or of one that has pieces for one. */
  end(rank: number): void {
    this.#send(rank, LAST);
  }

  #send(rank: number, note: Uint8Array): void {
    guarded(this.#lane.isend(rank, { element: BYTES, parts: [note] }));
  }

  /** Takes notes of a rank until its end, which has sent nothing else; called once for each end that is to come. */
  listen(rank: number): Promise<void> {
    const before = this.#listening.get(rank) ?? 0;
    this.#listening.set(rank, before + 1);
    return before === 0 ? this.#receive(rank) : Promise.resolve();
  }

  async #receive(rank: number): Promise<void> {
    for (let left = this.#listening.get(rank)!; left > 0; left = this.#listening.get(rank)!) {
      const { parts } = await this.#lane.irecv(rank);
      if (parts[0]![0] === LAST[0]) this.#listening.set(rank, this.#listening.get(rank)! - 1);
      const { resolve } = this.#next;
      this.#next = Promise.withResolvers();
      resolve();
    }
  }

  /** Resolves when `condition` holds, of which somebody tells. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#next.promise;
  }
}
