// engine/engine: layer 4. Sends, receives and probes: builds and reads frames, owns the matching queues of every
// context. Addresses are process numbers and contexts; ranks and communicators are the business of the layers above.
import { ANY_SOURCE } from "../base/constants.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { type Landing, type Link, SHORT_LIMIT, type Sink } from "../transport/transport.ts";
import { COPIED } from "../wire/cbor-head.ts";
import {
  decodeBulkHead,
  decodeFrames,
  encodeAck,
  encodeCredit,
  encodeEager,
  encodeRts,
  type Frame,
} from "../wire/frame.ts";
import { Arriving, sendAtOnce } from "./at-once.ts";
import { Audits } from "./audit.ts";
import { Channels } from "./channels.ts";
import { Credit } from "./credit.ts";
import { Farewell } from "./farewell.ts";
import { type Arrival, arrivalBytes, Message, malformed, Receive, sizesOf, type Target } from "./message.ts";
import { Operation } from "./operation.ts";
import { Peers } from "./peers.ts";
import type { Progress } from "./progress.ts";
import { Rendezvous } from "./rendezvous.ts";

/** A last part of so many bytes goes to the link as it is, not through the frame's own memory. */
const APART = 512;
/** Bytes that an eager frame may have beside its message: the heads of MOST_PARTS parts, and the envelope. */
const EAGER_OVERHEAD = 4096;

export interface Limits {
  /** Longest message, in bytes, that is sent without asking the receiver first; never more than a link takes at once. */
  readonly eager: number;
  /** Bytes of messages from one process that may wait here, unreceived. */
  readonly unexpected: number;
}

export class Engine implements Sink {
  /** This process's number. */
  readonly self: number;
  readonly size: number;
  readonly progress: Progress;
  hosts: readonly number[] = []; // The host of each process, by numbers; empty: all are on one.
  readonly #limits: Limits;
  readonly #links: (Link | undefined)[];
  /** The matching queues of every context. */
  readonly channels = new Channels();
  /** Who knows whether messages that nobody has taken are a mistake: asked when no more can come. */
  readonly audits = new Audits();
  readonly #credits: Credit[];
  readonly #rendezvous: Rendezvous;
  readonly #arriving = new Arriving(this.channels, (message, receive) => this.deliver(message, receive));
  readonly #peers = new Peers();
  /** This process's end. */
  readonly farewell: Farewell;
  /** Whose frames are being taken in. */
  #from = 0;
  /** The last of them has made this process ask for the bytes of a message. */
  #asked = false;
  #framesSent = 0;
  #framesReceived = 0;
  /** Told, once, when the connection with a process breaks that has not finished. */
  onLost: (peer: number, reason: string) => void = () => {};

  constructor(self: number, size: number, progress: Progress, limits: Limits) {
    this.self = self;
    this.size = size;
    this.progress = progress;
    this.#limits = { ...limits, eager: Math.min(limits.eager, SHORT_LIMIT - EAGER_OVERHEAD) };
    this.#links = new Array(size);
    this.#credits = Array.from({ length: size }, () => new Credit(limits.unexpected));
    this.#rendezvous = new Rendezvous(this.#links);
    this.farewell = new Farewell(self, this.#links, this.#peers);
  }

  /** Gives the engine its way to process `peer`. */
  attach(peer: number, link: Link): void {
    this.#links[peer] = link;
  }

  /** Frames handed to links since the start. */
  get sent(): number {
    return this.#framesSent + this.#rendezvous.sent + this.farewell.sent;
  }
  /** Frames taken from links since the start. */
  get received(): number {
    return this.#framesReceived;
  }

  // --- sending ---

  /**
   * Sends `body` to process `dest`. Undefined: done, the body's memory is free again; else it is borrowed until the
   * operation settles (part 0 of a value is copied here and free at once).
   * @param synchronous complete only when a receive has matched the message
   */
  send(
    dest: number,
    context: number,
    tag: number,
    body: Body,
    synchronous = false,
    check = 0,
  ): Operation<void> | undefined {
    const link = this.#links[dest]!;
    const bytes = bodyBytes(body);
    this.#framesSent++;
    if (bytes <= this.#limits.eager && this.#credits[dest]!.take(bytes)) {
      const last = body.parts[body.parts.length - 1]!;
      const apart = last.byteLength >= APART;
      const matched = synchronous ? new Operation<void>() : undefined;
      const ack = matched ? this.#rendezvous.offer(dest, [], matched) : 0;
      const frame = encodeEager(context, tag, body.element, ack, check, body.parts, apart);
      if (apart) link.send(frame, last);
      else link.send(frame);
      if (!matched) return undefined;
      this.#rejectWhenGone(dest);
      return matched;
    }
    const asks = synchronous || this.#limits.eager === 0;
    if (!asks && sendAtOnce(link, this.#credits[dest]!, context, tag, body, check, bytes)) return undefined;
    const operation = new Operation<void>();
    const parts = body.element === VALUE ? [body.parts[0]!.slice(), ...body.parts.slice(1)] : body.parts;
    const id = this.#rendezvous.offer(dest, parts, operation);
    link.send(encodeRts(context, tag, body.element, id, check, sizesOf(parts)));
    this.#rejectWhenGone(dest);
    return operation;
  }

  #rejectWhenGone(dest: number): void {
    const gone = this.#peers.goneBecause(dest);
    if (gone) this.#rendezvous.abandon(dest, gone, true);
  }

  // --- receiving ---

  /** Posts a receive; it may have settled when this returns. `source` is a process number or ANY_SOURCE. */
  receive<T>(source: number, context: number, tag: number, target: Target<T>): Receive<T> {
    const receive = new Receive<T>(source, tag, context, target, new Operation<T>());
    const { matcher } = this.channels.of(context);
    const message = matcher.peek(source, tag);
    if (message) {
      matcher.take(message);
      this.deliver(message, receive);
      return receive;
    }
    const gone = source === ANY_SOURCE ? undefined : this.#peers.goneBecause(source);
    if (gone) receive.operation.reject(gone);
    else {
      matcher.post(receive);
      if (source !== ANY_SOURCE) this.#links[source]?.connect();
    }
    return receive;
  }

  /** Takes back a receive that has no message yet. False when it has one: it completes. */
  cancel(receive: Receive): boolean {
    return this.channels.of(receive.context).matcher.cancel(receive);
  }

  /** The message that a receive would get, if it is here; with `take` it is taken out and must be given to `deliver`. */
  probe(source: number, context: number, tag: number, take: boolean): Message | undefined {
    return this.channels.of(context).probe(source, tag, take);
  }

  /** As probe, but waits for a message. */
  probeWait(source: number, context: number, tag: number, take: boolean): Operation<Message> {
    const operation = new Operation<Message>();
    const channel = this.channels.of(context);
    const message = channel.probe(source, tag, take);
    const gone = message || source === ANY_SOURCE ? undefined : this.#peers.goneBecause(source);
    if (message) operation.resolve(message);
    else if (gone) operation.reject(gone);
    else {
      channel.wait({ source, tag, take, operation });
      if (source !== ANY_SOURCE) this.#links[source]?.connect();
    }
    return operation;
  }

  /** Takes back a probe that waits. */
  cancelProbe(context: number, operation: Operation<Message>): void {
    this.channels.of(context).cancelProbe(operation);
  }

  /** Gives a message that was taken out of the queues to a receive. */
  deliver<T>(message: Message, receive: Receive<T>): void {
    receive.arrival = message;
    const { source, id, parts } = message;
    if (parts) {
      this.#giveBack(source, arrivalBytes(message));
      if (id > 0) this.#post(source, encodeAck(id));
      return receive.finish(message, parts, true);
    }
    this.#fetch(message, id, receive);
  }

  /**
   * Every message on `context`, also of those that are here already, goes to a target of its own at once, in the order in
   * which they came: no receive is posted, and the program takes no part. Ends when the context is forgotten.
   * @param target makes it for a message of process `source`; its methods must not throw
   */
  serve(context: number, target: (source: number) => Target<void>): void {
    const channel = this.channels.of(context);
    channel.server = (source, tag) => new Receive(source, tag, context, target(source), new Operation<void>());
    for (const message of [...channel.matcher.unexpected()]) {
      channel.matcher.take(message);
      this.deliver(message, channel.server(message.source, message.tag));
    }
  }

  /** Receives of `context` that wait, and messages that nobody has received. */
  counts(context: number): { readonly posted: number; readonly unexpected: number } {
    const { matcher } = this.channels.of(context);
    let posted = 0;
    for (const _ of matcher.posted()) posted++;
    return { posted, unexpected: matcher.unexpectedCount };
  }

  // --- the end ---

  /** Sends that wait for their receiver, or whose bytes are on their way. */
  get outstanding(): number {
    return this.#rendezvous.outstanding;
  }

  /** Settles when no send is outstanding. */
  drained(): Operation<void> {
    return this.#rendezvous.drained();
  }

  /** Why nothing comes from a process any more, or undefined. */
  goneBecause(peer: number): unknown {
    return this.#peers.goneBecause(peer);
  }

  /** Gives up on a process: what waits for it is rejected. */
  fail(peer: number, reason: string): void {
    if (this.#peers.fail(peer, reason)) this.#settleGone(peer, false);
  }

  /** A process has finished, as who leads the job says. With a connection it says so itself, behind its messages. */
  left(peer: number): void {
    this.#peers.leave(peer);
    if (this.#links[peer]?.state === "idle" || this.#peers.isQuiet(peer)) this.#finished(peer);
  }

  // --- what arrives (Sink) ---

  message(peer: number, message: Uint8Array, start?: number, end?: number): boolean {
    this.progress.arrived();
    this.#asked = false;
    try {
      this.#from = peer;
      decodeFrames(message, this.#take, start, end);
      return this.#asked;
    } catch (error) {
      this.#broken(peer, error);
      return false;
    }
  }

  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined {
    this.progress.arrived();
    try {
      const head = decodeBulkHead(window);
      if (head.start + head.length !== length)
        throw new RangeError(`a ${head.kind} frame of ${head.start + head.length} bytes in a message of ${length}`);
      const landing =
        head.kind === "eager"
          ? this.#arriving.landing(peer, head)
          : this.#rendezvous.landing(peer, head, head.length, head.start);
      const done = () => {
        this.#framesReceived++;
        landing.done();
      };
      return { ...landing, done };
    } catch (error) {
      this.#broken(peer, error);
      return undefined;
    }
  }

  connected(peer: number): void {
    this.farewell.settled(peer);
  }

  lost(peer: number, reason: string): void {
    this.progress.arrived();
    if (this.#peers.hasLeft(peer)) this.#finished(peer);
    else if (this.#peers.lose(peer)) this.onLost(peer, reason);
    this.farewell.settled(peer);
  }

  #broken(peer: number, error: unknown): void {
    if (!(error instanceof RangeError)) throw error;
    this.lost(peer, `protocol error: it sent ${error.message}`);
    this.#links[peer]?.close();
  }

  readonly #take = (frame: Frame): void => {
    const peer = this.#from;
    this.#framesReceived++;
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
        return this.#finished(peer);
    }
  };

  #takeEager(peer: number, frame: Frame & { kind: "eager" }): void {
    const sizes = sizesOf(frame.parts);
    const wrong = malformed(frame.element, sizes);
    if (wrong) throw new RangeError(wrong);
    const channel = this.channels.of(frame.context);
    const receive = channel.receiver(peer, frame.tag);
    if (!receive) {
      const parts = frame.parts.map((part) => (part.byteLength <= COPIED ? part : part.slice()));
      return channel.keep(new Message(peer, frame, sizes, parts, frame.ack));
    }
    const arrival: Arrival = { source: peer, tag: frame.tag, element: frame.element, check: frame.check, sizes };
    receive.arrival = arrival;
    this.#giveBack(peer, arrivalBytes(arrival));
    if (frame.ack > 0) this.#post(peer, encodeAck(frame.ack));
    receive.finish(arrival, frame.parts, frame.parts.length === 1 && sizes[0]! <= COPIED);
  }

  #takeRts(peer: number, frame: Frame & { kind: "rts" }): void {
    const wrong = malformed(frame.element, frame.sizes);
    if (wrong) throw new RangeError(wrong);
    const channel = this.channels.of(frame.context);
    const message = new Message(peer, frame, frame.sizes, undefined, frame.id);
    const receive = channel.receiver(peer, frame.tag);
    if (!receive) return channel.keep(message);
    receive.arrival = message;
    this.#fetch(message, frame.id, receive);
  }

  /** Asks the sender for an announced message. */
  #fetch<T>(message: Message, id: number, receive: Receive<T>): void {
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

  #finished(peer: number): void {
    if (this.#peers.finish(peer)) this.#settleGone(peer, true);
  }

  #settleGone(peer: number, finished: boolean): void {
    const gone = this.#peers.goneBecause(peer);
    this.#rendezvous.abandon(peer, gone, finished);
    this.#arriving.abandon(peer, gone);
    for (const channel of this.channels.values()) channel.abandon(peer, gone);
    for (const audit of this.audits) audit.gone(peer, gone);
  }

  #giveBack(peer: number, bytes: number): void {
    const owed = this.#credits[peer]!.release(bytes);
    if (owed > 0) this.#post(peer, encodeCredit(owed));
  }

  #post(peer: number, frame: Uint8Array): void {
    this.#framesSent++;
    this.#links[peer]!.send(frame);
  }
}
