// cli/agent/byte-socket: layer 10. A TLS connection as two streams of bytes, as an agent's channel wants them.
// Used by join-listener.ts (the agent's side) and join-dial.ts (the launcher's).
import type { Socket } from "bun";
import type { Carrier } from "./remote.ts";

/** Queued bytes above which whoever fills the connection has to pause. */
const FULL = 1 << 20;

export class ByteSocket implements Carrier {
  readonly incoming: ReadableStream<Uint8Array>;
  readonly outgoing = {
    write: (bytes: Uint8Array) => this.#write(bytes),
    room: () => this.#room(),
    close: () => this.#close(),
  };
  /** The other side's address. */
  readonly address: string;
  /** Bytes that may still come in; the connection is ended when more do. */
  allowance = Number.POSITIVE_INFINITY;
  #socket: Socket<ByteSocket>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #unsent: Uint8Array[] = [];
  #queued = 0;
  #ending = false;
  #over = false;
  #killed = false;
  #ended = Promise.withResolvers<string>();
  #wake: (() => void)[] = [];

  constructor(socket: Socket<ByteSocket>) {
    this.#socket = socket;
    // Missing, whatever the types say, where the other side has closed it already.
    this.address = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
    this.incoming = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
    });
  }

  /** Resolves with why the connection is over, when it is. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  kill(): void {
    // Bun calls handlers from within terminate(), and these may call this.
    if (this.#killed) return;
    this.#killed = true;
    this.#socket.terminate();
    this.closed("the connection was ended");
  }

  /** For the socket's handlers: bytes have come. */
  data(bytes: Uint8Array): void {
    if (this.#over) return;
    this.allowance -= bytes.byteLength;
    if (this.allowance < 0) return this.kill();
    this.#controller.enqueue(Uint8Array.from(bytes));
  }

  /** For the socket's handlers: more can be written. */
  drain(): void {
    while (this.#unsent.length > 0) {
      const first = this.#unsent[0]!;
      const taken = Math.max(0, this.#socket.write(first));
      this.#queued -= taken;
      if (taken < first.byteLength) {
        this.#unsent[0] = first.subarray(taken);
        break;
      }
      this.#unsent.shift();
    }
    if (this.#queued < FULL) for (const wake of this.#wake.splice(0)) wake();
    if (this.#ending && this.#queued === 0) this.#socket.end();
  }

  /** For the socket's handlers: it is over. */
  closed(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#unsent = [];
    this.#queued = 0;
    for (const wake of this.#wake.splice(0)) wake();
    this.#controller.close();
    this.#ended.resolve(reason);
  }

  #write(bytes: Uint8Array): void {
    if (this.#over || this.#ending || bytes.byteLength === 0) return;
    this.#unsent.push(bytes);
    this.#queued += bytes.byteLength;
    if (this.#unsent.length === 1) this.drain();
  }

  #room(): Promise<void> | undefined {
    if (this.#queued < FULL) return undefined;
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #close(): void {
    this.#ending = true;
    if (!this.#over) this.drain();
  }
}

/** Handlers of a connection whose `data` is its ByteSocket from the moment that it is open. */
export const byteHandlers = {
  data: (socket: Socket<ByteSocket>, bytes: Uint8Array) => socket.data?.data(bytes),
  drain: (socket: Socket<ByteSocket>) => socket.data?.drain(),
  end: (socket: Socket<ByteSocket>) => socket.data?.closed("the other side has closed the connection"),
  close: (socket: Socket<ByteSocket>) => socket.data?.closed("the connection was closed"),
  error: (socket: Socket<ByteSocket>, error: Error) => socket.data?.closed(error.message),
};
