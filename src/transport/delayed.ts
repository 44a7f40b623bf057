// transport/delayed: layer 3. TSMPI_DELAY: messages to a peer wait for random times before they are sent, in their order, so that
// programs and this library can be tried in bad weather. Called by runtime.ts.
import { joined, type Link, type LinkState } from "./transport.ts";

/** Of so many messages one waits for a timer, the others for some turns of the event loop. */
const LONG = 16;
const TURNS = 4;

export class DelayedLink implements Link {
  readonly #link: Link;
  readonly #waiting: { readonly bytes: number; readonly send: () => void }[] = [];
  #state: number;

  /** @param seed the same one gives the same times */
  constructor(link: Link, seed: number) {
    this.#link = link;
    this.#state = seed;
  }

  get state(): LinkState {
    const { state } = this.#link;
    return state === "idle" && this.#waiting.length > 0 ? "connecting" : state;
  }

  connect(): void {
    this.#link.connect();
  }

  get queued(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, this.#link.queued);
  }

  send(message: Uint8Array, body?: Uint8Array): void {
    const copy = joined(message, body);
    this.#later(copy.byteLength, () => this.#link.send(copy));
  }

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#later(head.byteLength + body.byteLength, () => {
        const sending = this.#link.sendBulk(head, body);
        if (sending) sending.then(resolve, reject);
        else resolve();
      });
    });
  }

  flush(): void {
    for (const { send } of this.#waiting.splice(0)) send();
    this.#link.flush();
  }

  close(): void {
    this.flush();
    this.#link.close();
  }

  #later(bytes: number, send: () => void): void {
    this.#waiting.push({ bytes, send });
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    // A linear congruential generator: what it is for needs no better one.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    const drawn = this.#state >>> 16;
    const next = () => {
      this.#waiting.shift()?.send();
      if (this.#waiting.length > 0) this.#wait();
    };
    if (drawn % LONG === 0) return void setTimeout(next, 1);
    let turns = drawn % TURNS;
    const turn = () => (turns-- > 0 ? setImmediate(turn) : next());
    setImmediate(turn);
  }
}
