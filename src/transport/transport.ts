// transport/transport: layer 3. The contract between the engine and whatever carries bytes between two processes.
// A transport gives the engine one Link per peer, and calls the engine's Sink for what arrives. The contract tests
// (test/transport/contract.ts) run over every implementation.

/** The longest message that `Link.send` takes and `Sink.message` gets. Longer ones go through `sendBulk`. */
export const SHORT_LIMIT = 128 * 1024;

/** The longest head of a bulk message: a Sink is shown that much at least before it says where the message goes. */
export const BULK_WINDOW = 224;

/** Bytes that links show, so that there is room for what checked.ts puts before the head. */
export const BULK_SHOWN = 256;

/** Whether there is a connection: none, and none is needed so far; one is being made; there is one, or was. */
export type LinkState = "idle" | "connecting" | "open";

/**
 * The way to one peer. Messages arrive whole, once, and in the order of the calls of send and sendBulk together. Short
 * ones that follow each other may arrive joined, as one: they are CBOR sequences.
 */
export interface Link {
  readonly state: LinkState;
  /** Makes the connection where there is none, as sending does: only connected ranks hear of each other's end. */
  connect(): void;
  /**
   * Queues one short message (1 … SHORT_LIMIT bytes): `message` and, where there is one, `body` behind it. Returns at once,
   * copies both, never calls the Sink before it returns. Does nothing after `close` or once the peer is lost: the Sink has
   * been told.
   */
  send(message: Uint8Array, body?: Uint8Array): void;
  /**
   * Queues one message of any length: `head` and then `body`. Both are borrowed: do not change them until the promise
   * resolves; `undefined` means that this is already so. Arrives in Sink.bulk; one of no more than SHORT_LIMIT bytes may
   * arrive in Sink.message instead. Rejects when the peer is lost and after `close`. Never calls the Sink before it returns.
   */
  sendBulk(head: Uint8Array, body: Uint8Array): Promise<void> | undefined;
  /** True when sendBulk would take a head and a body of so many bytes at once, both copied when it returns. */
  takes?(bytes: number): boolean;
  /** Bytes queued here that have not been handed to the operating system. */
  readonly queued: number;
  /** Hands queued bytes over as far as that goes without waiting; for a process that is about to exit. */
  flush(): void;
  /**
   * Sends what is queued, then closes. The peer's Sink is told `lost` unless it has closed too, or there was no connection;
   * this side's Sink is told nothing any more.
   */
  close(): void;
}

/** Where the rest of a bulk message goes. */
export interface Landing {
  /** How many bytes of the message, from its beginning, are its head: they are not written to `into`. */
  readonly head: number;
  /** Exactly as long as the message without its head. The transport writes it; nobody else touches it until `done`. */
  readonly into: Uint8Array;
  /** Called once, when all of `into` is written. */
  done(): void;
  /** More bulk messages follow at once: whoever takes them in does well to wait for them. */
  readonly more?: boolean;
}

/** One piece of memory of its own with both. */
export function joined(head: Uint8Array, body: Uint8Array | undefined): Uint8Array {
  if (!body) return head.slice();
  const all = new Uint8Array(head.byteLength + body.byteLength);
  all.set(head);
  all.set(body, head.byteLength);
  return all;
}

/** What the engine gives every transport. Never called from inside a Link's method. Calls must not throw. */
export interface Sink {
  /**
   * A short message: all of `message`, or its bytes `start … end`. It is lent for the duration of the call. True: as with
   * Landing.more, bulk messages that have been asked for are to follow at once.
   */
  message(peer: number, message: Uint8Array, start?: number, end?: number): boolean | undefined;
  /**
   * A bulk message of `length` bytes begins; `window` is its first bytes, BULK_WINDOW at least, lent for the duration of the
   * call. Returning undefined refuses it: the transport drops the connection and reports the peer as lost.
   */
  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined;
  /** There is a connection with a peer, whichever side has made it. */
  connected(peer: number): void;
  /** The peer has finished: all that it has sent has been taken in. Of peers that share memory; others say bye. */
  finished(peer: number): void;
  /** The connection is gone: nothing more comes, and what was queued may not have arrived. Called once. */
  lost(peer: number, reason: string): void;
}
