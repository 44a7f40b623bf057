// transport/lazy-link: layer 3. A link whose connection is made when it is first needed, by either side. What is sent before
// waits here, in its order; afterwards all goes to the connection. Made by websocket.ts.
import { joined, type Link, type LinkState, type Sink } from "./transport.ts";

interface Waiting {
  readonly head: Uint8Array;
  /** Of a bulk message. */
  readonly bulk?: { readonly body: Uint8Array; readonly sent: PromiseWithResolvers<void> };
}

export class LazyLink implements Link {
  readonly #peer: number;
  readonly #sink: Sink;
  readonly #dial: () => void;
  #link: Link | undefined;
  #waiting: Waiting[] = [];
  #state: LinkState = "idle";
  #closed = false;

  /** @param dial makes the connection: `attach` follows, or `lost`. Called once at most. */
  constructor(peer: number, sink: Sink, dial: () => void) {
    this.#peer = peer;
    this.#sink = sink;
    this.#dial = dial;
  }

  get state(): LinkState {
    return this.#state;
  }

  get queued(): number {
    if (this.#link) return this.#link.queued;
    return this.#waiting.reduce((sum, { head, bulk }) => sum + head.byteLength + (bulk?.body.byteLength ?? 0), 0);
  }

  connect(): void {
    if (this.#state !== "idle" || this.#closed) return;
    this.#state = "connecting";
    this.#dial();
  }

  send(message: Uint8Array, body?: Uint8Array): void {
    if (this.#link) return this.#link.send(message, body);
    if (this.#closed) return;
    this.#waiting.push({ head: joined(message, body) });
    this.connect();
  }

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    if (this.#link) return this.#link.sendBulk(head, body);
    if (this.#closed) return Promise.reject(new Error("the connection is closed"));
    const sent = Promise.withResolvers<void>();
    this.#waiting.push({ head, bulk: { body, sent } });
    this.connect();
    return sent.promise;
  }

  flush(): void {
    this.#link?.flush();
  }

  close(): void {
    this.#closed = true;
    if (this.#link) this.#link.close();
    // Nobody has heard of this side: there is nothing to close.
    else if (this.#state === "idle") this.#state = "open";
  }

  /** The connection is there, whoever has dialed: everything goes through it from now on. */
  attach(link: Link): void {
    this.#link = link;
    this.#state = "open";
    for (const { head, bulk } of this.#waiting.splice(0)) {
      if (!bulk) link.send(head);
      else {
        const sending = link.sendBulk(head, bulk.body);
        if (sending) sending.then(bulk.sent.resolve, bulk.sent.reject);
        else bulk.sent.resolve();
      }
    }
    if (this.#closed) link.close();
  }

  /** There will be no connection. */
  lost(reason: string): void {
    if (this.#link || this.#state === "open") return;
    this.#state = "open";
    for (const { bulk } of this.#waiting.splice(0)) bulk?.sent.reject(new Error(reason));
    if (this.#closed) return;
    this.#closed = true;
    this.#sink.lost(this.#peer, reason);
  }

  /** Takes away what waits for a connection, for a process that cannot wait any more. */
  takeUnsent(): Uint8Array[] {
    if (this.#link) return [];
    return this.#waiting.splice(0).map(({ head, bulk }) => (bulk ? joined(head, bulk.body) : head));
  }
}
