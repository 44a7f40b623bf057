// engine/operation: layer 4. Something that completes later: a send, a receive, a collective. Made by the engine and by
// collectives, wrapped by mpi/request.ts. Its promise is made only when somebody waits, so that an operation that fails
// unobserved is no unhandled rejection, and one that is done costs none.
import type { CallSite } from "../base/call-site.ts";
import { Exception } from "../base/errors.ts";

/** What an operation is, for messages about ranks that wait and for errors. */
export interface Call {
  /** As a user would say it: `recv(source 1, tag 7) on COMM_WORLD`. Called rarely. */
  describe(): string;
}

/** Told that an operation has settled: which one. */
type Then = (operation: Operation<any>) => void;

/** Something under way, or, where it was done at once, its result: which is no promise, and has cost none. */
export type Started<T> = T | UnderWay<T>;
type UnderWay<T> = Promise<T> | Operation<T>;

/** True of what is not done yet, or has failed. */
export function underWay<T>(started: Started<T>): started is UnderWay<T> {
  return started instanceof Operation || started instanceof Promise;
}

/** What has been started, as a promise. */
export function promised<T>(started: Started<T>): Promise<T> {
  return started instanceof Operation ? started.promise() : Promise.resolve(started);
}

/** What `make` makes of the result of what has been started, at once where that is here. */
export function following<T, U>(started: Started<T>, make: (value: T) => Started<U>): Started<U> {
  if (started instanceof Operation) return started.map((value: T) => inPromise(make(value)));
  if (started instanceof Promise) return started.then((value: T) => promised(make(value)));
  return make(started);
}

/** An operation takes values and promises. */
function inPromise<T>(started: Started<T>): T | Promise<T> {
  return started instanceof Operation ? started.promise() : started;
}

export class Operation<T = unknown> {
  #state: "pending" | "done" | "failed" = "pending";
  #value: T | undefined;
  #error: unknown;
  #waiter: { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } | undefined;
  /** Called when settled; nearly always there is just one. */
  #then: Then | undefined;
  #others: Set<Then> | undefined;
  /** Set by who made the call; undefined for operations inside the runtime. */
  call: Call | undefined;
  /** Where the script made the call, where that is known. */
  site: CallSite | undefined;
  /** The operation's place among those that somebody waits for; Progress keeps it. */
  place = -1;

  /** True once resolved or rejected. */
  get settled(): boolean {
    return this.#state !== "pending";
  }

  /** True once rejected. */
  get failed(): boolean {
    return this.#state === "failed";
  }

  /** The value of an operation that has settled. @throws what it was rejected with */
  get result(): T {
    if (this.#state === "failed") throw this.#error;
    return this.#value as T;
  }

  /** What it was rejected with. */
  get error(): unknown {
    return this.#error;
  }

  /** A promise of the result. Does not keep the event loop alive: see Progress.wait. */
  promise(): Promise<T> {
    if (this.#state === "done") return Promise.resolve(this.#value as T);
    if (this.#state === "failed") return Promise.reject(this.#error);
    this.#waiter ??= Promise.withResolvers<T>();
    return this.#waiter.promise;
  }

  resolve(value: T): void {
    if (this.#state !== "pending") return;
    this.#state = "done";
    this.#value = value;
    this.#waiter?.resolve(value);
    this.#settle();
  }

  reject(error: unknown): void {
    if (this.#state !== "pending") return;
    this.#state = "failed";
    // The error arose while a frame was read; what helps is the line of the script that made the call.
    if (error instanceof Exception) this.site?.locate(error);
    this.#error = error;
    this.#waiter?.reject(error);
    this.#settle();
  }

  /** Says where the script made the call of an operation that has failed before anybody could ask. */
  locate(site: CallSite): void {
    if (this.#error instanceof Exception) site.locate(this.#error);
  }

  /** Calls `then` when the operation settles, at once when it has. False when it was to be called already. */
  onSettled(then: Then): boolean {
    if (this.settled) {
      then(this);
      return true;
    }
    if (this.#then === then || this.#others?.has(then)) return false;
    if (!this.#then) this.#then = then;
    else {
      this.#others ??= new Set();
      this.#others.add(then);
    }
    return true;
  }

  /** Takes back a call of onSettled. */
  offSettled(then: Then): void {
    if (this.#then === then) this.#then = undefined;
    this.#others?.delete(then);
  }

  /** Pending again: only of an operation that has been resolved, and that nobody else knows of. */
  renew(): void {
    this.#state = "pending";
    this.#value = undefined;
  }

  #settle(): void {
    this.#then?.(this);
    if (this.#others) for (const then of this.#others) then(this);
    this.#then = this.#others = undefined;
  }

  /** The operation of what `make` makes of the result, at once when that is here; it may give a promise. */
  map<U>(make: (value: T) => U | Promise<U>): Operation<U> {
    const mapped = new Operation<U>();
    const settle = () => {
      try {
        const made = make(this.result);
        if (!(made instanceof Promise)) return mapped.resolve(made);
        made.then(
          (value) => mapped.resolve(value),
          (error: unknown) => mapped.reject(error),
        );
      } catch (error) {
        mapped.reject(error);
      }
    };
    this.onSettled(settle);
    return mapped;
  }

  /** An operation that is done. */
  static done<T>(value: T): Operation<T> {
    const operation = new Operation<T>();
    operation.resolve(value);
    return operation;
  }

  /** An operation that settles as `promise` does. */
  static of<T>(promise: Promise<T>): Operation<T> {
    const operation = new Operation<T>();
    promise.then(
      (value) => operation.resolve(value),
      (error: unknown) => operation.reject(error),
    );
    return operation;
  }
}

/** Of what was done at once, and has no result: one for all, as nobody can tell them apart. */
export const DONE: Operation<any> = Operation.done(undefined);
