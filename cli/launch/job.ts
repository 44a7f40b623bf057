// cli/launch/job: layer 10. One job from the start of its ranks to the last byte of their output: who is in which state,
// what ends the job, and with which exit code. Everything that happens arrives here. Used by run.
import { DeadlockWatch } from "../../src/job/deadlock-watch.ts";
import { Questions } from "../../src/job/questions.ts";
import {
  closing,
  type Named,
  processName,
  rankCount,
  rankName,
  rankPlaces,
  type Standstill,
} from "../../src/job/report.ts";
import { WireUp } from "../../src/job/wire-up.ts";
import type { FromRank, Network } from "../../src/wire/control.ts";
import * as causes from "./cause.ts";
import type { Output } from "./output.ts";
import type { Program, RunPlan } from "./plan.ts";
import type { Exit, RankProcess, Starter } from "./rank-process.ts";
import { type EndingSignal, ending } from "./signals.ts";
import { feedAll } from "./standard-input.ts";

/** What a job has for its hosts. */
export interface JobHosts {
  readonly id: string;
  /** What starts ranks on each host, by its index; those without ranks have none. */
  readonly starters: readonly (Starter | undefined)[];
  /** What the ranks of each host are told of the network; undefined: there is one host. */
  readonly networks: readonly (Network | undefined)[];
}

interface Member {
  readonly process: RankProcess;
  readonly rank: number;
  readonly host: string | undefined;
  /** `over`: the script has ended; `gone`: the process too. */
  state: "running" | "over" | "gone";
  failed: boolean;
  /** Ranks that it has lost the connection with. */
  readonly lost: Set<number>;
}

/** A rank that lost a peer fails only because of that: how long to wait for the news about the peer. */
const SUSPICION_MS = 300;
/** The same for news from another host. */
const REMOTE_SUSPICION_MS = 2000;
/** How long the ranks may take to answer what they are doing when the time is over. */
const ANSWER_MS = 300;
/** How long output may take that a job still has when it was ended by a signal. */
const LAST_OUTPUT_MS = 300;
/** When to say that a rank does not leave though all have finished. */
const LEAVE_MS = 5000;

export class Job {
  #plan: RunPlan;
  #hosts: JobHosts;
  #output: Output;
  #size: number;
  #members: Member[] = [];
  #begun = performance.now();
  #cause: causes.Cause | undefined;
  #suspicion: causes.Cause | undefined;
  /** The rank that somebody has lost, where that is the suspicion. */
  #suspect: number | undefined;
  /** The ranks that were stopped for `#cause`. */
  #stopped: Member[] = [];
  #startedAll = false;
  /** Every script has ended, and the ranks were told to leave. */
  #done = false;
  #timers = new Set<Timer>();
  #notes = new Set<string>();
  #everybodyGone = Promise.withResolvers<void>();
  #hurry = Promise.withResolvers<void>();
  #questions = new Questions((rank, id) => this.#members[rank]?.process.send({ kind: "ask", id }));
  #watch: DeadlockWatch;
  #wireUp: WireUp;

  constructor(plan: RunPlan, hosts: JobHosts, output: Output) {
    this.#plan = plan;
    this.#hosts = hosts;
    this.#output = output;
    this.#size = plan.programs.reduce((sum, program) => sum + program.ranks, 0);
    this.#watch = new DeadlockWatch(this.#size, {
      ask: () => this.#questions.ask(this.#living().map(({ rank }) => rank)),
      standstill: (ranks) => {
        for (const rank of ranks) this.#members[rank]!.process.send({ kind: "standstill" });
      },
      deadlock: (states) => this.#end(causes.deadlock(this.#standstill(states))),
    });
    this.#wireUp = new WireUp(this.#size, {
      complete: (cards) => {
        this.#tell("every rank has started");
        const world = { kind: "world", cards } as const;
        for (const member of this.#living()) member.process.send(world);
      },
      connected: () => {
        Bun.unsafe.setJITPolicy(1);
        this.#tell("every rank is ready");
      },
      waiting: (missing, state) => this.#say(`still waiting for ${this.#names(missing)} to ${state}`),
      failed: (missing, state, seconds) => this.#end(causes.neverReady(this.#names(missing), state, seconds)),
    });
  }

  /** Starts the ranks and resolves with the launcher's exit code when they have gone and all their output is written. */
  async run(): Promise<number> {
    this.#startAll();
    if (this.#plan.timeout !== undefined) this.#after(this.#plan.timeout * 1000, () => this.#timeIsOver());
    await this.#everybodyGone.promise;
    await Promise.race([this.#output.drained(), this.#hurry.promise]);
    for (const timer of this.#timers) clearTimeout(timer);
    const code = this.#cause?.code ?? 0;
    if (this.#cause?.report !== undefined) {
      this.#output.say(`${this.#cause.report}\n${this.#closing(this.#cause)}`);
    }
    this.#tell(`the job has ended, exit code ${code}`);
    await Promise.race([this.#output.flushed(), this.#hurry.promise]);
    return code;
  }

  /** Somebody has sent the launcher a signal that ends it. */
  interrupt(signal: EndingSignal): void {
    if (this.#cause !== undefined) {
      this.kill();
      this.#hurry.resolve();
      return;
    }
    const again = signal === "SIGINT" ? "; press Ctrl-C again to kill them at once" : "";
    const living = this.#living().length;
    if (living > 0) this.#say(`${ending[signal]}, stopping ${rankCount(living)}${again}`);
    this.#end(causes.signalled(signal));
    this.#everybodyGone.promise.then(() => this.#after(LAST_OUTPUT_MS, () => this.#hurry.resolve()));
  }

  /** Passes a signal on to the ranks. */
  signal(signal: NodeJS.Signals): void {
    for (const member of this.#living()) member.process.signal(signal);
  }

  /** A host is lost. Its ranks are reported gone after this. */
  hostLost(host: number, reason: string): void {
    const ranks = this.#living().filter(({ rank }) => this.#plan.placement[rank] === host);
    if (this.#done && ranks.length === 0) return;
    const { name } = this.#plan.hosts[host]!;
    this.#end(
      causes.hostLost(
        name,
        reason,
        ranks.map(({ rank }) => rank),
      ),
    );
  }

  /** A rank of a job on several hosts has been stopped for the heartbeat's time. */
  frozen(rank: number): void {
    this.#end(causes.frozen(this.#named(rank), this.#size, this.#plan.network.heartbeat));
  }

  /** Something that the user should read once. */
  note(text: string): void {
    if (!this.#notes.has(text)) this.#say(text);
    this.#notes.add(text);
  }

  /** Ends all ranks at once. */
  kill(): void {
    this.signal("SIGKILL");
  }

  /** The launcher's stdout or stderr cannot be written any more. */
  outputGone(stream: string, error: NodeJS.ErrnoException): void {
    this.#end(causes.outputGone(stream, error));
  }

  #startAll(): void {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    for (const [appnum, program] of this.#plan.programs.entries()) {
      for (let i = 0; i < program.ranks && this.#cause === undefined; i++) this.#start(program, appnum, secret);
    }
    this.#startedAll = true;
    this.#checkEnd();
    const inputs = this.#members.flatMap(({ process }) => process.stdin ?? []);
    if (inputs.length === 0) return;
    feedAll(Bun.stdin.stream(), inputs).catch((error) => this.#say(`standard input cannot be read: ${error.message}`));
  }

  #start(program: Program, appnum: number, secret: Uint8Array): void {
    const rank = this.#members.length;
    const { placement, stdin } = this.#plan;
    const host = placement[rank]!;
    const { id, starters, networks } = this.#hosts;
    const starter = starters[host]!;
    const network = networks[host];
    const localSize = placement.filter((other) => other === host).length;
    const localRank = placement.slice(0, rank).filter((other) => other === host).length;
    const place = { id, rank, size: this.#size, localRank, localSize };
    const start = {
      rank,
      program,
      job: { kind: "job", secret, launcher: process.pid, appnum, ...place, ...(network && { network }) },
      stdin: stdin === "all" ? "pipe" : stdin === rank ? "inherit" : "ignore",
      terminal: this.#output.terminal,
    } as const;
    try {
      const started = starter.start(start, {
        message: (rank, message) => this.#message(this.#members[rank]!, message),
        unreachable: (rank, reason) => this.#fail(causes.unreachable(this.#named(rank), this.#size, reason)),
        exit: (rank, exit) => this.#exit(this.#members[rank]!, exit),
        detail: (text) => this.#tell(text),
        notStarted: (rank, reason) => this.#notStarted(this.#members[rank]!, reason, program.wdir),
      });
      const member = { process: started, rank, host: starter.host, state: "running", failed: false } as const;
      this.#members.push({ ...member, lost: new Set() });
      this.#output.attach(started);
      this.#tell(`${started.pid === 0 ? "starting" : "started"} rank ${rank} (${processName(this.#named(rank))})`);
    } catch (error) {
      this.#end(causes.startFailed(rank, this.#size, (error as Error).message, program.wdir, starter.host));
    }
  }

  #notStarted(member: Member, reason: string, wdir: string | undefined): void {
    member.state = "gone";
    this.#questions.gone(member.rank);
    this.#watch.left(member.rank);
    this.#end(causes.startFailed(member.rank, this.#size, reason, wdir, member.host));
    this.#checkEnd();
  }

  #message(member: Member, message: FromRank): void {
    const { rank } = member;
    switch (message.kind) {
      case "card":
        return this.#wireUp.card({ ...message.card, rank });
      case "connected":
        return this.#wireUp.connected(rank);
      case "blocked":
        return this.#watch.blocked(rank);
      case "unblocked":
        return this.#watch.unblocked(rank);
      case "state":
        return this.#questions.answer(rank, message.id, message.state);
      case "note":
        return this.note(message.text);
      case "relay":
        return this.#members[message.peer]?.process.send({ kind: "relayed", peer: rank, message: message.message });
      case "lost":
        return this.#lost(member, message.peer, message.reason);
    }
    const named = this.#named(rank);
    const cause = causes.fromMessage(named, this.#size, message);
    if (cause !== undefined) {
      member.failed = true;
      if (message.kind === "finished") member.process.send({ kind: "done" });
      return this.#fail(cause);
    }
    if (message.kind === "exiting" || message.kind === "finished") {
      member.state = "over";
      this.#watch.finished(rank);
      this.#tell(`rank ${rank} has finished`);
      if (message.kind === "exiting") {
        for (const other of this.#living()) if (other !== member) other.process.send({ kind: "left", rank });
        if (this.#suspect === rank && this.#suspicion?.rank === undefined) this.#suspicion = undefined;
      }
      this.#checkFinished();
    } else {
      this.#fail(causes.unreachable(named, this.#size, "it sent a control message of an unknown kind"));
    }
  }

  #exit(member: Member, exit: Exit): void {
    const regular = member.state === "over";
    member.state = "gone";
    this.#questions.gone(member.rank);
    this.#watch.left(member.rank);
    this.#tell(`rank ${member.rank} has left, ${exit.signal ?? `exit code ${exit.code}`}`);
    const cause = causes.fromExit(this.#named(member.rank), this.#size, exit, regular);
    if (cause !== undefined && !member.failed) {
      if (exit.signal === null) this.#fail(cause);
      else this.#end(cause);
    }
    this.#checkFinished();
    this.#checkEnd();
  }

  #lost(member: Member, peer: number, reason: string): void {
    member.lost.add(peer);
    if (this.#members[peer]?.state !== "running") return;
    this.#suspect = peer;
    this.#doubt(causes.connectionLost(this.#place(member.rank), this.#place(peer), reason));
  }

  /** A rank has failed. Where that may be because it lost a peer, the peer gets the chance to be the cause. */
  #fail(cause: causes.Cause): void {
    const lost = [...(this.#members[cause.rank!]?.lost ?? [])];
    if (lost.some((peer) => this.#members[peer]!.state === "running")) this.#doubt(cause);
    else this.#end(cause);
  }

  #doubt(cause: causes.Cause): void {
    // What a rank says of its own failure tells more than that it lost a connection.
    if (this.#suspicion === undefined || this.#suspicion.rank === undefined) this.#suspicion = cause;
    const remote = this.#plan.hosts.some(({ local }) => !local);
    this.#after(remote ? REMOTE_SUSPICION_MS : SUSPICION_MS, () => this.#suspicion && this.#end(this.#suspicion));
  }

  /** Stops the job. The first cause counts. */
  #end(cause: causes.Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#watch.stop();
    this.#wireUp.stop();
    this.#stopped = this.#living().filter(({ rank }) => rank !== cause.rank && !cause.lost?.includes(rank));
    for (const member of this.#stopped) member.process.signal(cause.signal);
    this.#after(cause.graceMs, () => this.kill());
    this.#checkEnd();
  }

  async #timeIsOver(): Promise<void> {
    const states = await this.#questions.ask(
      this.#living().map(({ rank }) => rank),
      ANSWER_MS,
    );
    this.#end(causes.timedOut(this.#plan.timeout!, this.#standstill(states)));
  }

  /** The last line of a report. A rank that failed after it had lost a peer is no failure of its own. */
  #closing(cause: causes.Cause): string {
    const failed = this.#members.filter((member) => member.failed && member.lost.size === 0);
    const failedToo = failed.filter(({ rank }) => rank !== cause.rank);
    const stopped = this.#stopped.filter((member) => !failedToo.includes(member));
    const culprit = cause.rank !== undefined || (cause.lost ?? []).length > 0;
    return closing(cause.code, stopped.length, failedToo.length, culprit);
  }

  /** When every script has ended, the ranks may leave. */
  #checkFinished(): void {
    if (this.#done || this.#cause !== undefined || this.#suspicion !== undefined || !this.#startedAll) return;
    if (this.#members.some(({ state }) => state === "running")) return;
    this.#done = true;
    for (const member of this.#living()) member.process.send({ kind: "done" });
    this.#after(LEAVE_MS, () => {
      const names = this.#living().map(({ rank }) => rankName(this.#named(rank), this.#size));
      if (names.length > 0) this.#say(`every script has ended, still waiting for ${names.join(", ")} to leave`);
    });
  }

  #checkEnd(): void {
    if (!this.#startedAll || this.#living().length > 0) return;
    if (this.#suspicion !== undefined) this.#end(this.#suspicion);
    this.#wireUp.stop();
    this.#watch.stop();
    this.#everybodyGone.resolve();
  }

  #living(): Member[] {
    return this.#members.filter(({ state }) => state !== "gone");
  }

  #left(): Set<number> {
    return new Set(this.#members.filter(({ state }) => state === "gone").map(({ rank }) => rank));
  }

  #named(rank: number): Named {
    const { process, host } = this.#members[rank]!;
    return { rank, pid: process.pid, host };
  }

  /** `rank 1 on lab2`. */
  #place(rank: number): string {
    const { host } = this.#members[rank]!;
    return `rank ${rank}${host === undefined ? "" : ` on ${host}`}`;
  }

  /** `ranks 1, 3 on lab2`. */
  #names(ranks: readonly number[]): string {
    return rankPlaces(ranks, this.#hostNames);
  }

  get #hostNames(): (string | undefined)[] {
    return this.#members.map(({ host }) => host);
  }

  #standstill(states: Standstill["states"]): Standstill {
    return { size: this.#size, states, left: this.#left(), hosts: this.#hostNames };
  }

  #say(text: string): void {
    if (!this.#plan.quiet) this.#output.say(`tsmpi: ${text}`);
  }

  #tell(text: string): void {
    if (this.#plan.verbose) this.#output.say(`tsmpi: ${(performance.now() - this.#begun).toFixed(0)} ms: ${text}`);
  }

  #after(ms: number, action: () => void): void {
    this.#timers.add(setTimeout(action, ms));
  }
}
