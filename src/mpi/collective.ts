// mpi/collective: layer 9. The chapter "collective communication" of a communicator: Comm extends it. Arguments are
// checked here; the work is done in collectives/. Every call has its i… form around the same function.
import { IN_PLACE } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import type { EndpointLane } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { checkInto, checkOptions } from "./arguments.ts";
import type { InPlace } from "./collective-arguments.ts";
import { KeptPlans } from "./kept-plans.ts";
import { type CollectivePlan, Planning } from "./planning.ts";
import type { Into } from "./point-to-point.ts";
import { Request } from "./request.ts";
import { converter, packedBlocks, packedItems, TYPED } from "./typed-collective.ts";
import { type SideOptions, sidesOf, type TypeOptions } from "./typed-data.ts";

export interface RootOptions extends TypeOptions {
  /** The rank that has the data, or gets the result. @default {0} */
  root?: number;
}

export type None = Record<never, never>;

export abstract class Collective extends Planning {
  // --- barrier ---

  /** All barriers are alike. */
  #barrier: CollectivePlan<void> | undefined;

  protected planBarrier(call: string): CollectivePlan<void> {
    return this.plan(call, {}, (lane) => this.collectives.barrier(lane));
  }

  /**
   * Resolves when every rank has called it.
   *
   * @example
   * ```ts
   * const start = MPI.wtime();
   * await MPI.COMM_WORLD.barrier();
   * console.log(MPI.wtime() >= start); // true
   * ```
   * @see MPI-4.1 §6.3
   */
  barrier(): Promise<void> {
    if (this.#barrier) return this.complete(this.#barrier);
    return this.finish(() => {
      this.#barrier = this.planBarrier("barrier");
      return this.#barrier;
    });
  }
  /** Starts a barrier. @see MPI-4.1 §6.12.1 */
  ibarrier(): Request<void> {
    return new Request(this.planBarrier("ibarrier")());
  }

  // --- bcast ---

  readonly #bcasts = new KeptPlans("root");

  protected planBcast(
    call: string,
    data: unknown,
    options: (RootOptions & Partial<Into<BufferLike>>) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["root", "into", "type", "count"]);
    const root = this.checkRoot(call, options?.root);
    const into = checkInto(call, options?.into);
    const run = converter(
      { data, into },
      this.isRoot(root) ? packedItems(call, data, options, false) : undefined,
      packedItems(call, into, options, true),
    );
    return this.plan(call, { root }, (lane) =>
      run((given, room) => this.collectives.bcast(lane, given, { root, into: room })),
    );
  }

  /**
   * Gives every rank the root's data.
   *
   * @param data The root's value or buffer; on the other ranks it is not looked at.
   * @param options.into A buffer for the data, which is then the result.
   * @param options.type A committed datatype: at the root what is sent are its items in `data`, `count` of them (by default as
   * many as fit), and what comes lands where its items lie in `into`. Every rank may have one of its own, or none.
   * @returns The root's data: on the root the value itself, elsewhere a copy; of a typed array a copy everywhere.
   * @throws {MPI.Exception} ERR_ROOT, ERR_TYPE; ERR_TRUNCATE when `into` is too short.
   * @example
   * ```ts
   * const { rank } = MPI.COMM_WORLD;
   * const settings = await MPI.COMM_WORLD.bcast(rank === 0 ? { steps: 10 } : null);
   * console.log(settings?.steps); // 10
   * ```
   * @see MPI-4.1 §6.4
   */
  bcast<B extends BufferLike>(data: unknown, options: RootOptions & Into<B>): Promise<B>;
  bcast<T = any>(data?: T, options?: RootOptions): Promise<T>;
  bcast(data?: unknown, options?: RootOptions & Partial<Into<BufferLike>>): Promise<any> {
    const kept = this.#bcasts.of(options);
    if (kept) return this.complete(kept, data);
    return this.finish(() => {
      if (!this.#bcasts.takes(options)) return this.planBcast("bcast", data, options);
      const root = this.checkRoot("bcast", options?.root);
      const run = (lane: EndpointLane, given: unknown) => this.collectives.bcast(lane, given, { root });
      return this.#bcasts.keep(root, this.plan("bcast", { root }, run));
    }, data);
  }
  /** Starts a bcast. @see MPI-4.1 §6.12.2 */
  ibcast<B extends BufferLike>(data: unknown, options: RootOptions & Into<B>): Request<B>;
  ibcast<T = any>(data?: T, options?: RootOptions): Request<T>;
  ibcast(data?: unknown, options?: RootOptions & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planBcast("ibcast", data, options)());
  }

  // --- scatter ---

  protected planScatter(
    call: string,
    data: unknown,
    options: (RootOptions & SideOptions & { into?: BufferLike | InPlace }) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["root", "into", ...TYPED]);
    const root = this.checkRoot(call, options?.root);
    const into = this.scatterInto(call, root, options?.into);
    const [send, receive] = sidesOf(call, options);
    const run = converter(
      { data, into, apart: this.isRoot(root) && this.gives(root) && call },
      this.isRoot(root) ? packedBlocks(call, data, send, false, this.peers) : undefined,
      packedItems(call, into, receive, true),
    );
    return this.plan(call, { root }, (lane) =>
      run((given, room) => this.collectives.scatter(lane, given, { root, into: room })),
    );
  }

  /** The option `into` of a scatter, which at the root may be MPI.IN_PLACE. */
  protected scatterInto(call: string, root: number, into: unknown): BufferLike | InPlace | undefined {
    if (into !== IN_PLACE) return checkInto(call, into);
    this.checkInPlaceAllowed(call);
    if (this.isRoot(root)) return IN_PLACE;
    throw new Exception("ERR_BUFFER", `Cannot ${call} in place: only rank ${root} has the data, expected a buffer`);
  }

  /**
   * Gives each rank its share of the root's data.
   *
   * @param data On the root an array with one value a rank, or a typed array that is cut into `size` equal blocks; on the
   * other ranks it is not looked at.
   * @param options.into A buffer for this rank's block, which is then the result.
   * @param options.type A committed datatype: each rank gets `count` items of it. `sendtype` and `sendcount`, `recvtype` and
   * `recvcount` say so of one side only.
   * @returns This rank's value or block.
   * @throws {MPI.Exception} ERR_COUNT on the root when the array has not one value a rank or does not divide; ERR_ROOT.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const mine = await MPI.COMM_WORLD.scatter(rank === 0 ? Array.from({ length: size }, (_, i) => i * i) : null);
   * console.log(mine === rank * rank); // true
   * ```
   * @see MPI-4.1 §6.6
   */
  scatter<B extends BufferLike>(
    data: BufferLike | null | undefined,
    options: RootOptions & SideOptions & Into<B>,
  ): Promise<B>;
  scatter<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & SideOptions & { into?: InPlace },
  ): Promise<A>;
  scatter<T = any>(data?: readonly T[] | null, options?: RootOptions & SideOptions): Promise<T>;
  scatter(data?: unknown, options?: RootOptions & SideOptions & { into?: BufferLike | InPlace }): Promise<any> {
    return this.finish(() => this.planScatter("scatter", data, options));
  }
  /** Starts a scatter. @see MPI-4.1 §6.12.4 */
  iscatter<B extends BufferLike>(
    data: BufferLike | null | undefined,
    options: RootOptions & SideOptions & Into<B>,
  ): Request<B>;
  iscatter<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & SideOptions & { into?: InPlace },
  ): Request<A>;
  iscatter<T = any>(data?: readonly T[] | null, options?: RootOptions & SideOptions): Request<T>;
  iscatter(data?: unknown, options?: RootOptions & SideOptions & { into?: BufferLike | InPlace }): Request<any> {
    return new Request(this.planScatter("iscatter", data, options)());
  }

  // --- gather, allgather ---

  readonly #gathers = new KeptPlans("root");

  protected planGather(
    call: string,
    data: unknown,
    options: (RootOptions & SideOptions & Partial<Into<BufferLike>>) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["root", "into", ...TYPED]);
    const root = this.checkRoot(call, options?.root);
    const into = checkInto(call, options?.into);
    const atRoot = this.isRoot(root);
    this.checkInPlace(call, data, into, atRoot);
    const [send, receive] = sidesOf(call, options);
    const run = converter(
      { data, into, apart: atRoot && this.gives(root) && call },
      this.gives(root) ? packedItems(call, data, send, false) : undefined,
      atRoot ? packedBlocks(call, into, receive, true, this.peers) : undefined,
    );
    return this.plan(call, { root }, (lane) =>
      run((given, room) => this.collectives.gather(lane, given, { root, into: room })),
    );
  }

  /**
   * Collects one value, or one block, of every rank at the root.
   *
   * @param data This rank's value or buffer.
   * @param options.into On the root: a buffer for the concatenated blocks, `size` times as long as one.
   * @param options.type A committed datatype: each rank gives `count` items of it, and in `into` each one's lie behind those of
   * the rank before. `sendtype` and `sendcount`, `recvtype` and `recvcount` say so of one side only.
   * @returns On the root an array by rank, or `into`; `null` on the others.
   * @throws {MPI.Exception} ERR_ROOT; ERR_COUNT, ERR_TRUNCATE when the blocks do not fill `into` evenly.
   * @example
   * ```ts
   * const all = await MPI.COMM_WORLD.gather(MPI.COMM_WORLD.rank ** 2);
   * if (MPI.COMM_WORLD.rank === 0) console.log(all); // [ 0, 1, 4, … ]
   * ```
   * @see MPI-4.1 §6.5
   */
  gather<B extends BufferLike>(data: unknown, options: RootOptions & SideOptions & Into<B>): Promise<B | null>;
  gather<T = any>(data: T, options?: RootOptions & SideOptions): Promise<T[] | null>;
  gather(data: unknown, options?: RootOptions & SideOptions & Partial<Into<BufferLike>>): Promise<any> {
    const kept = data === IN_PLACE ? undefined : this.#gathers.of(options);
    if (kept) return this.complete(kept, data);
    return this.finish(() => {
      if (data === IN_PLACE || !this.#gathers.takes(options)) return this.planGather("gather", data, options);
      const root = this.checkRoot("gather", options?.root);
      const run = (lane: EndpointLane, given: unknown) => this.collectives.gather(lane, given, { root });
      return this.#gathers.keep(root, this.plan("gather", { root }, run));
    }, data);
  }
  /** Starts a gather. @see MPI-4.1 §6.12.3 */
  igather<B extends BufferLike>(data: unknown, options: RootOptions & SideOptions & Into<B>): Request<B | null>;
  igather<T = any>(data: T, options?: RootOptions & SideOptions): Request<T[] | null>;
  igather(data: unknown, options?: RootOptions & SideOptions & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planGather("igather", data, options)());
  }

  protected planAllgather(
    call: string,
    data: unknown,
    options: (SideOptions & Partial<Into<BufferLike>>) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["into", ...TYPED]);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into);
    const [send, receive] = sidesOf(call, options);
    const run = converter(
      { data, into, apart: call },
      packedItems(call, data, send, false),
      packedBlocks(call, into, receive, true, this.peers),
    );
    return this.plan(call, {}, (lane) => run((given, room) => this.collectives.allgather(lane, given, { into: room })));
  }

  /**
   * Collects one value, or one block, of every rank at every rank.
   *
   * @param data This rank's value or buffer.
   * @param options.into A buffer for the concatenated blocks, `size` times as long as one.
   * @param options.type As for gather.
   * @returns An array by rank, or `into`.
   * @throws {MPI.Exception} ERR_COUNT, ERR_TRUNCATE when the blocks do not fill `into` evenly; ERR_BUFFER, ERR_TYPE.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * // Each rank has a column of a matrix with 2 rows; numbers of one column are `size` apart.
   * const column = MPI.DOUBLE.createVector(2, 1, size).createResized(0, 8).commit();
   * const matrix = new Float64Array(2 * size);
   * await MPI.COMM_WORLD.allgather(Float64Array.of(rank, -rank), { recvtype: column, into: matrix });
   * console.log(matrix[size - 1] === size - 1); // true
   * const squares = await MPI.COMM_WORLD.allgather(Int32Array.of(rank ** 2), { into: new Int32Array(size) });
   * console.log(squares[0], squares.length === size); // 0 true
   * ```
   * @see MPI-4.1 §6.7
   */
  allgather<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Promise<B>;
  allgather<T = any>(data: T, options?: SideOptions): Promise<T[]>;
  allgather(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planAllgather("allgather", data, options));
  }
  /** Starts an allgather. @see MPI-4.1 §6.12.5 */
  iallgather<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Request<B>;
  iallgather<T = any>(data: T, options?: SideOptions): Request<T[]>;
  iallgather(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planAllgather("iallgather", data, options)());
  }

  // --- alltoall ---

  protected planAlltoall(
    call: string,
    data: unknown,
    options: (SideOptions & Partial<Into<BufferLike>>) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["into", ...TYPED]);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into);
    const [send, receive] = sidesOf(call, options);
    const run = converter(
      { data, into, apart: call },
      packedBlocks(call, data, send, false, this.peers),
      packedBlocks(call, into, receive, true, this.peers),
    );
    return this.plan(call, {}, (lane) => run((given, room) => this.collectives.alltoall(lane, given, { into: room })));
  }

  /**
   * Sends a share to every rank and receives one from every rank.
   *
   * @param data An array with one value a rank, or a typed array of `size` equal blocks: element or block i goes to rank i.
   * @param options.into A buffer for the received blocks, by rank.
   * @param options.type A committed datatype: each rank gets `count` items of it from each. `sendtype` and `sendcount`,
   * `recvtype` and `recvcount` say so of one side only.
   * @returns What came, by rank.
   * @throws {MPI.Exception} ERR_COUNT when `data` has not one value a rank or does not divide.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const got = await MPI.COMM_WORLD.alltoall(Array.from({ length: size }, (_, to) => `${rank} to ${to}`));
   * console.log(got[0] === `0 to ${rank}`); // true
   * ```
   * @see MPI-4.1 §6.8
   */
  alltoall<B extends BufferLike>(data: BufferLike | InPlace, options: SideOptions & Into<B>): Promise<B>;
  alltoall<A extends TypedArray>(data: A, options?: SideOptions): Promise<A>;
  alltoall<T = any>(data: readonly T[], options?: SideOptions): Promise<T[]>;
  alltoall(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planAlltoall("alltoall", data, options));
  }
  /** Starts an alltoall. @see MPI-4.1 §6.12.6 */
  ialltoall<B extends BufferLike>(data: BufferLike | InPlace, options: SideOptions & Into<B>): Request<B>;
  ialltoall<A extends TypedArray>(data: A, options?: SideOptions): Request<A>;
  ialltoall<T = any>(data: readonly T[], options?: SideOptions): Request<T[]>;
  ialltoall(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planAlltoall("ialltoall", data, options)());
  }
}
