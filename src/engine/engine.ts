// engine/engine: layer 4. Sends, receives and probes: builds frames, which intake.ts reads, and owns the matching queues of
// every context. Addresses are process numbers and contexts; ranks and communicators are the business of the layers above.
import { ANY_SOURCE } from "../base/constants.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { type Landing, type Link, SHORT_LIMIT, type Sink } from "../transport/transport.ts";
import { encodeEager, encodeRts } from "../wire/frame.ts";
import { sendAtOnce } from "./at-once.ts";
import { Audits } from "./audit.ts";
import { Channels } from "./channels.ts";
import { Credit } from "./credit.ts";
import { Farewell } from "./farewell.ts";
import { Intake } from "./intake.ts";
import { type Message, Receive, sizesOf, type Target } from "./message.ts";
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
  readonly #intake: Intake;
  readonly #peers = new Peers();
  /** This process's end. */
  readonly farewell: Farewell;
  /** A receive that has been completed and may be used again. */
  #spare: Receive | undefined;
  #framesSent = 0;
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
    this.#intake = new Intake(this.channels, this.#credits, this.#rendezvous, this.#peers, {
      post: (peer, frame) => this.#post(peer, frame),
      finished: (peer) => this.#finished(peer),
    });
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
    return this.#intake.received;
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
    if (gone) this.#rendezvous.abandon(dest, () => gone, true);
  }

  // --- receiving ---

  /** Posts a receive; it may have settled when this returns. `source` is a process number or ANY_SOURCE. */
  receive<T>(source: number, context: number, tag: number, target: Target<T>): Receive<T> {
    const receive: Receive<T> =
      this.#spare?.renew(source, tag, context, target) ??
      new Receive<T>(source, tag, context, target, new Operation<T>());
    this.#spare = undefined;
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

  /**
   * The caller has the result of a receive that nobody else knows of: it serves the next one. A blocking receive whose
   * message comes in time leaves nothing behind but its promise.
   */
  reuse(receive: Receive): void {
    this.#spare = receive.clear();
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
    this.#intake.deliver(message, receive);
  }

  /**
   * Every message on `context`, also of those that are here already, goes to a target of its own at once, in the order in
   * which they came: no receive is posted, and the program takes no part. Ends when the context is forgotten.
   * @param target makes it for a message of process `source`; its methods must not throw
   */
  serve(context: number, target: (source: number) => Target<void>): void {
    const channel = this.channels.of(context);
    let last: Receive<void> | undefined;
    channel.server = (source, tag) => {
      // One that has its message is free for the next: nobody else knows of it.
      if (last?.operation.settled && !last.operation.failed)
        return last.clear().renew(source, tag, context, target(source));
      last = new Receive(source, tag, context, target(source), new Operation<void>());
      return last;
    };
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
    try {
      return this.#intake.message(peer, message, start, end);
    } catch (error) {
      this.#broken(peer, error);
      return false;
    }
  }

  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined {
    this.progress.arrived();
    try {
      return this.#intake.bulk(peer, window, length);
    } catch (error) {
      this.#broken(peer, error);
      return undefined;
    }
  }

  connected(peer: number): void {
    this.farewell.settled(peer);
  }

  finished(peer: number): void {
    this.progress.arrived();
    this.#finished(peer);
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

  #finished(peer: number): void {
    if (this.#peers.finish(peer)) this.#settleGone(peer, true);
  }

  #settleGone(peer: number, finished: boolean): void {
    const why = this.#peers.whyGone(peer);
    this.#rendezvous.abandon(peer, why, finished);
    this.#intake.abandon(peer, why);
    for (const channel of this.channels.values()) channel.abandon(peer, why);
    for (const audit of this.audits) audit.gone(peer, why);
  }

  #post(peer: number, frame: Uint8Array): void {
    this.#framesSent++;
    this.#links[peer]!.send(frame);
  }
}
