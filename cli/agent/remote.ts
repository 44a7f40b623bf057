// cli/agent/remote: layer 10. The launcher's side of one agent: starts ranks on its host, and is to the job what
// local-starter is for this one. Used by open-hosts (until the host is ready) and run.
import { createReadStream } from "node:fs";
import type { RankProcess, RankStart, Starter, StarterEvents } from "../launch/rank-process.ts";
import { StoppedRanks } from "../launch/stopped-ranks.ts";
import { Channel, Heartbeat, type Outgoing } from "./channel.ts";
import { type FromAgent, type Hello, PIECE, type ToAgent } from "./protocol.ts";
import { RemoteRank } from "./remote-rank.ts";
import type { StagedFile } from "./staging.ts";

/** What carries the channel of an agent: ssh, a connection. */
export interface Carrier {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly outgoing: Outgoing;
  /** Why it has ended, when it has; in the carrier's own words. */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  kill(): void;
  /** Ends the agent by another way, when it does not answer by this one; resolves when that has been tried. */
  killAgent?(pid: number): Promise<void>;
}

type Greeting = Extract<FromAgent, { kind: "hello" }>;

/** How long a carrier may take to say why it has ended. */
const LAST_WORDS_MS = 300;
/** How long an agent may take to leave when its job has ended. */
const LEAVE_MS = 3000;

export class RemoteHost implements Starter {
  readonly host: string;
  /** Called once, when the host or its agent is lost. Ranks there are reported gone after that. */
  onLost: (reason: string) => void = () => {};
  /** Something that the user should read. */
  onNote: (text: string) => void = () => {};
  /** A rank has stood still for the heartbeat's time. */
  onFrozen: (rank: number) => void = () => {};
  #carrier: Carrier;
  #environment: Readonly<Record<string, string>>;
  #channel: Channel<ToAgent, FromAgent>;
  #heartbeat: Heartbeat | undefined;
  #ranks = new Map<number, RemoteRank>();
  /** The answer that is being waited for. */
  #answer = Promise.withResolvers<FromAgent>();
  #stopped = new StoppedRanks({
    stopped: (rank) => this.onNote(`rank ${rank} on ${this.host} was stopped by a signal (SIGSTOP)`),
    frozen: (rank) => this.onFrozen(rank),
  });
  #pings = 0;
  #over = false;
  /** What is done about an agent that does not answer. */
  #killing: Promise<void> | undefined;

  /** @param environment variables of the launcher that all ranks get */
  constructor(host: string, carrier: Carrier, environment: Readonly<Record<string, string>>) {
    this.host = host;
    this.#environment = environment;
    this.#carrier = carrier;
    this.#channel = new Channel(carrier.incoming, carrier.outgoing, {
      message: (message) => this.#take(message),
      closed: (reason) => void this.#closed(reason),
    });
  }

  /** Introduces the job. @throws Error with the agent's reason when it refuses */
  async greet(hello: Hello): Promise<Greeting> {
    const answer = await this.#ask(hello);
    if (answer.kind !== "hello") throw new Error(`it answered ${answer.kind}, expected hello`);
    const beat = () => this.#channel.send({ kind: "ping", id: this.#pings++ });
    const lost = () => {
      // Frozen perhaps, on a host that can be reached: its ranks would compute on.
      this.#killing = this.#carrier.killAgent?.(answer.pid);
      this.#lose(`no answer for ${hello.heartbeat} s`);
    };
    this.#heartbeat = new Heartbeat(hello.heartbeat, beat, lost);
    return answer;
  }

  /** Sends the files of the job and resolves when they are where they belong. @throws Error with the agent's reason */
  async stage(files: readonly StagedFile[]): Promise<void> {
    this.#answer = Promise.withResolvers<FromAgent>();
    const { promise } = this.#answer;
    promise.catch(() => {});
    for (const { path, mode, content } of files) {
      for await (const bytes of pieces(content)) {
        this.#channel.send({ kind: "file", path, mode, bytes, last: false });
        // A refusal, as of a full disk, comes before the end.
        await Promise.race([this.#channel.room(), promise]);
      }
      this.#channel.send({ kind: "file", path, mode, bytes: new Uint8Array(0), last: true });
    }
    this.#channel.send({ kind: "files-end" });
    await promise;
  }

  start({ rank, program, job, stdin, terminal }: RankStart, events: StarterEvents): RankProcess {
    const input = stdin === "ignore" ? "ignore" : "pipe";
    const started = new RemoteRank(rank, input === "pipe", events, (message) => this.#channel.send(message));
    const { args, env } = program;
    this.#ranks.set(rank, started);
    const start = { rank, program: job.appnum, args, env: { ...this.#environment, ...env } };
    this.#channel.send({ kind: "start", ...start, stdin: input, terminal, job });
    // Nothing may be reported from inside this call.
    if (this.#over) queueMicrotask(() => started.lost());
    return started;
  }

  /** Ends the agent, which ends what still runs there, and waits for it to leave. */
  async close(): Promise<void> {
    this.#heartbeat?.stop();
    if (!this.#over) this.#channel.send({ kind: "end" });
    this.#over = true;
    this.#channel.close();
    let late: Timer | undefined;
    const limit = new Promise<void>((resolve) => {
      late = setTimeout(resolve, LEAVE_MS);
    });
    await Promise.race([Promise.all([this.#carrier.ended, this.#killing]), limit]);
    clearTimeout(late);
    this.kill();
  }

  /** Ends the connection at once; the agent ends its ranks when it notices. */
  kill(): void {
    this.#heartbeat?.stop();
    this.#over = true;
    this.#channel.close();
    this.#carrier.kill();
  }

  #ask(message: ToAgent): Promise<FromAgent> {
    this.#answer = Promise.withResolvers<FromAgent>();
    this.#channel.send(message);
    return this.#answer.promise;
  }

  #take(message: FromAgent): void {
    this.#heartbeat?.heard();
    switch (message.kind) {
      case "hello":
      case "staged":
        return this.#answer.resolve(message);
      case "refused":
        // Whoever asks is told; without a question it is the end.
        this.#answer.promise.catch(() => {});
        this.#answer.reject(new Error(message.reason));
        if (this.#ranks.size > 0) this.#lose(message.reason);
        return;
      case "pong":
        return this.#stopped.found(message.stopped);
      case "note":
        return this.onNote(message.text);
    }
    this.#ranks.get(message.rank)?.take(message);
  }

  async #closed(reason: string | undefined): Promise<void> {
    const silent = new Promise<string>((resolve) =>
      setTimeout(() => resolve("the connection was closed"), LAST_WORDS_MS),
    );
    this.#lose(reason ?? (await Promise.race([this.#carrier.ended, silent])));
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.kill();
    // Before the agent is ready, this is the answer to what it was asked.
    this.#answer.promise.catch(() => {});
    this.#answer.reject(new Error(reason));
    this.onLost(reason);
    for (const rank of this.#ranks.values()) rank.lost();
  }
}

async function* pieces(content: StagedFile["content"]): AsyncGenerator<Uint8Array> {
  if (typeof content === "string") {
    for await (const chunk of createReadStream(content, { highWaterMark: PIECE })) yield chunk as Uint8Array;
  } else {
    for (let at = 0; at < content.byteLength; at += PIECE) yield content.subarray(at, at + PIECE);
  }
}
