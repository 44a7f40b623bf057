// transport/websocket-codec: layer 3. WebSocket framing (RFC 6455 §5): headers out, a stream of bytes in.
//
// Why not Bun's own WebSocket: a client one holds the event loop for ever, so that a script could never end by itself;
// sends past a limit are dropped silently; and a long message is assembled in memory before one sees it. Over plain
// sockets a long message is written from, and lands in, the user's memory. The handshake and the frames stay the
// standard's, so that any WebSocket library can be a peer; ours sends every message as one unfragmented binary frame.
import { COPIED } from "../wire/cbor-head.ts";
import { BULK_SHOWN, type Landing, SHORT_LIMIT } from "./transport.ts";

/** Longest message that is accepted from a peer. Ours are pieces of at most 1 MiB. */
export const MESSAGE_LIMIT = 16 * 1024 * 1024;

/** The longest header: 2 bytes, an 8-byte length, a 4-byte mask. */
export const HEADER_LIMIT = 14;

const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** Bytes of the header in front of `length` bytes. */
export function headerBytes(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 0x10000 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Writes the header of a binary frame of `length` bytes at `at`. A client must mask (RFC 6455 §5.3): it says so and uses
 * the key 0, which leaves the bytes as they are. The unpredictable key of the RFC keeps scripts in browsers from fooling
 * proxies; neither stands between ranks.
 */
export function writeHeader(into: Uint8Array, at: number, length: number, masked: boolean, opcode = BINARY): void {
  const mask = masked ? 0x80 : 0;
  into[at] = 0x80 | opcode;
  let end = at + 2;
  if (length < 126) into[at + 1] = mask | length;
  else if (length < 0x10000) {
    into[at + 1] = mask | 126;
    into[at + 2] = length >> 8;
    into[at + 3] = length;
    end += 2;
  } else {
    into[at + 1] = mask | 127;
    into.fill(0, at + 2, at + 6);
    for (let i = 0; i < 4; i++) into[at + 6 + i] = length >>> (24 - 8 * i);
    end += 8;
  }
  if (masked) into.fill(0, end, end + 4);
}

/** Bytes of the header whose second byte is `second`. */
function headerLength(second: number): number {
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
}

/** A whole control frame (close, pong) with a short payload. */
function controlFrame(opcode: number, payload: Uint8Array, masked: boolean): Uint8Array {
  const start = headerBytes(payload.byteLength, masked);
  const frame = new Uint8Array(start + payload.byteLength);
  writeHeader(frame, 0, payload.byteLength, masked, opcode);
  frame.set(payload, start);
  return frame;
}

/** A close frame with a status code of RFC 6455 §7.4. */
export function closeFrame(code: number, masked: boolean): Uint8Array {
  return controlFrame(CLOSE, Uint8Array.of(code >> 8, code & 0xff), masked);
}

/** What a parser tells its connection. */
export interface ParserEvents {
  /** The bytes `start … end` of `message`; all of it without them. */
  message(message: Uint8Array, start?: number, end?: number): void;
  bulk(window: Uint8Array, length: number): Landing | undefined;
  /** A frame that must be answered: a pong for a ping, a close for a close. */
  reply(frame: Uint8Array): void;
  /** The peer closed (`code` 1000 or 1001 when it meant to), or broke the protocol (1002, 1003, 1009). Parsing has ended. */
  closed(code: number, reason: string): void;
}

/** Cuts what a peer sends into messages; written for untrusted bytes. */
export class WebSocketParser {
  readonly #events: ParserEvents;
  /** True on the accepting side: a client's frames are masked, a server's are not. */
  readonly #masked: boolean;
  #ended = false;

  readonly #header = new Uint8Array(HEADER_LIMIT);
  #headerFilled = 0;
  /** Payload bytes still to come; 0 while a header is being read. */
  #left = 0;
  #opcode = 0;
  #length = 0;
  #mask: Uint8Array | undefined;
  #maskAt = 0;

  /** Gathers a message that came in several chunks: a short one whole, of a bulk one the window. */
  #assembly = new Uint8Array(1024);
  #assembled = 0;
  #landing: Landing | undefined;
  #landed = 0;

  constructor(events: ParserEvents, masked: boolean) {
    this.#events = events;
    this.#masked = masked;
  }

  /** The first `end` bytes of `chunk`, which is lent for the call. */
  push(chunk: Uint8Array, end = chunk.byteLength): void {
    let at = 0;
    while (at < end && !this.#ended) {
      at = this.#left === 0 ? this.#readHeader(chunk, at, end) : this.#readPayload(chunk, at, end);
    }
  }

  /** Where the next bytes go as they come, from `landed` on; undefined where they must be pushed. */
  get landing(): Uint8Array | undefined {
    return this.#mask || this.#ended ? undefined : this.#landing?.into;
  }
  get landed(): number {
    return this.#landed;
  }

  /** So many of the next bytes have been written to `landing`. */
  land(bytes: number): void {
    this.#landed += bytes;
    this.#left -= bytes;
    if (this.#left > 0) return;
    const { done } = this.#landing!;
    this.#landing = undefined;
    done();
  }

  /** Ignores what still comes; may be called from inside an event. */
  stop(): void {
    this.#ended = true;
  }

  #readHeader(chunk: Uint8Array, from: number, end: number): number {
    if (this.#headerFilled === 0 && end - from >= HEADER_LIMIT) {
      this.#startFrame(chunk, from);
      return from + headerLength(chunk[from + 1]!);
    }
    const header = this.#header;
    let at = from;
    let need = 2;
    for (;;) {
      while (this.#headerFilled < need) {
        if (at === end) return at;
        header[this.#headerFilled++] = chunk[at++]!;
      }
      const whole = headerLength(header[1]!);
      if (need === whole) break;
      need = whole;
    }
    this.#headerFilled = 0;
    this.#startFrame(header, 0);
    return at;
  }

  /** The header is the bytes from `at` on. */
  #startFrame(header: Uint8Array, at: number): void {
    const first = header[at]!;
    const masked = (header[at + 1]! & 0x80) !== 0;
    this.#opcode = first & 0xf;
    const short = header[at + 1]! & 0x7f;
    let length = short;
    let end = at + 2;
    if (short >= 126) {
      const bytes = short === 126 ? 2 : 8;
      length = 0;
      for (let i = 0; i < bytes; i++) length = length * 256 + header[end++]!;
    }
    if (first & 0x70) return this.#end(1002, "reserved bits are set");
    if (!(first & 0x80)) return this.#end(1003, "fragmented messages are not accepted");
    if (masked !== this.#masked)
      return this.#end(1002, masked ? "a server's frame is masked" : "a client's frame is not masked");
    if (this.#opcode !== BINARY && this.#opcode < CLOSE)
      return this.#end(1003, `frames of kind ${this.#opcode} are not accepted`);
    if (this.#opcode > PONG) return this.#end(1002, `frames of kind ${this.#opcode} do not exist`);
    if (this.#opcode >= CLOSE && length > 125) return this.#end(1002, "a control frame is longer than 125 bytes");
    if (length > MESSAGE_LIMIT) return this.#end(1009, `a message claims ${length} bytes, more than ${MESSAGE_LIMIT}`);
    const clear = !masked || (header[end]! | header[end + 1]! | header[end + 2]! | header[end + 3]!) === 0;
    this.#mask = clear ? undefined : header.slice(end, end + 4);
    this.#maskAt = 0;
    this.#length = length;
    this.#left = length;
    this.#assembled = 0;
    if (length === 0) this.#deliver(new Uint8Array(0));
  }

  #readPayload(chunk: Uint8Array, at: number, end: number): number {
    const take = Math.min(this.#left, end - at);
    // The usual case, a whole message, costs neither a copy nor a view.
    if (take === this.#length && take <= SHORT_LIMIT && this.#opcode === BINARY && !this.#mask) {
      this.#left = 0;
      this.#events.message(chunk, at, at + take);
      return at + take;
    }
    // A short copy costs less than a view of fresh memory.
    let piece = take <= COPIED ? chunk.slice(at, at + take) : chunk.subarray(at, at + take);
    if (this.#mask) piece = this.#unmask(piece, this.#mask);
    if (this.#landing) {
      this.#landing.into.set(piece, this.#landed);
      this.land(take);
      return at + take;
    }
    if (this.#length > SHORT_LIMIT) return at + this.#window(piece);
    this.#left -= take;
    if (take === this.#length) this.#deliver(piece);
    else {
      this.#gather(piece, this.#length);
      if (this.#left === 0) this.#deliver(this.#assembly.subarray(0, this.#length));
    }
    return at + take;
  }

  /** Collects the window of a bulk message and asks where it goes. Returns how many bytes it took. */
  #window(piece: Uint8Array): number {
    const take = Math.min(piece.byteLength, BULK_SHOWN - this.#assembled);
    this.#gather(piece.subarray(0, take), BULK_SHOWN);
    this.#left -= take;
    // Bytes that are not taken now are unmasked again when they are: move the mask back.
    if (this.#mask) this.#maskAt -= piece.byteLength - take;
    if (this.#assembled < BULK_SHOWN) return take;
    const window = this.#assembly.subarray(0, BULK_SHOWN);
    const landing = this.#events.bulk(window, this.#length);
    if (!landing) {
      this.#end(1002, "a long message that nobody waits for");
      return take;
    }
    this.#landing = landing;
    this.#landed = BULK_SHOWN - landing.head;
    landing.into.set(window.subarray(landing.head));
    return take;
  }

  #gather(piece: Uint8Array, whole: number): void {
    if (this.#assembly.byteLength < whole) {
      const larger = new Uint8Array(Math.min(SHORT_LIMIT, whole * 2));
      larger.set(this.#assembly.subarray(0, this.#assembled));
      this.#assembly = larger;
    }
    this.#assembly.set(piece, this.#assembled);
    this.#assembled += piece.byteLength;
  }

  #unmask(piece: Uint8Array, key: Uint8Array): Uint8Array {
    const clear = new Uint8Array(piece.byteLength);
    for (let i = 0; i < piece.byteLength; i++) clear[i] = piece[i]! ^ key[(this.#maskAt + i) & 3]!;
    this.#maskAt += piece.byteLength;
    return clear;
  }

  #deliver(payload: Uint8Array): void {
    switch (this.#opcode) {
      case BINARY:
        return this.#events.message(payload);
      case PING:
        return this.#events.reply(controlFrame(PONG, payload, !this.#masked));
      case CLOSE: {
        const code = payload.byteLength >= 2 ? (payload[0]! << 8) | payload[1]! : 1005;
        this.#events.reply(closeFrame(1000, !this.#masked));
        return this.#end(code, "closed by the peer");
      }
    }
  }

  #end(code: number, reason: string): void {
    this.#ended = true;
    this.#events.closed(code, reason);
  }
}
