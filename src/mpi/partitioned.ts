// mpi/partitioned: layer 9. The chapter "partitioned communication" of a communicator: Comm extends it. What travels, and
// how, is in comm/partitions.ts; pready and parrived are methods of Prequest.
import { ANY_TAG, PROC_NULL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { PartitionedReceive, PartitionedSend } from "../comm/partitions.ts";
import { type BufferLike, bytesOf, elementOfBuffer, isBuffer } from "../data/buffer.ts";
import { elements } from "../data/element.ts";
import { checkBuffer, checkDest, checkOptions, checkRecvTag, checkSource, checkTag } from "./arguments.ts";
import type { Into, SendOptions } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import { Probe } from "./probe.ts";
import { describeEnvelope } from "./reception.ts";
import type { Status } from "./status.ts";

export interface PartitionedSendOptions extends SendOptions {
  /** Number of equal parts of the buffer, at least 1. */
  partitions: number;
}

export interface PartitionedRecvOptions {
  /** Number of equal parts of the buffer, at least 1; the sender may have another. */
  partitions: number;
  /** Rank that the message comes from. @default {MPI.ANY_SOURCE} */
  source?: number;
  /** @default {MPI.ANY_TAG} */
  tag?: number;
}

const SEND = ["partitions", "dest", "tag"];
const RECV = ["partitions", "source", "tag"];

export abstract class Partitioned extends Probe {
  /**
   * A send of a buffer whose parts are sent one by one, as they get ready: after `start()`, `pready(i)` sends part i, and the
   * round is complete when all parts are ready and may be changed again.
   *
   * The receiver takes part with `precvInit`. The n-th `psendInit` to a rank on a communicator with a tag belongs to the n-th
   * `precvInit` from that rank with that tag; ordinary sends and receives do not meet them.
   *
   * @param buffer A typed array, ArrayBuffer, SharedArrayBuffer or DataView, which is cut into equal parts of whole elements.
   * @param options.partitions Number of parts; the receiver may have another.
   * @returns An inactive request; see `Prequest.pready`.
   * @throws {MPI.Exception} ERR_RANK, ERR_TAG; ERR_ARG when there are less than one partition; ERR_COUNT when the buffer
   * cannot be cut into so many equal parts.
   * @example
   * ```ts
   * const out = new Float64Array(4);
   * const send = MPI.COMM_SELF.psendInit(out, { partitions: 4, dest: 0 });
   * const receive = MPI.COMM_SELF.precvInit(new Float64Array(4), { partitions: 2, source: 0 });
   * MPI.Prequest.startall([send, receive]);
   * for (const i of [2, 3, 0, 1]) {
   *   out[i] = i * i;
   *   send.pready(i);
   * }
   * while (!(await receive.parrived(1))) console.log("work");
   * const [, squares] = await MPI.Request.waitall([send, receive]);
   * console.log(squares[3]); // 9
   * ```
   * @see MPI-4.1 §4.2.1
   */
  psendInit(buffer: BufferLike, options: PartitionedSendOptions): Prequest<void> {
    const call = "psendInit";
    checkOptions(call, options, SEND);
    checkBuffer(call, buffer);
    const endpoint = this.use(call);
    const partitions = checkPartitions(call, options?.partitions, buffer);
    const peer = checkDest(call, this, options?.dest);
    const tag = checkTag(call, options?.tag);
    const parts = new PartitionedSend(endpoint, { buffer, partitions, peer, tag });
    const describe = () => `${call}(dest ${peer}, tag ${tag}) on ${this.name}`;
    const plan = () => {
      const { progress } = this.use(call).engine;
      return { operation: parts.start(), progress, describe: () => `${describe()}, ${parts.state}` };
    };
    return new Prequest(plan, {
      count: partitions,
      describe,
      isReady: (partition) => parts.isReady(partition),
      ready: (partition) => parts.ready(partition),
      free: () => {},
    });
  }

  /**
   * A receive of what `psendInit` sends: after `start()`, `parrived(i)` says whether part i is here, and the round is complete
   * when all is.
   *
   * @param buffer Where the message lands; it is what `wait` returns. As `into` it may also stand among the options.
   * @param options.partitions Number of parts that `parrived` asks for; the sender may have another.
   * @returns An inactive request; see `Prequest.parrived`.
   * @throws {MPI.Exception} As psendInit. Waiting for a round throws ERR_TRUNCATE when the message is longer than the buffer,
   * ERR_TYPE when its element kind differs.
   * @see MPI-4.1 §4.2.1
   */
  precvInit<B extends BufferLike>(buffer: B, options: PartitionedRecvOptions): Prequest<B>;
  precvInit<B extends BufferLike>(options: PartitionedRecvOptions & Into<B>): Prequest<B>;
  precvInit(
    first: BufferLike | (PartitionedRecvOptions & Into<BufferLike>),
    second?: PartitionedRecvOptions,
  ): Prequest<BufferLike> {
    const call = "precvInit";
    const among = second === undefined && !isBuffer(first);
    const options = (among ? first : second) as (PartitionedRecvOptions & Partial<Into<BufferLike>>) | undefined;
    checkOptions(call, options, among ? [...RECV, "into"] : RECV);
    const buffer = checkBuffer(call, among ? options?.into : first);
    const endpoint = this.use(call);
    const partitions = checkPartitions(call, options?.partitions, buffer);
    const peer = checkSource(call, this, options?.source);
    const tag = checkRecvTag(call, options?.tag);
    const parts = new PartitionedReceive(endpoint, { buffer, partitions, peer, tag }, (arrival) => this.from(arrival));
    const describe = () => `${call}(${describeEnvelope(peer, tag)}) on ${this.name}`;
    const fill = (status: Status) => {
      const { arrival } = parts;
      if (arrival) this.fillStatus(status, arrival);
      else if (peer === PROC_NULL) status.fill(PROC_NULL, ANY_TAG, 0, 0);
    };
    const plan = () => {
      const { progress } = this.use(call).engine;
      return { operation: parts.start(), progress, describe: () => `${describe()}, ${parts.state}`, fill };
    };
    return new Prequest(plan, {
      count: partitions,
      describe,
      arrived: (partition) => parts.arrived(partition),
      free: () => parts.free(),
    });
  }
}

/** The option `partitions`: how many equal parts the buffer has. */
function checkPartitions(call: string, partitions: unknown, buffer: BufferLike): number {
  if (typeof partitions !== "number") {
    const state = partitions === undefined ? "missing" : show(partitions);
    throw new TypeError(`Cannot call ${call}: option partitions is ${state}, expected a number`);
  }
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MOST) {
    const what = `Cannot call ${call} with ${partitions} partitions: expected a whole number from 1 to ${MOST}`;
    throw new Exception("ERR_ARG", what);
  }
  const count = bytesOf(buffer).byteLength / elements[elementOfBuffer(buffer)]!.size;
  if (count % partitions === 0) return partitions;
  const what = `Cannot call ${call} with ${partitions} partitions: the buffer has ${count} elements`;
  throw new Exception("ERR_COUNT", `${what}, expected a multiple of ${partitions}`);
}

/** Each partition is a message: more than these would only cost. */
const MOST = 2 ** 20;
