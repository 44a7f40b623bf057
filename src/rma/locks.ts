// rma/locks: layer 8. Who holds the lock of one rank's window, and who waits for it, in the order in which they asked: one
// exclusive holder, or several shared ones. Used by server.ts.

interface Wish {
  readonly process: number;
  readonly exclusive: boolean;
  readonly grant: () => void;
}

/** The lock itself: a word that others may reach, too. */
export interface LockWord {
  /** Takes the lock. False where it is held by somebody that is in conflict. */
  take(exclusive: boolean): boolean;
  /** As take, for who is not the one that gives it to those who wait: false, too, where somebody does. */
  takeDirectly(exclusive: boolean): boolean;
  give(exclusive: boolean): void;
  /** Says whether anybody waits: then nobody is to take it but in turn. */
  wanted(waits: boolean): void;
  /** True while somebody waits: who has given the lock back directly is to tell. */
  readonly isWanted: boolean;
}

/** A word that nobody else reaches. */
export class OwnWord implements LockWord {
  #shared = 0;
  #exclusive = false;
  isWanted = false;

  take(exclusive: boolean): boolean {
    if (this.#exclusive || (exclusive && this.#shared > 0)) return false;
    if (exclusive) this.#exclusive = true;
    else this.#shared++;
    return true;
  }

  takeDirectly(exclusive: boolean): boolean {
    return !this.isWanted && this.take(exclusive);
  }

  give(exclusive: boolean): void {
    if (exclusive) this.#exclusive = false;
    else this.#shared--;
  }

  wanted(waits: boolean): void {
    this.isWanted = waits;
  }
}

export class Locks {
  readonly #word: LockWord;
  readonly #held = new Map<number, boolean>();
  #waiting: Wish[] = [];

  constructor(word: LockWord) {
    this.#word = word;
  }

  /** Calls `grant` when `process` has the lock. */
  take(process: number, exclusive: boolean, grant: () => void): void {
    this.#waiting.push({ process, exclusive, grant });
    this.serve();
  }

  /** Gives the lock of `process` back. */
  give(process: number): void {
    const exclusive = this.#held.get(process);
    if (exclusive === undefined) return;
    this.#held.delete(process);
    this.#word.give(exclusive);
    this.serve();
  }

  /** Gives the lock to those whose turn it is. */
  serve(): void {
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      // Said before looking: who gives the lock back in between sees it, and tells.
      this.#word.wanted(true);
      if (!this.#word.take(first.exclusive)) return;
      this.#waiting.shift();
      this.#held.set(first.process, first.exclusive);
      first.grant();
    }
    this.#word.wanted(false);
  }
}
