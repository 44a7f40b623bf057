// engine/match: layer 4. Decides which receive a message belongs to: the posted receives and the unexpected messages of
// one context. Knows nothing of sockets or communicators; sources are process numbers. Order: MPI-4.1 §3.5.
import { ANY_SOURCE, ANY_TAG } from "../base/constants.ts";
import { Buckets, type Entry, Line } from "./buckets.ts";

export class Matcher<Message extends Entry, Receive extends Entry> {
  readonly #unexpected = new Buckets<Message>();
  readonly #posted = new Buckets<Receive>();
  /** Posted receives with ANY_SOURCE or ANY_TAG, oldest first. */
  readonly #wildcards = new Line<Receive>();
  #order = 0;

  /** Messages that no receive has taken yet, oldest first. */
  *unexpected(): Generator<Message> {
    for (let message = this.#unexpected.oldest; message; message = message.later as Message | undefined) yield message;
  }
  get unexpectedCount(): number {
    return this.#unexpected.size;
  }

  /** The oldest unexpected message that a receive of `source` and `tag` (or ANY_…) would take. It stays. */
  peek(source: number, tag: number): Message | undefined {
    if (this.#unexpected.size === 0) return undefined;
    if (source !== ANY_SOURCE && tag !== ANY_TAG) return this.#unexpected.first(source, tag);
    let message = this.#unexpected.oldest;
    while (message && !accepts(source, tag, message.source, message.tag))
      message = message.later as Message | undefined;
    return message;
  }

  /** Takes out an unexpected message. */
  take(message: Message): void {
    this.#unexpected.remove(message);
  }

  /** Adds a message that no posted receive wants. */
  keep(message: Message): void {
    this.#unexpected.add(message, this.#order++);
  }

  /** Adds a receive for which no message is here. */
  post(receive: Receive): void {
    if (isWild(receive)) {
      receive.order = this.#order++;
      this.#wildcards.add(receive);
    } else this.#posted.add(receive, this.#order++);
  }

  /** Finds and takes out the oldest posted receive that wants a message of `source` and `tag`. */
  arrive(source: number, tag: number): Receive | undefined {
    const exact = this.#posted.first(source, tag);
    let wildcard = this.#wildcards.oldest;
    while (wildcard && !(exact && exact.order < wildcard.order)) {
      if (accepts(wildcard.source, wildcard.tag, source, tag)) {
        this.#wildcards.remove(wildcard);
        return wildcard;
      }
      wildcard = wildcard.later as Receive | undefined;
    }
    if (exact) this.#posted.remove(exact);
    return exact;
  }

  /** Takes out a posted receive. False when it is not posted (any more). */
  cancel(receive: Receive): boolean {
    const queue = isWild(receive) ? this.#wildcards : this.#posted;
    if (!queue.has(receive)) return false;
    queue.remove(receive);
    return true;
  }

  /** All posted receives, in no particular order. */
  *posted(): Generator<Receive> {
    for (const { oldest } of [this.#wildcards, this.#posted])
      for (let receive = oldest; receive; receive = receive.later as Receive | undefined) yield receive;
  }
}

function isWild({ source, tag }: Entry): boolean {
  return source === ANY_SOURCE || tag === ANY_TAG;
}

/** Whether a receive of `source` and `tag`, which may be ANY_…, takes a message from `from` with tag `label`. */
function accepts(source: number, tag: number, from: number, label: number): boolean {
  return (source === ANY_SOURCE || source === from) && (tag === ANY_TAG || tag === label);
}
