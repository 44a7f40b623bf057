// mpi/persistent: layer 9. The chapter "persistent requests" of a communicator, its …Init methods: Comm extends it. Arguments
// are checked once, as by the method of the same name without Init; what starts is the same function.
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { checkDest, checkOptions, checkRecvTag, checkSource, checkTag } from "./arguments.ts";
import type { None, RootOptions } from "./collective.ts";
import type { InPlace, PerRank } from "./collective-arguments.ts";
import type { AlltoallvOptions, CountsOptions, Data } from "./collective-v.ts";
import type { Into, Mode, RecvOptions, SendOptions } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import { type OpOptions, Reduction } from "./reduction.ts";
import { checkLanding, checkSent, type SideOptions } from "./typed-data.ts";

export abstract class Persistent extends Reduction {
  // --- point-to-point ---

  /**
   * A send that can be started again and again.
   *
   * @param data A buffer, which is read at each start, or a value, which is encoded at each start.
   * @throws {MPI.Exception} ERR_RANK, ERR_TAG.
   * @example
   * ```ts
   * const send = MPI.COMM_SELF.sendInit("tick", { dest: 0 });
   * for (let i = 0; i < 3; i++) {
   *   send.start();
   *   console.log(await MPI.COMM_SELF.recv()); // tick
   *   await send.wait();
   * }
   * ```
   * @see MPI-4.1 §3.9
   */
  sendInit(data: unknown, options: SendOptions): Prequest<void> {
    return this.#sendInit("send", data, options);
  }

  /** An ssend that can be started again and again. @see MPI-4.1 §3.9 */
  ssendInit(data: unknown, options: SendOptions): Prequest<void> {
    return this.#sendInit("ssend", data, options);
  }

  /** A bsend that can be started again and again. @see MPI-4.1 §3.9 */
  bsendInit(data: unknown, options: SendOptions): Prequest<void> {
    return this.#sendInit("bsend", data, options);
  }

  /** An rsend that can be started again and again. @see MPI-4.1 §3.9 */
  rsendInit(data: unknown, options: SendOptions): Prequest<void> {
    return this.#sendInit("rsend", data, options);
  }

  /** A receive that can be started again and again. @see MPI-4.1 §3.9 */
  recvInit<B extends BufferLike>(options: Omit<RecvOptions, "status"> & Into<B>): Prequest<B>;
  recvInit<T = any>(options?: Omit<RecvOptions, "status">): Prequest<T>;
  recvInit(options?: Omit<RecvOptions, "status"> & Partial<Into<BufferLike>>): Prequest<any> {
    const call = "recvInit";
    checkOptions(call, options, ["source", "tag", "into", "type", "count"]);
    this.use(call);
    const source = checkSource(call, this, options?.source);
    const tag = checkRecvTag(call, options?.tag);
    const landing = checkLanding(call, options?.into, options);
    return new Prequest(() => this.startReceive(call, source, tag, landing));
  }

  #sendInit(mode: Mode, data: unknown, options: SendOptions): Prequest<void> {
    const call = `${mode}Init`;
    checkOptions(call, options, ["dest", "tag", "type", "count"]);
    this.use(call);
    const dest = checkDest(call, this, options?.dest);
    const tag = checkTag(call, options?.tag);
    const items = checkSent(call, data, options);
    return new Prequest(() => this.startSend(mode, call, data, items, { dest, tag }));
  }

  // --- collectives ---

  /** A barrier that can be started again and again. @see MPI-4.1 §6.13.1 */
  barrierInit(): Prequest<void> {
    return new Prequest(this.planBarrier("barrierInit"));
  }

  /** A bcast that can be started again and again. @see MPI-4.1 §6.13.2 */
  bcastInit<B extends BufferLike>(data: unknown, options: RootOptions & Into<B>): Prequest<B>;
  bcastInit<T = any>(data?: T, options?: RootOptions): Prequest<T>;
  bcastInit(data?: unknown, options?: RootOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planBcast("bcastInit", data, options));
  }

  /** A gather that can be started again and again. @see MPI-4.1 §6.13.3 */
  gatherInit<B extends BufferLike>(data: unknown, options: RootOptions & SideOptions & Into<B>): Prequest<B | null>;
  gatherInit<T = any>(data: T, options?: RootOptions & SideOptions): Prequest<T[] | null>;
  gatherInit(data: unknown, options?: RootOptions & SideOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planGather("gatherInit", data, options));
  }

  /** A gatherv that can be started again and again. @see MPI-4.1 §6.13.3 */
  gathervInit<B extends BufferLike>(
    data: Data | InPlace | null,
    options: RootOptions & CountsOptions & Into<B>,
  ): Prequest<B | null>;
  gathervInit<A extends TypedArray>(data: A, options?: RootOptions & CountsOptions): Prequest<A | null>;
  gathervInit<T = any>(data: readonly T[] | null, options?: RootOptions & CountsOptions): Prequest<T[] | null>;
  gathervInit(data: unknown, options?: RootOptions & CountsOptions & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planGatherv("gathervInit", data, options));
  }

  /** A scatter that can be started again and again. @see MPI-4.1 §6.13.4 */
  scatterInit<B extends BufferLike>(
    data: BufferLike | null | undefined,
    options: RootOptions & SideOptions & Into<B>,
  ): Prequest<B>;
  scatterInit<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & SideOptions & { into?: InPlace },
  ): Prequest<A>;
  scatterInit<T = any>(data?: readonly T[] | null, options?: RootOptions & SideOptions): Prequest<T>;
  scatterInit(data?: unknown, options?: RootOptions & SideOptions & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planScatter("scatterInit", data, options));
  }

  /** A scatterv that can be started again and again. @see MPI-4.1 §6.13.4 */
  scattervInit<B extends BufferLike>(
    data: Data | null | undefined,
    options: RootOptions & CountsOptions & Into<B>,
  ): Prequest<B>;
  scattervInit<A extends TypedArray>(
    data: A | null | undefined,
    options?: RootOptions & CountsOptions & { into?: InPlace },
  ): Prequest<A>;
  scattervInit<T = any>(data?: readonly T[] | null, options?: RootOptions & CountsOptions): Prequest<T[]>;
  scattervInit(data?: unknown, options?: RootOptions & CountsOptions & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planScatterv("scattervInit", data, options));
  }

  /** An allgather that can be started again and again. @see MPI-4.1 §6.13.5 */
  allgatherInit<B extends BufferLike>(data: unknown, options: SideOptions & Into<B>): Prequest<B>;
  allgatherInit<T = any>(data: T, options?: SideOptions): Prequest<T[]>;
  allgatherInit(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planAllgather("allgatherInit", data, options));
  }

  /** An allgatherv that can be started again and again. @see MPI-4.1 §6.13.5 */
  allgathervInit<B extends BufferLike>(data: Data | InPlace, options: CountsOptions & Into<B>): Prequest<B>;
  allgathervInit<A extends TypedArray>(data: A, options?: CountsOptions): Prequest<A>;
  allgathervInit<T = any>(data: readonly T[], options?: CountsOptions): Prequest<T[]>;
  allgathervInit(data: unknown, options?: CountsOptions & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planAllgatherv("allgathervInit", data, options));
  }

  /** An alltoall that can be started again and again. @see MPI-4.1 §6.13.6 */
  alltoallInit<B extends BufferLike>(data: BufferLike | InPlace, options: SideOptions & Into<B>): Prequest<B>;
  alltoallInit<A extends TypedArray>(data: A, options?: SideOptions): Prequest<A>;
  alltoallInit<T = any>(data: readonly T[], options?: SideOptions): Prequest<T[]>;
  alltoallInit(data: unknown, options?: SideOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planAlltoall("alltoallInit", data, options));
  }

  /** An alltoallv that can be started again and again. @see MPI-4.1 §6.13.6 */
  alltoallvInit<B extends BufferLike>(data: Data | InPlace, options: AlltoallvOptions & Into<B>): Prequest<B>;
  alltoallvInit<A extends TypedArray>(data: A, options?: AlltoallvOptions): Prequest<A>;
  alltoallvInit<T = any>(data: readonly T[], options?: AlltoallvOptions): Prequest<T[]>;
  alltoallvInit(data: unknown, options?: AlltoallvOptions & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planAlltoallv("alltoallvInit", data, options));
  }

  /** A reduce that can be started again and again. @see MPI-4.1 §6.13.7 */
  reduceInit<B extends BufferLike>(
    data: BufferLike | InPlace | null,
    options: OpOptions<any> & RootOptions & Into<B>,
  ): Prequest<B | null>;
  reduceInit<T = any>(data: T, options?: OpOptions<T> & RootOptions): Prequest<T | null>;
  reduceInit(data: unknown, options?: OpOptions<any> & RootOptions & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduce("reduceInit", data, options));
  }

  /** An allreduce that can be started again and again. @see MPI-4.1 §6.13.8 */
  allreduceInit<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  allreduceInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T>;
  allreduceInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planAllreduce("allreduceInit", data, options));
  }

  /** A reduceScatter that can be started again and again. @see MPI-4.1 §6.13.10 */
  reduceScatterInit<B extends TypedArray>(
    data: BufferLike | InPlace,
    options: OpOptions<any> & { counts: PerRank } & Into<B>,
  ): Prequest<B>;
  reduceScatterInit<A extends TypedArray>(data: A, options: OpOptions<A> & { counts: PerRank }): Prequest<A>;
  reduceScatterInit<T = any>(data: readonly T[], options: OpOptions<T[]> & { counts: PerRank }): Prequest<T[]>;
  reduceScatterInit(
    data: unknown,
    options: OpOptions<any> & { counts: PerRank } & { into?: BufferLike | InPlace },
  ): Prequest<any> {
    return new Prequest(this.planReduceScatter("reduceScatterInit", data, options, false));
  }

  /** A reduceScatterBlock that can be started again and again. @see MPI-4.1 §6.13.9 */
  reduceScatterBlockInit<B extends TypedArray>(
    data: BufferLike | InPlace,
    options: OpOptions<any> & Into<B>,
  ): Prequest<B>;
  reduceScatterBlockInit<A extends TypedArray>(data: A, options?: OpOptions<A>): Prequest<A>;
  reduceScatterBlockInit<T = any>(data: readonly T[], options?: OpOptions<T[]> | None): Prequest<T>;
  reduceScatterBlockInit(data: unknown, options?: OpOptions<any> & { into?: BufferLike | InPlace }): Prequest<any> {
    return new Prequest(this.planReduceScatter("reduceScatterBlockInit", data, options, true));
  }
}
