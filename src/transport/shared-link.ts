// transport/shared-link: layer 3. The link between two ranks that share memory: short messages go through a ring, longer ones
// through slots of the sender. Made by shared-memory.ts.
import { type RingPlace, RingReader, RingWriter, type Shared, type Take } from "./ring.ts";
import { type SharedLayout, SLOT_HEAD } from "./shared-layout.ts";
import type { Writer } from "./slot-writer.ts";
import { BULK_SHOWN, BULK_WINDOW, joined, type Landing, type Link, type Sink } from "./transport.ts";

// Kinds of records.
/** A short message. */
const MESSAGE = 1;
/** A short message that lies in a slot: [slot, where it begins there, length]. */
const SLOT = 2;
/** A long message begins: [length (8 bytes), bytes of its head] and its first bytes. */
const BULK = 3;
/** So does one from send() that is too long for a slot. */
const SHORT = 4;
/** The next bytes of its body: [slot, length]. */
const PART = 5;
/** The sender has closed. */
const CLOSE = 6;

/** Messages up to this length go through the ring itself, of which they take an eighth at most. */
const INLINE = 2048;

interface Waiting {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Bytes of the body that are under way; -1: the message has not been announced. */
  at: number;
  /** Of a bulk message. */
  readonly sent?: PromiseWithResolvers<void>;
}

const nothing = new Uint8Array(0);

/** What a link has found: nothing to do; pieces of a message of which more are to come; anything else. */
export const IDLE = 0;
export const PIECES = 1;
export const NEWS = 2;
export type Found = typeof IDLE | typeof PIECES | typeof NEWS;

/** What a link asks of the memory that it is in. */
export interface Owner {
  /** The ring of messages from one local rank to another. */
  ring(from: number, to: number): RingPlace;
  /** The slots of a local rank. */
  slots(rank: number): Shared;
  /** What writes into this rank's slots for one peer. */
  slotWriter(): Writer;
  /** A free slot of this rank's, now taken; -1 where there is none. */
  takeSlot(): number;
  /** What was in a slot is not needed any more. */
  freeSlot(rank: number, slot: number): void;
  /** True when so many slots are free. */
  hasSlots(count: number): boolean;
  /** Wakes local rank `other` if it sleeps; with `waiting` only if a call or a message waits there. */
  wake(other: number, bell: Link, waiting?: boolean): void;
  /** Something waits for room: if this rank sleeps, it is to be woken for that. True when it does. */
  expect(): boolean;
}

export class SharedLink implements Link {
  readonly #memory: Owner;
  readonly #layout: SharedLayout;
  readonly #self: number;
  /** The peer's local rank. */
  readonly #other: number;
  readonly #peer: number;
  readonly #bell: Link;
  readonly #sink: Sink;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #slotWriter: Writer;
  /** What the ring or the slots have had no room for, oldest first. */
  readonly #queue: Waiting[] = [];
  #landing: Landing | undefined;
  #landed = 0;
  /** Something else than a piece has come since poll() began. */
  #news = false;
  #closing = false;
  #gone = false;

  constructor(memory: Owner, layout: SharedLayout, self: number, other: number, peer: number, bell: Link, sink: Sink) {
    this.#memory = memory;
    this.#layout = layout;
    this.#self = self;
    this.#other = other;
    this.#peer = peer;
    this.#bell = bell;
    this.#sink = sink;
    this.#slotWriter = memory.slotWriter();
    this.#writer = new RingWriter(memory.ring(self, other));
    this.#reader = new RingReader(memory.ring(other, self));
  }

  get queued(): number {
    let bytes = 0;
    for (const { head, body, at } of this.#queue) bytes += head.byteLength + body.byteLength - Math.max(0, at);
    return bytes;
  }

  send(message: Uint8Array, body: Uint8Array = nothing): void {
    if (this.#closing || this.#gone) return;
    if (this.#queue.length > 0 || !this.#put(message, body)) {
      const copy = joined(message, body);
      const head = Math.min(copy.byteLength, BULK_WINDOW);
      this.#queue.push({ head: copy.subarray(0, head), body: copy.subarray(head), at: -1 });
      this.#pumpOrWait();
    }
    this.#memory.wake(this.#other, this.#bell);
  }

  readonly state = "open";
  connect(): void {}

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    if (this.#closing || this.#gone) return Promise.reject(new Error("the connection is closed"));
    const waiting: Waiting = { head, body, at: -1, sent: Promise.withResolvers<void>() };
    this.#queue.push(waiting);
    this.#pumpOrWait();
    this.#memory.wake(this.#other, this.#bell);
    return this.#queue.at(-1) === waiting ? waiting.sent!.promise : undefined;
  }

  takes(bytes: number): boolean {
    if (this.#queue.length > 0 || this.#closing || this.#gone) return false;
    const slots = Math.ceil(bytes / (this.#layout.slotBytes - SLOT_HEAD));
    return this.#writer.takes(slots + 1, 12 + BULK_SHOWN) && this.#memory.hasSlots(slots);
  }

  flush(): void {
    if (this.#pump()) this.#memory.wake(this.#other, this.#bell);
    this.#bell.flush();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#pump();
    this.#memory.wake(this.#other, this.#bell);
  }

  /** True while something waits for room. */
  get waits(): boolean {
    return this.#queue.length > 0;
  }

  /** Wakes the peer if it sleeps. */
  wake(): void {
    this.#memory.wake(this.#other, this.#bell);
  }

  /** The peer has finished: takes in what it has left. */
  finished(): void {
    if (this.#gone) return;
    this.poll();
    this.#sink.finished(this.#peer);
  }

  /** The connection is gone, and the peer with it: takes in what it has left. */
  gone(reason: string): void {
    if (this.#gone) return;
    this.poll();
    this.#lose(reason);
  }

  /** Takes in what has arrived, and sends what has been waiting. */
  poll(): Found {
    if (this.#gone) return IDLE;
    let found: Found = IDLE;
    if (!this.#reader.empty) {
      this.#news = false;
      this.#reader.read(this.#take);
      found = this.#news ? NEWS : PIECES;
      // There is room again.
      this.#memory.wake(this.#other, this.#bell, true);
    }
    const { length } = this.#queue;
    if (length > 0 && this.#pump()) {
      // Whoever waits for what has been sent is to hear of it.
      if (this.#queue.length < length) found = NEWS;
      else if (found === IDLE) found = PIECES;
      this.#memory.wake(this.#other, this.#bell);
    }
    return found;
  }

  #lose(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const { sent } of this.#queue.splice(0)) sent?.reject(new Error(reason));
    if (!this.#closing) this.#sink.lost(this.#peer, reason);
    this.#bell.close();
  }

  // --- sending ---

  #pumpOrWait(): void {
    this.#pump();
    // What has been taken out meanwhile has woken nobody.
    if (this.#queue.length > 0 && this.#memory.expect()) this.#pump();
  }

  /** Sends from the queue while there is room. True when anything went. */
  #pump(): boolean {
    let moved = false;
    while (this.#queue.length > 0 && !this.#gone) {
      const first = this.#queue[0]!;
      const { head, body, sent } = first;
      if (head.byteLength + body.byteLength <= this.#layout.slotBytes) {
        if (!this.#put(head, body)) return moved;
      } else {
        if (first.at < 0) {
          if (!this.#announce(sent ? BULK : SHORT, head, body)) return moved;
          first.at = 0;
          moved = true;
        }
        while (first.at < body.byteLength) {
          const part = this.#part(body, first.at);
          if (part === 0) return moved;
          first.at += part;
          moved = true;
        }
      }
      moved = true;
      this.#queue.shift();
      sent?.resolve();
    }
    if (this.#closing && !this.#gone && this.#writer.reserve(CLOSE, 0) >= 0) {
      this.#writer.publish();
      this.#memory.wake(this.#other, this.#bell);
      this.#gone = true;
      this.#bell.close();
    }
    return moved;
  }

  /** Sends a message in one record. False where there is no room. */
  #put(head: Uint8Array, body: Uint8Array): boolean {
    const length = head.byteLength + body.byteLength;
    if (length <= INLINE) {
      const at = this.#writer.reserve(MESSAGE, length);
      if (at < 0) return false;
      const { bytes } = this.#writer.memory;
      // A loop beats set() for the few bytes of a usual frame.
      if (length <= 64 && body.byteLength === 0) for (let i = 0; i < length; i++) bytes[at + i] = head[i]!;
      else {
        bytes.set(head, at);
        if (body.byteLength > 0) bytes.set(body, at + head.byteLength);
      }
      this.#writer.publish();
      return true;
    }
    if (length > this.#layout.slotBytes) return false;
    const slot = this.#memory.takeSlot();
    if (slot < 0) return false;
    const at = this.#writer.reserve(SLOT, 12);
    if (at < 0) {
      this.#memory.freeSlot(this.#self, slot);
      return false;
    }
    // The body begins at the start of a cache line, where there is room for the head in front of it.
    const front = Math.max(0, Math.min(SLOT_HEAD - head.byteLength, this.#layout.slotBytes - length));
    const start = slot * this.#layout.slotBytes + front;
    const { bytes } = this.#memory.slots(this.#self);
    bytes.set(head, start);
    if (body.byteLength > 0) this.#slotWriter.write(bytes, start + head.byteLength, body);
    const { words } = this.#writer.memory;
    words[at >> 2] = slot;
    words[(at >> 2) + 1] = front;
    words[(at >> 2) + 2] = length;
    this.#writer.publish();
    return true;
  }

  #announce(kind: number, head: Uint8Array, body: Uint8Array): boolean {
    const shown = Math.min(BULK_SHOWN, head.byteLength + body.byteLength);
    const at = this.#writer.reserve(kind, 12 + shown);
    if (at < 0) return false;
    const { bytes, words } = this.#writer.memory;
    const length = head.byteLength + body.byteLength;
    words[at >> 2] = length % 2 ** 31;
    words[(at >> 2) + 1] = Math.floor(length / 2 ** 31);
    words[(at >> 2) + 2] = head.byteLength;
    bytes.set(head, at + 12);
    bytes.set(body.subarray(0, shown - head.byteLength), at + 12 + head.byteLength);
    this.#writer.publish();
    return true;
  }

  /** Sends bytes of a body from `from` on through one slot. @returns how many; 0 where there is no room */
  #part(body: Uint8Array, from: number): number {
    const slot = this.#memory.takeSlot();
    if (slot < 0) return 0;
    const at = this.#writer.reserve(PART, 8);
    if (at < 0) {
      this.#memory.freeSlot(this.#self, slot);
      return 0;
    }
    const part = body.subarray(from, from + this.#layout.slotBytes - SLOT_HEAD);
    this.#slotWriter.write(this.#memory.slots(this.#self).bytes, slot * this.#layout.slotBytes, part);
    const { words } = this.#writer.memory;
    words[at >> 2] = slot;
    words[(at >> 2) + 1] = part.byteLength;
    this.#writer.publish();
    return part.byteLength;
  }

  // --- receiving ---

  readonly #take: Take = (kind, { bytes, words }, at, length) => {
    if (this.#closing || this.#gone) return;
    switch (kind) {
      case MESSAGE:
        if (!this.#sink.message(this.#peer, bytes, at, at + length)) this.#news = true;
        return;
      case SLOT: {
        this.#news = true;
        const slot = words[at >> 2]!;
        const start = slot * this.#layout.slotBytes + words[(at >> 2) + 1]!;
        this.#sink.message(this.#peer, this.#memory.slots(this.#other).bytes, start, start + words[(at >> 2) + 2]!);
        return this.#memory.freeSlot(this.#other, slot);
      }
      case BULK:
      case SHORT: {
        const total = words[at >> 2]! + words[(at >> 2) + 1]! * 2 ** 31;
        const window = bytes.subarray(at + 12, at + length);
        this.#landed = 0;
        this.#landing =
          kind === BULK
            ? this.#sink.bulk(this.#peer, window, total)
            : this.#gather(window.subarray(0, words[(at >> 2) + 2]!), total);
        if (!this.#landing) this.#lose("a long message that nobody waits for");
        return;
      }
      case PART: {
        const landing = this.#landing!;
        const slot = words[at >> 2]!;
        const start = slot * this.#layout.slotBytes;
        const size = words[(at >> 2) + 1]!;
        landing.into.set(this.#memory.slots(this.#other).bytes.subarray(start, start + size), this.#landed);
        this.#memory.freeSlot(this.#other, slot);
        this.#landed += size;
        if (this.#landed < landing.into.byteLength) return;
        if (!landing.more) this.#news = true;
        return landing.done();
      }
      default:
        this.#news = true;
        return this.#lose("closed");
    }
  };

  /** Where a short message lands that is too long for a slot. */
  #gather(head: Uint8Array, length: number): Landing {
    const message = new Uint8Array(length);
    message.set(head);
    const into = message.subarray(head.byteLength);
    return { head: head.byteLength, into, done: () => this.#sink.message(this.#peer, message) };
  }
}
