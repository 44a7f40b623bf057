// transport/websocket-link: layer 3. One WebSocket connection as a Link: short messages gathered into frames, long ones
// written from the caller's memory, everything paced by what the socket takes.
import type { Socket } from "bun";
import { type Link, SHORT_LIMIT, type Sink } from "./transport.ts";
import { closeFrame, HEADER_LIMIT, headerBytes, WebSocketParser, writeHeader } from "./websocket-codec.ts";

/** A batch of short messages is closed at this many bytes, about what one system call moves for free. */
const BATCH_LIMIT = 32 * 1024;

/** Messages are being taken in: what they lead to must not take in others meanwhile. */
let receiving = false;

interface Segment {
  readonly bytes: Uint8Array;
  readonly sent?: PromiseWithResolvers<void>;
}

export class WebSocketLink implements Link {
  readonly #socket: Socket<any>;
  readonly #peer: number;
  readonly #sink: Sink;
  /** True on the dialing side, whose frames are marked as masked. */
  readonly #client: boolean;
  readonly #parser: WebSocketParser;
  #closing = false;
  #gone = false;

  /** What the socket has not taken yet, oldest first; the first segment up to #written. */
  #queue: Segment[] = [];
  #written = 0;
  #queuedBytes = 0;

  /** Short messages that are not in a frame yet; the first HEADER_LIMIT bytes are room for the frame's header. */
  #batch = new Uint8Array(HEADER_LIMIT + 2 * BATCH_LIMIT);
  #filled = HEADER_LIMIT;
  #flushPlanned = false;

  constructor(socket: Socket<any>, peer: number, client: boolean, sink: Sink) {
    this.#socket = socket;
    this.#peer = peer;
    this.#client = client;
    this.#sink = sink;
    this.#parser = new WebSocketParser(
      {
        message: (message, start, end) => sink.message(peer, message, start, end),
        bulk: (window, length) => sink.bulk(peer, window, length),
        reply: (frame) => this.#enqueue({ bytes: frame }),
        closed: (code, reason) => this.#drop(code, reason),
      },
      !client,
    );
  }

  get queued(): number {
    return this.#queuedBytes + this.#filled - HEADER_LIMIT;
  }

  send(message: Uint8Array, body?: Uint8Array): void {
    if (this.#closing || this.#gone) return;
    const length = message.byteLength + (body?.byteLength ?? 0);
    if (this.#filled + length > this.#batch.byteLength) {
      this.#closeBatch();
      if (HEADER_LIMIT + length > this.#batch.byteLength) this.#batch = new Uint8Array(HEADER_LIMIT + SHORT_LIMIT);
    }
    this.#batch.set(message, this.#filled);
    if (body) this.#batch.set(body, this.#filled + message.byteLength);
    this.#filled += length;
    if (this.#filled >= HEADER_LIMIT + BATCH_LIMIT) {
      this.#closeBatch();
    } else if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      this.#planFlush(0);
    }
  }

  readonly state = "open";
  connect(): void {}

  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined {
    if (this.#closing || this.#gone) return Promise.reject(new Error("the connection is closed"));
    this.#closeBatch();
    const length = head.byteLength + body.byteLength;
    const start = headerBytes(length, this.#client);
    const front = new Uint8Array(start + head.byteLength);
    writeHeader(front, 0, length, this.#client);
    front.set(head, start);
    this.#enqueue({ bytes: front });
    const sent = Promise.withResolvers<void>();
    this.#enqueue({ bytes: body, sent });
    return this.#queue.at(-1)?.sent === sent ? sent.promise : undefined;
  }

  flush(): void {
    this.#closeBatch();
    this.#pump();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.flush();
    this.#closing = true;
    this.#parser.stop();
    this.#enqueue({ bytes: closeFrame(1000, this.#client) });
    if (this.#queue.length === 0) this.#socket.end();
  }

  /** Bytes from the socket: the first `length` of `chunk`, which is lent for the call. */
  receive(chunk: Uint8Array, length = chunk.byteLength): void {
    receiving = true;
    try {
      this.#parser.push(chunk, length);
    } finally {
      receiving = false;
    }
  }

  /** The socket's descriptor: what is read from it must be given to `receive` or `land`, in order. -1: not now, or no more. */
  get fd(): number {
    return this.#gone || this.#closing || receiving ? -1 : ((this.#socket as { fd?: number }).fd ?? -1);
  }

  /** See WebSocketParser. */
  get landing(): Uint8Array | undefined {
    return this.#parser.landing;
  }
  get landed(): number {
    return this.#parser.landed;
  }
  land(bytes: number): void {
    receiving = true;
    try {
      this.#parser.land(bytes);
    } finally {
      receiving = false;
    }
  }

  /** Sends what has been gathered, and what the socket had no room for. True when some of that went. */
  advance(): boolean {
    if (this.#gone) return false;
    if (this.#queue.length === 0) {
      this.#closeBatch();
      return false;
    }
    const before = this.#queuedBytes;
    this.drained();
    return this.#queuedBytes < before;
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.#pump();
    // What was gathered meanwhile: its own flush has left it to us.
    if (this.#queue.length === 0) this.flush();
  }

  /** The socket is gone. */
  lost(reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const { sent } of this.#queue.splice(0)) sent?.reject(new Error(reason));
    this.#queuedBytes = 0;
    this.#filled = HEADER_LIMIT;
    if (!this.#closing) this.#sink.lost(this.#peer, reason);
  }

  /** Keeps the event loop alive while the connection is being made; a connected one does not. */
  unref(): void {
    this.#socket.unref();
  }

  #drop(code: number, reason: string): void {
    const broken = code !== 1000 && code !== 1001 && code !== 1005;
    if (broken) this.#enqueue({ bytes: closeFrame(code < 1002 || code > 1011 ? 1002 : code, this.#client) });
    this.lost(broken ? `protocol error: ${reason}` : reason);
    this.#socket.end();
  }

  /**
   * Flushes in a microtask, but not in the first: a rank that sends several messages in a row (awaiting each) gets
   * them into one frame, 2 to 4 times the message rate; a rank that sends one pays 50 ns.
   */
  #planFlush(filled: number): void {
    queueMicrotask(() => {
      if (this.#filled !== filled && this.#filled > HEADER_LIMIT) return this.#planFlush(this.#filled);
      this.#flushPlanned = false;
      if (this.#queue.length === 0) this.flush();
    });
  }

  /** Makes the gathered messages a frame and queues it. */
  #closeBatch(): void {
    const length = this.#filled - HEADER_LIMIT;
    if (length === 0) return;
    const start = HEADER_LIMIT - headerBytes(length, this.#client);
    writeHeader(this.#batch, start, length, this.#client);
    const end = this.#filled;
    this.#filled = HEADER_LIMIT;
    // Nearly always the socket takes the frame at once: then its memory is free for the next.
    const took = this.#queue.length > 0 || this.#gone ? 0 : this.#socket.write(this.#batch, start, end - start);
    if (took === end - start) return;
    this.#enqueue({ bytes: this.#batch.subarray(start + Math.max(took, 0), end) });
    this.#batch = new Uint8Array(HEADER_LIMIT + 2 * BATCH_LIMIT);
  }

  #enqueue(segment: Segment): void {
    if (this.#gone) return;
    this.#queue.push(segment);
    this.#queuedBytes += segment.bytes.byteLength;
    if (this.#queue.length === 1) this.#pump();
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#gone) {
      const { bytes, sent } = this.#queue[0]!;
      const left = bytes.byteLength - this.#written;
      const took = left === 0 ? 0 : this.#socket.write(bytes, this.#written, left);
      if (took < 0) return; // The socket is closed: `lost` follows.
      this.#written += took;
      this.#queuedBytes -= took;
      if (took < left) return; // `drained` follows.
      this.#queue.shift();
      this.#written = 0;
      sent?.resolve();
    }
    if (this.#closing) this.#socket.end();
  }
}
