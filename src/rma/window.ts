// rma/window: layer 8. A window as one rank has it: what it shows to the others (server.ts), and how it reaches theirs, by
// requests or, where their memory is near, directly. Ranks in; arguments have been checked. Called by mpi/win….ts.
import { barrier } from "../collectives/movement.ts";
import { checkOf } from "../comm/check.ts";
import { ANSWERS, LONG_DATA } from "../comm/context.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { BYTES } from "../data/element.ts";
import type { Op } from "../data/op.ts";
import type { Target } from "../engine/message.ts";
import { DONE, Operation, promised } from "../engine/operation.ts";
import { Epochs } from "./epochs.ts";
import { Locks } from "./locks.ts";
import type { Near } from "./near.ts";
import { combine, dense, type Place, read, swapIfEqual, write } from "./place.ts";
import type { Regions } from "./regions.ts";
import {
  ACCUMULATE,
  Answer,
  COMPARE_AND_SWAP,
  COMPLETE,
  FLUSH,
  GET,
  isLong,
  LOCK,
  nothing,
  POST,
  PUT,
  RELEASED,
  requestTag,
  UNLOCK,
  writeRequest,
} from "./request.ts";
import { Server } from "./server.ts";

/** What is known of one rank's window. */
export interface Shown {
  /** Bytes; 0 for a dynamic window. */
  readonly size: number;
  readonly dispUnit: number;
}

/** Ids are tags. */
const IDS = 2 ** 31;

/** What this rank has under way to a target. */
class Remote {
  /** Requests have been sent since the last flush. */
  dirty = false;
  /** Not complete at this rank yet. */
  readonly pending = new Set<Operation<any>>();
  /** Of a lock that was taken directly: whether it is exclusive. */
  direct: boolean | undefined;
  readonly #settled = (operation: Operation<any>) => {
    this.pending.delete(operation);
  };

  /** An operation begins. */
  add(operation: Operation<any>): void {
    this.pending.add(operation);
    operation.onSettled(this.#settled);
  }
}

/** Settles when all have; fails with the first failure among those that were `asked`. */
function together(asked: readonly Operation<void>[], pending: readonly Operation<any>[]): Operation<void> {
  if (pending.length === 0 && asked.length === 1) return asked[0]!;
  const all = new Operation<void>();
  let left = 1;
  const settled = () => {
    if (--left > 0) return;
    const failed = asked.find((operation) => operation.failed);
    if (failed) all.reject(failed.error);
    else all.resolve();
  };
  for (const operations of [asked, pending]) {
    left += operations.length;
    for (const operation of operations) operation.onSettled(settled);
  }
  settled();
  return all;
}

export class Window {
  readonly endpoint: Endpoint;
  readonly regions: Regions;
  /** By rank. */
  readonly shown: readonly Shown[];
  readonly epochs: Epochs;
  readonly near: readonly (Near | undefined)[];
  readonly #server: Server;
  readonly #remotes: readonly Remote[];
  #lastId = 0;

  /** @param near by rank; this rank's own is one of them, but for a dynamic window */
  constructor(
    endpoint: Endpoint,
    regions: Regions,
    shown: readonly Shown[],
    own: Pick<Near, "alone" | "lock">,
    near: readonly (Near | undefined)[],
  ) {
    this.endpoint = endpoint;
    this.regions = regions;
    this.shown = shown;
    this.near = near;
    this.epochs = new Epochs(() => endpoint.name);
    this.#remotes = shown.map(() => new Remote());
    this.#server = new Server(endpoint, regions, new Locks(own.lock), own.alone);
    this.#server.start();
  }

  // --- data ---

  /** Settles when `data` may be changed again. */
  put(rank: number, place: Place, data: Uint8Array): Operation<void> {
    const near = this.near[rank];
    if (near) return now(() => write(near.bytes, 0, place, data));
    return this.#tell(rank, PUT, this.#id(), place, 0, false, data);
  }

  /** Settles when the data has come. */
  get<T>(rank: number, place: Place, target: Target<T>): Operation<T> {
    const near = this.near[rank];
    if (near) {
      return now(() => give(target, rank, dense(near.bytes, 0, place) ?? read(near.bytes, 0, place)));
    }
    return this.#ask(rank, GET, place, 0, false, undefined, target);
  }

  /** Settles when `data` may be changed again. */
  accumulate(rank: number, place: Place, op: Op, data: Uint8Array): Operation<void> {
    const near = this.near[rank];
    if (near) return now(() => near.alone(() => combine(near.bytes, 0, place, op, data)));
    return this.#tell(rank, ACCUMULATE, this.#id(), place, op.number, false, data);
  }

  /** As accumulate; `target` gets what was there before. */
  getAccumulate<T>(rank: number, place: Place, op: Op, data: Uint8Array, target: Target<T>): Operation<T> {
    const near = this.near[rank];
    if (near) {
      return now(() => {
        const before = near.alone(() => {
          const copy = read(near.bytes, 0, place);
          combine(near.bytes, 0, place, op, data);
          return copy;
        });
        return give(target, rank, before);
      });
    }
    return this.#ask(rank, ACCUMULATE, place, op.number, true, data, target);
  }

  /** Replaces one element that is as `compare` by `value`; `target` gets what was there before. */
  compareAndSwap<T>(
    rank: number,
    place: Place,
    compare: Uint8Array,
    value: Uint8Array,
    target: Target<T>,
  ): Operation<T> {
    const near = this.near[rank];
    if (near) {
      return now(() => {
        const room = dense(near.bytes, 0, place)!;
        const before = near.alone(() => {
          const copy = room.slice();
          swapIfEqual(room, compare, value);
          return copy;
        });
        return give(target, rank, before);
      });
    }
    const both = new Uint8Array(2 * place.bytes);
    both.set(compare);
    both.set(value, place.bytes);
    return this.#ask(rank, COMPARE_AND_SWAP, place, 0, false, both, target);
  }

  // --- completion ---

  /** Settles when what this rank has asked these ranks for is done there, and here. */
  flush(ranks: Iterable<number>): Operation<void> {
    const asked: Operation<void>[] = [];
    const pending: Operation<any>[] = [];
    for (const rank of ranks) {
      const remote = this.#remotes[rank]!;
      if (remote.pending.size > 0) pending.push(...remote.pending);
      if (remote.dirty) asked.push(this.#signal(rank, FLUSH));
      remote.dirty = false;
    }
    return together(asked, pending);
  }

  /** Settles when the buffers of what this rank has asked these ranks for may be used again. */
  flushLocal(ranks: Iterable<number>): Operation<void> {
    const pending = [...ranks].flatMap((rank) => [...this.#remotes[rank]!.pending]);
    return together([], pending);
  }

  /** Settles when every rank has called it, and all that was asked for before is done. */
  fence(call: string): Operation<void> {
    const lane = this.endpoint.lane(checkOf(call));
    const flushed = this.flush(this.shown.keys());
    return this.endpoint.run(lane, async () => {
      await flushed.promise();
      await promised(barrier(lane));
    });
  }

  // --- locks ---

  /** Settles when this rank holds the lock of `rank`. */
  lock(rank: number, exclusive: boolean): Operation<void> {
    const remote = this.#remotes[rank]!;
    if (this.near[rank]?.lock.takeDirectly(exclusive)) {
      remote.direct = exclusive;
      return DONE;
    }
    return this.#signal(rank, LOCK, exclusive);
  }

  lockAll(): Operation<void> {
    const locks = [...this.shown.keys()].map((rank) => this.lock(rank, false));
    return together(locks, []);
  }

  /** Gives locks back; settles when all that was asked for is done. */
  unlock(ranks: Iterable<number>): Operation<void> {
    const asked: Operation<void>[] = [];
    const pending: Operation<any>[] = [];
    for (const rank of ranks) {
      const remote = this.#remotes[rank]!;
      pending.push(...remote.pending);
      if (remote.direct === undefined) asked.push(this.#signal(rank, UNLOCK));
      else this.#giveBack(rank, remote);
      remote.dirty = false;
    }
    return together(asked, pending);
  }

  /** Gives a lock back that was taken directly. */
  #giveBack(rank: number, remote: Remote): void {
    const { lock } = this.near[rank]!;
    lock.give(remote.direct!);
    remote.direct = undefined;
    if (lock.isWanted) this.#send(rank, RELEASED, 0);
  }

  // --- post, start, complete, wait ---

  /** Lets these ranks begin. */
  post(origins: readonly number[]): void {
    for (const rank of origins) this.#send(rank, POST, 0);
  }

  /** Settles when these ranks have posted. */
  start(targets: readonly number[]): Operation<void> {
    return this.#server.posted.wait(this.#processes(targets));
  }

  /** Settles when all that was asked of these ranks is done; tells them so. */
  complete(targets: readonly number[]): Operation<void> {
    const asked = targets.map((rank) => this.#signal(rank, COMPLETE));
    const pending = targets.flatMap((rank) => [...this.#remotes[rank]!.pending]);
    for (const rank of targets) this.#remotes[rank]!.dirty = false;
    return together(asked, pending);
  }

  /** Settles when these ranks have completed. */
  completed(origins: readonly number[]): Operation<void> {
    return this.#server.completed.wait(this.#processes(origins));
  }

  /** True, and the completions are taken, where these ranks have completed. */
  tookCompleted(origins: readonly number[]): boolean {
    return this.#server.completed.take(this.#processes(origins));
  }

  /** Of these ranks, those that have not posted or (`completed`) completed yet. */
  missing(ranks: readonly number[], what: "posted" | "completed"): readonly number[] {
    const { group } = this.endpoint;
    return this.#server[what].missing(this.#processes(ranks)).map((process) => group.rankOf(process)!);
  }

  #processes(ranks: readonly number[]): number[] {
    return ranks.map((rank) => this.endpoint.peer(rank));
  }

  /** Gives the window up: every rank is done with it. */
  free(): void {
    this.endpoint.retire();
    this.near[this.endpoint.group.rank!]?.discard?.();
  }

  // --- requests ---

  #id(): number {
    this.#lastId = (this.#lastId + 1) % IDS;
    return this.#lastId;
  }

  #send(
    rank: number,
    kind: number,
    id: number,
    place?: Place,
    op = 0,
    flag = false,
    data?: Uint8Array,
  ): Operation<void> | undefined {
    return this.endpoint.send(rank, requestTag(kind, data), writeRequest(id, place, op, flag, data), false);
  }

  /** Sends a request, and its data behind it where that is long. Settles when `data` may be changed again. */
  #tell(
    rank: number,
    kind: number,
    id: number,
    place: Place,
    op: number,
    flag: boolean,
    data: Uint8Array,
  ): Operation<void> {
    const remote = this.#remotes[rank]!;
    remote.dirty = true;
    let sending: Operation<void> | undefined;
    if (isLong(data)) {
      this.#send(rank, kind, id, place, op, flag);
      const { engine, context } = this.endpoint;
      sending = engine.send(this.endpoint.peer(rank), context + LONG_DATA, id, { element: BYTES, parts: [data] });
    } else sending = this.#send(rank, kind, id, place, op, flag, data);
    if (!sending) return DONE;
    remote.add(sending);
    return sending;
  }

  /** Sends a request whose answer goes to `target`. */
  #ask<T>(
    rank: number,
    kind: number,
    place: Place,
    op: number,
    flag: boolean,
    data: Uint8Array | undefined,
    target: Target<T>,
  ): Operation<T> {
    const id = this.#id();
    const operation = this.#answerTo(rank, id, new Answer(target));
    if (data) this.#tell(rank, kind, id, place, op, flag, data);
    else this.#send(rank, kind, id, place, op, flag);
    this.#remotes[rank]!.add(operation);
    return operation;
  }

  /** Sends a request that is about no place; settles when it has been answered. */
  #signal(rank: number, kind: number, flag = false): Operation<void> {
    const id = this.#id();
    const operation = this.#answerTo(rank, id, nothing);
    this.#send(rank, kind, id, undefined, 0, flag);
    // A flush that begins while another one is under way is complete no sooner.
    if (kind === FLUSH) this.#remotes[rank]!.add(operation);
    return operation;
  }

  #answerTo<T>(rank: number, id: number, target: Target<T>): Operation<T> {
    const { engine, context } = this.endpoint;
    return engine.receive(this.endpoint.peer(rank), context + ANSWERS, id, target).operation;
  }
}

/** What is done at once. */
function now<T>(run: () => T): Operation<T> {
  const operation = new Operation<T>();
  try {
    operation.resolve(run());
  } catch (error) {
    operation.reject(error);
  }
  return operation;
}

/** Hands bytes to where an answer would go. */
function give<T>(target: Target<T>, source: number, bytes: Uint8Array): T {
  return target.finish({ source, tag: 0, element: BYTES, check: 0, sizes: [bytes.byteLength] }, [bytes], false);
}
