// mpi/intracomm: layer 9. Communicators of one group of ranks: what only they have.
import { exscan, scan } from "../collectives/reduction.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import type { OpOptions } from "./collective.ts";
import { Comm } from "./comm.ts";
import type { Into } from "./point-to-point.ts";
import { Request } from "./request.ts";

/** A communicator of one group of ranks. @see MPI-4.1 §7.2.3 */
export class Intracomm extends Comm {
  /**
   * Combines the values of ranks 0 to this one, inclusive.
   *
   * @param data This rank's value; a typed array is combined elementwise.
   * @param options.op The operator, applied in rank order. @param options.into A typed array for the result.
   * @example
   * ```ts
   * const { rank } = MPI.COMM_WORLD;
   * console.log((await MPI.COMM_WORLD.scan(1)) === rank + 1); // true
   * ```
   * @see MPI-4.1 §6.11.1
   */
  scan<B extends BufferLike>(data: TypedArray, options: OpOptions<any> & Into<B>): Promise<B>;
  scan<T = any>(data: T, options?: OpOptions<T>): Promise<T>;
  scan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.startReduction("scan", data, options, scan));
  }
  /** Starts a scan. @see MPI-4.1 §6.12.11 */
  iscan<B extends BufferLike>(data: TypedArray, options: OpOptions<any> & Into<B>): Request<B>;
  iscan<T = any>(data: T, options?: OpOptions<T>): Request<T>;
  iscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.startReduction("iscan", data, options, scan));
  }

  /**
   * As scan, without this rank's own value.
   *
   * @returns The result; on rank 0 `undefined`, or `into` as it was.
   * @example
   * ```ts
   * const count = MPI.COMM_WORLD.rank + 1;
   * const offset = (await MPI.COMM_WORLD.exscan(count)) ?? 0;
   * console.log(offset === (count * (count - 1)) / 2); // true
   * ```
   * @see MPI-4.1 §6.11.2
   */
  exscan<B extends BufferLike>(data: TypedArray, options: OpOptions<any> & Into<B>): Promise<B>;
  exscan<T = any>(data: T, options?: OpOptions<T>): Promise<T | undefined>;
  exscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.startReduction("exscan", data, options, exscan));
  }
  /** Starts an exscan. @see MPI-4.1 §6.12.12 */
  iexscan<B extends BufferLike>(data: TypedArray, options: OpOptions<any> & Into<B>): Request<B>;
  iexscan<T = any>(data: T, options?: OpOptions<T>): Request<T | undefined>;
  iexscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.startReduction("iexscan", data, options, exscan));
  }
}

/** The communicator that is none: every call on it is ERR_COMM. @see MPI-4.1 §7.2.4 */
export const COMM_NULL = new Intracomm(undefined, "MPI.COMM_NULL");
