// engine/progress: layer 4. The one wait policy: who waits keeps the event loop turning for a bounded time, then sleeps
// in it until a socket wakes it. One object per process. Called by everything that waits.
import type { Operation } from "./operation.ts";

/** Turns of the event loop (about 1 µs each) between two looks at the clock. */
const TURNS_PER_LOOK = 16;

export class Progress {
  readonly #spinNs: number;
  /** Operations that somebody waits for. The script has not ended while there is one. */
  readonly #waiting: Operation<any>[] = [];
  #turning = false;
  #arrived = false;
  /** Ends the hold, if there is one. */
  #release = () => {};

  /** @param spinUs microseconds of turning after the last arrival; 0 sleeps at once */
  constructor(spinUs: number) {
    this.#spinNs = spinUs * 1000;
  }

  /** The operations that somebody waits for. */
  get waiting(): readonly Operation<any>[] {
    return this.#waiting;
  }

  /** A promise of the operation's result; until it settles the process does not end, and progress is made. */
  wait<T>(operation: Operation<T>): Promise<T> {
    if (!operation.settled) this.#enter(operation);
    return operation.promise();
  }

  /** Lets everything that has arrived in: one turn of the event loop. */
  poll(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Something arrived from another rank. */
  arrived(): void {
    this.#arrived = true;
  }

  /**
   * Keeps an event loop alive that has nothing left but waiting operations; ends when an operation settles. Called when
   * the loop was about to end ("beforeExit").
   * @param ms after so many milliseconds `tell(true)` is called, and `tell(false)` when that has ended; 0: never
   */
  hold(ms: number, tell: (long: boolean) => void): void {
    this.#release();
    let timer: ReturnType<typeof setTimeout>;
    let long = false;
    const forever = () => {
      timer = setInterval(() => {}, 2 ** 30);
    };
    if (ms > 0) {
      timer = setTimeout(() => {
        forever();
        long = true;
        tell(true);
      }, ms);
    } else forever();
    this.#release = () => {
      this.#release = () => {};
      clearTimeout(timer);
      if (long) tell(false);
    };
  }

  #enter(operation: Operation<any>): void {
    if (operation.place >= 0) return;
    operation.place = this.#waiting.push(operation) - 1;
    operation.onSettled(this.#leave);
    if (!this.#turning && this.#spinNs > 0) this.#turn();
  }

  readonly #leave = (operation: Operation<any>) => {
    // The last one takes the place that is free.
    const last = this.#waiting.pop()!;
    if (last !== operation) {
      this.#waiting[operation.place] = last;
      last.place = operation.place;
    }
    operation.place = -1;
    this.#release();
  };

  /** Turns the event loop: sockets and timers are served at every turn. */
  #turn(): void {
    this.#turning = true;
    let last = Bun.nanoseconds();
    let turns = 0;
    const turn = () => {
      if (this.#waiting.length === 0) {
        this.#turning = false;
        return;
      }
      if (++turns % TURNS_PER_LOOK === 0) {
        const now = Bun.nanoseconds();
        if (this.#arrived) last = now;
        this.#arrived = false;
        if (now - last > this.#spinNs) {
          this.#turning = false;
          return;
        }
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  }
}
