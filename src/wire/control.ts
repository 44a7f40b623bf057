// wire/control: layer 2. The control channel between a rank and the process that started it (launcher or agent):
// what they say, and its framing: each message is a 4-byte big-endian length and that many bytes of CBOR, a value
// (value.ts) without parts.
// On one host the channel is the rank's file descriptor 3. Spoken by transport/wireup-launcher.ts and cli/launch/; the
// launcher and its agents on other hosts (cli/agent/) have other messages in the same framing.
import { type Card, type CardTable, cardsOf, tableOf } from "./card.ts";
import { ValueDecoder } from "./value-decode.ts";
import { ValueEncoder } from "./value-encode.ts";

export type { Card } from "./card.ts";

/** What a rank is told of the network between the hosts of its job. */
export interface Network {
  /** This rank's host among those of the job, from 0; and how many there are. */
  readonly host: number;
  readonly hosts: number;
  /** The address, or name, by which the user called this host: tried first. */
  readonly named?: string;
  /** Only addresses of this interface, or in this subnet (`10.1.0.0/16`), or this very address. */
  readonly interface?: string;
  /** Ports to listen on: first and last. */
  readonly ports?: readonly [first: number, last: number];
  /** Encrypts what crosses the network; the certificate is that of the whole job, and both sides insist on it. */
  readonly tls?: Certificate;
  /** Seconds without a new connection after which the ranks that are missing are given up. */
  readonly connectTimeout?: number;
  /** Seconds after which a connection on which nothing answers is lost. */
  readonly heartbeat?: number;
}

/** PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** One call that a rank waits in. */
export interface Wait {
  /** As a user would say it: `recv(source 1, tag 7) on COMM_WORLD`. */
  readonly call: string;
  /** `script.ts:12:9`, where known. */
  readonly where?: string;
}

/** What a rank is doing, asked for by the launcher or told when it has waited long with nothing else to do. */
export interface RankState {
  /** True when the rank waits in MPI calls, and its event loop holds nothing else that could wake it. */
  readonly blocked: boolean;
  readonly finished: boolean;
  /** Frames handed to and taken from other ranks since the start, and in both the steps of collectives in memory that ranks share: equal
   * sums over all ranks mean nothing is on its way, and the same ones later that nothing moves. */
  readonly sent: number;
  readonly received: number;
  readonly waits: readonly Wait[];
  /** It waits at the end of a block, which an error may have ended. */
  readonly endsBlock?: boolean;
}

export type FromRank =
  /** First message of a rank. */
  | { readonly kind: "card"; readonly card: Card }
  /** The rank has what it needs of the others; the script starts now. */
  | { readonly kind: "connected" }
  /** The script has ended (or called finalize) and everything it sent has left; the rank waits for `done`. */
  | { readonly kind: "finished"; readonly code: number }
  /** The script called process.exit(code) before it had ended; the process is about to go. */
  | { readonly kind: "exiting"; readonly code: number }
  /** For another rank: frames that were to go over a connection that a process which is about to exit cannot wait for. */
  | { readonly kind: "relay"; readonly peer: number; readonly message: Uint8Array }
  /** An error that the script did not catch; the process is about to go. */
  | { readonly kind: "failed"; readonly code: number; readonly report: string }
  /** `comm.abort(code)`. */
  | { readonly kind: "abort"; readonly code: number; readonly where?: string }
  /** Blocked for long (see RankState.blocked), or no longer. */
  | { readonly kind: "blocked"; readonly state: RankState }
  | { readonly kind: "unblocked" }
  | { readonly kind: "state"; readonly id: number; readonly state: RankState }
  /** The connection with a peer broke though neither side has ended. Usually the peer has died: its exit says more. */
  | { readonly kind: "lost"; readonly peer: number; readonly reason: string }
  /** Something that the user should read once, e.g. a refused connection. */
  | { readonly kind: "note"; readonly text: string };

export type ToRank =
  /** First message to a rank. */
  | {
      readonly kind: "job";
      readonly id: string;
      readonly secret: Uint8Array;
      readonly rank: number;
      readonly size: number;
      /** Ranks on this rank's host, and its number among them. */
      readonly localSize: number;
      readonly localRank: number;
      /** Process id of the launcher, so that the rank notices when it was orphaned before it could ask to be told. */
      readonly launcher: number;
      /** Bytes of the memory that the ranks of this host share, as file descriptor 4; left out: there is none. */
      readonly sharedMemory?: number;
      /** Number of the program in `a : b`, from 0. */
      readonly appnum: number;
      /** Of a job on several hosts; without it, everything stays on loopback. */
      readonly network?: Network;
    }
  /** Everyone's card, by rank. */
  | { readonly kind: "world"; readonly cards: readonly Card[] }
  /** Frames of a rank that has exited, with which there was no connection. */
  | { readonly kind: "relayed"; readonly peer: number; readonly message: Uint8Array }
  /** A rank has exited with code 0 before its script had ended. Its frames have been relayed, or are in a connection. */
  | { readonly kind: "left"; readonly rank: number }
  /** Every rank has finished: leave. */
  | { readonly kind: "done" }
  /** Answer with `state`. */
  | { readonly kind: "ask"; readonly id: number }
  /** No rank can go on: an error that has ended a block, whose end waits, is to be told. */
  | { readonly kind: "standstill" };

/** What a rank is told of the others. */
export type News = Extract<ToRank, { kind: "relayed" | "left" | "standstill" }>;

export function isNews(message: { readonly kind: string }): message is News {
  return message.kind === "relayed" || message.kind === "left" || message.kind === "standstill";
}

const encoder = new ValueEncoder(true);
const decoder = new ValueDecoder();

/** Longest message that is accepted; a 10,000-rank world table has about 2 MB. */
const LONGEST = 64 * 1024 * 1024;

/** The last `world`: it has a card for every rank, every rank is sent it, and it is encoded once. */
let world: { readonly message: object; readonly frame: Uint8Array } | undefined;

/** A message with its length in front; not to be changed. */
export function encodeControl<M extends { readonly kind: string }>(message: M): Uint8Array {
  if (world?.message === message) return world.frame;
  const { cards } = message as { readonly cards?: readonly Card[] };
  const body = encoder.encode(message.kind === "world" ? { ...message, cards: tableOf(cards!) } : message)[0]!;
  const frame = new Uint8Array(4 + body.byteLength);
  new DataView(frame.buffer).setUint32(0, body.byteLength);
  frame.set(body, 4);
  if (message.kind === "world") world = { message, frame };
  return frame;
}

/** Cuts the bytes of a control channel into messages. */
export class ControlReader<M extends { readonly kind: string }> {
  #buffer = new Uint8Array(0);

  /** The messages that `chunk` completes. @throws RangeError on a length that no message has */
  push(chunk: Uint8Array): M[] {
    const bytes = new Uint8Array(this.#buffer.byteLength + chunk.byteLength);
    bytes.set(this.#buffer);
    bytes.set(chunk, this.#buffer.byteLength);
    const view = new DataView(bytes.buffer);
    const messages: M[] = [];
    let at = 0;
    while (bytes.byteLength - at >= 4) {
      const length = view.getUint32(at);
      if (length > LONGEST) throw new RangeError(`Cannot read control message: it claims ${length} bytes`);
      if (bytes.byteLength - at - 4 < length) break;
      const message = decoder.decode([bytes.subarray(at + 4, at + 4 + length)]) as M & { cards?: unknown };
      if (message.kind === "world") message.cards = cardsOf(message.cards as CardTable);
      messages.push(message);
      at += 4 + length;
    }
    this.#buffer = bytes.slice(at);
    return messages;
  }
}
