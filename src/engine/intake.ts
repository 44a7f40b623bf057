// engine/intake: layer 4. What arrives: frames are read, and messages find their receives or are kept. Owned by engine.ts.
import { copyOf } from "../data/buffer.ts";
import type { Landing } from "../transport/transport.ts";
import { COPIED } from "../wire/cbor-head.ts";
import { decodeBulkHead, decodeFrames, encodeAck, encodeCredit, type Frame, type FrameHandler } from "../wire/frame.ts";
import { Arriving } from "./at-once.ts";
import type { Channels } from "./channels.ts";
import type { Credit } from "./credit.ts";
import { type Arrival, arrivalBytes, Message, malformed, type Receive, sizesOf } from "./message.ts";
import type { Peers } from "./peers.ts";
import type { Rendezvous } from "./rendezvous.ts";

/** What the engine does for it. */
interface Owner {
  /** Sends a frame. */
  post(peer: number, frame: Uint8Array): void;
  /** A process has said bye. */
  finished(peer: number): void;
}

export class Intake implements FrameHandler {
  readonly #channels: Channels;
  readonly #credits: readonly Credit[];
  readonly #rendezvous: Rendezvous;
  readonly #peers: Peers;
  readonly #owner: Owner;
  readonly #arriving: Arriving;
  /** Whose frames are being taken in. */
  #from = 0;
  /** The last of them has made this process ask for the bytes of a message. */
  #asked = false;
  /** Frames since the start. */
  received = 0;

  constructor(channels: Channels, credits: readonly Credit[], rendezvous: Rendezvous, peers: Peers, owner: Owner) {
    this.#channels = channels;
    this.#credits = credits;
    this.#rendezvous = rendezvous;
    this.#peers = peers;
    this.#owner = owner;
    this.#arriving = new Arriving(channels, (message, receive) => this.deliver(message, receive));
  }

  /** See Sink.message. @throws RangeError when it breaks the protocol */
  message(peer: number, message: Uint8Array, start?: number, end?: number): boolean {
    this.#asked = false;
    this.#from = peer;
    decodeFrames(message, this, start, end);
    return this.#asked;
  }

  /** See Sink.bulk. @throws RangeError when it breaks the protocol */
  bulk(peer: number, window: Uint8Array, length: number): Landing {
    const head = decodeBulkHead(window);
    if (head.start + head.length !== length)
      throw new RangeError(`a ${head.kind} frame of ${head.start + head.length} bytes in a message of ${length}`);
    const landing =
      head.kind === "eager"
        ? this.#arriving.landing(peer, head)
        : this.#rendezvous.landing(peer, head, head.length, head.start);
    const done = () => {
      this.received++;
      landing.done();
    };
    return { ...landing, done };
  }

  /** Gives a message that was taken out of the queues to a receive. */
  deliver<T>(message: Message, receive: Receive<T>): void {
    const { id, parts } = message;
    if (!parts) return this.#fetch(message, id, receive);
    this.#taken(receive, message, arrivalBytes(message), id);
    receive.finish(message, parts, true);
  }

  /** Nothing more comes from `peer`. */
  abandon(peer: number, why: () => unknown): void {
    this.#arriving.abandon(peer, why);
  }

  // --- frames (FrameHandler) ---

  whole(
    context: number,
    tag: number,
    element: number,
    ack: number,
    check: number,
    message: Uint8Array,
    start: number,
    end: number,
  ): void {
    const peer = this.#from;
    const size = end - start;
    this.received++;
    this.#asked = false;
    const wrong = malformed(element, 1, size);
    if (wrong) throw new RangeError(wrong);
    const sizes = [size];
    const channel = this.#channels.of(context);
    const receive = channel.receiver(peer, tag);
    if (!receive) {
      const envelope = { context, tag, element, check };
      return channel.keep(new Message(peer, envelope, sizes, [copyOf(message, start, end)], ack));
    }
    const arrival: Arrival = { source: peer, tag, element, check, sizes };
    this.#taken(receive, arrival, size, ack);
    receive.finishWhole(arrival, message, start, end);
  }

  frame(frame: Frame): void {
    const peer = this.#from;
    this.received++;
    this.#asked = false;
    switch (frame.kind) {
      case "eager":
        return this.#takeEager(peer, frame);
      case "rts":
        return this.#takeRts(peer, frame);
      case "cts":
        if (!this.#rendezvous.clear(peer, frame.id, frame.transfer))
          throw new RangeError(`a cts for message ${frame.id}, which does not exist`);
        return;
      case "ack":
        if (!this.#rendezvous.clear(peer, frame.id, 0))
          throw new RangeError(`an ack for message ${frame.id}, which does not exist`);
        return;
      case "data": {
        const landing = this.#rendezvous.landing(peer, frame, frame.bytes.byteLength, 0);
        landing.into.set(frame.bytes);
        return landing.done();
      }
      case "credit":
        if (!this.#credits[peer]!.restore(frame.bytes))
          throw new RangeError(`credit for ${frame.bytes} bytes that were never sent`);
        return;
      case "bye":
        return this.#owner.finished(peer);
    }
  }

  /** One of several parts. */
  #takeEager(peer: number, frame: Frame & { kind: "eager" }): void {
    const sizes = sizesOf(frame.parts);
    const wrong = malformed(frame.element, sizes.length, sizes[0]!);
    if (wrong) throw new RangeError(wrong);
    const channel = this.#channels.of(frame.context);
    const receive = channel.receiver(peer, frame.tag);
    if (!receive) {
      const parts = frame.parts.map((part) => (part.byteLength <= COPIED ? part : part.slice()));
      return channel.keep(new Message(peer, frame, sizes, parts, frame.ack));
    }
    const arrival: Arrival = { source: peer, tag: frame.tag, element: frame.element, check: frame.check, sizes };
    this.#taken(receive, arrival, arrivalBytes(arrival), frame.ack);
    receive.finish(arrival, frame.parts, false);
  }

  #takeRts(peer: number, frame: Frame & { kind: "rts" }): void {
    const wrong = malformed(frame.element, frame.sizes.length, frame.sizes[0]!);
    if (wrong) throw new RangeError(wrong);
    const channel = this.#channels.of(frame.context);
    const message = new Message(peer, frame, frame.sizes, undefined, frame.id);
    const receive = channel.receiver(peer, frame.tag);
    if (!receive) return channel.keep(message);
    this.#fetch(message, frame.id, receive);
  }

  /** A receive gets a message of so many bytes that is here. */
  #taken(receive: Receive, arrival: Arrival, bytes: number, ack: number): void {
    receive.arrival = arrival;
    const owed = this.#credits[arrival.source]!.release(bytes);
    if (owed > 0) this.#owner.post(arrival.source, encodeCredit(owed));
    if (ack > 0) this.#owner.post(arrival.source, encodeAck(ack));
  }

  /** Asks the sender for an announced message. */
  #fetch<T>(message: Message, id: number, receive: Receive<T>): void {
    receive.arrival = message;
    const { operation } = receive;
    const gone = this.#peers.goneBecause(message.source);
    if (gone) return operation.reject(gone);
    let parts: readonly Uint8Array[];
    try {
      parts = receive.target.land(message);
    } catch (error) {
      this.#rendezvous.decline(message.source, id);
      return operation.reject(error);
    }
    const done = () => receive.finish(message, parts, true);
    this.#asked = true;
    this.#rendezvous.accept(message.source, id, parts, done, (error) => operation.reject(error));
  }
}
