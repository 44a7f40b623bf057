// rma/epochs: layer 8. Which epochs of a window are open on this rank, and so which calls are allowed: what is not is
// ERR_RMA_SYNC, before anything is sent. Pure; used by window.ts.
import { Exception } from "../base/errors.ts";

/** The access epoch of an origin. */
type Access =
  | { readonly kind: "none" }
  /** Between two fences; `used`: calls were made since the first one. */
  | { readonly kind: "fence"; used: boolean }
  | { readonly kind: "start"; readonly targets: ReadonlySet<number> }
  /** Locks by target; false while it is not granted. */
  | { readonly kind: "lock"; readonly targets: Map<number, boolean> }
  | { readonly kind: "lockAll" }
  /** A call that begins or ends an epoch waits. */
  | { readonly kind: "changing"; readonly call: string };

const NONE: Access = { kind: "none" };

export class Epochs {
  #access: Access = NONE;
  #exposed: readonly number[] | undefined;
  readonly #name: () => string;

  /** @param name the window, for messages */
  constructor(name: () => string) {
    this.#name = name;
  }

  #wrong(call: string, state: string, target?: number): Exception {
    const to = target === undefined ? "" : ` to rank ${target}`;
    return new Exception("ERR_RMA_SYNC", `Cannot call ${call}${to} on ${this.#name()}: ${state}`);
  }

  /** What is open, in words, and what ends it. */
  get #open(): readonly [open: string, end?: string] {
    const access = this.#access;
    switch (access.kind) {
      case "none":
        return ["no epoch is open"];
      case "fence":
        return ["an epoch between fences is open"];
      case "start":
        return ["an epoch that start has opened is open", "complete"];
      case "lock":
        return [`a lock of rank ${[...access.targets.keys()].join(", ")} is held`, "unlock"];
      case "lockAll":
        return ["the locks of lockAll are held", "unlockAll"];
      default:
        return [`${access.call} has not ended`, "it to be awaited"];
    }
  }

  /** What is open, for a call that it is in the way of. */
  get #state(): string {
    const [open, end] = this.#open;
    return end === undefined ? open : `${open}, expected ${end} first`;
  }

  /** What is open, for a call that needs something else. */
  #lacks(call: string, expected: string, target?: number): Exception {
    const state = this.#access.kind === "changing" ? this.#state : `${this.#open[0]}, expected ${expected} before`;
    return this.#wrong(call, state, target);
  }

  /** A call that reads or writes the window of `target`. */
  use(call: string, target: number): void {
    const access = this.#access;
    if (access.kind === "fence") access.used = true;
    else if (access.kind === "none") {
      throw this.#wrong(call, "no epoch is open, expected fence, start, lock or lockAll before", target);
    } else if (access.kind === "start" && !access.targets.has(target)) {
      throw this.#wrong(call, "it is not in the group that was given to start", target);
    } else if (access.kind === "changing") throw this.#wrong(call, this.#state, target);
    else if (access.kind === "lock") this.#checkHeld(call, access.targets, target);
  }

  /** True where this rank holds the lock of `target`: then every call there is allowed. */
  locked(target: number): boolean {
    const access = this.#access;
    return access.kind === "lockAll" || (access.kind === "lock" && access.targets.get(target) === true);
  }

  /** A call that is allowed in lock epochs only. @param target all by default */
  passive(call: string, target?: number): void {
    const access = this.#access;
    if (access.kind === "lockAll") return;
    if (access.kind !== "lock") throw this.#lacks(call, "lock or lockAll", target);
    if (target !== undefined) this.#checkHeld(call, access.targets, target);
  }

  #checkHeld(call: string, targets: ReadonlyMap<number, boolean>, target: number): void {
    const held = targets.get(target);
    if (held) return;
    const state = held === undefined ? "its window is not locked, expected lock before" : "lock has not ended";
    throw this.#wrong(call, held === undefined ? state : `${state}, expected it to be awaited first`, target);
  }

  /** An epoch can begin: none is open, or one between fences in which nothing has been done. */
  #begin(call: string): void {
    const access = this.#access;
    if (access.kind === "none" || (access.kind === "fence" && !access.used)) return;
    const state = access.kind === "fence" ? `${this.#state}, expected a fence that ends it` : this.#state;
    throw this.#wrong(call, state);
  }

  /** A fence begins. @returns what to call when it has ended; `open`: an epoch follows */
  fence(call: string): (open: boolean) => void {
    if (this.#access.kind !== "none" && this.#access.kind !== "fence") throw this.#wrong(call, this.#state);
    if (this.#exposed) throw this.#wrong(call, "its memory is posted, expected wait first");
    this.#access = { kind: "changing", call };
    return (open) => {
      this.#access = open ? { kind: "fence", used: false } : NONE;
    };
  }

  /** start begins. @returns what to call when it has ended */
  start(call: string, targets: Iterable<number>): () => void {
    this.#begin(call);
    this.#access = { kind: "changing", call };
    return () => {
      this.#access = { kind: "start", targets: new Set(targets) };
    };
  }

  /** complete. @returns the targets */
  complete(call: string): readonly number[] {
    const access = this.#access;
    if (access.kind !== "start") throw this.#lacks(call, "start");
    this.#access = NONE;
    return [...access.targets];
  }

  post(call: string, origins: readonly number[]): void {
    if (this.#exposed) throw this.#wrong(call, "its memory is posted already, expected wait first");
    if (this.#access.kind === "fence" && this.#access.used) throw this.#wrong(call, this.#state);
    this.#exposed = origins;
  }

  /** The origins that memory is posted to. */
  posted(call: string): readonly number[] {
    if (this.#exposed) return this.#exposed;
    throw this.#wrong(call, "its memory is not posted, expected post before");
  }

  /** The exposure has ended. */
  unpost(): void {
    this.#exposed = undefined;
  }

  /** lock begins. @returns what to call when it has ended, and whether the lock is held then */
  lock(call: string, target: number): (held: boolean) => void {
    const access = this.#access;
    if (access.kind !== "lock") this.#begin(call);
    else if (access.targets.has(target)) throw this.#wrong(call, "its window is locked already by this rank", target);
    const targets = access.kind === "lock" ? access.targets : new Map<number, boolean>();
    targets.set(target, false);
    this.#access = { kind: "lock", targets };
    return (held) => {
      if (held) targets.set(target, true);
      else this.#drop(targets, target);
    };
  }

  unlock(call: string, target: number): void {
    const access = this.#access;
    if (access.kind !== "lock") throw this.#lacks(call, "lock", target);
    this.#checkHeld(call, access.targets, target);
    this.#drop(access.targets, target);
  }

  #drop(targets: Map<number, boolean>, target: number): void {
    targets.delete(target);
    if (targets.size === 0) this.#access = NONE;
  }

  /** lockAll begins. @returns what to call when it has ended, and whether the locks are held then */
  lockAll(call: string): (held: boolean) => void {
    this.#begin(call);
    this.#access = { kind: "changing", call };
    return (held) => {
      this.#access = held ? { kind: "lockAll" } : NONE;
    };
  }

  unlockAll(call: string): void {
    if (this.#access.kind !== "lockAll") throw this.#lacks(call, "lockAll");
    this.#access = NONE;
  }

  /** The window is given up: no epoch must be open. */
  end(call: string): void {
    this.#begin(call);
    if (this.#exposed) throw this.#wrong(call, "its memory is posted, expected wait first");
  }
}
