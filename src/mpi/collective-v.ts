// mpi/collective-v: layer 9. The chapter "collectives with counts" of a communicator, which divide data among the ranks by
// `counts`: Comm extends it. Arguments are checked here; the work is done in collectives/movement-v.ts.
import { IN_PLACE } from "../base/constants.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { checkInto, checkOptions } from "./arguments.ts";
import { Collective, type RootOptions } from "./collective.ts";
import { checkLayout, checkReceived, type InPlace, type PerRank } from "./collective-arguments.ts";
import type { CollectivePlan } from "./planning.ts";
import type { Into } from "./point-to-point.ts";
import { Request } from "./request.ts";
import { converter, packedItems, packedRuns, TYPED } from "./typed-collective.ts";
import { type SideOptions, sidesOf } from "./typed-data.ts";

export interface CountsOptions extends SideOptions {
  /** Elements of each rank's run, or items of its type. @default all runs equally long */
  counts?: PerRank;
  /** Where each run begins, in elements, or extents of its type. @default one behind the other */
  displs?: PerRank;
}

export interface AlltoallvOptions extends Omit<SideOptions, "count" | "sendcount" | "recvcount"> {
  /** Elements of the run for each rank, or items of its type. @default all equally long */
  sendcounts?: PerRank;
  /** Where the run for each rank begins, in elements, or extents of its type. @default one behind the other */
  sdispls?: PerRank;
  /** Elements of the run from each rank; without `into` only checked. @default all equally long, with `into` */
  recvcounts?: PerRank;
  /** Where in `into` the run from each rank lands. @default one behind the other */
  rdispls?: PerRank;
}

/** An array of values or a buffer. */
export type Data = readonly unknown[] | BufferLike;
type MaybeInto = { into?: BufferLike | InPlace };

const COUNTS = ["counts", "displs", "into", ...TYPED];

export const ALLTOALLV = ["sendcounts", "sdispls", "recvcounts", "rdispls"];

export abstract class CollectiveV extends Collective {
  protected planGatherv(
    call: string,
    data: unknown,
    options: (RootOptions & CountsOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["root", ...COUNTS]);
    const root = this.checkRoot(call, options?.root);
    const atRoot = this.isRoot(root);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into, atRoot);
    const runs = atRoot
      ? checkReceived(call, this.peers, into, options?.counts, options?.displs)
      : { displs: undefined };
    const [send, receive] = sidesOf(call, options);
    const { packed, layout } = packedRuns(call, atRoot ? into : undefined, receive, true, this.peers, runs);
    const run = converter(
      { data, into, apart: atRoot && this.gives(root) && !runs.displs && call },
      this.gives(root) ? packedItems(call, data, send, false) : undefined,
      packed,
    );
    return this.plan(call, { root }, (lane) =>
      run((given, room) => this.collectives.gatherv(lane, given, { root, into: room, ...layout })),
    );
  }

  /**
   * Collects a run of every rank at the root, as many elements as each gives.
   *
   * @param data This rank's array of values, or buffer.
   * @param options.into On the root: a buffer for the runs. Without it they are joined in a new array or buffer.
   * @param options.counts On the root: elements of each rank's run, in `into`; left out, all are equally long there.
   * @param options.displs On the root: where in `into` each run begins, in elements.
   * @param options.type A committed datatype: each rank gives `count` items of it (by default as many as fit); `counts` are of
   * items, and `displs` in extents of the type. `sendtype`, `recvtype` say so of one side only.
   * @returns On the root `into`, or one array or buffer of all runs; `null` on the others.
   * @throws {MPI.Exception} ERR_COUNT, ERR_DISP, ERR_TRUNCATE when runs do not fit; ERR_TYPE when they do not go together.
   * @example
   * ```ts
   * const { rank } = MPI.COMM_WORLD;
   * const all = await MPI.COMM_WORLD.gatherv(Array.from({ length: rank }, () => rank));
   * if (rank === 0) console.log(all); // [ 1, 2, 2, 3, 3, 3, … ]
   * ```
   * @see MPI-4.1 §6.5
   */
  gatherv<B extends BufferLike>(
    data: Data | InPlace | null,
    options: RootOptions & CountsOptions & Into<B>,
  ): Promise<B | null>;
  gatherv<A extends TypedArray>(data: A, options?: RootOptions & CountsOptions): Promise<A | null>;
  gatherv<T = any>(data: readonly T[] | null, options?: RootOptions & CountsOptions): Promise<T[] | null>;
  gatherv(data: unknown, options?: RootOptions & CountsOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.planGatherv("gatherv", data, options));
  }
  /** Starts a gatherv. @see MPI-4.1 §6.12.3 */
  igatherv<B extends BufferLike>(
    data: Data | InPlace | null,
    options: RootOptions & CountsOptions & Into<B>,
  ): Request<B | null>;
  igatherv<A extends TypedArray>(data: A, options?: RootOptions & CountsOptions): Request<A | null>;
  igatherv<T = any>(data: readonly T[] | null, options?: RootOptions & CountsOptions): Request<T[] | null>;
  igatherv(data: unknown, options?: RootOptions & CountsOptions & MaybeInto): Request<any> {
    return new Request(this.planGatherv("igatherv", data, options)());
  }

  protected planScatterv(
    call: string,
    data: unknown,
    options: (RootOptions & CountsOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["root", ...COUNTS]);
    const root = this.checkRoot(call, options?.root);
    const into = this.scatterInto(call, root, options?.into);
    const atRoot = this.isRoot(root);
    const runs = atRoot ? checkLayout(call, this.peers, options?.counts, options?.displs) : { displs: undefined };
    const [send, receive] = sidesOf(call, options);
    const { packed, layout } = packedRuns(call, atRoot ? data : IN_PLACE, send, false, this.peers, runs);
    const run = converter(
      { data, into, apart: atRoot && this.gives(root) && !runs.displs && call },
      packed,
      packedItems(call, into, receive, true),
    );
    return this.plan(call, { root }, (lane) =>
      run((given, room) => this.collectives.scatterv(lane, given, { root, into: room, ...layout })),
    );
  }

  /**
   * Gives each rank its run of the root's data.
   *
   * @param data On the root an array of values or a buffer; on the other ranks it is not looked at.
   * @param options.counts On the root: elements of each rank's run; left out, all are equally long.
   * @param options.displs On the root: where each run begins, in elements.
   * @param options.type A committed datatype: `counts` are of its items, `displs` in its extents; `count` is what this rank has
   * room for in `into` (by default as many as fit). `sendtype`, `recvtype` say so of one side only.
   * @param options.into A buffer for this rank's run, which is then the result; MPI.IN_PLACE on the root, whose run then
   * stays where it is: the result is a view of it.
   * @returns This rank's run.
   * @throws {MPI.Exception} ERR_COUNT, ERR_DISP on the root when the data has no such runs; ERR_TRUNCATE, ERR_TYPE for a
   * wrong `into`.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const counts = Array.from({ length: size }, (_, i) => (i === 0 ? 2 : 1));
   * const mine = await MPI.COMM_WORLD.scatterv(rank === 0 ? new Float64Array(size + 1) : null, { counts });
   * console.log(mine.length === counts[rank]); // true
   * ```
   * @see MPI-4.1 §6.6
   */
  scatterv<B extends BufferLike>(
    data: Data | null | undefined,
    options: RootOptions & CountsOptions & Into<B>,
  ): Promise<B>;
  scatterv<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & CountsOptions & { into?: InPlace },
  ): Promise<A>;
  scatterv<T = any>(data?: readonly T[] | null, options?: RootOptions & CountsOptions): Promise<T[]>;
  scatterv(data?: unknown, options?: RootOptions & CountsOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.planScatterv("scatterv", data, options));
  }
  /** Starts a scatterv. @see MPI-4.1 §6.12.4 */
  iscatterv<B extends BufferLike>(
    data: Data | null | undefined,
    options: RootOptions & CountsOptions & Into<B>,
  ): Request<B>;
  iscatterv<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & CountsOptions & { into?: InPlace },
  ): Request<A>;
  iscatterv<T = any>(data?: readonly T[] | null, options?: RootOptions & CountsOptions): Request<T[]>;
  iscatterv(data?: unknown, options?: RootOptions & CountsOptions & MaybeInto): Request<any> {
    return new Request(this.planScatterv("iscatterv", data, options)());
  }

  protected planAllgatherv(
    call: string,
    data: unknown,
    options: (CountsOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, COUNTS);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into);
    const runs = checkReceived(call, this.peers, into, options?.counts, options?.displs);
    const [send, receive] = sidesOf(call, options);
    const { packed, layout } = packedRuns(call, into, receive, true, this.peers, runs);
    const run = converter({ data, into, apart: !runs.displs && call }, packedItems(call, data, send, false), packed);
    return this.plan(call, {}, (lane) =>
      run((given, room) => this.collectives.allgatherv(lane, given, { into: room, ...layout })),
    );
  }

  /**
   * As gatherv, but every rank gets the result, and gives `counts` and `displs`.
   *
   * @returns `into`, or one array or buffer of all runs.
   * @throws {MPI.Exception} ERR_COUNT, ERR_DISP, ERR_TRUNCATE when runs do not fit; ERR_TYPE when they do not go together.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const words = await MPI.COMM_WORLD.allgatherv(rank === 0 ? ["one", "two"] : ["three"]);
   * console.log(words.length === size + 1); // true
   * ```
   * @see MPI-4.1 §6.7
   */
  allgatherv<B extends BufferLike>(data: Data | InPlace, options: CountsOptions & Into<B>): Promise<B>;
  allgatherv<A extends TypedArray>(data: A, options?: CountsOptions): Promise<A>;
  allgatherv<T = any>(data: readonly T[], options?: CountsOptions): Promise<T[]>;
  allgatherv(data: unknown, options?: CountsOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.planAllgatherv("allgatherv", data, options));
  }
  /** Starts an allgatherv. @see MPI-4.1 §6.12.5 */
  iallgatherv<B extends BufferLike>(data: Data | InPlace, options: CountsOptions & Into<B>): Request<B>;
  iallgatherv<A extends TypedArray>(data: A, options?: CountsOptions): Request<A>;
  iallgatherv<T = any>(data: readonly T[], options?: CountsOptions): Request<T[]>;
  iallgatherv(data: unknown, options?: CountsOptions & MaybeInto): Request<any> {
    return new Request(this.planAllgatherv("iallgatherv", data, options)());
  }

  protected planAlltoallv(
    call: string,
    data: unknown,
    options: (AlltoallvOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, [...ALLTOALLV, "into", "type", "sendtype", "recvtype"]);
    const into = checkInto(call, options?.into);
    this.checkInPlace(call, data, into);
    const size = this.peers;
    const sent = checkLayout(call, size, options?.sendcounts, options?.sdispls, ["sendcounts", "sdispls"]);
    const received = [options?.recvcounts, options?.rdispls] as const;
    const landed = checkReceived(call, size, into, ...received, ["recvcounts", "rdispls"]);
    const [sendSide, receiveSide] = sidesOf(call, options);
    const { packed: out, layout: send } = packedRuns(call, data, sendSide, false, size, sent);
    const { packed, layout: receive } = packedRuns(call, into, receiveSide, true, size, landed);
    const run = converter({ data, into, apart: !sent.displs && !landed.displs && call }, out, packed);
    return this.plan(call, {}, (lane) =>
      run((given, room) => this.collectives.alltoallv(lane, given, { into: room, send, receive })),
    );
  }

  /**
   * Sends a run to every rank and receives one from every rank.
   *
   * @param data An array of values or a buffer, cut into runs; MPI.IN_PLACE takes them from where others land in `into`.
   * @param options.sendcounts @param options.sdispls The runs, in elements.
   * @param options.recvcounts @param options.rdispls Where runs land in `into`, in elements.
   * @param options.type A committed datatype: counts are of its items, displacements in its extents. `sendtype`, `recvtype` say
   * so of one side only.
   * @returns `into`, or one array or buffer of what came, by rank.
   * @throws {MPI.Exception} ERR_COUNT, ERR_DISP, ERR_TRUNCATE when runs do not fit; ERR_TYPE when they do not go together.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const sendcounts = Array.from({ length: size }, (_, to) => to); // nothing for rank 0, one value for rank 1, …
   * const data = sendcounts.flatMap((count) => new Array<number>(count).fill(rank));
   * const came = await MPI.COMM_WORLD.alltoallv(data, { sendcounts });
   * console.log(came.length === rank * size); // true
   * ```
   * @see MPI-4.1 §6.8
   */
  alltoallv<B extends BufferLike>(data: Data | InPlace, options: AlltoallvOptions & Into<B>): Promise<B>;
  alltoallv<A extends TypedArray>(data: A, options?: AlltoallvOptions): Promise<A>;
  alltoallv<T = any>(data: readonly T[], options?: AlltoallvOptions): Promise<T[]>;
  alltoallv(data: unknown, options?: AlltoallvOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.planAlltoallv("alltoallv", data, options));
  }
  /** Starts an alltoallv. @see MPI-4.1 §6.12.6 */
  ialltoallv<B extends BufferLike>(data: Data | InPlace, options: AlltoallvOptions & Into<B>): Request<B>;
  ialltoallv<A extends TypedArray>(data: A, options?: AlltoallvOptions): Request<A>;
  ialltoallv<T = any>(data: readonly T[], options?: AlltoallvOptions): Request<T[]>;
  ialltoallv(data: unknown, options?: AlltoallvOptions & MaybeInto): Request<any> {
    return new Request(this.planAlltoallv("ialltoallv", data, options)());
  }
}
