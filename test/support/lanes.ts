// test/support/lanes: ranks of one process that talk through lanes with bad weather. Between one pair of ranks messages
// keep their order; everything else is delivered in an order drawn from a seed, never before isend has returned.
// Long messages stay in the sender's memory until a receive has matched them, as with rendezvous, so that a sender
// that changes them too early, or waits for the send before it receives, is found out. When nothing can move any
// more, everyone who waits is rejected: a wrong algorithm fails instead of hanging.
import { Exception } from "../../src/base/errors.ts";
import { Group } from "../../src/comm/group.ts";
import type { Lane } from "../../src/comm/lane.ts";
import { type Meeting, Meetings } from "../../src/comm/meetings.ts";
import { type Body, bodyBytes, isNote } from "../../src/data/body.ts";
import { BYTES, VALUE } from "../../src/data/element.ts";
import { promised, type Started } from "../../src/engine/operation.ts";
import { boardSize, SharedBoard } from "../../src/transport/shared-board.ts";
import { SharedStaging, stagingSize } from "../../src/transport/shared-staging.ts";
import type { Writer } from "../../src/transport/slot-writer.ts";

/** Bytes of a segment of long data in memory that ranks share: so short that there are many. */
const SEGMENT = 320;

interface Message {
  readonly body: Body;
  /** Ends the loan of the sender's memory. */
  readonly done: ((error?: Error) => void) | undefined;
}

interface Receive {
  readonly into: Parameters<Lane["irecv"]>[1];
  readonly orNote: boolean;
  readonly resolve: (body: Body) => void;
  readonly reject: (error: Error) => void;
}

/** The messages from one rank to another on one lane. */
interface Channel {
  readonly name: string;
  readonly flying: Message[];
  readonly arrived: Message[];
  readonly receives: Receive[];
}

const copyOf = (body: Body): Body => ({
  element: body.element,
  parts: body.parts.map((part) => new Uint8Array(part)),
});

/** Pseudo-random integers below `limit`, the same ones for the same seed (mulberry32). */
export function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

export class FakeNetwork {
  readonly size: number;
  /** Messages sent so far. */
  messages = 0;
  /** Bytes of the longest message that is copied at once. */
  readonly #eager: number;
  readonly #random: (limit: number) => number;
  readonly #channels: Channel[] = [];
  /** For each message on its way its channel. */
  readonly #flying: Channel[] = [];
  #moving = false;
  readonly #waiting: (() => void)[] = [];

  readonly #meetings: Meetings[] = [];
  /** The ranks of each host. */
  readonly #hosts: readonly number[][];
  #calls = 0;

  /**
   * @param sharing the ranks of a host share memory too; "apart": and have no cache in common
   * @param hosts the number of the host that a rank is on
   */
  constructor(
    size: number,
    seed: number,
    eager = 200,
    sharing: boolean | "apart" = false,
    hosts: (rank: number) => number = () => 0,
  ) {
    this.size = size;
    const group = new Group(
      Array.from({ length: size }, (_, rank) => rank),
      0,
    );
    this.#hosts = group.spread(group.processes.map(hosts)) ?? [[...group.processes]];
    if (sharing) for (const ranks of this.#hosts) this.#share(ranks, sharing === "apart");
    this.#eager = eager;
    this.#random = random(seed);
  }

  /** One lane for each rank: what one call of one collective uses. */
  lanes(): Lane[] {
    const { size } = this;
    const channels = Array.from({ length: size }, (_, source) =>
      Array.from({ length: size }, (_, dest): Channel => {
        const channel = { name: `${source}→${dest}`, flying: [], arrived: [], receives: [] };
        this.#channels.push(channel);
        return channel;
      }),
    );
    const call = this.#calls++;
    if (this.#meetings.length > 0) this.#move();
    return Array.from({ length: size }, (_, self) => {
      const meeting = this.#meetings[self]?.begin(call, 0, false);
      const among = (ranks: readonly number[], shown?: Meeting): Lane => ({
        board: shown,
        staging: shown?.staging,
        rank: ranks.indexOf(self),
        size: ranks.length,
        isend: (dest, body) => this.#send(channels[self]![ranks[dest]!]!, body),
        irecv: (source, into, orNote = false) => this.#receive(channels[ranks[source]!]![self]!, into, orNote),
      });
      const near = this.#hosts.find((ranks) => ranks.includes(self))!;
      if (this.#hosts.length === 1) return among(near, meeting);
      const all = among(Array.from({ length: size }, (_, rank) => rank));
      return { ...all, hosts: { ranks: this.#hosts, near: among(near, meeting), among } };
    });
  }

  /** Runs one collective on every rank. @returns what each got */
  run<T>(call: (lane: Lane) => Started<T>): Promise<T[]> {
    return Promise.all(this.#started(call));
  }

  /** As `run`, for collectives that may fail on some ranks. */
  settle<T>(call: (lane: Lane) => Started<T>): Promise<PromiseSettledResult<T>[]> {
    return Promise.allSettled(this.#started(call));
  }

  #started<T>(call: (lane: Lane) => Started<T>): Promise<T>[] {
    return this.lanes().map(async (lane) => {
      try {
        const started = promised(call(lane));
        this.#meetings[lane.rank]?.tell();
        return await started;
      } finally {
        const meeting = (lane.hosts?.near ?? lane).board as Meeting | undefined;
        if (meeting) this.#meetings[lane.rank]!.end(meeting.tag);
      }
    });
  }

  /** Resolves when everything that was sent has been delivered; then something must move again at once. */
  calm(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #share(ranks: readonly number[], apart: boolean): void {
    const { length } = ranks;
    const zeros = (size: number) => {
      const bytes = new Uint8Array(Math.ceil(size / 4) * 4);
      return { bytes, words: new Int32Array(bytes.buffer) };
    };
    const [shared, staged] = [zeros(boardSize(length).bytes), zeros(stagingSize(length, SEGMENT).bytes)];
    const wake = () => this.#move();
    const writer: Writer = { streams: apart, write: (into, at, from) => into.set(from, at) };
    const briefly = (call: { readonly done: boolean }) => call.done;
    for (const [local, rank] of ranks.entries()) {
      const board = new SharedBoard(shared, 0, local, length, wake);
      const staging = new SharedStaging(() => staged, SEGMENT, board, wake, writer);
      const chair = { disagrees: () => new Error("ranks disagree"), goneBecause: () => undefined, briefly };
      this.#meetings[rank] = new Meetings(board, chair, staging);
    }
  }

  #send(channel: Channel, body: Body): Promise<void> | undefined {
    this.messages++;
    this.#flying.push(channel);
    this.#move();
    if (bodyBytes(body) <= this.#eager) {
      channel.flying.push({ body: copyOf(body), done: undefined });
      return undefined;
    }
    return new Promise((resolve, reject) => {
      channel.flying.push({ body, done: (error) => (error ? reject(error) : resolve()) });
    });
  }

  #receive(channel: Channel, into: Receive["into"], orNote: boolean): Promise<Body> {
    return new Promise((resolve, reject) => {
      channel.receives.push({ into, orNote, resolve, reject });
      this.#match(channel);
      this.#move();
    });
  }

  #match({ arrived, receives }: Channel): void {
    while (arrived.length > 0 && receives.length > 0) {
      const { body, done } = arrived.shift()!;
      const { into, orNote, resolve, reject } = receives.shift()!;
      done?.();
      if (!into || (orNote && isNote(body.element, body.parts[0]!.byteLength))) {
        resolve(copyOf(body));
        continue;
      }
      const bytes = bodyBytes(body);
      const untyped = body.element === BYTES || into.element === BYTES;
      if (body.element === VALUE || (body.element !== into.element && !untyped)) {
        reject(new Exception("ERR_TYPE", `Cannot receive element ${body.element}: expected ${into.element}`));
        continue;
      }
      if (bytes > into.bytes.byteLength) {
        reject(
          new Exception("ERR_TRUNCATE", `Cannot receive ${bytes} bytes: buffer holds ${into.bytes.byteLength} bytes`),
        );
        continue;
      }
      into.bytes.set(body.parts[0]!);
      resolve({ element: body.element, parts: [into.bytes.subarray(0, bytes)] });
    }
  }

  /** Delivers one message after the other, each in a turn of the event loop, until all is quiet. */
  #move(): void {
    if (this.#moving) return;
    this.#moving = true;
    let quiet = 0;
    const turn = () => {
      const flying = this.#flying;
      for (const meetings of this.#meetings) if (meetings.poll()) quiet = 0;
      if (flying.length > 0) {
        const drawn = this.#random(flying.length);
        const channel = flying[drawn]!;
        flying[drawn] = flying[flying.length - 1]!;
        flying.pop();
        channel.arrived.push(channel.flying.shift()!);
        this.#match(channel);
        quiet = 0;
      } else if (quiet++ === 0) {
        for (const resolve of this.#waiting.splice(0)) resolve();
      } else if (quiet > 2) {
        this.#moving = false;
        this.#end();
        return;
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  #end(): void {
    const stuck = new Error("Nothing moves any more, and a rank has shown nothing");
    for (const meetings of this.#meetings)
      for (let rank = 0; rank < meetings.board.size; rank++) meetings.gone(rank, () => stuck);
    for (const { name, arrived, receives } of this.#channels) {
      const error = new Error(`Nothing moves any more, and ${name} is not complete`);
      for (const { reject } of receives.splice(0)) reject(error);
      for (const { done } of arrived.splice(0)) done?.(error);
    }
  }
}
