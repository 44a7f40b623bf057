// mpi/message: layer 9. A message that mprobe or improbe took out of the queues.
import { ANY_TAG, PROC_NULL } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import { type Arrival, type Message as Arrived, Receive } from "../engine/message.ts";
import { Operation } from "../engine/operation.ts";
import { checkOptions, checkStatus } from "./arguments.ts";
import { attempt } from "./call.ts";
import type { Into } from "./point-to-point.ts";
import { Request } from "./request.ts";
import type { Status } from "./status.ts";
import { checkLanding, type TypeOptions } from "./typed-data.ts";

interface MessageOptions extends TypeOptions {
  /** Is filled in with the sender, tag and length of the message. */
  status?: Status;
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
  #arrived: Arrived | undefined;
  #received = false;
  readonly #endpoint: Endpoint;
  readonly #from: (arrival: Arrival) => string;
  readonly #fill: (status: Status, arrival: Arrival) => void;

  /** Made by mprobe and improbe; without `arrived` it is the message from MPI.PROC_NULL. */
  constructor(
    arrived: Arrived | undefined,
    endpoint: Endpoint,
    from: (arrival: Arrival) => string,
    fill: (status: Status, arrival: Arrival) => void,
  ) {
    this.#arrived = arrived;
    this.#endpoint = endpoint;
    this.#from = from;
    this.#fill = fill;
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

  #start(call: string, options: (MessageOptions & Partial<Into<BufferLike>>) | undefined): Request<any> {
    checkOptions(call, options, ["into", "type", "count", "status"]);
    const { buffer, target } = checkLanding(call, options?.into, options);
    const status = checkStatus(call, options?.status);
    if (this.#received)
      throw new Exception("ERR_REQUEST", `Cannot call ${call}: the message has been received already`);
    this.#received = true;
    const { engine } = this.#endpoint;
    const arrived = this.#arrived;
    this.#arrived = undefined;
    const operation = new Operation<any>();
    if (arrived) {
      const { source, tag, context } = arrived;
      engine.deliver(arrived, new Receive<any>(source, tag, context, target(this.#from), operation));
    } else operation.resolve(buffer);
    const fill = (filled: Status) => {
      if (arrived) this.#fill(filled, arrived);
      else filled.fill(PROC_NULL, ANY_TAG, 0, 0);
    };
    if (status) operation.onSettled(() => operation.failed || fill(status));
    return new Request({ operation, progress: engine.progress, describe: () => call, fill });
  }
}
