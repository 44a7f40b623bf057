// cli/agent/agent: layer 10. The agent: starts ranks on this host for a launcher on another one, relays what both say,
// and ends everything when the launcher has gone. Used by commands/agent, with whatever channel it has.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { rankEnvironment } from "../launch/environment.ts";
import { startLocal } from "../launch/start-local.ts";
import { isStopped } from "../launch/stopped-ranks.ts";
import { selfCommand } from "../self.ts";
import { AgentRank } from "./agent-rank.ts";
import { Channel, type ChannelEvents, Heartbeat, type Outgoing } from "./channel.ts";
import type { AgentProgram, FromAgent, Hello, StartMessage, ToAgent } from "./protocol.ts";
import { StagedFiles } from "./staged-files.ts";

/** A program as it is run here. */
interface Ready {
  readonly script: string;
  readonly cwd: string;
}

/** What the user of an agent wants to know of it, and allows. */
export interface AgentTerms {
  /** Ranks that one job may start here; undefined: as many as it wants. */
  readonly slots?: number;
  /** A launcher has said who it is, and what it wants to run. */
  readonly greeted?: (hello: Hello) => void;
}

export class Agent {
  #channel: Channel<FromAgent, ToAgent>;
  #files: StagedFiles;
  #heartbeat: Heartbeat | undefined;
  #programs: Ready[] = [];
  #ranks = new Map<number, AgentRank>();
  #over = Promise.withResolvers<string | undefined>();
  #terms: AgentTerms;

  /** @param directory a fresh one of this job; whoever made it removes it when the agent is over */
  constructor(incoming: AsyncIterable<Uint8Array>, outgoing: Outgoing, directory: string, terms: AgentTerms = {}) {
    this.#terms = terms;
    this.#files = new StagedFiles(directory);
    const events: ChannelEvents<ToAgent> = {
      message: (message) => this.#take(message),
      closed: (reason) => this.end(reason ?? "the launcher has gone"),
    };
    this.#channel = new Channel(incoming, outgoing, events);
  }

  /** Resolves when the job has ended here and no rank lives any more: with the reason, where it was none of the usual. */
  get over(): Promise<string | undefined> {
    return this.#over.promise;
  }

  /** Ends all ranks at once. */
  end(reason?: string): void {
    this.#heartbeat?.stop();
    for (const { process } of this.#ranks.values()) process.signal("SIGKILL");
    this.#files.close();
    this.#channel.close();
    this.#over.resolve(reason);
  }

  #take(message: ToAgent): void {
    this.#heartbeat?.heard();
    try {
      this.#act(message);
    } catch (error) {
      this.#channel.send({ kind: "refused", reason: (error as Error).message });
    }
  }

  #act(message: ToAgent): void {
    switch (message.kind) {
      case "hello":
        return this.#greet(message);
      case "file":
        return this.#files.take(message.path, message.mode, message.bytes, message.last);
      case "files-end":
        return this.#channel.send({ kind: "staged" });
      case "start":
        return this.#start(message);
      case "ping":
        return this.#channel.send({ kind: "pong", id: message.id, stopped: this.#stopped() });
      case "end":
        return this.end();
    }
    const rank = this.#ranks.get(message.rank);
    if (rank === undefined) return;
    if (message.kind === "to") rank.process.send(message.message);
    else if (message.kind === "signal") rank.process.signal(message.signal);
    else if (message.kind === "input") rank.input(message.bytes);
    else if (message.kind === "input-end") rank.endInput();
    else if (message.kind === "read") rank.read(message.stream, message.bytes);
    else if (message.kind === "read-end") rank.stopOutput(message.stream);
  }

  #greet(hello: Hello): void {
    this.#terms.greeted?.(hello);
    const needs: number[] = [];
    this.#programs = hello.programs.map((program, index) => {
      const here = isHere(program);
      if (!here) needs.push(index);
      return this.#prepare(program, here, hello.cwd);
    });
    this.#heartbeat = new Heartbeat(
      hello.heartbeat,
      () => {},
      () => this.end(`the launcher on ${hello.launcher.host} said nothing for ${hello.heartbeat} s`),
    );
    const cores = availableParallelism();
    this.#channel.send({ kind: "hello", host: hostname(), pid: process.pid, cores, needs });
  }

  #prepare({ script, staged, wdir }: AgentProgram, here: boolean, cwd: string): Ready {
    if (wdir !== undefined && !isDirectory(wdir)) throw new Error(`-wdir ${wdir}: there is no such directory`);
    const own = isDirectory(cwd) ? cwd : this.#files.directory;
    if (here) return { script, cwd: wdir ?? own };
    // What is built in needs no file; whatever else was staged lies in the job's directory.
    const path = staged === "" ? script : join(this.#files.directory, staged);
    return { script: path, cwd: wdir ?? this.#files.directory };
  }

  #start({ rank, program, args, env, stdin, terminal, job }: StartMessage): void {
    const { slots = Number.POSITIVE_INFINITY } = this.#terms;
    if (this.#ranks.size >= slots) {
      const reason = `the agent gives ${slots} ${slots === 1 ? "slot" : "slots"}, and no more`;
      return this.#channel.send({ kind: "not-started", rank, reason });
    }
    const { script, cwd } = this.#programs[program]!;
    const place = { id: job.id, rank, size: job.size, localRank: job.localRank, localSize: job.localSize };
    const start = {
      rank,
      command: [...selfCommand(), "rank", script, ...args],
      env: rankEnvironment(process.env, env, place, terminal, availableParallelism()),
      cwd,
      stdin,
    };
    try {
      const started = startLocal(start, {
        message: (rank, message) => this.#channel.send({ kind: "from", rank, message }),
        unreachable: (rank, reason) => this.#channel.send({ kind: "unreachable", rank, reason }),
        exit: (rank, exit) => this.#channel.send({ kind: "exit", rank, exit }),
      });
      this.#channel.send({ kind: "started", rank, pid: started.pid });
      this.#ranks.set(rank, new AgentRank(started, this.#channel));
      started.send({ ...job, launcher: process.pid });
    } catch (error) {
      this.#channel.send({ kind: "not-started", rank, reason: (error as Error).message });
    }
  }

  /** Ranks that a signal has stopped. */
  #stopped(): number[] {
    return [...this.#ranks.values()].flatMap(({ process: { pid, rank } }) => (isStopped(pid) ? [rank] : []));
  }
}

function isHere({ sources, script }: AgentProgram): boolean {
  if (sources.length === 0) return script.includes(":");
  return sources.every(({ path, sha256 }) => {
    try {
      return createHash("sha256").update(readFileSync(path)).digest("hex") === sha256;
    } catch {
      return false; // not here, or nothing that can be read
    }
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
