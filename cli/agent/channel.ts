// cli/agent/channel: layer 10. Messages between the launcher and one agent over any two streams of bytes, with a
// heartbeat. Used on both sides: by remote.ts and by agent.ts.
import { ControlReader, encodeControl } from "../../src/wire/control.ts";

/** What a channel writes to. */
export interface Outgoing {
  /** Queues bytes, which must not change afterwards; drops them when the other side has gone. */
  write(bytes: Uint8Array): void;
  /** Resolves when more may be queued; undefined: at once. */
  room(): Promise<void> | undefined;
  /** Ends the stream when what is queued has been written. */
  close(): void;
}

export interface ChannelEvents<In> {
  message(message: In): void;
  /** The other side has ended the stream; or `reason` says why nothing more can be read. Called once, or never after close(). */
  closed(reason?: string): void;
}

interface Message {
  readonly kind: string;
}

export class Channel<Out extends Message, In extends Message> {
  #outgoing: Outgoing;
  #events: ChannelEvents<In>;
  #closed = false;

  constructor(incoming: AsyncIterable<Uint8Array>, outgoing: Outgoing, events: ChannelEvents<In>) {
    this.#outgoing = outgoing;
    this.#events = events;
    void this.#read(incoming);
  }

  send(message: Out): void {
    if (!this.#closed) this.#outgoing.write(encodeControl(message));
  }

  /** Resolves when more may be sent; undefined: at once. For what comes in masses; other messages need not wait. */
  room(): Promise<void> | undefined {
    return this.#closed ? undefined : this.#outgoing.room();
  }

  /** Sends what is queued, then nothing more; no event comes any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing.close();
  }

  async #read(incoming: AsyncIterable<Uint8Array>): Promise<void> {
    const reader = new ControlReader<In>();
    let reason: string | undefined;
    try {
      for await (const chunk of incoming) {
        for (const message of reader.push(chunk)) {
          if (this.#closed) return;
          this.#events.message(message);
        }
      }
    } catch (error) {
      reason = (error as Error).message;
    }
    if (this.#closed) return;
    this.close();
    this.#events.closed(reason);
  }
}

/** Beats in the time after which the other side is given up. */
const BEATS = 5;

/**
 * Watches for signs of life. It counts its own beats, not time: a host that was asleep finds one beat missing when it
 * wakes up, and gives the other side the chance to answer.
 */
export class Heartbeat {
  #silent = 0;
  #timer: Timer;

  /**
   * @param seconds how long the other side may be silent
   * @param beat called regularly, to ask for a sign of life
   * @param lost called once, when there was none
   */
  constructor(seconds: number, beat: () => void, lost: () => void) {
    this.#timer = setInterval(
      () => {
        if (++this.#silent < BEATS) return beat();
        this.stop();
        lost();
      },
      (seconds * 1000) / BEATS,
    );
  }

  /** The other side lives. */
  heard(): void {
    this.#silent = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
