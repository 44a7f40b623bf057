// cli/agent/agent-rank: layer 10. One rank on an agent's host: its output goes out no faster than the launcher reads it,
// its input is taken as fast as the rank reads. Used by agent.ts.
import type { RankProcess } from "../launch/rank-process.ts";
import type { Channel } from "./channel.ts";
import type { FromAgent, Stream, ToAgent } from "./protocol.ts";
import { WINDOW } from "./protocol.ts";

type ToLauncher = Channel<FromAgent, ToAgent>;

/** One output stream of a rank. */
class Outlet {
  #credit = WINDOW;
  #wake: () => void = () => {};
  #reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> };

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async run(rank: number, stream: Stream, channel: ToLauncher): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || value === undefined) break;
      for (let at = 0; at < value.byteLength; ) {
        while (this.#credit === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const bytes = value.subarray(at, at + this.#credit);
        this.#credit -= bytes.byteLength;
        at += bytes.byteLength;
        channel.send({ kind: "output", rank, stream, bytes });
      }
      await channel.room();
    }
    channel.send({ kind: "output-end", rank, stream });
  }

  /** The launcher has passed on so many bytes. */
  read(bytes: number): void {
    this.#credit += bytes;
    this.#wake();
  }

  stop(): void {
    this.#reader.cancel().catch(() => {});
    this.read(Number.MAX_SAFE_INTEGER);
  }
}

export class AgentRank {
  readonly process: RankProcess;
  readonly #channel: ToLauncher;
  readonly #outlets: Record<Stream, Outlet>;
  #inputOpen = true;
  #fed: Promise<void> = Promise.resolve();

  constructor(process: RankProcess, channel: ToLauncher) {
    this.process = process;
    this.#channel = channel;
    this.#outlets = { stdout: new Outlet(process.stdout), stderr: new Outlet(process.stderr) };
    for (const stream of ["stdout", "stderr"] as const) void this.#outlets[stream].run(process.rank, stream, channel);
  }

  read(stream: Stream, bytes: number): void {
    this.#outlets[stream].read(bytes);
  }

  stopOutput(stream: Stream): void {
    this.#outlets[stream].stop();
  }

  input(bytes: Uint8Array): void {
    this.#fed = this.#fed.then(() => this.#feed(bytes));
  }

  endInput(): void {
    this.#fed = this.#fed.then(async () => {
      if (this.#inputOpen) await Promise.resolve(this.process.stdin?.end()).catch(() => {});
      this.#inputOpen = false;
    });
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    const { stdin, rank } = this.process;
    if (this.#inputOpen && stdin) {
      try {
        await stdin.write(bytes);
        await stdin.flush();
      } catch {
        // EPIPE: the rank has closed its standard input or gone.
        this.#inputOpen = false;
      }
    }
    this.#channel.send({ kind: "taken", rank, bytes: bytes.byteLength, closed: !this.#inputOpen || stdin === null });
  }
}
