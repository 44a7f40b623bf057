// mpi/point-to-point: layer 9. The chapter "point-to-point communication" of a communicator: Comm extends it. Arguments
// are checked here, once; then one call downwards.
import { ANY_TAG, PROC_NULL } from "../base/constants.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { Items } from "../data/items.ts";
import { type Arrival, arrivalBytes } from "../engine/message.ts";
import { DONE, Operation } from "../engine/operation.ts";
import { checkDest, checkOptions, checkRecvTag, checkSignal, checkSource, checkStatus, checkTag } from "./arguments.ts";
import { Buffered } from "./buffered.ts";
import { after, waitFor } from "./call.ts";
import { Reception } from "./reception.ts";
import { type Pending, Request } from "./request.ts";
import type { Status } from "./status.ts";
import { bodyOf, checkLanding, checkSent, type Landing, type TypeOptions } from "./typed-data.ts";

export interface SendOptions extends TypeOptions {
  /** Rank that the message goes to, or MPI.PROC_NULL. */
  dest: number;
  /** 0 … 2³¹−1. @default {0} */
  tag?: number;
}

export interface RecvOptions extends TypeOptions {
  /** Rank that the message comes from. @default {MPI.ANY_SOURCE} */
  source?: number;
  /** @default {MPI.ANY_TAG} */
  tag?: number;
  /** Is filled in with the sender, tag and length of the message. */
  status?: Status;
}

/** With `into`, what is received lands in this buffer, which is also the result. */
export interface Into<B extends BufferLike> {
  into: B;
}

/** Ends the waiting: the call rejects with the signal's reason, and no message is lost. */
export interface Abortable {
  signal?: AbortSignal;
}

/** Names of the blocking sends. */
export type Mode = "send" | "ssend" | "bsend" | "rsend";

const SEND = ["dest", "tag", "type", "count"];
const RECV = ["source", "tag", "into", "type", "count", "status"];
const RECV_WAIT = [...RECV, "signal"];

export abstract class PointToPoint extends Buffered {
  #done: Pending<void> | undefined;
  /** The rank that messages of a process come from, also when the communicator has been freed since. */
  protected abstract rankOf(process: number): number;
  abstract readonly size: number;

  /**
   * Sends a message to one rank and waits until `data` may be changed again.
   *
   * A buffer (typed array, ArrayBuffer, SharedArrayBuffer, DataView) travels as its raw bytes, anything else as a value
   * with the meaning of `structuredClone`. A short message is on its way when this resolves; a long one has been taken by
   * a receive. Messages to one rank on one communicator never overtake each other.
   *
   * @param data Any value, or a buffer of any length up to 4 GiB.
   * @param options.type A committed datatype: only what it covers is sent, `count` items of it (by default as many as fit)
   * from the first byte of `data` on, which is a buffer then. The receiver may lay them out otherwise, or have them one
   * behind the other.
   * @returns A promise that resolves when `data` may be changed.
   * @throws {TypeError} An option is missing, unknown or of the wrong type.
   * @throws {MPI.Exception} ERR_RANK, ERR_TAG; ERR_TYPE when `data` holds something that cannot be carried, or is of other
   * elements than `type`; ERR_COUNT; ERR_BUFFER when the items leave `data`. Nothing was sent.
   * @example
   * ```ts
   * const comm = MPI.COMM_WORLD;
   * if (comm.rank === 0) for (let r = 1; r < comm.size; r++) await comm.send({ a: 7 }, { dest: r, tag: 11 });
   * else console.log(await comm.recv({ source: 0, tag: 11 }));
   *
   * // The second column of a matrix of 3 rows and 4 columns, to this rank itself.
   * const matrix = Float64Array.from({ length: 12 }, (_, i) => i);
   * const column = MPI.DOUBLE.createVector(3, 1, 4).commit();
   * await MPI.COMM_SELF.send(matrix.subarray(1), { dest: 0, type: column });
   * console.log(await MPI.COMM_SELF.recv()); // Float64Array(3) [ 1, 5, 9 ]
   * ```
   * @see MPI-4.1 §3.2.1
   */
  send(data: unknown, options: SendOptions): Promise<void> {
    return this.#sendWait("send", data, options);
  }

  /** As send, but waits until a receive has matched the message. @see MPI-4.1 §3.4 */
  ssend(data: unknown, options: SendOptions): Promise<void> {
    return this.#sendWait("ssend", data, options);
  }

  /** As send, but copies `data` if need be and never waits for the receiver; see attachBuffer. @see MPI-4.1 §3.4 */
  bsend(data: unknown, options: SendOptions): Promise<void> {
    return this.#sendWait("bsend", data, options);
  }

  /** As send; says that a receive is posted already, which nothing here depends on. @see MPI-4.1 §3.4 */
  rsend(data: unknown, options: SendOptions): Promise<void> {
    return this.#sendWait("rsend", data, options);
  }

  /**
   * Starts a send.
   *
   * @returns A request that is complete when `data` may be changed.
   * @throws What `send` rejects with for wrong arguments; nothing was sent.
   * @example
   * ```ts
   * const comm = MPI.COMM_WORLD;
   * const request = comm.isend("hello", { dest: (comm.rank + 1) % comm.size });
   * console.log(await comm.recv()); // hello
   * await request.wait();
   * ```
   * @see MPI-4.1 §3.7.2
   */
  isend(data: unknown, options: SendOptions): Request<void> {
    return this.#sendStart("send", data, options);
  }

  /** Starts an ssend. @see MPI-4.1 §3.7.2 */
  issend(data: unknown, options: SendOptions): Request<void> {
    return this.#sendStart("ssend", data, options);
  }

  /** Starts a bsend. @see MPI-4.1 §3.7.2 */
  ibsend(data: unknown, options: SendOptions): Request<void> {
    return this.#sendStart("bsend", data, options);
  }

  /** Starts an rsend. @see MPI-4.1 §3.7.2 */
  irsend(data: unknown, options: SendOptions): Request<void> {
    return this.#sendStart("rsend", data, options);
  }

  /**
   * Waits for a message and returns its content: a value as it was sent, a typed array where one was sent.
   *
   * @param options.source @param options.tag Which message; any by default.
   * @param options.into A buffer that the message lands in (of the same element kind, at least as long); it is returned.
   * @param options.type A committed datatype: the message lands where its items lie, at most `count` of them (by default as
   * many as fit into `into`); of a shorter message the last one may be filled in part. Without `into` the result is a new
   * typed array of the type's elements, one behind the other (an ArrayBuffer where they are not all of one kind).
   * @param options.status Is filled in with source, tag and length.
   * @param options.signal Takes the receive back when it aborts, e.g. `AbortSignal.timeout(500)`; no message is lost.
   * @returns The value, the new buffer, or `into`. From MPI.PROC_NULL: `undefined`, or `into` as it was.
   * @throws {MPI.Exception} ERR_TRUNCATE when the message is longer than `into` or `count` items, ERR_TYPE when its element
   * kind differs; ERR_COUNT, ERR_BUFFER when the items leave `into`.
   * @example
   * ```ts
   * await MPI.COMM_SELF.send(Float64Array.of(1, 2), { dest: 0 });
   * const into = new Float64Array(2);
   * await MPI.COMM_SELF.recv({ source: 0, into });
   * console.log(into[1]); // 2
   * ```
   * @see MPI-4.1 §3.2.4
   */
  recv<B extends BufferLike>(options: RecvOptions & Into<B> & Abortable): Promise<B>;
  recv<T = any>(options?: RecvOptions & Abortable): Promise<T>;
  recv(options?: RecvOptions & Partial<Into<BufferLike>> & Abortable): Promise<any> {
    try {
      checkOptions("recv", options, RECV_WAIT);
      const signal = checkSignal("recv", options?.signal);
      const status = checkStatus("recv", options?.status);
      const { buffer, target } = checkLanding("recv", options?.into, options);
      const endpoint = this.use("recv");
      const { engine } = endpoint;
      const { progress } = engine;
      const source = checkSource("recv", this, options?.source);
      const tag = checkRecvTag("recv", options?.tag);
      if (source === PROC_NULL) {
        status?.fill(PROC_NULL, ANY_TAG, 0, 0);
        return after(progress.served(), buffer);
      }
      const receive = endpoint.receive<any>(source, tag, target(this.from));
      const { operation } = receive;
      if (!operation.settled) progress.spin(operation);
      if (operation.settled && !operation.failed) {
        // Nearly always it is here by now, and nobody needs to know more of it.
        const { result } = operation;
        if (status) this.fillStatus(status, receive.arrival!);
        engine.reuse(receive);
        return after(progress.served(), result);
      }
      const pending = new Reception<any>(this, endpoint, "recv", source, tag, receive);
      const abort = signal && { signal, cancel: () => pending.cancel() };
      const received = waitFor(progress, operation, pending, { ...abort, later: true });
      return status ? this.#andFill(received, pending, status) : received;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Starts a receive, with the options of `recv` without `signal`.
   *
   * @returns A request whose `wait` returns what `recv` would; `status` is filled in when the message has come.
   * @see MPI-4.1 §3.7.2
   */
  irecv<B extends BufferLike>(options: RecvOptions & Into<B>): Request<B>;
  irecv<T = any>(options?: RecvOptions): Request<T>;
  irecv(options?: RecvOptions & Partial<Into<BufferLike>>): Request<any> {
    checkOptions("irecv", options, RECV);
    const status = checkStatus("irecv", options?.status);
    const landing = checkLanding("irecv", options?.into, options);
    const pending = this.startReceive("irecv", options?.source, options?.tag, landing);
    if (status) pending.operation.onSettled(() => pending.operation.failed || pending.fill(status));
    return new Request(pending);
  }

  // --- sending ---

  /** Sends; undefined where it is done already. */
  protected post(
    call: Mode,
    data: unknown,
    items: Items | undefined,
    dest: unknown,
    tag: unknown,
  ): Operation<void> | undefined {
    const endpoint = this.use(call);
    const to = checkDest(call, this, dest);
    const label = checkTag(call, tag);
    const body = bodyOf(data, items);
    if (to === PROC_NULL) return undefined;
    return call === "bsend"
      ? this.#buffered(endpoint, to, label, body)
      : endpoint.send(to, label, body, call === "ssend");
  }

  #buffered(endpoint: Endpoint, to: number, label: number, body: Body): Operation<void> | undefined {
    const copy = { element: body.element, parts: body.parts.map((part) => part.slice()) };
    const describe = () => `bsend to rank ${to}, tag ${label}, on ${this.name}`;
    return this.buffering.send(bodyBytes(body), describe, () => endpoint.send(to, label, copy, false));
  }

  #describeSend(call: string, { dest, tag = 0 }: SendOptions): () => string {
    return () => `${call}(dest ${dest}, tag ${tag}) on ${this.name}`;
  }

  #sendWait(call: Mode, data: unknown, options: SendOptions): Promise<void> {
    try {
      checkOptions(call, options, SEND);
      const items = checkSent(call, data, options);
      const operation = this.post(call, data, items, options?.dest, options?.tag);
      const { progress } = this.use(call).engine;
      if (!operation) return progress.served() ?? Promise.resolve();
      return waitFor(progress, operation, { describe: this.#describeSend(call, options) });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #sendStart(call: Mode, data: unknown, options: SendOptions): Request<void> {
    checkOptions(`i${call}`, options, SEND);
    const items = checkSent(`i${call}`, data, options);
    const operation = this.post(call, data, items, options?.dest, options?.tag);
    // One that is done has nothing more to tell: all of a communicator's are alike.
    return new Request(operation ? this.#sending(operation, `i${call}`, options) : this.#sent);
  }

  /** Starts a send. @param call what the user has called */
  protected startSend(
    mode: Mode,
    call: string,
    data: unknown,
    items: Items | undefined,
    options: SendOptions,
  ): Pending<void> {
    const operation = this.post(mode, data, items, options?.dest, options?.tag) ?? Operation.done<void>(undefined);
    return this.#sending(operation, call, options);
  }

  #sending(operation: Operation<void>, call: string, options: SendOptions): Pending<void> {
    return { operation, progress: this.use(call).engine.progress, describe: this.#describeSend(call, options) };
  }

  get #sent(): Pending<void> {
    this.#done ??= this.#sending(DONE, "isend", { dest: PROC_NULL });
    return this.#done;
  }

  // --- receiving ---

  /** Starts a receive. */
  protected startReceive(
    call: string,
    source: unknown,
    tag: unknown,
    { buffer, target }: Landing,
    tagOption = "tag",
  ): Reception<any> {
    const endpoint = this.use(call);
    const from = checkSource(call, this, source);
    const label = checkRecvTag(call, tag, tagOption);
    if (from === PROC_NULL) return new Reception(this, endpoint, call, from, label, buffer);
    const receive = endpoint.receive<any>(from, label, target(this.from));
    return new Reception(this, endpoint, call, from, label, receive);
  }

  // --- telling about a message ---

  /** Where a message is from, for errors. */
  protected readonly from = (arrival: Arrival): string =>
    `from rank ${this.#rankOf(arrival)}, tag ${arrival.tag}, on ${this.name}`;

  #rankOf(arrival: Arrival): number {
    return arrival.source === PROC_NULL ? PROC_NULL : this.rankOf(arrival.source);
  }

  /** Fills in what is known of a message. */
  protected fillStatus(status: Status, arrival: Arrival): Status {
    status.fill(this.#rankOf(arrival), arrival.tag, arrivalBytes(arrival), arrival.element);
    return status;
  }

  async #andFill<T>(received: Promise<T>, pending: Reception<T>, status: Status): Promise<T> {
    const data = await received;
    pending.fill(status);
    return data;
  }
}
