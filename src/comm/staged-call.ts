// comm/staged-call: layer 5. A collective call that moves long data through memory that all ranks share
// (transport/shared-staging.ts). Owned by its meeting; algorithms have it as the `staging` of their lane.
import { Operation } from "../engine/operation.ts";
import type { SharedStaging, Staged } from "../transport/shared-staging.ts";
import type { Staging } from "./lane.ts";

/** The call, as its meeting knows it. */
export interface Turn {
  readonly call: number;
  /** The others hear of the call now. */
  tell(): void;
  /** True when all calls before it have ended here. A rank has one call at a time in its slots: so all go in the same order. */
  first(): boolean;
  goneBecause(rank: number): unknown;
}

export class StagedCall implements Staging {
  readonly #staging: SharedStaging;
  readonly #turn: Turn;
  used = false;
  /** It waits for calls before it, and for no rank: one that has what it needs of them all may have finished. */
  #queues = false;
  /** What is waited for: `#here` of the ranks from `#from` on. */
  #operation: Operation<void> | undefined;
  #here: (rank: number) => boolean = () => true;
  #from = 0;
  /** What has failed for good. */
  #error: unknown;

  constructor(staging: SharedStaging, turn: Turn) {
    this.#staging = staging;
    this.#turn = turn;
  }

  get room(): number {
    return this.#staging.room;
  }

  async begin(staged: Staged): Promise<void> {
    this.used = true;
    this.#turn.tell();
    this.#queues = true;
    const late = this.#wait(() => this.#turn.first());
    if (late) await late;
    this.#queues = false;
    this.#staging.begin(this.#turn.call, staged);
  }

  async own(k: number): Promise<Uint8Array> {
    const staging = this.#staging;
    const { call } = this.#turn;
    const user = staging.usedBy();
    if (user !== undefined && user !== call) {
      const ended = (rank: number) => staging.hasEnded(rank, user);
      const late = this.#wait(ended);
      if (late) {
        staging.waits(true);
        // They may have ended it before they could know.
        this.look();
        await late;
        staging.waits(false);
      }
    }
    staging.take(call);
    return staging.segment(staging.self, call, k);
  }

  staged(rank: number): Staged {
    return this.#staging.staged(rank, this.#turn.call);
  }

  segment(rank: number, k: number): Uint8Array {
    return this.#staging.segment(rank, this.#turn.call, k);
  }

  get apart(): boolean {
    return this.#staging.apart;
  }

  write(segment: Uint8Array, at: number, bytes: Uint8Array): void {
    this.#staging.write(segment, at, bytes);
  }

  step(steps: number, ahead = false): void {
    this.#staging.step(this.#turn.call, steps, ahead);
  }

  taken(steps: number, only?: number): Promise<void> | undefined {
    const hasTaken = (rank: number) => this.#staging.hasTaken(rank, this.#turn.call, steps);
    return this.#wait(only === undefined ? hasTaken : (rank) => rank !== only || hasTaken(rank));
  }

  end(): void {
    this.#staging.end(this.#turn.call);
  }

  // --- what the meeting calls ---

  /** Looks whether what is waited for is here. True when it is. */
  look(): boolean {
    const operation = this.#operation;
    if (!operation || operation.settled || !this.#arrived()) return false;
    operation.resolve();
    return true;
  }

  #arrived(): boolean {
    const { self, size } = this.#staging;
    while (this.#from < size && (this.#from === self || this.#here(this.#from))) this.#from++;
    return this.#from === size;
  }

  /** Ranks that are waited for. */
  *awaited(): Generator<number> {
    if (this.#queues || (this.#operation?.settled ?? true)) return;
    const { self, size } = this.#staging;
    for (let rank = this.#from; rank < size; rank++) if (rank !== self && !this.#here(rank)) yield rank;
  }

  gone(rank: number, why: () => unknown): void {
    for (const awaited of this.awaited()) if (awaited === rank) return this.fail(why());
  }

  /** The call has failed: what it waits for, or will, is not awaited. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#operation?.reject(error);
  }

  /** Undefined where `here` is true of all other ranks already. */
  #wait(here: (rank: number) => boolean): Promise<void> | undefined {
    if (this.#error) return Promise.reject(this.#error);
    this.#here = here;
    this.#from = 0;
    if (this.#arrived()) return undefined;
    const operation = new Operation<void>();
    this.#operation = operation;
    for (const rank of this.awaited()) {
      const error = this.#turn.goneBecause(rank);
      if (error) return Promise.reject(error);
    }
    return operation.promise();
  }
}
