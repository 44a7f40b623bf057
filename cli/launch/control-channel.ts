// cli/launch/control-channel: layer 10. The launcher's end of one rank's control channel, over a file descriptor.
// Used by start-local.
import { ControlReader, encodeControl, type FromRank, type ToRank } from "../../src/wire/control.ts";

export interface ChannelEvents {
  message(message: FromRank): void;
  /** The other end was closed, or `reason` says why nothing more can be read. Called once. */
  closed(reason?: string): void;
}

export class ControlChannel {
  #socket: Bun.Socket | undefined;
  #reader = new ControlReader<FromRank>();
  /** What the socket has not taken yet. */
  #unsent: Uint8Array[] = [];
  #closed = false;
  #events: ChannelEvents;

  constructor(fd: number, events: ChannelEvents) {
    this.#events = events;
    const socket = {
      open: (socket: Bun.Socket) => this.#write(socket),
      drain: (socket: Bun.Socket) => this.#write(socket),
      data: (_: Bun.Socket, bytes: Uint8Array) => this.#read(bytes),
      end: () => this.#close(),
      close: () => this.#close(),
      error: (_: Bun.Socket, error: Error) => this.#close(error.message),
    };
    // `fd` is missing in Bun's types of Bun.connect.
    const options = { fd, socket } as unknown as Bun.UnixSocketOptions;
    Bun.connect(options).catch((error: Error) => this.#close(error.message));
  }

  send(message: ToRank): void {
    if (this.#closed) return;
    this.#unsent.push(encodeControl(message));
    if (this.#socket !== undefined && this.#unsent.length === 1) this.#write(this.#socket);
  }

  #write(socket: Bun.Socket): void {
    this.#socket = socket;
    while (this.#unsent.length > 0 && !this.#closed) {
      const first = this.#unsent[0]!;
      const taken = Math.max(0, socket.write(first));
      if (taken < first.byteLength) {
        this.#unsent[0] = first.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
  }

  #read(bytes: Uint8Array): void {
    if (this.#closed) return;
    let messages: FromRank[];
    try {
      messages = this.#reader.push(bytes);
    } catch (error) {
      this.#close(`it wrote something else than control messages on file descriptor 3 (${(error as Error).message})`);
      return;
    }
    for (const message of messages) this.#events.message(message);
  }

  #close(reason?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsent = [];
    this.#socket?.terminate();
    this.#events.closed(reason);
  }
}
