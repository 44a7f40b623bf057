// mpi/win-access: layer 9. The chapter "communication calls" of a window: put, get, accumulate and their like. Win extends it.

import { PROC_NULL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import type { BufferLike } from "../data/buffer.ts";
import { elements, type TypedArray } from "../data/element.ts";
import { NO_OP, type Op } from "../data/op.ts";
import { Operation } from "../engine/operation.ts";
import type { Window } from "../rma/window.ts";
import { checkOptions } from "./arguments.ts";
import { attempt } from "./call.ts";
import type { Datatype } from "./datatype.ts";
import { Request } from "./request.ts";
import { WinEpochs } from "./win-epochs.ts";
import {
  checkLocal,
  checkOp,
  checkPlace,
  checkTarget,
  type Local,
  landing,
  PLACE,
  type PlaceOptions,
  packed,
  RESULT,
  type ResultOptions,
  TARGET,
  type TargetOptions,
} from "./win-place.ts";
import { addPlain, getPlain, putPlain } from "./win-plain.ts";

/** Something that has been started, and its target. */
interface Started<T> {
  readonly operation: Operation<T>;
  readonly rank: number;
}

/** The operator of an accumulate. */
export interface OpOption {
  /** A predefined operator, also MPI.REPLACE and MPI.NO_OP. @default {MPI.SUM} */
  op?: Op;
}

const ACCUMULATE = [...PLACE, "op"];
const GET_ACCUMULATE = [...RESULT, "op"];

export abstract class WinAccess extends WinEpochs {
  /**
   * Writes into the memory of a rank.
   *
   * The call needs an open epoch: of `fence`, `start` or `lock`. The data is there when the epoch ends, or a `flush`.
   *
   * @param origin A buffer: all of it, or `count` items of `type`.
   * @param options.target A rank. @param options.disp Where in its memory, in its units of `dispUnit` bytes.
   * @param options.type How items lie in the buffer and in the target's memory, or `origintype` and `targettype`, with
   * `origincount` and `targetcount`, where they lie differently.
   * @returns A promise that resolves when `origin` may be changed again.
   * @throws {MPI.Exception} ERR_RMA_SYNC without an epoch, ERR_RANK, ERR_DISP; ERR_RMA_RANGE when it leaves the target's memory;
   * ERR_TYPE, ERR_COUNT, ERR_BUFFER. Nothing was sent.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using win = await MPI.Win.allocate(4 * size, { dispUnit: 4, comm: MPI.COMM_WORLD });
   * await win.fence();
   * for (let target = 0; target < size; target++) await win.put(Int32Array.of(rank), { target, disp: rank });
   * await win.fence();
   * console.log(new Int32Array(win.memory!.buffer, win.memory!.byteOffset, size)[size - 1] === size - 1); // true
   * ```
   * @see MPI-4.1 §12.3.1
   */
  put(origin: BufferLike, options: PlaceOptions): Promise<void> {
    try {
      const plain = putPlain(this.use("put"), origin, options);
      if (plain) return this.#finish("put", options.target, plain, undefined);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#wait("put", () => this.#put("put", origin, options));
  }

  /**
   * Reads the memory of a rank.
   *
   * @param into The buffer that it goes to, which is filled as `put` reads its buffer.
   * @returns `into`, when the data is there; the epoch's end and `flush` wait for it too.
   * @throws {MPI.Exception} As `put`.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using win = await MPI.Win.create(Float64Array.of(rank, 10 * rank), { dispUnit: 8, comm: MPI.COMM_WORLD });
   * await win.lock(size - 1, { type: MPI.LOCK_SHARED });
   * const [tens] = await win.get(new Float64Array(1), { target: size - 1, disp: 1 });
   * await win.unlock(size - 1);
   * console.log(tens === 10 * (size - 1)); // true
   * ```
   * @see MPI-4.1 §12.3.2
   */
  get<B extends BufferLike>(into: B, options: PlaceOptions): Promise<B> {
    try {
      const plain = getPlain(this.use("get"), into, options);
      if (plain) return this.#finish("get", options.target, plain, into);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#wait("get", () => this.#get("get", into, options));
  }

  /**
   * Combines a buffer with the memory of a rank, there: element by element, each of them atomically, and in order where one
   * rank calls several times.
   *
   * @param origin As for `put`: a typed array, or with `type` any buffer of it.
   * @param options.op A predefined operator; also MPI.REPLACE, an atomic `put`.
   * @returns A promise that resolves when `origin` may be changed again.
   * @throws {MPI.Exception} As `put`; ERR_OP for an operator of one's own, or one that is not defined for the elements.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using win = await MPI.Win.allocate(16, { comm: MPI.COMM_WORLD });
   * await win.fence();
   * await win.accumulate(Float64Array.of(1, rank), { target: 0, op: MPI.SUM });
   * await win.fence();
   * if (rank === 0) console.log(new Float64Array(win.memory!.buffer, win.memory!.byteOffset, 2)[0] === size); // true
   * ```
   * @see MPI-4.1 §12.3.4
   */
  accumulate(origin: BufferLike, options: PlaceOptions & OpOption): Promise<void> {
    return this.#wait("accumulate", () => this.#accumulate("accumulate", origin, options));
  }

  /**
   * As accumulate, and gives what was there before.
   *
   * @param result The buffer for it; as long as the data. With MPI.NO_OP this is an atomic `get`, and `origin` may be `null`.
   * @returns `result`, when it is filled.
   * @throws {MPI.Exception} As `accumulate`.
   * @example
   * ```ts
   * await using win = await MPI.Win.create(Int32Array.of(1, 2, 3), { comm: MPI.COMM_SELF });
   * await win.lock(0);
   * const before = await win.getAccumulate(Int32Array.of(5, 5, 5), new Int32Array(3), { target: 0, op: MPI.MAX });
   * await win.unlock(0);
   * console.log(before); // Int32Array(3) [ 1, 2, 3 ]
   * ```
   * @see MPI-4.1 §12.3.4
   */
  getAccumulate<B extends BufferLike>(
    origin: BufferLike | null,
    result: B,
    options: ResultOptions & OpOption,
  ): Promise<B> {
    return this.#wait("getAccumulate", () => this.#getAccumulate("getAccumulate", origin, result, options));
  }

  /**
   * As getAccumulate, for one element, such as a counter that gives every caller another number: `[before] = await win.fetchAndOp(Int32Array.of(1), new Int32Array(1), { target: 0 })`.
   *
   * @param origin A typed array of one element; `null` with MPI.NO_OP. @param result A typed array of one element of that kind.
   * @param options.type Of the element, where it is no element of a typed array.
   * @returns `result`, when it has what was there before.
   * @throws {MPI.Exception} As `accumulate`; ERR_COUNT when it is more than one element.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using win = await MPI.Win.allocate(rank === 0 ? 8 : 0, { comm: MPI.COMM_WORLD });
   * await win.lockAll();
   * const [ticket] = await win.fetchAndOp(BigInt64Array.of(1n), new BigInt64Array(1), { target: 0, op: MPI.SUM });
   * await win.unlockAll();
   * console.log(ticket! < size); // true
   * ```
   * @see MPI-4.1 §12.3.4
   */
  fetchAndOp<B extends BufferLike>(
    origin: BufferLike | null,
    result: B,
    options: TargetOptions & OpOption & { type?: Datatype },
  ): Promise<B> {
    try {
      const plain = addPlain(this.use("fetchAndOp"), origin, result, options);
      if (plain) return this.#finish("fetchAndOp", options.target, plain, result);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#wait("fetchAndOp", () => this.#fetchAndOp("fetchAndOp", origin, result, options));
  }

  /**
   * Replaces one element in the memory of a rank, if it is what is expected, atomically.
   *
   * @param origin The new element. @param compare What is expected. @param result Gets what was there before: the element has
   * been replaced where that is equal to `compare`. Typed arrays of one element of one kind of integers.
   * @param options.target @param options.disp As for `put`.
   * @returns `result`, when it is filled.
   * @throws {MPI.Exception} As `put`; ERR_TYPE for other than integers of one kind, ERR_COUNT for more than one.
   * @example
   * ```ts
   * await using win = await MPI.Win.create(Int32Array.of(7), { comm: MPI.COMM_SELF });
   * await win.lock(0);
   * const was = await win.compareAndSwap(Int32Array.of(8), Int32Array.of(7), new Int32Array(1), { target: 0 });
   * console.log(was[0], new Int32Array(win.memory!.buffer)[0]); // 7 8
   * await win.unlock(0);
   * ```
   * @see MPI-4.1 §12.3.4
   */
  compareAndSwap<B extends TypedArray>(
    origin: TypedArray,
    compare: TypedArray,
    result: B,
    options: TargetOptions,
  ): Promise<B> {
    return this.#wait("compareAndSwap", () => {
      const call = "compareAndSwap";
      const window = this.use(call);
      checkOptions(call, options, TARGET);
      const [value, expected, to] = [origin, compare, result].map((buffer) =>
        checkLocal(call, buffer, undefined, { receives: false }),
      ) as [Local, Local, Local];
      const { name } = elements[value.element]!;
      if (name.startsWith("Float") || name === "bytes") {
        throw new Exception("ERR_TYPE", `Cannot compareAndSwap ${show(origin)}: expected an array of integers`);
      }
      for (const other of [expected, to]) {
        if (other.element === value.element) continue;
        const state = `${show(other.buffer)} is of another kind than ${show(origin)}`;
        throw new Exception("ERR_TYPE", `Cannot compareAndSwap: ${state}, expected one kind of elements`);
      }
      for (const local of [value, expected, to]) checkOne(call, local, "each buffer");
      const rank = checkTarget(call, window, options);
      if (rank === PROC_NULL) return nothing(rank, result);
      const place = checkPlace(call, window, rank, options, value);
      window.epochs.use(call, rank);
      const operation = window.compareAndSwap<B>(rank, place, packed(expected), packed(value), landing<B>(to));
      return { operation, rank };
    });
  }

  // --- with requests ---

  /** Starts a put, in an epoch of locks. @returns A request that is complete when `origin` may be changed. @throws {MPI.Exception} As put @see MPI-4.1 §12.3.5 */
  rput(origin: BufferLike, options: PlaceOptions): Request<void> {
    return this.#request("rput", () => this.#put("rput", origin, options));
  }
  /** Starts a get, in an epoch of locks. @returns A request that gives `into` when it is filled. @throws {MPI.Exception} As get @see MPI-4.1 §12.3.5 */
  rget<B extends BufferLike>(into: B, options: PlaceOptions): Request<B> {
    return this.#request("rget", () => this.#get("rget", into, options));
  }
  /** Starts an accumulate, in an epoch of locks. @throws {MPI.Exception} As accumulate @see MPI-4.1 §12.3.5 */
  raccumulate(origin: BufferLike, options: PlaceOptions & OpOption): Request<void> {
    return this.#request("raccumulate", () => this.#accumulate("raccumulate", origin, options));
  }
  /** Starts a getAccumulate, in an epoch of locks. @returns A request that gives `result` when it is filled. @throws {MPI.Exception} As getAccumulate @see MPI-4.1 §12.3.5 */
  rgetAccumulate<B extends BufferLike>(
    origin: BufferLike | null,
    result: B,
    options: ResultOptions & OpOption,
  ): Request<B> {
    return this.#request("rgetAccumulate", () => this.#getAccumulate("rgetAccumulate", origin, result, options));
  }

  // --- what both forms do ---

  #wait<T>(call: string, start: () => Started<T>): Promise<T> {
    return attempt(() => {
      const { operation, rank } = start();
      return this.waitFor(() => `${call}(target ${rank})`, operation);
    });
  }

  /** Waits for a plain call. @param result what the script gets, which is known beforehand */
  #finish<T>(call: string, rank: number, operation: Operation<unknown>, result: T): Promise<T> {
    if (operation.settled && !operation.failed) return this.served(result);
    return this.waitFor(() => `${call}(target ${rank})`, operation as Operation<T>);
  }

  #request<T>(call: string, start: () => Started<T>): Request<T> {
    const { operation, rank } = start();
    const { engine, name } = this.use(call).endpoint;
    return new Request({ operation, progress: engine.progress, describe: () => `${call}(target ${rank}) on ${name}` });
  }

  #fetchAndOp<B extends BufferLike>(
    call: string,
    origin: unknown,
    result: B,
    options: TargetOptions & OpOption & { type?: Datatype },
  ): Started<B> {
    checkOptions(call, options, [...TARGET, "type", "op"]);
    const counted = options?.type === undefined ? options : { ...options, count: 1 };
    const local = checkLocal(call, result, counted, { receives: true, what: "result" });
    checkOne(call, local, "result");
    return this.#getAccumulate(call, origin, result, counted, GET_ACCUMULATE);
  }

  /** The call must be allowed now. */
  #enter(call: string, window: Window, rank: number): void {
    if (call.startsWith("r")) window.epochs.passive(call, rank);
    window.epochs.use(call, rank);
  }

  #put(call: string, origin: unknown, options: PlaceOptions): Started<void> {
    const window = this.use(call);
    checkOptions(call, options, PLACE);
    const rank = checkTarget(call, window, options);
    if (rank === PROC_NULL) return nothing(rank, undefined);
    const local = checkLocal(call, origin, options, { receives: false });
    const place = checkPlace(call, window, rank, options, local);
    this.#enter(call, window, rank);
    return { operation: window.put(rank, place, packed(local)), rank };
  }

  #get<B extends BufferLike>(call: string, into: B, options: PlaceOptions): Started<B> {
    const window = this.use(call);
    checkOptions(call, options, PLACE);
    const rank = checkTarget(call, window, options);
    if (rank === PROC_NULL) return nothing(rank, into);
    const local = checkLocal(call, into, options, { receives: true });
    const place = checkPlace(call, window, rank, options, local);
    this.#enter(call, window, rank);
    return { operation: window.get(rank, place, landing<B>(local)), rank };
  }

  #accumulate(call: string, origin: unknown, options: PlaceOptions & OpOption): Started<void> {
    const window = this.use(call);
    checkOptions(call, options, ACCUMULATE);
    const rank = checkTarget(call, window, options);
    if (rank === PROC_NULL) return nothing(rank, undefined);
    const local = checkLocal(call, origin, options, { receives: false });
    const place = checkPlace(call, window, rank, options, local);
    const op = checkOp(call, options?.op, place);
    this.#enter(call, window, rank);
    return { operation: window.accumulate(rank, place, op, packed(local)), rank };
  }

  #getAccumulate<B extends BufferLike>(
    call: string,
    origin: unknown,
    result: B,
    options: ResultOptions & OpOption,
    names = GET_ACCUMULATE,
  ): Started<B> {
    const window = this.use(call);
    checkOptions(call, options, names);
    const rank = checkTarget(call, window, options);
    if (rank === PROC_NULL) return nothing(rank, result);
    const to = checkLocal(call, result, options, { receives: true, what: "result" });
    const none = options.op === NO_OP && (origin === null || origin === undefined);
    const local = none ? to : checkLocal(call, origin, options, { receives: false });
    if (local.size !== to.size || local.element !== to.element) {
      const state = `the result is ${to.size} bytes of ${elements[to.element]!.name}`;
      const expected = `expected ${local.size} of ${elements[local.element]!.name}`;
      const wrong = local.size === to.size ? "ERR_TYPE" : "ERR_COUNT";
      throw new Exception(wrong, `Cannot ${call} ${show(origin)}: ${state}, ${expected}`);
    }
    const place = checkPlace(call, window, rank, options, local);
    const op = checkOp(call, options.op, place);
    this.#enter(call, window, rank);
    const data = op === NO_OP ? new Uint8Array(0) : packed(local);
    return { operation: window.getAccumulate(rank, place, op, data, landing<B>(to)), rank };
  }
}

/** A call on PROC_NULL. */
function nothing<T>(rank: number, result: T): Started<T> {
  return { operation: Operation.done(result), rank };
}

/** Throws unless it is one element. */
function checkOne(call: string, { buffer, element, items, size }: Local, what: string): void {
  const one = items ? items.count === 1 : size === elements[element]!.size;
  if (one) return;
  throw new Exception("ERR_COUNT", `Cannot ${call} with ${show(buffer)}: expected one element in ${what}`);
}
