// rma/inbox: layer 8. The requests of one origin at a target, in the order in which they were sent: one that must be complete
// behind all earlier ones waits for long data that is still on its way, and those behind it wait too. Used by server.ts.

interface Ticket {
  /** Runs the request; undefined until all of it is here. */
  run: (() => void) | undefined;
  /** Waits until nothing is landing. */
  ordered: boolean;
}

export class Inbox {
  readonly #queue: Ticket[] = [];
  #landing = 0;

  /** A request whose bytes are still to come keeps its place. @returns what to call when they have */
  reserve(): (ordered: boolean, run: () => void) => void {
    const ticket: Ticket = { run: undefined, ordered: true };
    this.#queue.push(ticket);
    return (ordered, run) => {
      ticket.ordered = ordered;
      ticket.run = run;
      this.#drain();
    };
  }

  /** True where a request that comes now has to wait. */
  busy(ordered: boolean): boolean {
    return this.#queue.length > 0 || (ordered && this.#landing > 0);
  }

  /** Adds a request that has to wait. */
  add(ordered: boolean, run: () => void): void {
    this.#queue.push({ run, ordered });
  }

  /** Long data of a request begins to come. @returns what to call when it has landed */
  land(): () => void {
    this.#landing++;
    return () => {
      this.#landing--;
      this.#drain();
    };
  }

  #drain(): void {
    for (let [first] = this.#queue; first?.run; [first] = this.#queue) {
      if (first.ordered && this.#landing > 0) return;
      this.#queue.shift();
      first.run();
    }
  }
}
