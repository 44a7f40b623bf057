// mpi/exchange: layer 9. Calls of point-to-point communication that send one message and receive another: Comm extends it.
import { type BufferLike, bufferFrom, bytesOf, elementOfBuffer } from "../data/buffer.ts";
import { Operation } from "../engine/operation.ts";
import {
  checkBuffer,
  checkDest,
  checkInto,
  checkOptions,
  checkRecvTag,
  checkSource,
  checkStatus,
  checkTag,
} from "./arguments.ts";
import { attempt } from "./call.ts";
import { type Into, PointToPoint } from "./point-to-point.ts";
import { Request } from "./request.ts";
import type { Status } from "./status.ts";

export interface SendrecvOptions {
  /** Rank that the message goes to, or MPI.PROC_NULL. */
  dest: number;
  /** @default {0} */
  sendtag?: number;
  /** Rank that a message comes from. @default {MPI.ANY_SOURCE} */
  source?: number;
  /** @default {MPI.ANY_TAG} */
  recvtag?: number;
  /** Is filled in with the sender, tag and length of the message that is received. */
  status?: Status;
}

const SENDRECV = ["dest", "sendtag", "source", "recvtag", "into", "status"];
const REPLACE = ["dest", "sendtag", "source", "recvtag", "status"];

export abstract class Exchange extends PointToPoint {
  /**
   * Sends one message and receives another, both at once: ranks that exchange data cannot block each other.
   *
   * @param data What is sent: any value, or a buffer.
   * @param options.dest @param options.sendtag Where it goes, and with which tag; 0 by default.
   * @param options.source @param options.recvtag Which message is received; any by default.
   * @param options.into @param options.status As for `recv`.
   * @returns What was received, as `recv` does.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const left = await MPI.COMM_WORLD.sendrecv(rank, { dest: (rank + 1) % size, source: (rank + size - 1) % size });
   * ```
   * @see MPI-4.1 §3.11
   */
  sendrecv<B extends BufferLike>(data: unknown, options: SendrecvOptions & Into<B>): Promise<B>;
  sendrecv<T = any>(data: unknown, options: SendrecvOptions): Promise<T>;
  sendrecv(data: unknown, options: SendrecvOptions & Partial<Into<BufferLike>>): Promise<any> {
    return attempt(() => this.#exchange("sendrecv", data, options, options?.into).wait());
  }

  /** Starts a sendrecv. @see MPI-4.1 §3.11 */
  isendrecv<B extends BufferLike>(data: unknown, options: SendrecvOptions & Into<B>): Request<B>;
  isendrecv<T = any>(data: unknown, options: SendrecvOptions): Request<T>;
  isendrecv(data: unknown, options: SendrecvOptions & Partial<Into<BufferLike>>): Request<any> {
    return this.#exchange("isendrecv", data, options, options?.into);
  }

  /**
   * Sends the content of `buffer` and receives into the same memory.
   *
   * @returns `buffer`.
   * @throws {MPI.Exception} ERR_TRUNCATE, ERR_TYPE as for `recv` with `into`.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const block = Int32Array.of(rank);
   * await MPI.COMM_WORLD.sendrecvReplace(block, { dest: (rank + 1) % size, source: (rank + size - 1) % size });
   * console.log(block[0] === (rank + size - 1) % size); // true
   * ```
   * @see MPI-4.1 §3.11
   */
  sendrecvReplace<B extends BufferLike>(buffer: B, options: SendrecvOptions): Promise<B> {
    return attempt(() => this.#replace("sendrecvReplace", buffer, options).wait());
  }

  /** Starts a sendrecvReplace. @see MPI-4.1 §3.11 */
  isendrecvReplace<B extends BufferLike>(buffer: B, options: SendrecvOptions): Request<B> {
    return this.#replace("isendrecvReplace", buffer, options);
  }

  #exchange(
    call: string,
    data: unknown,
    options: SendrecvOptions,
    memory: unknown,
    names: readonly string[] = SENDRECV,
  ): Request<any> {
    checkOptions(call, options, names);
    const status = checkStatus(call, options?.status);
    const { progress } = this.use(call).engine;
    checkDest(call, this, options?.dest);
    checkTag(call, options?.sendtag, "sendtag");
    checkSource(call, this, options?.source);
    checkRecvTag(call, options?.recvtag, "recvtag");
    checkInto(call, memory);
    // First the send, which fails when the data cannot be carried: then no message has been taken.
    const sending = this.post("send", data, options.dest, options.sendtag);
    const pending = this.startReceive(call, options.source, options.recvtag, memory, "recvtag");
    const both = sending
      ? Promise.all([pending.operation.promise(), sending.promise()]).then(([got]) => got)
      : undefined;
    const operation = both ? Operation.of(both) : pending.operation;
    if (status) operation.onSettled(() => operation.failed || pending.fill(status));
    const { dest, sendtag = 0 } = options;
    const describe = () => `${pending.describe()} with send(dest ${dest}, tag ${sendtag})`;
    return new Request({ operation, progress, describe, fill: (filled) => pending.fill(filled) });
  }

  #replace<B extends BufferLike>(call: string, buffer: B, options: SendrecvOptions): Request<B> {
    checkBuffer(call, buffer);
    const copy = bufferFrom(elementOfBuffer(buffer), bytesOf(buffer).slice());
    return this.#exchange(call, copy, options, buffer, REPLACE);
  }
}
