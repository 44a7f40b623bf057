// transport/rendezvous-channel: layer 3. A connection between rank 0 and another rank of a job without our launcher: first
// one line each way (rendezvous-proof.ts), then control messages. Used by rendezvous.ts and rendezvous-dial.ts.
import type { Socket } from "bun";
import { ControlReader, encodeControl } from "../wire/control.ts";
import { LINE_LIMIT } from "./rendezvous-proof.ts";

interface Message {
  readonly kind: string;
}

/** `In` arrives, `Out` is sent. */
export class RendezvousChannel<In extends Message, Out extends Message> {
  readonly #socket: Socket<unknown>;
  readonly #reader = new ControlReader<In>();
  #line: string | undefined = "";
  #unsent: Uint8Array[] = [];
  #closed = false;
  /** Called with the other side's first line, its end included. */
  onLine: (line: string) => void = () => {};
  onMessage: (message: In) => void = () => {};
  /** Called once. */
  onClose: (reason: string) => void = () => {};

  constructor(socket: Socket<unknown>) {
    this.#socket = socket;
  }

  /** Sends a line of the opening. */
  say(line: string): void {
    this.#write(Buffer.from(line));
  }

  send(message: Out): void {
    this.#write(encodeControl(message));
  }

  /** Ends the connection with a last line. */
  close(line = ""): void {
    this.#closed = true;
    this.#socket.end(line);
  }

  /** Bytes have come. */
  receive(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#line !== undefined) {
      const end = chunk.indexOf(10);
      this.#line += Buffer.from(end < 0 ? chunk : chunk.subarray(0, end + 1)).toString("latin1");
      if (this.#line.length > LINE_LIMIT) return this.closed("it does not speak our protocol");
      if (end < 0) return;
      const line = this.#line;
      this.#line = undefined;
      this.onLine(line);
      rest = chunk.subarray(end + 1);
    }
    if (this.#closed || rest.byteLength === 0) return;
    try {
      for (const message of this.#reader.push(rest)) this.onMessage(message);
    } catch (error) {
      this.closed((error as Error).message);
    }
  }

  /** There is room again. */
  drained(): void {
    while (this.#unsent.length > 0 && !this.#closed) {
      const first = this.#unsent[0]!;
      const taken = Math.max(0, this.#socket.write(first));
      if (taken < first.byteLength) {
        this.#unsent[0] = first.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
  }

  /** Nothing more can come, or is wanted. */
  closed(reason: string): void {
    const first = !this.#closed;
    this.#closed = true;
    // Also where the other side does not answer the end of a connection with its own. It may call back at once.
    this.#socket.terminate();
    if (first) this.onClose(reason);
  }

  #write(bytes: Uint8Array): void {
    this.#unsent.push(bytes);
    if (this.#unsent.length === 1) this.drained();
  }
}
