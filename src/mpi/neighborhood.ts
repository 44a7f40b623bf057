// mpi/neighborhood: layer 9. The collectives between neighbours of a topology: Intracomm extends it, so that a communicator
// without one can say so. Arguments are checked here; the work is done in collectives/neighbor.ts.
import { IN_PLACE } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import {
  type Neighbors,
  neighborAllgather,
  neighborAllgatherv,
  neighborAlltoall,
  neighborAlltoallv,
} from "../collectives/neighbor.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { checkInto, checkOptions } from "./arguments.ts";
import { checkLayout, checkReceived } from "./collective-arguments.ts";
import { ALLTOALLV, type AlltoallvOptions, type CountsOptions, type Data } from "./collective-v.ts";
import { Comm } from "./comm.ts";
import type { Intracomm } from "./intracomm.ts";
import type { CollectivePlan } from "./planning.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import { Request } from "./request.ts";
import { converter, packedBlocks, packedItems, packedRuns, TYPED } from "./typed-collective.ts";
import { type SideOptions, sidesOf } from "./typed-data.ts";

/** Room for what comes keeps what it has: from MPI.PROC_NULL nothing comes. */
const KEEPS = true;

type MaybeInto = Partial<Into<BufferLike>>;

export abstract class Neighborhood extends Comm<Intracomm> {
  /** This rank's neighbours. @throws ERR_TOPOLOGY on a communicator without topology */
  protected neighborhood(call: string): Neighbors {
    this.use(call);
    const expected = "expected one made by createCart, createGraph, createDistGraph or createDistGraphAdjacent";
    throw new Exception("ERR_TOPOLOGY", `Cannot call ${call} on ${this.name}: it has no topology, ${expected}`);
  }

  // --- neighborAllgather ---

  #planNeighborAllgather(
    call: string,
    data: unknown,
    options: (SideOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["into", ...TYPED]);
    const neighbors = this.neighborsOf(call, data);
    const into = checkInto(call, options?.into);
    const [send, receive] = sidesOf(call, options);
    const room = packedBlocks(call, into, receive, true, neighbors.sources.length, KEEPS);
    const run = converter({ data, into, apart: call }, packedItems(call, data, send, false), room);
    return this.plan(call, {}, (lane) => run((given, into) => neighborAllgather(lane, neighbors, given, { into })));
  }

  /**
   * Gives this rank's data to all ranks that its edges lead to, and collects that of all ranks whose edges lead here.
   *
   * @param data This rank's value or buffer.
   * @param options.into A buffer for the blocks, in the order of `inedges`; those of MPI.PROC_NULL stay as they are.
   * @returns `into`, or an array in the order of `inedges`, with `undefined` for MPI.PROC_NULL. In a cartesian grid that is,
   * for each dimension, what comes from the rank before, then from the one behind.
   * @throws {MPI.Exception} ERR_TOPOLOGY on a communicator without topology; ERR_COUNT, ERR_TRUNCATE when the blocks do not fill
   * `into` evenly.
   * @example
   * ```ts
   * await using ring = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size], { periods: true });
   * const [left, right] = await ring.neighborAllgather(ring.rank);
   * console.log(left === ring.shift(0, 1)[0] && right === ring.shift(0, 1)[1]); // true
   * ```
   * @see MPI-4.1 §8.6.1
   */
  neighborAllgather<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Promise<B>;
  neighborAllgather<T = any>(data: T, options?: SideOptions): Promise<T[]>;
  neighborAllgather(data: unknown, options?: SideOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.#planNeighborAllgather("neighborAllgather", data, options));
  }
  /** Starts a neighborAllgather. @see MPI-4.1 §8.7.1 */
  ineighborAllgather<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Request<B>;
  ineighborAllgather<T = any>(data: T, options?: SideOptions): Request<T[]>;
  ineighborAllgather(data: unknown, options?: SideOptions & MaybeInto): Request<any> {
    return new Request(this.#planNeighborAllgather("ineighborAllgather", data, options)());
  }
  /** A neighborAllgather that can be started again and again. @see MPI-4.1 §8.8.1 */
  neighborAllgatherInit<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Prequest<B>;
  neighborAllgatherInit<T = any>(data: T, options?: SideOptions): Prequest<T[]>;
  neighborAllgatherInit(data: unknown, options?: SideOptions & MaybeInto): Prequest<any> {
    return new Prequest(this.#planNeighborAllgather("neighborAllgatherInit", data, options));
  }

  // --- neighborAllgatherv ---

  #planNeighborAllgatherv(
    call: string,
    data: unknown,
    options: (CountsOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["counts", "displs", "into", ...TYPED]);
    const neighbors = this.neighborsOf(call, data);
    const into = checkInto(call, options?.into);
    const { length } = neighbors.sources;
    const runs = checkReceived(call, length, into, options?.counts, options?.displs, undefined, "neighbor");
    const [send, receive] = sidesOf(call, options);
    const { packed, layout } = packedRuns(call, into, receive, true, length, runs, KEEPS);
    const run = converter({ data, into, apart: !runs.displs && call }, packedItems(call, data, send, false), packed);
    return this.plan(call, {}, (lane) =>
      run((given, into) => neighborAllgatherv(lane, neighbors, given, { into, ...layout })),
    );
  }

  /**
   * As neighborAllgather, of as many elements as each rank gives.
   *
   * @param data This rank's array of values, or buffer.
   * @param options.into A buffer for the runs. Without it they are joined in a new array or buffer.
   * @param options.counts Elements of each run, in the order of `inedges`; with `into`, by default all equally long.
   * @param options.displs Where in `into` each run begins, in elements.
   * @returns `into`, or one array or buffer of all runs.
   * @throws {MPI.Exception} ERR_TOPOLOGY; ERR_COUNT, ERR_DISP, ERR_TRUNCATE, ERR_TYPE when runs do not fit.
   * @example
   * ```ts
   * await using line = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size]);
   * const words = await line.neighborAllgatherv(["from", `${line.rank}`]); // an end of the line has one neighbour
   * console.log(words.length === 2 * line.inedges.filter((rank) => rank !== MPI.PROC_NULL).length); // true
   * ```
   * @see MPI-4.1 §8.6.1
   */
  neighborAllgatherv<B extends BufferLike>(data: Data, options: CountsOptions & Into<B>): Promise<B>;
  neighborAllgatherv<A extends TypedArray>(data: A, options?: CountsOptions): Promise<A>;
  neighborAllgatherv<T = any>(data: readonly T[], options?: CountsOptions): Promise<T[]>;
  neighborAllgatherv(data: unknown, options?: CountsOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.#planNeighborAllgatherv("neighborAllgatherv", data, options));
  }
  /** Starts a neighborAllgatherv. @see MPI-4.1 §8.7.1 */
  ineighborAllgatherv<B extends BufferLike>(data: Data, options: CountsOptions & Into<B>): Request<B>;
  ineighborAllgatherv<A extends TypedArray>(data: A, options?: CountsOptions): Request<A>;
  ineighborAllgatherv<T = any>(data: readonly T[], options?: CountsOptions): Request<T[]>;
  ineighborAllgatherv(data: unknown, options?: CountsOptions & MaybeInto): Request<any> {
    return new Request(this.#planNeighborAllgatherv("ineighborAllgatherv", data, options)());
  }
  /** A neighborAllgatherv that can be started again and again. @see MPI-4.1 §8.8.1 */
  neighborAllgathervInit<B extends BufferLike>(data: Data, options: CountsOptions & Into<B>): Prequest<B>;
  neighborAllgathervInit<A extends TypedArray>(data: A, options?: CountsOptions): Prequest<A>;
  neighborAllgathervInit<T = any>(data: readonly T[], options?: CountsOptions): Prequest<T[]>;
  neighborAllgathervInit(data: unknown, options?: CountsOptions & MaybeInto): Prequest<any> {
    return new Prequest(this.#planNeighborAllgatherv("neighborAllgathervInit", data, options));
  }

  // --- neighborAlltoall ---

  #planNeighborAlltoall(
    call: string,
    data: unknown,
    options: (SideOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, ["into", ...TYPED]);
    const neighbors = this.neighborsOf(call, data);
    const into = checkInto(call, options?.into);
    const [send, receive] = sidesOf(call, options);
    const run = converter(
      { data, into, apart: call },
      packedBlocks(call, data, send, false, neighbors.destinations.length),
      packedBlocks(call, into, receive, true, neighbors.sources.length, KEEPS),
    );
    return this.plan(call, {}, (lane) => run((given, into) => neighborAlltoall(lane, neighbors, given, { into })));
  }

  /**
   * Sends a share along each edge that leads away, and receives one along each edge that leads here.
   *
   * @param data An array with one value for each of `outedges`, or a typed array of as many equal blocks.
   * @param options.into A buffer for the blocks, in the order of `inedges`; those of MPI.PROC_NULL stay as they are.
   * @returns What came, in the order of `inedges`; for MPI.PROC_NULL `undefined`, in a new typed array zeros. In a cartesian
   * grid, what a rank sends to the rank before it arrives there as coming from behind, and the other way round.
   * @throws {MPI.Exception} ERR_TOPOLOGY on a communicator without topology; ERR_COUNT when `data` has not one value an edge or
   * does not divide.
   * @example
   * ```ts
   * await using ring = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size], { periods: true });
   * const [left, right] = await ring.neighborAlltoall(["to the left", "to the right"]);
   * console.log(left, right); // to the right to the left
   * ```
   * @see MPI-4.1 §8.6.2
   */
  neighborAlltoall<B extends BufferLike>(data: TypedArray, options: SideOptions & Into<B>): Promise<B>;
  neighborAlltoall<A extends TypedArray>(data: A, options?: SideOptions): Promise<A>;
  neighborAlltoall<T = any>(data: readonly T[], options?: SideOptions): Promise<T[]>;
  neighborAlltoall(data: unknown, options?: SideOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.#planNeighborAlltoall("neighborAlltoall", data, options));
  }
  /** Starts a neighborAlltoall. @see MPI-4.1 §8.7.2 */
  ineighborAlltoall<B extends BufferLike>(data: TypedArray, options: SideOptions & Into<B>): Request<B>;
  ineighborAlltoall<A extends TypedArray>(data: A, options?: SideOptions): Request<A>;
  ineighborAlltoall<T = any>(data: readonly T[], options?: SideOptions): Request<T[]>;
  ineighborAlltoall(data: unknown, options?: SideOptions & MaybeInto): Request<any> {
    return new Request(this.#planNeighborAlltoall("ineighborAlltoall", data, options)());
  }
  /** A neighborAlltoall that can be started again and again. @see MPI-4.1 §8.8.2 */
  neighborAlltoallInit<B extends BufferLike>(data: TypedArray, options: SideOptions & Into<B>): Prequest<B>;
  neighborAlltoallInit<A extends TypedArray>(data: A, options?: SideOptions): Prequest<A>;
  neighborAlltoallInit<T = any>(data: readonly T[], options?: SideOptions): Prequest<T[]>;
  neighborAlltoallInit(data: unknown, options?: SideOptions & MaybeInto): Prequest<any> {
    return new Prequest(this.#planNeighborAlltoall("neighborAlltoallInit", data, options));
  }

  // --- neighborAlltoallv ---

  #planNeighborAlltoallv(
    call: string,
    data: unknown,
    options: (AlltoallvOptions & MaybeInto) | undefined,
  ): CollectivePlan<any> {
    checkOptions(call, options, [...ALLTOALLV, "into", "type", "sendtype", "recvtype"]);
    const neighbors = this.neighborsOf(call, data);
    const into = checkInto(call, options?.into);
    const { sendcounts, sdispls, recvcounts, rdispls } = options ?? {};
    const to = neighbors.destinations.length;
    const sent = checkLayout(call, to, sendcounts, sdispls, ["sendcounts", "sdispls"], "neighbor");
    const from = neighbors.sources.length;
    const landed = checkReceived(call, from, into, recvcounts, rdispls, ["recvcounts", "rdispls"], "neighbor");
    const [sendSide, receiveSide] = sidesOf(call, options);
    const { packed: out, layout: send } = packedRuns(call, data, sendSide, false, to, sent);
    const { packed, layout: receive } = packedRuns(call, into, receiveSide, true, from, landed, KEEPS);
    const run = converter({ data, into, apart: !sent.displs && !landed.displs && call }, out, packed);
    return this.plan(call, {}, (lane) =>
      run((given, into) => neighborAlltoallv(lane, neighbors, given, { into, send, receive })),
    );
  }

  /**
   * As neighborAlltoall, of runs that may differ in length.
   *
   * @param data An array of values or a buffer, cut into runs.
   * @param options.sendcounts @param options.sdispls The runs, in elements, in the order of `outedges`.
   * @param options.recvcounts @param options.rdispls Where runs land in `into`, in elements, in the order of `inedges`.
   * @returns `into`, or one array or buffer of what came.
   * @throws {MPI.Exception} ERR_TOPOLOGY; ERR_COUNT, ERR_DISP, ERR_TRUNCATE, ERR_TYPE when runs do not fit.
   * @example
   * ```ts
   * await using ring = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size], { periods: true });
   * const came = await ring.neighborAlltoallv(["left", "right", "right"], { sendcounts: [1, 2] });
   * console.log(came.join()); // right,right,left
   * ```
   * @see MPI-4.1 §8.6.2
   */
  neighborAlltoallv<B extends BufferLike>(data: Data, options: AlltoallvOptions & Into<B>): Promise<B>;
  neighborAlltoallv<A extends TypedArray>(data: A, options?: AlltoallvOptions): Promise<A>;
  neighborAlltoallv<T = any>(data: readonly T[], options?: AlltoallvOptions): Promise<T[]>;
  neighborAlltoallv(data: unknown, options?: AlltoallvOptions & MaybeInto): Promise<any> {
    return this.finish(() => this.#planNeighborAlltoallv("neighborAlltoallv", data, options));
  }
  /** Starts a neighborAlltoallv. @see MPI-4.1 §8.7.2 */
  ineighborAlltoallv<B extends BufferLike>(data: Data, options: AlltoallvOptions & Into<B>): Request<B>;
  ineighborAlltoallv<A extends TypedArray>(data: A, options?: AlltoallvOptions): Request<A>;
  ineighborAlltoallv<T = any>(data: readonly T[], options?: AlltoallvOptions): Request<T[]>;
  ineighborAlltoallv(data: unknown, options?: AlltoallvOptions & MaybeInto): Request<any> {
    return new Request(this.#planNeighborAlltoallv("ineighborAlltoallv", data, options)());
  }
  /** A neighborAlltoallv that can be started again and again. @see MPI-4.1 §8.8.2 */
  neighborAlltoallvInit<B extends BufferLike>(data: Data, options: AlltoallvOptions & Into<B>): Prequest<B>;
  neighborAlltoallvInit<A extends TypedArray>(data: A, options?: AlltoallvOptions): Prequest<A>;
  neighborAlltoallvInit<T = any>(data: readonly T[], options?: AlltoallvOptions): Prequest<T[]>;
  neighborAlltoallvInit(data: unknown, options?: AlltoallvOptions & MaybeInto): Prequest<any> {
    return new Prequest(this.#planNeighborAlltoallv("neighborAlltoallvInit", data, options));
  }

  /** As neighborhood, for a call with this data. */
  protected neighborsOf(call: string, data: unknown): Neighbors {
    const neighbors = this.neighborhood(call);
    if (data !== IN_PLACE) return neighbors;
    throw new Exception(
      "ERR_BUFFER",
      `Cannot ${call} in place: between neighbors data and into are apart, expected data`,
    );
  }
}
