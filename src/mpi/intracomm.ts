// mpi/intracomm: layer 9. Communicators of one group of ranks: what only they have.
import { exscan, scan } from "../collectives/reduction.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import type { OpOptions } from "./collective.ts";
import type { InPlace } from "./collective-arguments.ts";
import { Comm } from "./comm.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
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
  scan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  scan<T = any>(data: T, options?: OpOptions<T>): Promise<T>;
  scan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("scan", data, options, scan));
  }
  /** Starts a scan. @see MPI-4.1 §6.12.11 */
  iscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iscan<T = any>(data: T, options?: OpOptions<T>): Request<T>;
  iscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iscan", data, options, scan)());
  }
  /** A scan that can be started again and again. @see MPI-4.1 §6.13.11 */
  scanInit<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  scanInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T>;
  scanInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduction("scanInit", data, options, scan));
  }

  /**
   * As scan, without this rank's own value.
   *
   * @returns `undefined` on rank 0, or `into` as it was.
   * @see MPI-4.1 §6.11.2
   */
  exscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  exscan<T = any>(data: T, options?: OpOptions<T>): Promise<T | undefined>;
  exscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("exscan", data, options, exscan));
  }
  /** Starts an exscan. @see MPI-4.1 §6.12.12 */
  iexscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iexscan<T = any>(data: T, options?: OpOptions<T>): Request<T | undefined>;
  iexscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iexscan", data, options, exscan)());
  }
  /** An exscan that can be started again and again. @see MPI-4.1 §6.13.12 */
  exscanInit<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  exscanInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T | undefined>;
  exscanInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduction("exscanInit", data, options, exscan));
  }
}

/** The communicator that is none: every call on it is ERR_COMM. @see MPI-4.1 §7.2.4 */
export const COMM_NULL = new Intracomm(undefined, "MPI.COMM_NULL");
