// cli/launch/stopped-ranks: layer 10. Ranks that a signal has stopped, in jobs on several hosts: whoever waits for one is
// told, and one that stays so ends the job. Used by hosts-of-job for this host, and by agent/remote for others.
import { readFileSync } from "node:fs";

/** Looks in the time that a rank may stand still. */
export const LOOKS = 5;

export interface StoppedEvents {
  /** It has been stopped just now. */
  stopped(rank: number): void;
  /** It was so for all of the time. Called once. */
  frozen(rank: number): void;
}

export class StoppedRanks {
  #events: StoppedEvents;
  /** In how many looks in a row they were stopped. */
  #looks = new Map<number, number>();

  constructor(events: StoppedEvents) {
    this.#events = events;
  }

  /** What a look has found; one of `LOOKS` in the time. */
  found(stopped: readonly number[]): void {
    this.#looks = new Map(stopped.map((rank) => [rank, (this.#looks.get(rank) ?? 0) + 1]));
    for (const [rank, looks] of this.#looks) {
      if (looks === 1) this.#events.stopped(rank);
      if (looks === LOOKS) this.#events.frozen(rank);
    }
  }
}

/** True for a process that a signal has stopped, not one that a debugger holds. */
export function isStopped(pid: number): boolean {
  try {
    // The state stands behind the name, which is in parentheses and may contain any of them.
    return /^\) T/.test(readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*(?=\) )/s, ""));
  } catch {
    return false; // gone, or a system without /proc
  }
}
