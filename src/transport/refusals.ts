// transport/refusals: layer 3. Connections that a listener has refused: the user is told, but not of each, and who comes
// with wrong proofs again and again has to wait for every answer. Called by websocket.ts and rendezvous.ts.

/** Wrong proofs that are answered at once: a few are mistakes. */
const FREE = 20;
/** Milliseconds that an answer takes after these. Ranks that prove themselves never wait. */
const WAIT_MS = 1000;
/** Different refusals that are noted one by one. */
const SINGLE = 10;

export class Refusals {
  readonly #name: string;
  readonly #note: (text: string) => void;
  readonly #known = new Set<string>();
  #count = 0;
  #wrongProofs = 0;

  /** @param name who refuses: `rank 3` */
  constructor(name: string, note: (text: string) => void) {
    this.#name = name;
    this.#note = note;
  }

  /** A connection was refused. Each reason is noted once for an address, the first few times, and then how many there were. */
  add(address: string, reason: string): void {
    this.#count++;
    const what = `${address}: ${reason}`;
    if (!this.#known.has(what) && this.#known.size < SINGLE) {
      this.#known.add(what);
      this.#note(`${this.#name} refused a connection from ${what}`);
    } else if (/^10{2,}$/.test(String(this.#count))) {
      this.#note(`${this.#name} has refused ${this.#count} connections, the last one from ${what}`);
    }
  }

  /** Does `answer`, which tells of a wrong proof, now or, after many of them, later. */
  answer(answer: () => void): void {
    if (++this.#wrongProofs <= FREE) answer();
    else setTimeout(answer, WAIT_MS).unref();
  }
}
