// engine/at-once: layer 4. Long messages that nobody is asked for, because the sender's link has room for them: they come as
// bulk messages, and land where their receive wants them, or in memory of their own. Owned by engine.ts.
import type { Body } from "../data/body.ts";
import { allocateUnfilled } from "../data/buffer.ts";
import { BULK_WINDOW, type Landing, type Link } from "../transport/transport.ts";
import { type EagerHead, encodeEager } from "../wire/frame.ts";
import type { Channels } from "./channels.ts";
import type { Credit } from "./credit.ts";
import { Message, malformed, type Receive } from "./message.ts";

/** Sends a message of `bytes` bytes, if there is room for it and credit: all of it is copied. */
export function sendAtOnce(
  link: Link,
  credit: Credit,
  context: number,
  tag: number,
  { element, parts }: Body,
  check: number,
  bytes: number,
): boolean {
  if (!link.takes?.(bytes)) return false;
  const head = encodeEager(context, tag, element, 0, check, parts, true);
  if (head.byteLength > BULK_WINDOW || !credit.take(bytes)) return false;
  link.sendBulk(head, parts[parts.length - 1]!);
  return true;
}

/** Messages that are here in part. */
export class Arriving {
  readonly #channels: Channels;
  readonly #deliver: (message: Message, receive: Receive) => void;
  /** Receives whose messages are on their way, by process: of one process there is one at a time. */
  readonly #receives = new Map<number, Receive>();

  /** @param deliver is given each message that a receive waits for, once it is here */
  constructor(channels: Channels, deliver: (message: Message, receive: Receive) => void) {
    this.#channels = channels;
    this.#deliver = deliver;
  }

  /** Where the last part of a message of process `peer` goes. @throws RangeError when it breaks the protocol */
  landing(peer: number, head: EagerHead): Landing {
    const { context, tag, sizes } = head;
    const wrong = malformed(head.element, sizes.length, sizes[0]!);
    if (wrong) throw new RangeError(wrong);
    const posted = this.#channels.of(context).receiver(peer, tag);
    const parts = (posted && land(posted, peer, head)) ?? sizes.map(allocateUnfilled);
    for (const [i, part] of head.parts.entries()) parts[i]!.set(part);
    if (posted) this.#receives.set(peer, posted);
    const message = new Message(peer, head, sizes, parts, head.ack);
    const done = () => {
      this.#receives.delete(peer);
      const channel = this.#channels.of(context);
      // One may have been posted meanwhile.
      const receive = posted ?? channel.receiver(peer, tag);
      if (receive) this.#deliver(message, receive);
      else channel.keep(message);
    };
    return { head: head.start, into: parts[parts.length - 1]!, done };
  }

  /** Nothing more comes from `peer`: fails the receive whose message is here in part. */
  abandon(peer: number, why: () => unknown): void {
    this.#receives.get(peer)?.operation.reject(why());
    this.#receives.delete(peer);
  }
}

/** Memory that the receive gives; undefined where it refuses the message, and has failed. */
function land(receive: Receive, source: number, { tag, element, check, sizes }: EagerHead) {
  try {
    return receive.target.land({ source, tag, element, check, sizes });
  } catch (error) {
    receive.operation.reject(error);
    return undefined;
  }
}
