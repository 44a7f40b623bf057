// transport/inproc: layer 3. Links inside one process: a rank's messages to itself, and whole jobs in tests.
// Deliveries happen in microtasks, so that no Sink is called from inside send.
import { BULK_SHOWN, joined, type Link, SHORT_LIMIT, type Sink } from "./transport.ts";

class InprocLink implements Link {
  readonly #to: () => Sink;
  readonly #from: number;
  readonly #deliveries: (() => void)[] = [];
  #scheduled = false;
  /** The other direction: what the receiver sends with. A link to oneself is its own. */
  #back: InprocLink = this;
  /** Closed by the process that sends with it, or lost. */
  #closed = false;
  readonly queued = 0;
  readonly state = "open";

  /** A link to the process whose sink is `to()`, which knows this side as peer `from`. */
  constructor(to: () => Sink, from: number) {
    this.#to = to;
    this.#from = from;
  }

  /** Makes two links the two directions of one connection. */
  static join(there: InprocLink, back: InprocLink): void {
    there.#back = back;
    back.#back = there;
  }

  send(message: Uint8Array, body?: Uint8Array): void {
    if (this.#closed) return;
    const copy = joined(message, body);
    this.#later(() => {
      if (!this.#back.#closed) this.#to().message(this.#from, copy);
    });
  }

  connect(): void {}

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    if (this.#closed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => {
      this.#later(() => {
        if (this.#back.#closed) return reject(new Error("the connection is closed"));
        if (!this.#deliver(head, body)) return reject(new Error("the receiver refused the message"));
        resolve();
      });
    });
  }

  /** False when the receiver refused the message. */
  #deliver(head: Uint8Array, body: Uint8Array): boolean {
    const length = head.byteLength + body.byteLength;
    const shown = new Uint8Array(length > SHORT_LIMIT ? BULK_SHOWN : length);
    shown.set(head.subarray(0, shown.byteLength));
    shown.set(body.subarray(0, shown.byteLength - head.byteLength), head.byteLength);
    if (length <= SHORT_LIMIT) {
      this.#to().message(this.#from, shown);
      return true;
    }
    const landing = this.#to().bulk(this.#from, shown, length);
    if (!landing) {
      this.#lose("a long message that nobody waits for");
      this.#back.#lose("the receiver refused a message");
      return false;
    }
    landing.into.set(body.subarray(landing.head - head.byteLength));
    landing.done();
    return true;
  }

  flush(): void {
    // Everything is handed over already: the deliveries need no operating system.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#later(() => this.#lose("closed"));
  }

  /** Tells the receiver that the connection is gone, unless it has closed its side. */
  #lose(reason: string): void {
    if (this.#back.#closed) return;
    this.#back.#closed = true;
    this.#to().lost(this.#from, reason);
  }

  #later(delivery: () => void): void {
    this.#deliveries.push(delivery);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const next of this.#deliveries.splice(0)) next();
    });
  }
}

/** A process's link to itself, `self` being its number. */
export function selfLink(self: number, sink: () => Sink): Link {
  return new InprocLink(sink, self);
}

/** Links between n processes that live in this one: `links[i][j]` is what process i uses to reach process j. */
export function inprocLinks(sinks: readonly Sink[]): Link[][] {
  const links = sinks.map((_, from) => sinks.map((to) => new InprocLink(() => to, from)));
  for (const [i, row] of links.entries()) for (const [j, link] of row.entries()) InprocLink.join(link, links[j]![i]!);
  return links;
}
