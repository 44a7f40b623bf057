// test/support/sinks: what the tests of transports and engines stand on: a Sink that remembers what it is told, bytes
// that are easily told apart, and waiting with an end.
import { is, ok } from "uvu/assert";
import type { Landing, Sink } from "../../src/transport/transport.ts";

/** What arrived: short messages that followed each other are joined, because a transport may join them on the way. */
export interface Arrived {
  readonly kind: "short" | "bulk";
  readonly peer: number;
  readonly bytes: Uint8Array;
}

/** Remembers everything. The first byte of a bulk message says how long its head is. */
export class RecordingSink implements Sink {
  readonly arrived: Arrived[] = [];
  readonly losses: { readonly peer: number; readonly reason: string }[] = [];
  /** Peers that have finished. */
  readonly finishes: number[] = [];
  /** Peers that connections were made with. */
  readonly connections: number[] = [];
  /** Set while a Link's method runs: nothing may arrive. */
  forbidden = false;
  /** Bulk messages are refused. */
  refusing = false;
  /** Where the bodies of bulk messages go one after the other, in place of memory of their own. */
  memory: Uint8Array | undefined;
  /** Bytes of bulk bodies that have landed. */
  landed = 0;
  #started = 0;
  #waiters: { check: () => boolean; resolve: () => void }[] = [];

  message(peer: number, message: Uint8Array, start?: number, end?: number): undefined {
    this.#called();
    this.#push({ kind: "short", peer, bytes: message.slice(start, end) });
    this.#wake();
  }

  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined {
    this.#called();
    if (this.refusing) return undefined;
    const head = window.slice(0, window[0]);
    const size = length - head.byteLength;
    const into = this.memory ? this.memory.subarray(this.#started, this.#started + size) : new Uint8Array(size);
    this.#started += size;
    const done = () => {
      this.#called();
      this.landed += size;
      if (!this.memory) this.#push({ kind: "bulk", peer, bytes: join(head, into) });
      this.#wake();
    };
    return { head: head.byteLength, into, done };
  }

  connected(peer: number): void {
    this.#called();
    this.connections.push(peer);
    this.#wake();
  }

  finished(peer: number): void {
    this.#called();
    this.finishes.push(peer);
    this.#wake();
  }

  lost(peer: number, reason: string): void {
    this.#called();
    this.losses.push({ peer, reason });
    this.#wake();
  }

  /** Bytes of short messages and bulk messages together. */
  get bytes(): number {
    return this.arrived.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  }

  /** Resolves as soon as `check` holds; it is asked after each call of the sink. */
  until(check: () => boolean, what: string): Promise<void> {
    if (check()) return Promise.resolve();
    return soon(new Promise((resolve) => this.#waiters.push({ check, resolve })), what);
  }

  #called(): void {
    if (this.forbidden) throw new Error("the Sink is called from inside a method of a Link");
  }

  #push(arrival: Arrived): void {
    this.arrived.push(arrival);
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter(({ check, resolve }) => {
      if (!check()) return true;
      resolve();
      return false;
    });
  }
}

/** Arrivals with short neighbours of one peer joined. */
export function joined(arrivals: readonly Arrived[]): Arrived[] {
  const runs: { kind: Arrived["kind"]; peer: number; pieces: Uint8Array[] }[] = [];
  for (const { kind, peer, bytes } of arrivals) {
    const last = runs.at(-1);
    if (kind === "short" && last?.kind === kind && last.peer === peer) last.pieces.push(bytes);
    else runs.push({ kind, peer, pieces: [bytes] });
  }
  return runs.map(({ kind, peer, pieces }) => ({ kind, peer, bytes: join(...pieces) }));
}

/** All pieces one after the other. */
export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** `length` bytes that depend on `seed` and on their place. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Fails, naming the first difference, unless both are the same bytes. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  is(actual.byteLength, expected.byteLength, `${what}: ${actual.byteLength} bytes, expected ${expected.byteLength}`);
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  ok(false, `${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`);
}

/** The promise, or after 100 seconds an error that names what never came: a test that would hang fails instead. */
export async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after 100 s`)), 100_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets `turns` turns of the event loop pass: enough for anything inside this process that is on its way. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
