// rma/exposure: layer 8. Who has posted a window to this rank, and who has completed access to this rank's: post and start,
// complete and wait, counted for each process. Used by server.ts and window.ts.
import { Operation } from "../engine/operation.ts";

export class Signals {
  readonly #counts = new Map<number, number>();
  #waiting: { readonly from: readonly number[]; readonly operation: Operation<void> }[] = [];

  /** A signal of `process` has come. */
  add(process: number): void {
    this.#counts.set(process, (this.#counts.get(process) ?? 0) + 1);
    this.#waiting = this.#waiting.filter(({ from, operation }) => {
      if (!this.take(from)) return true;
      operation.resolve();
      return false;
    });
  }

  /** Those of these processes that have not sent a signal. */
  missing(from: readonly number[]): readonly number[] {
    return from.filter((process) => !this.#counts.get(process));
  }

  /** Takes one signal of each of these processes, if there is one of each. */
  take(from: readonly number[]): boolean {
    if (this.missing(from).length > 0) return false;
    for (const process of from) this.#counts.set(process, this.#counts.get(process)! - 1);
    return true;
  }

  /** Settles when there was one of each, and they have been taken. */
  wait(from: readonly number[]): Operation<void> {
    const operation = new Operation<void>();
    if (this.take(from)) operation.resolve();
    else this.#waiting.push({ from, operation });
    return operation;
  }
}
