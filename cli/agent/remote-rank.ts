// cli/agent/remote-rank: layer 10. A rank on another host as the launcher holds it. Its output is kept here only as far
// as WINDOW goes: the agent sends more when that has been read. Used by remote.ts.
import type { ToRank } from "../../src/wire/control.ts";
import type { RankInput, RankProcess, StarterEvents } from "../launch/rank-process.ts";
import { type FromAgent, PIECE, type Stream, type ToAgent, WINDOW } from "./protocol.ts";

type OfRank = Extract<FromAgent, { rank: number }>;
type Send = (message: ToAgent) => void;

/** One output stream. */
class Inlet {
  readonly stream: ReadableStream<Uint8Array>;
  #queue: Uint8Array[] = [];
  #ended = false;
  #wake: () => void = () => {};
  /** Bytes that were read since the agent was last told. */
  #read = 0;

  constructor(told: (bytes: number) => void, stopped: () => void) {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      while (this.#queue.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const bytes = this.#queue.shift();
      if (bytes === undefined) return controller.close();
      controller.enqueue(bytes);
      this.#read += bytes.byteLength;
      if (this.#read < WINDOW / 4) return;
      told(this.#read);
      this.#read = 0;
    };
    const cancel = (): void => {
      this.end();
      stopped();
    };
    this.stream = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  }

  take(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** The rank's standard input. */
class Outlet implements RankInput {
  #rank: number;
  #send: Send;
  #underWay = 0;
  #closed = false;
  #wake: () => void = () => {};

  constructor(rank: number, send: Send) {
    this.#rank = rank;
    this.#send = send;
  }

  /** @throws Error when the rank has closed it or gone */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += PIECE) {
      const piece = bytes.slice(at, at + PIECE);
      while (this.#underWay > 0 && this.#underWay + piece.byteLength > WINDOW && !this.#closed) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#closed) throw new Error("the rank has closed its standard input");
      this.#underWay += piece.byteLength;
      this.#send({ kind: "input", rank: this.#rank, bytes: piece });
    }
  }

  flush(): void {}

  end(): void {
    if (!this.#closed) this.#send({ kind: "input-end", rank: this.#rank });
    this.#closed = true;
  }

  taken(bytes: number, closed: boolean): void {
    this.#underWay -= bytes;
    if (closed) this.#closed = true;
    this.#wake();
  }
}

export class RemoteRank implements RankProcess {
  readonly rank: number;
  pid = 0;
  readonly stdin: RankInput | null;
  readonly #send: Send;
  readonly #events: StarterEvents;
  readonly #inlets: Record<Stream, Inlet>;
  readonly #input: Outlet | undefined;
  #gone = false;

  constructor(rank: number, fed: boolean, events: StarterEvents, send: Send) {
    this.rank = rank;
    this.#events = events;
    this.#send = send;
    const inlet = (stream: Stream) =>
      new Inlet(
        (bytes) => send({ kind: "read", rank, stream, bytes }),
        () => send({ kind: "read-end", rank, stream }),
      );
    this.#inlets = { stdout: inlet("stdout"), stderr: inlet("stderr") };
    this.#input = fed ? new Outlet(rank, send) : undefined;
    this.stdin = this.#input ?? null;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return this.#inlets.stdout.stream;
  }

  get stderr(): ReadableStream<Uint8Array> {
    return this.#inlets.stderr.stream;
  }

  send(message: ToRank): void {
    if (!this.#gone) this.#send({ kind: "to", rank: this.rank, message });
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#gone) this.#send({ kind: "signal", rank: this.rank, signal });
  }

  /** What the agent says of this rank. */
  take(message: OfRank): void {
    const { rank } = this;
    switch (message.kind) {
      case "started":
        this.pid = message.pid;
        break;
      case "not-started":
        if (this.#over()) this.#events.notStarted(rank, message.reason);
        break;
      case "from":
        if (!this.#gone) this.#events.message(rank, message.message);
        break;
      case "output":
        this.#inlets[message.stream].take(message.bytes);
        break;
      case "output-end":
        this.#inlets[message.stream].end();
        break;
      case "taken":
        this.#input?.taken(message.bytes, message.closed);
        break;
      case "exit":
        this.#gone = true;
        this.#input?.taken(0, true);
        this.#events.exit(rank, message.exit);
        break;
      case "unreachable":
        this.#events.unreachable(rank, message.reason);
        break;
    }
  }

  /** The host is lost, and the rank with it. */
  lost(): void {
    const lived = !this.#gone;
    this.#over();
    if (lived) this.#events.exit(this.rank, { code: null, signal: "SIGKILL" });
  }

  /** Nothing comes any more; true when it had not been so before. */
  #over(): boolean {
    const before = this.#gone;
    this.#gone = true;
    for (const inlet of Object.values(this.#inlets)) inlet.end();
    this.#input?.taken(0, true);
    return !before;
  }
}
