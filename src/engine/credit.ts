// engine/credit: layer 4. Flow control of eager messages between this process and one peer: how much may still be sent
// without asking, and how much the peer gets back for messages that were taken here.

/** What one waiting message costs beside its bytes, roughly, in the receiver's memory. */
const OVERHEAD = 200;

export class Credit {
  readonly #limit: number;
  #available: number;
  #owed = 0;

  /** @param limit bytes of messages that may wait, unreceived, at the other side */
  constructor(limit: number) {
    this.#limit = limit;
    this.#available = limit;
  }

  /** Sender: takes credit for a message of `bytes` bytes. False when there is not enough: ask first (rendezvous). */
  take(bytes: number): boolean {
    const cost = bytes + OVERHEAD;
    if (cost > this.#available) return false;
    this.#available -= cost;
    return true;
  }

  /** Sender: the peer has given `bytes` back. False when that is more than it ever got. */
  restore(bytes: number): boolean {
    this.#available += bytes;
    return this.#available <= this.#limit;
  }

  /** Receiver: a message of `bytes` bytes was taken. Returns what is to be given back now: 0 until a quarter is due. */
  release(bytes: number): number {
    this.#owed += bytes + OVERHEAD;
    if (this.#owed < this.#limit / 4) return 0;
    const owed = this.#owed;
    this.#owed = 0;
    return owed;
  }
}
