// engine/message: layer 4. A message at its receiver, from the first frame until a receive has it.
import { elements, VALUE } from "../data/element.ts";
import { COPIED, lent } from "../wire/cbor-head.ts";
import type { Envelope } from "../wire/frame.ts";
import { Entry } from "./buckets.ts";
import type { Operation } from "./operation.ts";

/** What is known of a message before its content is looked at. `source` is the sender's process number. */
export interface Arrival {
  readonly source: number;
  readonly tag: number;
  readonly element: number;
  readonly check: number;
  /** Bytes of each part. */
  readonly sizes: readonly number[];
}

/** Bytes of each part. */
export function sizesOf(parts: readonly Uint8Array[]): number[] {
  return parts.length === 1 ? [parts[0]!.byteLength] : parts.map((part) => part.byteLength);
}

/** Bytes of all parts. */
export function arrivalBytes({ sizes }: Arrival): number {
  let bytes = 0;
  for (const size of sizes) bytes += size;
  return bytes;
}

/** Where a received message goes, given by who posts the receive. Both methods may throw an Exception: the receive fails. */
export interface Target<T> {
  /** Memory for the parts of a message that is still at its sender, each exactly as long as the part. */
  land(arrival: Arrival): readonly Uint8Array[];
  /** The receive's result. `own`: the parts are the ones from land, or free to keep; else they are lent for the call. */
  finish(arrival: Arrival, parts: readonly Uint8Array[], own: boolean): T;
  /** In place of finish, for a message whose one part is the bytes `start … end` of `bytes`, lent for the call. */
  whole?(arrival: Arrival, bytes: Uint8Array, start: number, end: number): T;
}

/** A message that no receive has taken yet: here as a whole (`parts`), or announced (`id` is the sender's). */
export class Message extends Entry implements Arrival {
  readonly context: number;
  readonly element: number;
  readonly check: number;
  readonly sizes: readonly number[];
  readonly parts: readonly Uint8Array[] | undefined;
  /** Announced: what the sender calls it. Here: 0, or what the sender wants acknowledged. */
  readonly id: number;

  constructor(
    source: number,
    { context, tag, element, check }: Envelope & { readonly context: number },
    sizes: readonly number[],
    parts: readonly Uint8Array[] | undefined,
    id: number,
  ) {
    super(source, tag);
    this.context = context;
    this.element = element;
    this.check = check;
    this.sizes = sizes;
    this.parts = parts;
    this.id = id;
  }
}

const NOWHERE = {} as Target<any>;

/** A receive that waits for its message. */
export class Receive<T = any> extends Entry {
  context: number;
  target: Target<T>;
  readonly operation: Operation<T>;
  /** The message, once matched. */
  arrival: Arrival | undefined;

  constructor(source: number, tag: number, context: number, target: Target<T>, operation: Operation<T>) {
    super(source, tag);
    this.context = context;
    this.target = target;
    this.operation = operation;
  }

  /** Lets go of its message. */
  clear(): this {
    this.arrival = undefined;
    this.target = NOWHERE;
    this.operation.renew();
    return this;
  }

  /** Waits for another message. */
  renew(source: number, tag: number, context: number, target: Target<T>): this {
    this.source = source;
    this.tag = tag;
    this.context = context;
    this.target = target;
    return this;
  }

  /** Settles with what the target makes of the message; see there. */
  finish(arrival: Arrival, parts: readonly Uint8Array[], own: boolean): void {
    try {
      this.operation.resolve(this.target.finish(arrival, parts, own));
    } catch (error) {
      this.operation.reject(error);
    }
  }

  /** As finish, of a message of one part, the bytes `start … end` of `bytes`, which are lent for the call. */
  finishWhole(arrival: Arrival, bytes: Uint8Array, start: number, end: number): void {
    const { target } = this;
    if (!target.whole) return this.finish(arrival, [lent(bytes, start, end)], end - start <= COPIED);
    try {
      this.operation.resolve(target.whole(arrival, bytes, start, end));
    } catch (error) {
      this.operation.reject(error);
    }
  }
}

/**
 * What is wrong with a message's description, whatever its content: a peer that sends this breaks the protocol.
 * @param parts how many it has @param first bytes of the first one
 */
export function malformed(element: number, parts: number, first: number): string | undefined {
  const kind = elements[element];
  if (!kind) return `a message of element kind ${element}`;
  if (element !== VALUE && parts !== 1) return `a buffer of ${parts} parts`;
  if (first % kind.size !== 0) return `${first} bytes of ${kind.name}`;
  return undefined;
}
