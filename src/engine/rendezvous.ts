// engine/rendezvous: layer 4. Long messages: they stay at the sender until the receiver has matched them, then go piece
// by piece from the user's memory into its final place. Owned by engine.ts, which reads the frames.
import { Exception } from "../base/errors.ts";
import type { Landing, Link } from "../transport/transport.ts";
import { type DataHead, encodeCts, encodeDataHead } from "../wire/frame.ts";
import { Operation } from "./operation.ts";

/** Bytes of one piece: long enough for the system call not to matter, short enough that others get a turn between. */
const PIECE = 512 * 1024;
/** Pieces that a link is given before it has sent the first of them, so that it never waits for the next. */
const AHEAD = 2;

interface Offer {
  readonly peer: number;
  readonly parts: readonly Uint8Array[];
  /** Of all parts, as the receiver knows it. */
  readonly bytes: number;
  readonly operation: Operation<void>;
  /** The receiver has asked for the bytes. */
  cleared: boolean;
  /** The receiver has finished, which is why nothing more than the bytes under way goes to it. */
  finished?: unknown;
}

interface Transfer {
  readonly peer: number;
  readonly parts: readonly Uint8Array[];
  left: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class Rendezvous {
  readonly #links: readonly (Link | undefined)[];
  readonly #offers = new Map<number, Offer>();
  readonly #transfers = new Map<number, Transfer>();
  #drained: Operation<void> | undefined;
  #nextOffer = 1;
  #nextTransfer = 1;
  /** Frames handed to links, for the engine's count. */
  sent = 0;

  constructor(links: readonly (Link | undefined)[]) {
    this.#links = links;
  }

  /** Messages that wait for their receiver, or are on their way. */
  get outstanding(): number {
    return this.#offers.size;
  }

  /** Settles when nothing is outstanding. */
  drained(): Operation<void> {
    this.#drained ??= new Operation();
    const drained = this.#drained;
    this.#checkDrained();
    return drained;
  }

  #close(id: number): void {
    this.#offers.delete(id);
    this.#checkDrained();
  }

  #checkDrained(): void {
    if (this.#offers.size > 0 || !this.#drained) return;
    const drained = this.#drained;
    this.#drained = undefined;
    drained.resolve();
  }

  /** Sender: registers a message and returns its id, for an rts or an eager frame that wants an ack. */
  offer(peer: number, parts: readonly Uint8Array[], operation: Operation<void>): number {
    const id = this.#nextOffer++;
    this.#offers.set(id, { peer, parts, bytes: total(parts), operation, cleared: false });
    return id;
  }

  /** Sender: `peer` has matched message `id` and wants its bytes as `transfer` (0: none). False when there is no such message. */
  clear(peer: number, id: number, transfer: number): boolean {
    const offer = this.#offers.get(id);
    if (!offer || offer.peer !== peer || offer.cleared) return false;
    if (transfer === 0) {
      this.#close(id);
      offer.operation.resolve();
    } else {
      offer.cleared = true;
      this.#stream(offer, transfer).then(
        () => {
          this.#close(id);
          if (total(offer.parts) === offer.bytes) return offer.operation.resolve();
          const what = `Cannot send ${offer.bytes} bytes: the memory of the data has been transferred meanwhile`;
          offer.operation.reject(new Exception("ERR_BUFFER", what));
        },
        () => {
          // The link is gone: the engine has been told and settles the operation, unless it has expected this.
          if (offer.finished === undefined) return;
          this.#close(id);
          offer.operation.reject(offer.finished);
        },
      );
    }
    return true;
  }

  async #stream({ peer, parts }: Offer, transfer: number): Promise<void> {
    const link = this.#links[peer]!;
    const under: Promise<void>[] = [];
    for (const [part, bytes] of parts.entries()) {
      for (let offset = 0; offset < bytes.byteLength; offset += PIECE) {
        const piece = bytes.subarray(offset, offset + PIECE);
        const head = encodeDataHead({ transfer, part, offset }, piece.byteLength);
        this.sent++;
        const sending = link.sendBulk(head, piece);
        if (!sending) continue;
        under.push(sending);
        // Where one fails the next may, too, before anybody waits for it.
        sending.catch(() => {});
        if (under.length >= AHEAD) await under.shift();
      }
    }
    await Promise.all(under);
  }

  /**
   * Receiver: asks for the bytes of the sender's message `id`; they land in `parts`, then `done` is called, or `failed`
   * when the sender is given up.
   */
  accept(
    peer: number,
    id: number,
    parts: readonly Uint8Array[],
    done: () => void,
    failed: (error: unknown) => void,
  ): void {
    const left = total(parts);
    if (left === 0) {
      this.decline(peer, id);
      return done();
    }
    const transfer = this.#nextTransfer++;
    this.#transfers.set(transfer, { peer, parts, left, done, failed });
    this.sent++;
    this.#links[peer]!.send(encodeCts(id, transfer));
  }

  /** Receiver: takes the sender's message `id` as matched without wanting its bytes. */
  decline(peer: number, id: number): void {
    this.sent++;
    this.#links[peer]!.send(encodeCts(id, 0));
  }

  /** Receiver: where a piece from `peer` goes. @throws RangeError when it belongs nowhere */
  landing(peer: number, { transfer, part, offset }: DataHead, length: number, head: number): Landing {
    const target = this.#transfers.get(transfer);
    const memory = target?.parts[part];
    if (!target || target.peer !== peer || !memory)
      throw new RangeError(`a piece of transfer ${transfer}, part ${part}, which does not exist`);
    if (offset + length > memory.byteLength || length > target.left) {
      throw new RangeError(`a piece of ${length} bytes at ${offset} of a part of ${memory.byteLength}`);
    }
    return {
      head,
      into: memory.subarray(offset, offset + length),
      more: target.left > length,
      done: () => {
        target.left -= length;
        if (target.left > 0) return;
        this.#transfers.delete(transfer);
        target.done();
      },
    };
  }

  /**
   * Nothing more goes to `peer` or comes from it: fails what is offered to it or on its way here.
   * @param why makes the error
   * @param finished it has said so itself: bytes that it has asked for still arrive
   */
  abandon(peer: number, why: () => unknown, finished: boolean): void {
    for (const [id, offer] of this.#offers) {
      if (offer.peer !== peer) continue;
      if (finished && offer.cleared) {
        offer.finished = why();
        continue;
      }
      this.#close(id);
      offer.operation.reject(why());
    }
    for (const [id, { peer: source, failed }] of this.#transfers) {
      if (source !== peer) continue;
      this.#transfers.delete(id);
      failed(why());
    }
  }
}

function total(parts: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const part of parts) bytes += part.byteLength;
  return bytes;
}
