// mpi/exchange: layer 9. Calls of point-to-point communication that send one message and receive another: Comm extends it.
import { type BufferLike, bufferFrom, bytesOf, elementOfBuffer } from "../data/buffer.ts";
import type { Items } from "../data/items.ts";
import { Operation } from "../engine/operation.ts";
import { checkBuffer, checkDest, checkOptions, checkRecvTag, checkSource, checkStatus, checkTag } from "./arguments.ts";
import { attempt } from "./call.ts";
import { type Into, PointToPoint } from "./point-to-point.ts";
import { Request } from "./request.ts";
import type { Status } from "./status.ts";
import {
  checkLanding,
  checkSent,
  type Landing,
  SIDES,
  type SideOptions,
  sidesOf,
  type TypeOptions,
} from "./typed-data.ts";

export interface ReplaceOptions extends TypeOptions {
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

export interface SendrecvOptions extends ReplaceOptions, SideOptions {}

const REPLACE = ["dest", "sendtag", "source", "recvtag", "status", "type", "count"];
const SENDRECV = [...REPLACE, "into", ...SIDES];

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
  sendrecvReplace<B extends BufferLike>(buffer: B, options: ReplaceOptions): Promise<B> {
    return attempt(() => this.#replace("sendrecvReplace", buffer, options).wait());
  }

  /** Starts a sendrecvReplace. @see MPI-4.1 §3.11 */
  isendrecvReplace<B extends BufferLike>(buffer: B, options: ReplaceOptions): Request<B> {
    return this.#replace("isendrecvReplace", buffer, options);
  }

  #exchange(call: string, data: unknown, options: SendrecvOptions, memory: unknown): Request<any> {
    checkOptions(call, options, SENDRECV);
    const [send, receive] = sidesOf(call, options);
    const items = checkSent(call, data, send);
    return this.#start(call, data, items, checkLanding(call, memory, receive), options);
  }

  #replace<B extends BufferLike>(call: string, buffer: B, options: ReplaceOptions): Request<B> {
    checkOptions(call, options, REPLACE);
    checkBuffer(call, buffer);
    const items = checkSent(call, buffer, options);
    const landing = checkLanding(call, buffer, options);
    const copy = items
      ? bufferFrom(items.map.element, items.copy())
      : bufferFrom(elementOfBuffer(buffer), bytesOf(buffer).slice());
    return this.#start(call, copy, undefined, landing, options);
  }

  #start(
    call: string,
    data: unknown,
    items: Items | undefined,
    landing: Landing,
    options: ReplaceOptions,
  ): Request<any> {
    const status = checkStatus(call, options?.status);
    const { progress } = this.use(call).engine;
    checkDest(call, this, options?.dest);
    checkTag(call, options?.sendtag, "sendtag");
    checkSource(call, this, options?.source);
    checkRecvTag(call, options?.recvtag, "recvtag");
    // First the send, which fails when the data cannot be carried: then no message has been taken.
    const sending = this.post("send", data, items, options.dest, options.sendtag);
    const pending = this.startReceive(call, options.source, options.recvtag, landing, "recvtag");
    const both = sending
      ? Promise.all([pending.operation.promise(), sending.promise()]).then(([got]) => got)
      : undefined;
    const operation = both ? Operation.of(both) : pending.operation;
    if (status) operation.onSettled(() => operation.failed || pending.fill(status));
    const { dest, sendtag = 0 } = options;
    const describe = () => `${pending.describe()} with send(dest ${dest}, tag ${sendtag})`;
    return new Request({ operation, progress, describe, fill: (filled) => pending.fill(filled) });
  }
}
