// engine/channel: layer 4. The queues of one context: receives, messages, and the probes that wait for a message.
// Used by engine.ts.
import { ANY_SOURCE, ANY_TAG } from "../base/constants.ts";
import { Matcher } from "./match.ts";
import type { Message, Receive } from "./message.ts";
import type { Operation } from "./operation.ts";

/** A probe that waits. */
interface Probe {
  readonly source: number;
  readonly tag: number;
  /** True for mprobe: the message is taken out. */
  readonly take: boolean;
  readonly operation: Operation<Message>;
}

export class Channel {
  readonly matcher = new Matcher<Message, Receive>();
  /** Told of each message that no receive waits for. */
  onKept: ((message: Message) => void) | undefined;
  /** Makes a receive for each message that none is posted for, on a context that is served (Engine.serve). */
  server: ((source: number, tag: number) => Receive) | undefined;
  #probes: Probe[] = [];

  /** The receive that takes a message that has just come, if there is one. */
  receiver(source: number, tag: number): Receive | undefined {
    return this.matcher.arrive(source, tag) ?? this.server?.(source, tag);
  }

  /** The message that a receive would get, if it is here; with `take` it is taken out. */
  probe(source: number, tag: number, take: boolean): Message | undefined {
    const message = this.matcher.peek(source, tag);
    if (message && take) this.matcher.take(message);
    return message;
  }

  /** A receive or a probe that waits, if there is one. */
  get waiting(): Operation<any> | undefined {
    for (const { operation } of this.matcher.posted()) return operation;
    return this.#probes[0]?.operation;
  }

  /** Adds a probe for which no message is here. */
  wait(probe: Probe): void {
    this.#probes.push(probe);
  }

  /** Takes back a probe that waits. */
  cancelProbe(operation: Operation<Message>): void {
    this.#probes = this.#probes.filter((probe) => probe.operation !== operation);
  }

  /** Takes in a message that no posted receive wants: probes that wait for it hear of it, one may take it. */
  keep(message: Message): void {
    const told: Probe[] = [];
    let kept = true;
    if (this.#probes.length > 0) {
      this.#probes = this.#probes.filter((probe) => {
        if (!kept || !wants(probe.source, probe.tag, message)) return true;
        kept = !probe.take;
        told.push(probe);
        return false;
      });
    }
    if (kept) {
      this.matcher.keep(message);
      this.onKept?.(message);
    }
    // Only now: who hears of it may look at the queues.
    for (const { operation } of told) operation.resolve(message);
  }

  /** Rejects what can only be completed by process `peer`. */
  abandon(peer: number, why: () => unknown): void {
    for (const receive of [...this.matcher.posted()]) {
      if (receive.source !== peer) continue;
      this.matcher.cancel(receive);
      receive.operation.reject(why());
    }
    const abandoned = this.#probes.filter(({ source }) => source === peer);
    this.#probes = this.#probes.filter(({ source }) => source !== peer);
    for (const { operation } of abandoned) operation.reject(why());
  }
}

function wants(source: number, tag: number, message: Message): boolean {
  return (source === ANY_SOURCE || source === message.source) && (tag === ANY_TAG || tag === message.tag);
}
