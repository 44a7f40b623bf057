// mpi/message: layer 9. A message that mprobe or improbe took out of the queues.
import { ANY_TAG, PROC_NULL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { Engine } from "../engine/engine.ts";
import { type Arrival, type Message as Arrived, Receive, type Target } from "../engine/message.ts";
import { Operation } from "../engine/operation.ts";
import { checkOptions, checkStatus } from "./arguments.ts";
import { attempt } from "./call.ts";
import { progressOfJob } from "./environment.ts";
import type { Abortable, Into, RecvOptions } from "./point-to-point.ts";
import { type Pending, Request } from "./request.ts";
import type { Status } from "./status.ts";
import { checkLanding, type Landing, type TypeOptions } from "./typed-data.ts";

interface MessageOptions extends TypeOptions {
  /** Is filled in with the sender, tag and length of the message. */
  status?: Status;
}

/** A message that was taken out of the queues. */
interface Probed {
  readonly arrived: Arrived;
  readonly engine: Engine;
  /** Says where it is from, for errors. */
  readonly from: (arrival: Arrival) => string;
  readonly fill: (status: Status, arrival: Arrival) => void;
}

/** What a communicator can do for Message. */
interface Prober {
  mprobe(options?: RecvOptions & Abortable): Promise<Message>;
  improbe(options?: RecvOptions): Promise<Message | null>;
}

/**
 * A message that can be received by nobody else: what `mprobe` and `improbe` return.
 *
 * @example
 * ```ts
 * await MPI.COMM_SELF.send([1, 2, 3], { dest: 0 });
 * const message = await MPI.COMM_SELF.mprobe();
 * console.log(await message.recv()); // [ 1, 2, 3 ]
 * ```
 * @see MPI-4.1 §3.8.2
 */
export class Message {
  #probed: Probed | undefined;
  /** Why there is nothing to receive. */
  #gone = "the message has been received already";

  /** Made by mprobe and improbe. */
  constructor(probed: Probed | undefined) {
    this.#probed = probed;
  }

  /** As Comm.mprobe. @see MPI-4.1 §3.8.2 */
  static probe(comm: Prober, options?: RecvOptions & Abortable): Promise<Message> {
    return attempt(() => prober("Message.probe", comm).mprobe(options));
  }

  /** As Comm.improbe. @see MPI-4.1 §3.8.2 */
  static iprobe(comm: Prober, options?: RecvOptions): Promise<Message | null> {
    return attempt(() => prober("Message.iprobe", comm).improbe(options));
  }

  /** Receives the message, as Comm.recv does. @throws {MPI.Exception} ERR_REQUEST the second time @see MPI-4.1 §3.8.3 */
  recv<B extends BufferLike>(options: MessageOptions & Into<B>): Promise<B>;
  recv<T = any>(options?: MessageOptions): Promise<T>;
  recv(options?: MessageOptions & Partial<Into<BufferLike>>): Promise<any> {
    return attempt(() => this.#start("Message.recv", options).wait());
  }

  /** Starts receiving the message. @see MPI-4.1 §3.8.3 */
  irecv<B extends BufferLike>(options: MessageOptions & Into<B>): Request<B>;
  irecv<T = any>(options?: MessageOptions): Request<T>;
  irecv(options?: MessageOptions & Partial<Into<BufferLike>>): Request<any> {
    return this.#start("Message.irecv", options);
  }

  /** Throws the message away, if it has not been received: for its sender, it has been. @see MPI-4.1 §3.8.3 */
  free(): void {
    const probed = this.#take();
    if (!probed) return;
    this.#gone = "the message has been freed";
    const nowhere = () => {
      throw new Exception("ERR_REQUEST", "Cannot receive a message: it has been freed");
    };
    deliver(probed, { land: nowhere, finish: nowhere });
  }

  #take(): Probed | undefined {
    const probed = this.#probed;
    this.#probed = undefined;
    return probed;
  }

  #start(call: string, options: (MessageOptions & Partial<Into<BufferLike>>) | undefined): Request<any> {
    checkOptions(call, options, ["into", "type", "count", "status"]);
    const landing = checkLanding(call, options?.into, options);
    const status = checkStatus(call, options?.status);
    const pending = this === MESSAGE_NO_PROC ? fromNobody(call, landing.buffer) : this.#receive(call, landing);
    if (status) pending.operation.onSettled(() => pending.operation.failed || pending.fill!(status));
    return new Request(pending);
  }

  #receive(call: string, { target }: Landing): Pending<any> {
    if (this === MESSAGE_NULL)
      throw new Exception("ERR_REQUEST", `Cannot call ${call} on MPI.MESSAGE_NULL: it is no message`);
    const probed = this.#take();
    if (!probed) throw new Exception("ERR_REQUEST", `Cannot call ${call}: ${this.#gone}`);
    const operation = deliver<any>(probed, target(probed.from));
    const describe = () => `${call} of a message ${probed.from(probed.arrived)}`;
    const fill = (status: Status) => probed.fill(status, probed.arrived);
    return { operation, progress: probed.engine.progress, describe, fill };
  }
}

/** Receives `MPI.PROC_NULL`'s message, which has no content, any number of times. */
function fromNobody(call: string, buffer: BufferLike | undefined): Pending<any> {
  const fill = (status: Status) => status.fill(PROC_NULL, ANY_TAG, 0, 0);
  return { operation: Operation.done<any>(buffer), progress: progressOfJob(), describe: () => call, fill };
}

function deliver<T>({ arrived, engine }: Probed, target: Target<T>): Operation<T> {
  const operation = new Operation<T>();
  engine.deliver(arrived, new Receive<T>(arrived.source, arrived.tag, arrived.context, target, operation));
  return operation;
}

function prober(call: string, comm: unknown): Prober {
  if (typeof (comm as Prober | null)?.mprobe === "function") return comm as Prober;
  throw new TypeError(`Cannot call ${call}: comm is ${show(comm)}, expected an MPI.Comm`);
}

/** The message that is none. @see MPI-4.1 §3.8.2 */
export const MESSAGE_NULL: Message = new Message(undefined);
/** What mprobe finds at MPI.PROC_NULL: a message without content, which can always be received. @see MPI-4.1 §3.8.2 */
export const MESSAGE_NO_PROC: Message = new Message(undefined);
