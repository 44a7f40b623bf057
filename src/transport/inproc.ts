// transport/inproc: layer 3. Links inside one process: a rank's messages to itself, and whole jobs in tests.
// Deliveries happen in microtasks, so that no Sink is called from inside send.
import { BULK_WINDOW, type Link, type Sink } from "./transport.ts";

class InprocLink implements Link {
  readonly #to: () => Sink;
  readonly #from: number;
  readonly #deliveries: (() => void)[] = [];
  #scheduled = false;
  #closed = false;
  readonly queued = 0;

  /** A link to the process whose sink is `to()`, which knows this side as peer `from`. */
  constructor(to: () => Sink, from: number) {
    this.#to = to;
    this.#from = from;
  }

  send(message: Uint8Array): void {
    if (this.#closed) return;
    const copy = message.slice();
    this.#later(() => this.#to().message(this.#from, copy));
  }

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    if (this.#closed) return undefined;
    return new Promise((resolve, reject) => {
      this.#later(() => {
        const start = new Uint8Array(head.byteLength + Math.min(body.byteLength, BULK_WINDOW));
        start.set(head);
        start.set(body.subarray(0, start.byteLength - head.byteLength), head.byteLength);
        const window = start.subarray(0, BULK_WINDOW);
        const landing = this.#to().bulk(this.#from, window, head.byteLength + body.byteLength);
        if (!landing) {
          this.close();
          return reject(new Error("the receiver refused the message"));
        }
        landing.into.set(body.subarray(landing.head - head.byteLength));
        landing.done();
        resolve();
      });
    });
  }

  flush(): void {
    // Everything is handed over already: the deliveries need no operating system.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#later(() => this.#to().lost(this.#from, "closed"));
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
  return sinks.map((_, from) => sinks.map((to) => new InprocLink(() => to, from)));
}
