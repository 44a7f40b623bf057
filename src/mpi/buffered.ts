// mpi/buffered: layer 9. The chapter "buffer allocation and usage" of point-to-point communication: how much bsend may keep,
// for a communicator (PointToPoint extends Buffered) and for the process.
import { BSEND_OVERHEAD, BUFFER_AUTOMATIC } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { type BufferLike, bytesOf } from "../data/buffer.ts";
import { Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import { checkBuffer } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import { checkRunning, progressOfJob } from "./environment.ts";
import { type Pending, Request } from "./request.ts";

/** What attachBuffer takes, and detachBuffer gives back. */
export type SendBuffer = BufferLike | typeof BUFFER_AUTOMATIC;

interface Attached {
  readonly buffer: SendBuffer;
  readonly size: number;
  used: number;
}

/** What bsend may keep on behalf of a communicator, or of the process; with nothing attached, without limit. */
export class Buffering {
  readonly #owner: () => string;
  #attached: Attached | undefined;
  /** Messages that have not been delivered. */
  readonly #kept = new Set<Operation<void>>();

  /** @param owner whose it is, for messages */
  constructor(owner: () => string) {
    this.#owner = owner;
  }

  get attached(): boolean {
    return this.#attached !== undefined;
  }

  attach(call: string, buffer: SendBuffer): void {
    const size =
      buffer === BUFFER_AUTOMATIC
        ? Number.POSITIVE_INFINITY
        : bytesOf(checkBuffer(call, buffer) as BufferLike).byteLength;
    if (this.#attached) {
      const what = `Cannot call ${call} on ${this.#owner()}: it has a buffer, expected detachBuffer first`;
      throw new Exception("ERR_BUFFER", what);
    }
    this.#attached = { buffer, size, used: 0 };
  }

  /** Takes the buffer away: messages that follow do not use it. Settles when those in it are delivered. */
  detach(call: string): Operation<SendBuffer> {
    const attached = this.#attached;
    if (!attached) throw new Exception("ERR_BUFFER", `Cannot call ${call} on ${this.#owner()}: it has no buffer`);
    this.#attached = undefined;
    const detached = new Operation<SendBuffer>();
    this.flush().onSettled(() => detached.resolve(attached.buffer));
    return detached;
  }

  /** Settles when the messages that are kept now are delivered. */
  flush(): Operation<void> {
    const flushed = new Operation<void>();
    let left = this.#kept.size;
    if (left === 0) flushed.resolve();
    const delivered = () => {
      if (--left === 0) flushed.resolve();
    };
    for (const message of [...this.#kept]) message.onSettled(delivered);
    return flushed;
  }

  /**
   * Sends a message of which there is a copy.
   * @param message says which, for errors
   * @returns the send, if it has failed
   * @throws ERR_BUFFER when there is no room for it
   */
  send(bytes: number, message: () => string, start: () => Operation<void> | undefined): Operation<void> | undefined {
    const attached = this.#attached;
    const needed = bytes + BSEND_OVERHEAD;
    if (attached && attached.used + needed > attached.size) {
      const free = `${attached.size - attached.used} of its ${attached.size} bytes are free`;
      const what = `Cannot ${message()}: the buffer attached to ${this.#owner()} is too small, ${free}`;
      throw new Exception("ERR_BUFFER", `${what}, expected ${needed} (${bytes} and BSEND_OVERHEAD)`);
    }
    const sending = start();
    if (!sending || sending.settled) return sending?.failed ? sending : undefined;
    if (attached) attached.used += needed;
    this.#kept.add(sending);
    sending.onSettled(() => {
      if (attached) attached.used -= needed;
      this.#kept.delete(sending);
    });
    return undefined;
  }

  /** A call that waits, for a Request or a report. */
  pending<T>(call: string, progress: Progress, operation: Operation<T>): Pending<T> {
    const describe = () => `${call} on ${this.#owner()}, buffered messages that are not received: ${this.#kept.size}`;
    return { operation, progress, describe };
  }
}

/** What bsend may keep on communicators without a buffer of their own. */
const ofProcess = new Buffering(() => "MPI");

export abstract class Buffered {
  /** @throws {MPI.Exception} ERR_COMM on MPI.COMM_NULL, ERR_OTHER after finalize; `call` is what the user called */
  protected abstract use(call: string): Endpoint;
  abstract readonly name: string;
  readonly #buffering = new Buffering(() => this.name);

  /**
   * Sets how much bsend may keep on this communicator: as much as the buffer has bytes, where each message that is not
   * delivered counts with its length and MPI.BSEND_OVERHEAD. It comes before a buffer of `MPI.attachBuffer`. Without any,
   * or with MPI.BUFFER_AUTOMATIC, there is no limit.
   *
   * @param buffer Counts by its length only; the library keeps the copies elsewhere.
   * @throws {MPI.Exception} ERR_BUFFER when the communicator has a buffer. From then on `bsend` and its kin throw ERR_BUFFER
   * when a message finds no room.
   * @example
   * ```ts
   * const comm = MPI.COMM_SELF;
   * comm.attachBuffer(new Uint8Array(1000 + MPI.BSEND_OVERHEAD));
   * await comm.bsend("kept", { dest: 0 });
   * console.log(await comm.recv()); // kept
   * const buffer = (await comm.detachBuffer()) as Uint8Array;
   * console.log(buffer.length === 1000 + MPI.BSEND_OVERHEAD); // true
   * ```
   * @see MPI-4.1 §3.6
   */
  attachBuffer(buffer: SendBuffer): void {
    this.use("attachBuffer");
    this.#buffering.attach("attachBuffer", buffer);
  }

  /**
   * Waits until the messages in the communicator's buffer are delivered, and gives it back.
   *
   * @throws {MPI.Exception} ERR_BUFFER when the communicator has no buffer.
   * @see MPI-4.1 §3.6
   */
  detachBuffer(): Promise<SendBuffer> {
    return attempt(() => {
      const { progress } = this.use("detachBuffer").engine;
      return wait(this.#buffering.pending("detachBuffer", progress, this.#buffering.detach("detachBuffer")));
    });
  }

  /** Waits until the messages that are in the communicator's buffer now are delivered. @see MPI-4.1 §3.6 */
  flushBuffer(): Promise<void> {
    return attempt(() => wait(this.#flush("flushBuffer")));
  }

  /** Starts a flushBuffer. @see MPI-4.1 §3.6 */
  iflushBuffer(): Request<void> {
    return new Request(this.#flush("iflushBuffer"));
  }

  #flush(call: string): Pending<void> {
    return this.#buffering.pending(call, this.use(call).engine.progress, this.#buffering.flush());
  }

  /** What a bsend on this communicator goes through. */
  protected get buffering(): Buffering {
    return this.#buffering.attached ? this.#buffering : ofProcess;
  }
}

/** As Comm.attachBuffer, for all communicators that have no buffer of their own. @see MPI-4.1 §3.6 */
export function attachBuffer(buffer: SendBuffer): void {
  checkRunning("attachBuffer", "MPI");
  ofProcess.attach("attachBuffer", buffer);
}

/** As Comm.detachBuffer, for the buffer of `MPI.attachBuffer`. @see MPI-4.1 §3.6 */
export function detachBuffer(): Promise<SendBuffer> {
  return attempt(() => {
    checkRunning("detachBuffer", "MPI");
    return wait(ofProcess.pending("detachBuffer", progressOfJob(), ofProcess.detach("detachBuffer")));
  });
}

/**
 * Waits until the messages are delivered that `bsend` keeps now on communicators without a buffer of their own.
 *
 * @example
 * ```ts
 * await MPI.COMM_SELF.bsend(new Float64Array(100_000), { dest: 0 });
 * const receiving = MPI.COMM_SELF.irecv();
 * await MPI.flushBuffer();
 * console.log((await receiving.wait()).length); // 100000
 * ```
 * @see MPI-4.1 §3.6
 */
export function flushBuffer(): Promise<void> {
  return attempt(() => wait(flush("flushBuffer")));
}

/** Starts a flushBuffer. @see MPI-4.1 §3.6 */
export function iflushBuffer(): Request<void> {
  return new Request(flush("iflushBuffer"));
}

function flush(call: string): Pending<void> {
  checkRunning(call, "MPI");
  return ofProcess.pending(call, progressOfJob(), ofProcess.flush());
}

function wait<T>(pending: Pending<T>): Promise<T> {
  return waitFor(pending.progress, pending.operation, pending);
}
