// job/deadlock-watch: layer 2b. Notices that every rank waits for another one while no message is on its way.
// A rank says that it has been blocked for long; when all say so, two rounds of questions must agree. Used by whoever
// leads a job: the launcher, or rank 0.
import type { RankState } from "../wire/control.ts";

/** Time between two rounds of questions. */
const ROUND_MS = 100;

export interface DeadlockEvents {
  /** The states of all ranks that still live. */
  ask(): Promise<Map<number, RankState>>;
  /** Tells these ranks that no rank can go on: an error that has ended a block, whose end waits, then ends the job. */
  standstill(ranks: readonly number[]): void;
  /** Called once, with what the ranks wait for. */
  deadlock(states: Map<number, RankState>): void;
}

export class DeadlockWatch {
  /** Ranks that neither wait nor have ended. */
  #busy: Set<number>;
  #blocked = new Set<number>();
  #someLeft = false;
  #checking = false;
  #over = false;
  #events: DeadlockEvents;

  constructor(size: number, events: DeadlockEvents) {
    this.#busy = new Set(Array.from({ length: size }, (_, rank) => rank));
    this.#events = events;
  }

  blocked(rank: number): void {
    this.#busy.delete(rank);
    this.#blocked.add(rank);
    this.#look();
  }

  unblocked(rank: number): void {
    this.#blocked.delete(rank);
    this.#busy.add(rank);
  }

  /** The rank's script has ended. */
  finished(rank: number): void {
    this.#busy.delete(rank);
    this.#blocked.delete(rank);
    this.#look();
  }

  /** The rank's process has ended; how much it had sent remains unknown. */
  left(rank: number): void {
    this.#someLeft = true;
    this.finished(rank);
  }

  stop(): void {
    this.#over = true;
  }

  get #suspicious(): boolean {
    return !this.#over && this.#busy.size === 0 && this.#blocked.size > 0;
  }

  #look(): void {
    if (this.#suspicious && !this.#checking) void this.#check();
  }

  async #check(): Promise<void> {
    this.#checking = true;
    let before = "";
    let told = false;
    while (this.#suspicious) {
      const states = await this.#events.ask();
      if (!this.#suspicious) break;
      const now = standstill(states, this.#someLeft);
      const agreed = now !== undefined && now === before;
      before = now ?? "";
      if (agreed) {
        const ending = told
          ? []
          : states
              .keys()
              .filter((rank) => states.get(rank)!.endsBlock)
              .toArray();
        if (ending.length === 0) {
          this.#over = true;
          this.#events.deadlock(states);
          break;
        }
        this.#events.standstill(ending);
        told = true;
        before = "";
      }
      await Bun.sleep(ROUND_MS);
    }
    this.#checking = false;
  }
}

/** The counts at which everything stands still; undefined when somebody works or a message is on its way. */
function standstill(states: Map<number, RankState>, someLeft: boolean): string | undefined {
  let sent = 0;
  let received = 0;
  for (const state of states.values()) {
    if (!state.blocked && !state.finished) return undefined;
    sent += state.sent;
    received += state.received;
  }
  // With the counts of a rank that has left missing, that nothing changes has to be enough.
  return sent === received || someLeft ? `${states.size} ${sent} ${received}` : undefined;
}
