// engine/peers: layer 4. Which of the other processes are still there: the others have said bye, or are gone without one.
// Used by engine.ts.
import { Exception } from "../base/errors.ts";

export class Peers {
  readonly #finished = new Set<number>();
  readonly #left = new Set<number>();
  /** Given up on, and why. */
  readonly #failed = new Map<number, string>();
  /** Whose connection broke. */
  readonly #lost = new Set<number>();

  /** It has said bye, or left and nothing of it is on its way. False when that is no news. */
  finish(peer: number): boolean {
    if (this.#finished.has(peer)) return false;
    this.#finished.add(peer);
    return true;
  }

  /** It has left, as who leads the job says. */
  leave(peer: number): void {
    this.#left.add(peer);
  }

  hasLeft(peer: number): boolean {
    return this.#left.has(peer);
  }

  /** Its connection broke. False when that is no news. */
  lose(peer: number): boolean {
    if (this.#finished.has(peer) || this.#failed.has(peer) || this.#lost.has(peer)) return false;
    this.#lost.add(peer);
    return true;
  }

  /** Gives up on a process. False when that is no news. */
  fail(peer: number, reason: string): boolean {
    if (this.#failed.has(peer)) return false;
    this.#failed.set(peer, reason);
    return true;
  }

  /** True when nothing more can come from it. */
  isQuiet(peer: number): boolean {
    return this.#finished.has(peer) || this.#lost.has(peer);
  }

  /** Why nothing can be sent to it or received from it any more, or undefined. */
  goneBecause(peer: number): Exception | undefined {
    const reason = this.#failed.get(peer);
    const finished = this.#finished.has(peer);
    if (!finished && reason === undefined) return undefined;
    const what = `Cannot exchange messages with rank ${peer} of COMM_WORLD`;
    if (finished) return new Exception("ERR_OTHER", `${what}: it has finished`);
    return new Exception("ERR_PROC_FAILED", `${what}: ${reason}`);
  }

  /** Makes that error for whoever asks first: nearly always nobody waits for it, and 63 for nothing took 8 % of a job of 64 ranks. */
  whyGone(peer: number): () => unknown {
    let error: unknown;
    return () => {
      error ??= this.goneBecause(peer);
      return error;
    };
  }
}
