// comm/partitions: layer 5. The two sides of a message that travels in partitions. Used by mpi/partitioned.ts.
//
// The sender draws a context of its own and announces it, with its number of partitions, under the user's tag on a context
// that the communicator keeps for announcements: so sends and receives match in the order in which they were made. Each
// partition then goes as a message of its own, tagged with its number, and lands where it belongs in the receiver's
// buffer. Rounds need no number: messages of one tag never overtake each other.
import { PROC_NULL } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import { type BufferLike, bytesOf, elementOfBuffer } from "../data/buffer.ts";
import { elementOf } from "../data/element.ts";
import type { Arrival, Receive, Target } from "../engine/message.ts";
import { Operation } from "../engine/operation.ts";
import { drawContext } from "./context.ts";
import type { Endpoint } from "./endpoint.ts";
import { anything, memory, mismatch } from "./target.ts";

/** What one partitioned message is about, on either side. */
interface Terms {
  readonly buffer: BufferLike;
  readonly partitions: number;
  /** A rank or PROC_NULL; of a receive also ANY_SOURCE. */
  readonly peer: number;
  readonly tag: number;
}

/** The sending side. */
export class PartitionedSend {
  readonly count: number;
  readonly #endpoint: Endpoint;
  readonly #peer: number;
  readonly #context: number;
  readonly #element: number;
  readonly #bytes: Uint8Array;
  /** 1 for each partition that is ready in this round. */
  readonly #ready: Uint8Array;
  #missing = 0;
  /** Partitions that are not ready, or still borrowed. */
  #left = 0;
  #error: unknown;
  #round = new Operation<void>();

  /** Announces the message. */
  constructor(endpoint: Endpoint, { buffer, partitions, peer, tag }: Terms) {
    this.count = partitions;
    this.#endpoint = endpoint;
    this.#peer = peer;
    this.#element = elementOfBuffer(buffer);
    this.#bytes = bytesOf(buffer);
    this.#ready = new Uint8Array(partitions);
    this.#context = drawContext(endpoint.engine.self);
    if (peer === PROC_NULL) return;
    const terms = Float64Array.of(this.#context, partitions, this.#element, this.#bytes.byteLength);
    endpoint.announce(peer, tag, { element: elementOf(terms), parts: [bytesOf(terms)] });
  }

  /** Starts a round, which settles when every partition is ready and its memory free again. */
  start(): Operation<void> {
    this.#ready.fill(0);
    this.#missing = this.#left = this.count;
    this.#error = undefined;
    this.#round = new Operation<void>();
    return this.#round;
  }

  isReady(partition: number): boolean {
    return this.#ready[partition] === 1;
  }

  /** Sends a partition, which was not ready yet. */
  ready(partition: number): void {
    this.#ready[partition] = 1;
    this.#missing--;
    const size = this.#bytes.byteLength / this.count;
    const bytes = this.#bytes.subarray(partition * size, (partition + 1) * size);
    const body = { element: this.#element, parts: [bytes] };
    const { engine } = this.#endpoint;
    const sending =
      this.#peer === PROC_NULL
        ? undefined
        : engine.send(this.#endpoint.peer(this.#peer), this.#context, partition, body);
    if (sending) sending.onSettled(this.#sent);
    else this.#sent(undefined);
  }

  readonly #sent = (sending: Operation<void> | undefined) => {
    this.#error ??= sending?.error;
    if (--this.#left > 0) return;
    if (this.#error) this.#round.reject(this.#error);
    else this.#round.resolve();
  };

  /** What the round waits for. */
  get state(): string {
    return this.#missing > 0
      ? `${this.#missing} of ${this.count} partitions are not ready`
      : `${this.#left} of ${this.count} partitions are not received`;
  }
}

/** What the sender has announced. */
interface Announced {
  readonly process: number;
  readonly context: number;
  readonly partitions: number;
  readonly element: number;
  readonly bytes: number;
}

/** The receiving side. */
export class PartitionedReceive<B extends BufferLike> {
  readonly count: number;
  readonly #endpoint: Endpoint;
  readonly #buffer: B;
  readonly #bytes: Uint8Array;
  readonly #from: (arrival: Arrival) => string;
  /** Undefined for PROC_NULL. */
  readonly #announcement: Receive<unknown> | undefined;
  #announced: Announced | undefined;
  /** 1 for each of the sender's partitions that has landed in this round. */
  #landed: Uint8Array | undefined;
  #left = 0;

  /** Waits for the announcement of its message. @param from says where a message is from, for errors */
  constructor(
    endpoint: Endpoint,
    { buffer, partitions, peer, tag }: Terms & { readonly buffer: B },
    from: (arrival: Arrival) => string,
  ) {
    this.count = partitions;
    this.#endpoint = endpoint;
    this.#buffer = buffer;
    this.#bytes = bytesOf(buffer);
    this.#from = from;
    if (peer !== PROC_NULL) this.#announcement = endpoint.announced(peer, tag, anything);
  }

  /** Starts a round, which settles when all of the sender's partitions have come, or failed. */
  start(): Operation<B> {
    const round = new Operation<B>();
    this.#landed = undefined;
    if (this.#announcement) this.#announcement.operation.onSettled((announcement) => this.#post(announcement, round));
    else round.resolve(this.#buffer);
    return round;
  }

  /** What is known of the message, once it has been announced. */
  get arrival(): Arrival | undefined {
    const announced = this.#announced;
    if (!announced) return undefined;
    const { source, tag } = this.#announcement!.arrival!;
    return { source, tag, element: announced.element, check: 0, sizes: [announced.bytes] };
  }

  /** True when everything that belongs into partition `partition` has come in this round. */
  arrived(partition: number): boolean {
    if (!this.#announcement) return true;
    if (!this.#landed) return false;
    const [first, last] = this.#sources(partition);
    return this.#landed.subarray(first, last).every((landed) => landed === 1);
  }

  /** The sender's partitions, from the first to before the last, that share bytes with ours: all for one that has none. */
  #sources(partition: number): [first: number, last: number] {
    const { partitions, bytes } = this.#announced!;
    const same = bytes === this.#bytes.byteLength;
    const ours = same ? partitions : this.#bytes.byteLength / this.count;
    const theirs = same ? this.count : bytes / partitions;
    const first = Math.floor((partition * ours) / theirs);
    return first < partitions
      ? [first, Math.min(Math.ceil(((partition + 1) * ours) / theirs), partitions)]
      : [0, partitions];
  }

  #post(announcement: Operation<any>, round: Operation<B>): void {
    try {
      this.#announced ??= announced(this.#announcement!.arrival!.source, announcement.result);
    } catch (error) {
      return round.reject(error);
    }
    const { process, context, partitions } = this.#announced;
    const landed = new Uint8Array(partitions);
    const wrong = mismatch(elementOfBuffer(this.#buffer), this.#bytes.byteLength, this.arrival!, this.#from);
    let error: unknown;
    this.#landed = landed;
    this.#left = partitions;
    for (let partition = 0; partition < partitions; partition++) {
      const { operation } = this.#endpoint.engine.receive(process, context, partition, this.#target(partition, wrong));
      operation.onSettled((receiving) => {
        error ??= receiving.error;
        landed[partition] = 1;
        if (--this.#left > 0) return;
        if (error) round.reject(error);
        else round.resolve(this.#buffer);
      });
    }
    this.#endpoint.keep(context);
  }

  /** Where a partition goes: nowhere when the message does not fit as a whole, but the sender gets rid of it. */
  #target(partition: number, wrong: Exception | undefined): Target<unknown> {
    if (wrong) {
      const refuse = () => {
        throw wrong;
      };
      return { land: refuse, finish: refuse };
    }
    const { bytes, element, partitions } = this.#announced!;
    const size = bytes / partitions;
    const room = this.#bytes.subarray(partition * size, (partition + 1) * size);
    return memory(element, room, this.#from, () => undefined);
  }

  /** What the round waits for. */
  get state(): string {
    if (!this.#announced) return "which no psendInit has matched";
    return `${this.#left} of the sender's ${this.#announced.partitions} partitions have not come`;
  }

  /** Removes what the engine keeps for the message. */
  free(): void {
    if (this.#announced) this.#endpoint.drop(this.#announced.context);
  }
}

/** Reads an announcement of process `process`. */
function announced(process: number, terms: unknown): Announced {
  const [context, partitions, element, bytes] = terms instanceof Float64Array ? terms : [];
  if (context === undefined || !(partitions! >= 1) || !(bytes! % partitions! === 0))
    throw new Exception(
      "ERR_OTHER",
      `Cannot receive partitions from process ${process}: its announcement is malformed`,
    );
  return { process, context, partitions: partitions!, element: element!, bytes: bytes! };
}
