// engine/progress: layer 4. The one wait policy, in four steps: a call that waits looks into shared memory at once, then
// between the microtasks, then keeps the event loop turning, each for a bounded time; then the process sleeps until a
// socket wakes it. One object per process. Called by everything that waits.
import type { Operation } from "./operation.ts";

/** Turns of the event loop (about 1 µs each) between two words to the scheduler, where no core is shared. */
const TURNS_PER_PAUSE = 16;
/** Turns without news before it sleeps, where nobody waits: the script is most likely about to make its next call. */
const TURNS_TO_SPARE = 32;
/**
 * Looks at shared memory (about 10 ns each) between two looks at the clock, and a word to the scheduler, where no core is shared
 * by ranks: but by a rank and its own compiler. Of 2 ranks on 2 cores, with 512 in place of 64, a ping-pong of compiled code took
 * 0.62 us in place of 0.73, and one of 150,000 messages from the start 2.2 in place of 1.5.
 */
const POLLS_PER_PAUSE = 64;
/** Looks between two microtasks. */
const POLLS_PER_MICROTASK = 4;
/** Nanoseconds for which a call looks at shared memory before it goes back to the event loop. */
const SPIN_AT_ONCE = 50_000;
/**
 * Looks (about 10 ns each) of a collective call at what the others show, before it polls for everything that may come. Without a
 * word to the scheduler: that takes up to 6 µs, in which another rank looks in vain, and says one too. Eight times as many took a
 * barrier of 4 ranks on 4 cores from 2.4 to 3 µs, and a bcast from 3.4 to 7: a rank's own compiler wants a core as well. Where
 * ranks share cores, with a word after each: a barrier of 8 ranks on 2 cores took 42 µs in place of 250.
 */
const LOOKS_AT_ONCE = 128;
/**
 * Where ranks share cores, looks of a call while the rank that it has sent to runs, too, before it gives up its core. Two that
 * run at the same time talk without a switch in between: 4 pairs on 2 cores took 5 µs for a message in place of 10.
 */
const LOOKS_FOR_ANSWER = 96;
/** Calls that are served between two looks at the clock, and nanoseconds without a turn of the event loop: timers and
 * sockets want theirs. */
const CALLS_PER_LOOK = 64;
const NS_PER_TURN = 1_000_000;
/** Milliseconds after which a sleep is a long one. */
const LONG_SLEEP = 1000;

/** What brings messages without waking the event loop. */
export interface Polled {
  /** Takes in what has arrived. True when anything has moved. */
  poll(): boolean;
  /** Nobody will poll for a while: messages are to wake the event loop. False when some have come: poll on. */
  rest(): boolean;
  /** Polling begins: messages need not wake anybody. */
  rouse(): void;
  /** Where ranks share cores: the one that this one has sent to last has not given up its own, and may be about to answer. */
  readonly answering?: boolean;
}

export class Progress {
  readonly #spinNs: number;
  readonly #spinAtOnce: number;
  /** Operations that somebody waits for. The script has not ended while there is one. */
  readonly #waiting: Operation<any>[] = [];
  #turning = false;
  #arrived = false;
  /** Ends the hold, if there is one. */
  #release = () => {};
  #polled: Polled | undefined;
  #pause = () => {};
  #longAsleep = () => {};
  #alarm: ReturnType<typeof setTimeout> | undefined;
  /** Calls served since the last look at the clock, and when the event loop has last turned. */
  #served = 0;
  #turned = 0;
  /** Looking between microtasks, and until when. */
  #looking = false;
  #lookEnd = 0;
  #looks = 0;
  /**
   * Looks and turns between two words to the scheduler: one where ranks share cores, as who is waited for may be waiting for
   * this core. With 8 ranks on 2 cores a ping-pong took a quarter of the time that it took when everybody slept at once.
   */
  readonly #pollsPerPause: number;
  readonly #turnsPerPause: number;

  /**
   * @param spinUs microseconds of turning after the last arrival; 0 sleeps at once
   * @param crowded ranks share cores
   */
  constructor(spinUs: number, crowded = false) {
    this.#spinNs = spinUs * 1000;
    this.#spinAtOnce = spinUs > 0 ? SPIN_AT_ONCE : 0;
    this.#pollsPerPause = crowded ? 1 : POLLS_PER_PAUSE;
    this.#turnsPerPause = crowded ? 1 : TURNS_PER_PAUSE;
  }

  /** Looks whether it is done what a call is about to wait for, for a time so short that nothing else needs to be looked at. */
  briefly(call: { readonly done: boolean }): boolean {
    if (this.#spinAtOnce === 0) return call.done;
    const crowded = this.#pollsPerPause === 1;
    for (let look = 0; look < LOOKS_AT_ONCE; look++) {
      if (call.done) return true;
      if (crowded) this.#pause();
    }
    return false;
  }

  /** The operations that somebody waits for. */
  get waiting(): readonly Operation<any>[] {
    return this.#waiting;
  }

  /**
   * Gives it what is to be polled.
   * @param pause lets another process have the core
   * @param longAsleep is called once in every long sleep
   */
  attach(polled: Polled, pause: () => void, longAsleep = () => {}): void {
    this.#polled = polled;
    this.#pause = pause;
    this.#longAsleep = longAsleep;
    this.#setAlarm();
  }

  /** A call is served without waiting: a turn of the event loop that is due first, or undefined. */
  served(): Promise<void> | undefined {
    if (++this.#served < CALLS_PER_LOOK) return undefined;
    this.#served = 0;
    const now = Bun.nanoseconds();
    if (now - this.#turned < NS_PER_TURN) return undefined;
    this.#turned = now;
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Polls for a bounded time, where there is something to poll, until something moves. */
  spin(operation: Operation<any>): void {
    const polled = this.#polled;
    if (!polled) return;
    if (!this.#turning) this.#turn();
    polled.poll();
    if (operation.settled || this.#spinAtOnce === 0) return;
    const begin = Bun.nanoseconds();
    if (begin - this.#turned > NS_PER_TURN) return;
    const end = begin + this.#spinAtOnce;
    let patience = this.#pollsPerPause === 1 ? LOOKS_FOR_ANSWER : 0;
    do {
      // What has come may be half of something whose other half is a microtask's: those run only when this returns.
      for (let i = 0; i < this.#pollsPerPause; i++) if (polled.poll()) return;
      while (patience > 0 && polled.answering) {
        patience--;
        if (polled.poll()) return;
      }
      this.#pause();
    } while (Bun.nanoseconds() < end);
  }

  /** A promise of the operation's result; until it settles the process does not end, and progress is made. */
  wait<T>(operation: Operation<T>): Promise<T> {
    if (!operation.settled) this.#enter(operation);
    return operation.promise();
  }

  /** Lets in what has arrived without waking the event loop. */
  look(): void {
    this.#polled?.poll();
  }

  /** Lets everything that has arrived in: one turn of the event loop. */
  poll(): Promise<void> {
    this.look();
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Something arrived from another rank. */
  arrived(): void {
    this.#arrived = true;
    // A rank that serves a window waits in one long call: without this, it would sleep between any two requests.
    if (!this.#turning && this.#waiting.length > 0 && this.#spinNs > 0) this.#turn();
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
    if (!this.#turning && (this.#spinNs > 0 || this.#polled)) this.#turn();
    this.#beginLooking();
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

  /** Looks into shared memory between microtasks: an algorithm of several steps goes on in those. */
  #beginLooking(): void {
    if (this.#looking || !this.#polled) return;
    this.#looking = true;
    this.#looks = 0;
    this.#lookEnd = Bun.nanoseconds() + this.#spinAtOnce;
    queueMicrotask(this.#look);
  }

  readonly #look = (): void => {
    const polled = this.#polled!;
    if (this.#waiting.length > 0 && this.#turning) {
      const polls = Math.min(POLLS_PER_MICROTASK, this.#pollsPerPause);
      for (let i = 0; i < polls; i++) {
        if (!polled.poll()) continue;
        this.#arrived = true;
        break;
      }
      this.#looks += polls;
      if (this.#looks % this.#pollsPerPause !== 0) return queueMicrotask(this.#look);
      const now = Bun.nanoseconds();
      if (this.#arrived) this.#lookEnd = now + this.#spinAtOnce;
      if (now < this.#lookEnd && now - this.#turned < NS_PER_TURN) {
        this.#pause();
        return queueMicrotask(this.#look);
      }
    }
    this.#looking = false;
  };

  /** Turns the event loop: sockets and timers are served at every turn, and what is polled is. */
  #turn(): void {
    this.#turning = true;
    const polled = this.#polled;
    polled?.rouse();
    let last = Bun.nanoseconds();
    this.#turned = last;
    let turns = 0;
    let spare = 0;
    const turn = () => {
      if (polled?.poll()) {
        this.#arrived = true;
        this.#beginLooking();
      }
      if (this.#waiting.length > 0 || this.#arrived) spare = 0;
      else if (++spare > TURNS_TO_SPARE) return this.#stopTurning(turn);
      const now = Bun.nanoseconds();
      this.#turned = now;
      if (this.#arrived) last = now;
      this.#arrived = false;
      if (now - last > this.#spinNs) return this.#stopTurning(turn);
      if (++turns % this.#turnsPerPause === 0) this.#pause();
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  #stopTurning(turn: () => void): void {
    if (this.#polled && !this.#polled.rest()) {
      this.#polled.rouse();
      setImmediate(turn);
      return;
    }
    this.#turning = false;
    this.#setAlarm();
  }

  /** For the end of a long sleep's first second, which begins now: 40 ns. */
  #setAlarm(): void {
    if (this.#alarm) this.#alarm.refresh();
    else this.#alarm = setTimeout(this.#ring, LONG_SLEEP).unref();
  }

  readonly #ring = (): void => {
    // It has computed, and now it waits: it sets the alarm when it sleeps again.
    if (this.#turning) return;
    // Calls have been served since, none of which had to wait.
    if (Bun.nanoseconds() - this.#turned < (LONG_SLEEP * 1e6) / 2) this.#setAlarm();
    else this.#longAsleep();
  };
}
