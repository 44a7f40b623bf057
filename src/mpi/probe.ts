// mpi/probe: layer 9. The chapter "probe and matched probe" of a communicator: Comm extends it.
import { ANY_TAG, PROC_NULL } from "../base/constants.ts";
import type { Engine } from "../engine/engine.ts";
import type { Arrival, Message as Arrived } from "../engine/message.ts";
import { checkOptions, checkRecvTag, checkSignal, checkSource, checkStatus } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import { Exchange } from "./exchange.ts";
import { MESSAGE_NO_PROC, Message } from "./message.ts";
import type { Abortable, RecvOptions } from "./point-to-point.ts";
import { describeEnvelope } from "./reception.ts";
import { Status } from "./status.ts";

const PROBE = ["source", "tag", "status"];
const PROBE_WAIT = [...PROBE, "signal"];

/** What a probe of MPI.PROC_NULL finds. */
const nobody: Arrival = { source: PROC_NULL, tag: ANY_TAG, element: 0, check: 0, sizes: [0] };

export abstract class Probe extends Exchange {
  /**
   * Waits until a message is here that a receive would get, and tells about it.
   *
   * @param options.source @param options.tag Which message; any by default.
   * @param options.signal Ends the waiting when it aborts.
   * @returns The status: `options.status`, or a new one.
   * @example
   * ```ts
   * await MPI.COMM_SELF.send(new Float64Array(3), { dest: 0, tag: 7 });
   * const status = await MPI.COMM_SELF.probe();
   * const into = new Float64Array(status.getCount(Float64Array));
   * await MPI.COMM_SELF.recv({ source: status.source, tag: status.tag, into });
   * console.log(into.length); // 3
   * ```
   * @see MPI-4.1 §3.8.1
   */
  probe(options?: RecvOptions & Abortable): Promise<Status> {
    return attempt(() =>
      this.#probeWait("probe", options, false, (message, status) => this.fillStatus(status, message)),
    );
  }

  /**
   * Lets arrived messages in and says whether a receive would get one, without waiting for it.
   *
   * @param options.status Is filled in when there is one.
   * @see MPI-4.1 §3.8.1
   */
  iprobe(options?: RecvOptions): Promise<boolean> {
    return attempt(() => this.#probeNow("iprobe", options, false, (message) => message !== undefined));
  }

  /**
   * As probe, but takes the message out: only the returned Message can receive it.
   *
   * @example
   * ```ts
   * await MPI.COMM_SELF.send("mine", { dest: 0 });
   * const message = await MPI.COMM_SELF.mprobe({ source: 0 });
   * console.log(await MPI.COMM_SELF.iprobe(), await message.recv()); // false mine
   * ```
   * @see MPI-4.1 §3.8.2
   */
  mprobe(options?: RecvOptions & Abortable): Promise<Message> {
    return attempt(() =>
      this.#probeWait("mprobe", options, true, (message, _, engine) => this.#message(message, engine)),
    );
  }

  /** As iprobe, but takes the message out: the Message, or `null` when there is none. @see MPI-4.1 §3.8.2 */
  improbe(options?: RecvOptions): Promise<Message | null> {
    return attempt(() =>
      this.#probeNow("improbe", options, true, (message, engine) => (message ? this.#message(message, engine) : null)),
    );
  }

  #probeWait<R>(
    call: string,
    options: (RecvOptions & Abortable) | undefined,
    take: boolean,
    result: (message: Arrived | Arrival, status: Status, engine: Engine) => R,
  ): Promise<R> {
    checkOptions(call, options, PROBE_WAIT);
    const { source, tag, status } = this.#probeArguments(call, options);
    const signal = checkSignal(call, options?.signal);
    const endpoint = this.use(call);
    const { engine } = endpoint;
    const finish = (message: Arrived | Arrival) => {
      this.fillStatus(status, message);
      return result(message, status, engine);
    };
    if (source === PROC_NULL) return Promise.resolve(finish(nobody));
    const operation = endpoint.probeWait(source, tag, take);
    const cancel = () => {
      engine.cancelProbe(endpoint.context, operation);
      return true;
    };
    const describe = () => `${call}(${describeEnvelope(source, tag)}) on ${this.name}`;
    return waitFor(engine.progress, operation, { describe }, { signal, cancel }).then(finish);
  }

  async #probeNow<R>(
    call: string,
    options: RecvOptions | undefined,
    take: boolean,
    result: (message: Arrived | Arrival | undefined, engine: Engine) => R,
  ): Promise<R> {
    checkOptions(call, options, PROBE);
    const { source, tag, status } = this.#probeArguments(call, options);
    const endpoint = this.use(call);
    if (source !== PROC_NULL) await endpoint.engine.progress.poll();
    const message = source === PROC_NULL ? nobody : endpoint.probe(source, tag, take);
    if (message) this.fillStatus(status, message);
    return result(message, endpoint.engine);
  }

  #probeArguments(call: string, options: RecvOptions | undefined) {
    return {
      source: checkSource(call, this, options?.source),
      tag: checkRecvTag(call, options?.tag),
      status: checkStatus(call, options?.status) ?? new Status(),
    };
  }

  #message(arrived: Arrived | Arrival, engine: Engine): Message {
    if (arrived === nobody) return MESSAGE_NO_PROC;
    return new Message({
      arrived: arrived as Arrived,
      engine,
      from: this.from,
      fill: (status, arrival) => this.fillStatus(status, arrival),
    });
  }
}
