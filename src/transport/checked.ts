// transport/checked: layer 3. TSMPI_CHECK=1: every message between two ranks carries its number and checksums, which the
// receiver verifies, whatever carries it. Where one is wrong the peer is given up. Called by runtime.ts.
//
//   a mark, bytes of the head (1 each), number, bytes of head and body, checksum of the head, of the body (4 each); head; body
//
// Messages may arrive joined, so that each has its length.
import { joined, type Landing, type Link, type LinkState, SHORT_LIMIT, type Sink } from "./transport.ts";

/** Begins every message. No frame does, and no bell of shared-memory.ts. */
const MARK = 0xc5;
const HEADER = 18;

const nothing = new Uint8Array(0);
const crc = (bytes: Uint8Array) => Bun.hash.crc32(bytes);

/** What a message says of itself. */
interface Label {
  readonly head: number;
  readonly number: number;
  readonly length: number;
  readonly headCrc: number;
  readonly bodyCrc: number;
}

function labelOf(view: DataView, at: number): Label {
  return {
    head: view.getUint8(at + 1),
    number: view.getUint32(at + 2),
    length: view.getUint32(at + 6),
    headCrc: view.getUint32(at + 10),
    bodyCrc: view.getUint32(at + 14),
  };
}

/** The sink of a rank whose messages are checked, and what makes its links. */
export class Checked implements Sink {
  readonly #self: number;
  readonly #sink: Sink;
  readonly #links = new Map<number, Link>();
  /** How many messages have come from a peer. */
  readonly #came = new Map<number, number>();

  /** @param self this process, for messages */
  constructor(self: number, sink: Sink) {
    this.#self = self;
    this.#sink = sink;
  }

  /** The link over which messages go that this peer's Checked verifies. */
  link(peer: number, link: Link): Link {
    this.#links.set(peer, link);
    return new CheckedLink(link);
  }

  message(peer: number, message: Uint8Array, start = 0, end = message.byteLength): boolean {
    let more = false;
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    for (let at = start; at < end; ) {
      if (message[at] !== MARK || at + HEADER > end) return this.#drop(peer, "it does not begin as one");
      const label = labelOf(view, at);
      const [first, last] = [at + HEADER, at + HEADER + label.length];
      if (last > end) return this.#drop(peer, `it has ${end - first} of ${label.length} bytes`);
      const head = message.subarray(first, first + label.head);
      const wrong = this.#wrong(peer, label, head) ?? wrongBody(label, message.subarray(first + label.head, last));
      if (wrong) return this.#drop(peer, wrong);
      more = this.#sink.message(peer, message, first, last) === true;
      at = last;
    }
    return more;
  }

  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined {
    const refuse = (what: string) => {
      this.#broken(peer, what);
      return undefined;
    };
    if (window[0] !== MARK) return refuse("it does not begin as one");
    const label = labelOf(new DataView(window.buffer, window.byteOffset, window.byteLength), 0);
    if (label.length !== length - HEADER) return refuse(`it has ${length - HEADER} of ${label.length} bytes`);
    const head = window.subarray(HEADER, HEADER + label.head);
    const wrong = this.#wrong(peer, label, head);
    if (wrong) return refuse(wrong);
    if (label.head === 0) return this.#short(peer, label);
    const landing = this.#sink.bulk(peer, window.subarray(HEADER), length - HEADER);
    if (!landing) return undefined;
    const done = () => {
      const bad = wrongBody(label, landing.into);
      if (bad) this.#broken(peer, bad);
      else landing.done();
    };
    return { ...landing, head: landing.head + HEADER, done };
  }

  /** Only the label has made it a long one. */
  #short(peer: number, label: Label): Landing {
    const message = new Uint8Array(label.length);
    const done = () => {
      const bad = wrongBody(label, message);
      if (bad) this.#broken(peer, bad);
      else this.#sink.message(peer, message);
    };
    return { head: HEADER, into: message, done };
  }

  connected(peer: number): void {
    this.#sink.connected(peer);
  }

  finished(peer: number): void {
    this.#sink.finished(peer);
  }

  lost(peer: number, reason: string): void {
    this.#sink.lost(peer, reason);
  }

  #wrong(peer: number, { number, headCrc }: Label, head: Uint8Array): string | undefined {
    const expected = this.#came.get(peer) ?? 0;
    this.#came.set(peer, (expected + 1) >>> 0);
    if (number !== expected) return `it is number ${number}, expected ${expected}`;
    return crc(head) === headCrc ? undefined : `the checksum of its head is wrong (number ${number})`;
  }

  #drop(peer: number, what: string): false {
    this.#broken(peer, what);
    return false;
  }

  #broken(peer: number, what: string): void {
    this.#sink.lost(peer, `protocol error: a message from rank ${peer} to rank ${this.#self}: ${what}`);
    this.#links.get(peer)?.close();
  }
}

function wrongBody({ bodyCrc, number }: Label, body: Uint8Array): string | undefined {
  return crc(body) === bodyCrc ? undefined : `the checksum of its bytes is wrong (number ${number})`;
}

class CheckedLink implements Link {
  readonly #link: Link;
  #number = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  get state(): LinkState {
    return this.#link.state;
  }

  connect(): void {
    this.#link.connect();
  }

  get queued(): number {
    return this.#link.queued;
  }

  send(head: Uint8Array, body?: Uint8Array): void {
    const message = body ? joined(head, body) : head;
    if (HEADER + message.byteLength > SHORT_LIMIT) {
      // Where it fails the sink is told.
      this.sendBulk(nothing, message.slice())?.catch(() => {});
      return;
    }
    this.#link.send(this.#labelled(message));
  }

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    const front = new Uint8Array(HEADER + head.byteLength);
    front.set(head, HEADER);
    this.#label(front, head, body);
    return this.#link.sendBulk(front, body);
  }

  takes(bytes: number): boolean {
    return this.#link.takes?.(bytes) === true;
  }

  flush(): void {
    this.#link.flush();
  }

  close(): void {
    this.#link.close();
  }

  #labelled(message: Uint8Array): Uint8Array {
    const labelled = new Uint8Array(HEADER + message.byteLength);
    labelled.set(message, HEADER);
    this.#label(labelled, nothing, message);
    return labelled;
  }

  #label(into: Uint8Array, head: Uint8Array, body: Uint8Array): void {
    const view = new DataView(into.buffer);
    into[0] = MARK;
    into[1] = head.byteLength;
    view.setUint32(2, this.#number);
    view.setUint32(6, head.byteLength + body.byteLength);
    view.setUint32(10, crc(head));
    view.setUint32(14, crc(body));
    this.#number = (this.#number + 1) >>> 0;
  }
}
