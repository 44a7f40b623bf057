// cli/launch/job: layer 10. One job from the start of its ranks to the last byte of their output: who is in which state,
// what ends the job, and with which exit code. Everything that happens arrives here. Used by run.

import { DeadlockWatch } from "../../src/job/deadlock-watch.ts";
import { Questions } from "../../src/job/questions.ts";
import { closing, rankCount, rankList, rankName } from "../../src/job/report.ts";
import { WireUp } from "../../src/job/wire-up.ts";
import type { FromRank } from "../../src/wire/control.ts";
import * as causes from "./cause.ts";
import { rankEnvironment } from "./environment.ts";
import type { Output } from "./output.ts";
import type { Program, RunPlan } from "./plan.ts";
import type { Exit, RankProcess } from "./rank-process.ts";
import { type EndingSignal, ending } from "./signals.ts";
import { feedAll } from "./standard-input.ts";
import { startLocal } from "./start-local.ts";

/** How a rank of a program is started. */
export type RankCommand = (program: Program) => string[];

interface Member extends RankProcess {
  /** `over`: the script has ended; `gone`: the process too. */
  state: "running" | "over" | "gone";
  failed: boolean;
  /** Ranks that it has lost the connection with. */
  readonly lost: Set<number>;
}

/** A rank that lost a peer fails only because of that: how long to wait for the news about the peer. */
const SUSPICION_MS = 300;
/** How long the ranks may take to answer what they are doing when the time is over. */
const ANSWER_MS = 300;
/** How long output may take that a job still has when it was ended by a signal. */
const LAST_OUTPUT_MS = 300;
/** When to say that a rank does not leave though all have finished. */
const LEAVE_MS = 5000;

export class Job {
  #plan: RunPlan;
  #command: RankCommand;
  #output: Output;
  #size: number;
  #members: Member[] = [];
  #begun = performance.now();
  #cause: causes.Cause | undefined;
  #suspicion: causes.Cause | undefined;
  /** The ranks that were stopped for `#cause`. */
  #stopped: Member[] = [];
  #startedAll = false;
  /** Every script has ended, and the ranks were told to leave. */
  #done = false;
  #timers = new Set<Timer>();
  #notes = new Set<string>();
  #everybodyGone = Promise.withResolvers<void>();
  #hurry = Promise.withResolvers<void>();
  #questions = new Questions((rank, id) => this.#members[rank]?.send({ kind: "ask", id }));
  #watch: DeadlockWatch;
  #wireUp: WireUp;

  constructor(plan: RunPlan, command: RankCommand, output: Output) {
    this.#plan = plan;
    this.#command = command;
    this.#output = output;
    this.#size = plan.programs.reduce((sum, program) => sum + program.ranks, 0);
    this.#watch = new DeadlockWatch(this.#size, {
      ask: () => this.#questions.ask(this.#living().map(({ rank }) => rank)),
      deadlock: (states) => this.#end(causes.deadlock(this.#size, states, this.#left())),
    });
    this.#wireUp = new WireUp(this.#size, {
      complete: (cards) => {
        this.#tell("every rank has started");
        for (const member of this.#living()) member.send({ kind: "world", cards });
      },
      connected: () => this.#tell("every rank is connected with every other one"),
      waiting: (missing, state) => this.#say(`still waiting for ${rankList(missing)} to ${state}`),
      failed: (missing, state, seconds) => this.#end(causes.neverReady(missing, state, seconds)),
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
    for (const member of this.#living()) member.signal(signal);
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
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
    const secret = crypto.getRandomValues(new Uint8Array(32));
    for (const [appnum, program] of this.#plan.programs.entries()) {
      for (let i = 0; i < program.ranks && this.#cause === undefined; i++) this.#start(program, appnum, id, secret);
    }
    this.#startedAll = true;
    this.#checkEnd();
    const inputs = this.#members.flatMap(({ stdin }) => stdin ?? []);
    if (inputs.length === 0) return;
    feedAll(Bun.stdin.stream(), inputs).catch((error) => this.#say(`standard input cannot be read: ${error.message}`));
  }

  #start(program: Program, appnum: number, id: string, secret: Uint8Array): void {
    const rank = this.#members.length;
    const size = this.#size;
    const place = { id, rank, size, localRank: rank, localSize: size };
    const { stdin } = this.#plan;
    const start = {
      rank,
      command: this.#command(program),
      env: rankEnvironment(process.env, program.env, place, this.#output.terminal),
      cwd: program.wdir,
      stdin: stdin === "all" ? "pipe" : stdin === rank ? "inherit" : "ignore",
    } as const;
    try {
      const started = startLocal(start, {
        message: (rank, message) => this.#message(this.#members[rank]!, message),
        unreachable: (rank, reason) => this.#fail(causes.unreachable(this.#members[rank]!, size, reason)),
        exit: (rank, exit) => this.#exit(this.#members[rank]!, exit),
      });
      this.#members.push({ ...started, state: "running", failed: false, lost: new Set() });
      this.#output.attach(started);
      started.send({ kind: "job", secret, launcher: process.pid, appnum, ...place });
      this.#tell(`started rank ${rank} (pid ${started.pid})`);
    } catch (error) {
      this.#end(causes.startFailed(rank, size, error as Error, program.wdir));
    }
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
        return this.#note(message.text);
      case "lost":
        return this.#lost(member, message.peer, message.reason);
    }
    const cause = causes.fromMessage(member, this.#size, message);
    if (cause !== undefined) {
      member.failed = true;
      if (message.kind === "finished") member.send({ kind: "done" });
      return this.#fail(cause);
    }
    if (message.kind === "exiting" || message.kind === "finished") {
      member.state = "over";
      this.#watch.finished(rank);
      this.#tell(`rank ${rank} has finished`);
      this.#checkFinished();
    } else {
      this.#fail(causes.unreachable(member, this.#size, "it sent a control message of an unknown kind"));
    }
  }

  #exit(member: Member, exit: Exit): void {
    const regular = member.state === "over";
    member.state = "gone";
    this.#questions.gone(member.rank);
    this.#watch.left(member.rank);
    this.#tell(`rank ${member.rank} has left, ${exit.signal ?? `exit code ${exit.code}`}`);
    const cause = causes.fromExit(member, this.#size, exit, regular);
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
    this.#suspect(causes.connectionLost(member.rank, peer, reason));
  }

  /** A rank has failed. Where that may be because it lost a peer, the peer gets the chance to be the cause. */
  #fail(cause: causes.Cause): void {
    const lost = [...(this.#members[cause.rank!]?.lost ?? [])];
    if (lost.some((peer) => this.#members[peer]!.state === "running")) this.#suspect(cause);
    else this.#end(cause);
  }

  #suspect(cause: causes.Cause): void {
    // What a rank says of its own failure tells more than that it lost a connection.
    if (this.#suspicion === undefined || this.#suspicion.rank === undefined) this.#suspicion = cause;
    this.#after(SUSPICION_MS, () => this.#end(this.#suspicion!));
  }

  /** Stops the job. The first cause counts. */
  #end(cause: causes.Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#watch.stop();
    this.#wireUp.stop();
    this.#stopped = this.#living().filter(({ rank }) => rank !== cause.rank);
    for (const member of this.#stopped) member.signal(cause.signal);
    this.#after(cause.graceMs, () => this.kill());
    this.#checkEnd();
  }

  async #timeIsOver(): Promise<void> {
    const states = await this.#questions.ask(
      this.#living().map(({ rank }) => rank),
      ANSWER_MS,
    );
    this.#end(causes.timedOut(this.#plan.timeout!, this.#size, states, this.#left()));
  }

  /** The last line of a report. A rank that failed after it had lost a peer is no failure of its own. */
  #closing(cause: causes.Cause): string {
    const failed = this.#members.filter((member) => member.failed && member.lost.size === 0);
    const failedToo = failed.filter(({ rank }) => rank !== cause.rank);
    const stopped = this.#stopped.filter((member) => !failedToo.includes(member));
    return closing(cause.code, stopped.length, failedToo.length, cause.rank !== undefined);
  }

  /** When every script has ended, the ranks may leave. */
  #checkFinished(): void {
    if (this.#done || this.#cause !== undefined || this.#suspicion !== undefined || !this.#startedAll) return;
    if (this.#members.some(({ state }) => state === "running")) return;
    this.#done = true;
    for (const member of this.#living()) member.send({ kind: "done" });
    this.#after(LEAVE_MS, () => {
      const names = this.#living().map((member) => rankName(member, this.#size));
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

  #note(text: string): void {
    if (!this.#notes.has(text)) this.#say(text);
    this.#notes.add(text);
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
