// collectives/sends: layer 6. Sends that are still on their way while an algorithm goes on. A send that fails is
// noticed where it is awaited; until then, or when a receive has failed first, it is no unhandled rejection.

const ignore = () => {};

/** The same promise, which may now fail before somebody awaits it. */
export function guarded(sent: Promise<void> | undefined): Promise<void> | undefined {
  sent?.catch(ignore);
  return sent;
}

/** Several sends, to be awaited together: `if (sends.open) await sends.all();`. */
export class Sends {
  #open: Promise<void>[] | undefined;

  /** True when at least one send was not done at once. */
  get open(): boolean {
    return this.#open !== undefined;
  }

  add(sent: Promise<void> | undefined): void {
    if (!sent) return;
    sent.catch(ignore);
    this.#open ??= [];
    this.#open.push(sent);
  }

  async all(): Promise<void> {
    if (this.#open) await Promise.all(this.#open);
  }
}
