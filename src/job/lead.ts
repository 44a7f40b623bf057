// job/lead: layer 2b. Rank 0's second part in a job that another launcher has started: it does among the ranks what
// `tsmpi run` does for its own. Gives everybody the job's keys and everyone's card, watches for deadlocks, ends all when
// one has failed. Pure: transport/wireup-engine.ts moves the messages.
import type { Certificate, FromRank, Network, ToRank } from "../wire/control.ts";
import { DeadlockWatch } from "./deadlock-watch.ts";
import { failureCode, failureIn } from "./failure.ts";
import { Questions } from "./questions.ts";
import { atFaultText, deadlockText, rankList } from "./report.ts";
import { WireUp } from "./wire-up.ts";

/** First message of a rank: where it is. `machine` is the same for ranks that share a host and its network. */
export interface Here {
  readonly kind: "here";
  readonly pid: number;
  readonly host: string;
  readonly machine: string;
}

export type ToLead = Here | FromRank;
/** `end`: the job has failed, leave with this code. */
export type FromLead = ToRank | { readonly kind: "end"; readonly code: number };

export interface LeadKeys {
  readonly id: string;
  readonly secret: Uint8Array;
  /** For what crosses the network between hosts. */
  readonly tls: Certificate;
}

export interface LeadEvents {
  /** Sends to a rank, rank 0 included. */
  send(rank: number, message: FromLead): void;
  /** Tells the user something. */
  say(text: string): void;
  /** Tells the user why the job ends; returns when that may be expected to have been read. */
  report(text: string): void;
}

interface Member {
  readonly pid: number;
  readonly host: string;
  readonly machine: string;
  /** `over`: the script has ended; `gone`: the process too, or it may go at any time. */
  state: "running" | "over" | "gone";
}

/** A rank that lost a peer fails only because of that: how long to wait for the news about the peer. */
const SUSPICION_MS = 500;
const WAITING_MS = 5000;

export class Lead {
  readonly #size: number;
  readonly #keys: LeadKeys;
  readonly #events: LeadEvents;
  readonly #members: (Member | undefined)[];
  readonly #questions = new Questions((rank, id) => this.#events.send(rank, { kind: "ask", id }));
  readonly #watch: DeadlockWatch;
  readonly #wireUp: WireUp;
  #over = false;

  /** @param patience seconds without progress until ranks that do not come end the job */
  constructor(size: number, keys: LeadKeys, patience: number, events: LeadEvents) {
    this.#size = size;
    this.#keys = keys;
    this.#events = events;
    this.#members = new Array(size).fill(undefined);
    this.#watch = new DeadlockWatch(size, {
      ask: () => this.#questions.ask(this.#ranks(({ state }) => state !== "gone")),
      standstill: (ranks) => {
        for (const rank of ranks) events.send(rank, { kind: "standstill" });
      },
      deadlock: (states) => {
        const left = new Set(this.#ranks(({ state }) => state === "gone"));
        this.#end(1, deadlockText({ size, states, left, hosts: this.#hosts() }));
      },
    });
    const limits = { waiting: WAITING_MS, failed: patience * 1000 };
    this.#wireUp = new WireUp(
      size,
      {
        complete: (cards) => this.#all({ kind: "world", cards }),
        connected: () => {},
        waiting: (missing, state) => events.say(`tsmpi: still waiting for ${rankList(missing)} to ${state}`),
        failed: (missing, state, seconds) =>
          this.#end(1, `tsmpi: ${rankList(missing)} did not ${state} within ${seconds} s (TSMPI_WIREUP_TIMEOUT)`),
      },
      limits,
    );
  }

  take(rank: number, message: ToLead): void {
    if (this.#over) return;
    if (message.kind === "here") return this.#here(rank, message);
    const member = this.#members[rank];
    if (!member) return;
    // The rank itself has told the user.
    const failure = failureIn(message);
    if (failure) return this.#end(failureCode(failure.code), undefined, rank);
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
      case "lost":
        return this.#lost(rank, message.peer, message.reason);
      case "relay":
        return this.#events.send(message.peer, { kind: "relayed", peer: rank, message: message.message });
      case "finished":
        member.state = "over";
        this.#watch.finished(rank);
        return this.#checkFinished();
      case "exiting":
        this.#gone(rank, member);
        this.#all({ kind: "left", rank }, rank);
        // Without rank 0 nobody leads: everyone leaves when it has finished.
        if (rank === 0) this.#leave();
        return this.#checkFinished();
    }
  }

  /** The rank cannot be heard any more. */
  closed(rank: number): void {
    const member = this.#members[rank];
    if (this.#over || !member || member.state === "gone") return;
    this.#gone(rank, member);
    const details = "Its connection with rank 0 closed while its script was still running.";
    this.#end(1, atFaultText({ rank, ...member }, this.#size, "has gone without a word", details), rank);
  }

  #here(rank: number, { pid, host, machine }: Here): void {
    this.#members[rank] = { pid, host, machine, state: "running" };
    this.#wireUp.here(rank);
    const members = this.#members.filter((member) => member !== undefined);
    if (members.length < this.#size) return;
    const machines = [...new Set(members.map((member) => member.machine))];
    const { id, secret, tls } = this.#keys;
    for (const [rank, { machine }] of members.entries()) {
      const mates = members.keys().filter((other) => members[other]!.machine === machine);
      const local = mates.toArray();
      const network: Network = { host: machines.indexOf(machine), hosts: machines.length, tls };
      this.#events.send(rank, {
        kind: "job",
        id,
        secret,
        rank,
        size: this.#size,
        localSize: local.length,
        localRank: local.indexOf(rank),
        launcher: members[0]!.pid,
        appnum: 0,
        ...(machines.length > 1 && { network }),
      });
    }
  }

  #gone(rank: number, member: Member): void {
    member.state = "gone";
    this.#questions.gone(rank);
    this.#watch.left(rank);
  }

  /** A rank that has died has its connection with rank 0 closed too, which says more. */
  #lost(rank: number, peer: number, reason: string): void {
    if (this.#members[peer]?.state !== "running") return;
    const report = `tsmpi: the connection between rank ${rank} and rank ${peer} broke: ${reason}`;
    setTimeout(() => {
      if (this.#members[peer]?.state === "running") this.#end(1, report);
    }, SUSPICION_MS);
  }

  #checkFinished(): void {
    if (!this.#over && this.#members.every((member) => member && member.state !== "running")) this.#leave();
  }

  #leave(): void {
    this.#stop();
    this.#all({ kind: "done" });
  }

  #end(code: number, report?: string, culprit?: number): void {
    if (this.#over) return;
    this.#stop();
    if (report !== undefined) this.#events.report(`${report}\ntsmpi: the job ends, exit code ${code}`);
    this.#all({ kind: "end", code }, culprit);
  }

  #stop(): void {
    this.#over = true;
    this.#watch.stop();
    this.#wireUp.stop();
  }

  /** Rank 0 is the last to get it: it may leave at once. */
  #all(message: FromLead, except?: number): void {
    for (let rank = this.#size - 1; rank >= 0; rank--) if (rank !== except) this.#events.send(rank, message);
  }

  /** Each rank's, where there are several. */
  #hosts(): (string | undefined)[] {
    const several = new Set(this.#members.map((member) => member?.machine)).size > 1;
    return several ? this.#members.map((member) => member?.host) : [];
  }

  #ranks(test: (member: Member) => boolean): number[] {
    return this.#members.flatMap((member, rank) => (member && test(member) ? [rank] : []));
  }
}
