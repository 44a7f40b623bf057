// transport/wireup-engine: layer 3. Wire-up of a job that another launcher has started, whichever it was: the engine
// (wireup-pmi.ts, wireup-slurm.ts, …) says which rank this is and how rank 0 is found; then all ranks meet at rank 0,
// which leads the job (job/lead.ts). Called by engines.ts.
import { randomBytes } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { numberVariable, setPlace } from "../base/config.ts";
import { failureCode, failureIn } from "../job/failure.ts";
import { type FromLead, Lead, type ToLead } from "../job/lead.ts";
import { atFaultText } from "../job/report.ts";
import {
  type Card,
  type FromRank,
  isNews,
  type Network,
  type News,
  type RankState,
  type ToRank,
} from "../wire/control.ts";
import { makeCertificate } from "./certificate.ts";
import type { JobKey } from "./handshake.ts";
import { leaveAtOnce } from "./leave-at-once.ts";
import { LOOPBACK } from "./listening.ts";
import { machine } from "./machine.ts";
import { publishedAddresses } from "./network.ts";
import { type RankChannel, Rendezvous } from "./rendezvous.ts";
import { reachLead } from "./rendezvous-dial.ts";
import type { WireUp } from "./wireup.ts";

/** What starts ranks in our place, seen from one of them. */
export interface Engine {
  readonly rank: number;
  readonly size: number;
  /** All ranks are on this host. */
  readonly oneHost: boolean;
  /** The same text in all ranks of a job, another one in each job. */
  readonly job: string;
  /**
   * How the others find rank 0: where everyone knows it beforehand and has the job's token, or what the engine hands from rank 0 (which
   * gives a text) to all others, who get it; nobody else must be able to read it.
   */
  readonly meeting: AgreedMeeting | { readonly share: (text: string | undefined) => Promise<string> };
  /** Asks the engine to end the whole job, which may include this process. */
  abort(code: number): void;
  /** Tells the engine that this rank ends well. Returns when the engine has been told. */
  leave(): void;
}

export interface AgreedMeeting {
  /** Name or address of rank 0's host. */
  readonly host: string;
  readonly ports: readonly number[];
  readonly token: Uint8Array;
}

/** What rank 0 has an engine share. */
interface Shared {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly token: string;
  readonly machine: string;
}

type Job = Extract<ToRank, { kind: "job" }>;
type Say = (text: string) => void;

const REPORT_MS = 200;

export class EngineWireUp implements WireUp {
  readonly job: JobKey;
  readonly rank: number;
  readonly size: number;
  readonly localSize: number;
  readonly network: Network | undefined;
  onAsk: () => RankState = () => ({ blocked: false, finished: false, sent: 0, received: 0, waits: [] });
  onNews: (message: News) => void = () => {};
  readonly #engine: Engine;
  readonly #lead: Connection;
  readonly #say: Say;
  readonly #world = Promise.withResolvers<readonly Card[]>();
  readonly #done = Promise.withResolvers<void>();
  /** Nobody needs to hear of this rank any more: it has failed, or all have finished. */
  #over = false;
  #led = true;

  private constructor(engine: Engine, lead: Connection, job: Job, say: Say) {
    this.job = { id: job.id, secret: job.secret };
    this.rank = job.rank;
    this.size = job.size;
    this.localSize = job.localSize;
    this.network = job.network;
    this.#engine = engine;
    this.#lead = lead;
    this.#say = say;
    lead.onMessage = (message) => this.#take(message);
    lead.onClose = (reason) => this.#alone(reason);
    setPlace({ rank: job.rank, size: job.size, localRank: job.localRank, localSize: job.localSize, id: job.id });
  }

  /**
   * Meets the other ranks.
   * @param say tells the user something
   * @throws Error when they cannot be met
   */
  static async open(engine: Engine, say: Say): Promise<EngineWireUp> {
    const lead = engine.rank === 0 ? await openLead(engine, say) : await findLead(engine);
    const first = Promise.withResolvers<Job>();
    const held = keepAlive();
    lead.onClose = (reason) => first.reject(new Error(`Cannot meet the other ranks: rank 0 has gone (${reason})`));
    lead.onMessage = (message) => {
      if (message.kind === "job") first.resolve(message);
      else if (message.kind === "end") leaveAtOnce(failureCode(message.code));
    };
    lead.send({ kind: "here", pid: process.pid, host: hostname(), machine: machine() });
    const job = await first.promise;
    clearInterval(held);
    return new EngineWireUp(engine, lead, job, say);
  }

  async exchange(card: Card): Promise<readonly Card[]> {
    const held = keepAlive();
    this.tell({ kind: "card", card });
    const cards = await this.#world.promise;
    clearInterval(held);
    return cards;
  }

  tell(message: FromRank): void {
    if (message.kind === "note") return this.#say(`tsmpi: ${message.text}`);
    const failure = failureIn(message);
    if (this.#over) {
      // All have finished, and this script has gone on by itself.
      if (failure) this.#say(failure.details ?? failure.what);
      return;
    }
    if (failure) {
      this.#over = true;
      const named = { rank: this.rank, pid: process.pid, host: hostname() };
      report(this.#say, atFaultText(named, this.size, failure.what, failure.details));
    }
    this.#lead.send(message);
    if (failure) this.#engine.abort(failureCode(failure.code));
    else if (message.kind === "exiting") this.#leave();
  }

  async finished(code: number): Promise<void> {
    this.tell({ kind: "finished", code });
    // Where it has failed, the process now ends with that code.
    if (code !== 0) return;
    const held = keepAlive();
    await this.#done.promise;
    clearInterval(held);
    this.#leave();
  }

  #leave(): void {
    this.#over = true;
    this.#engine.leave();
  }

  #take(message: FromLead): void {
    if (message.kind === "world") this.#world.resolve(message.cards);
    else if (isNews(message)) this.onNews(message);
    else if (message.kind === "ask") this.tell({ kind: "state", id: message.id, state: this.onAsk() });
    else if (message.kind === "end" && !this.#over) leaveAtOnce(failureCode(message.code));
    else if (message.kind === "done") {
      this.#led = false;
      this.#done.resolve();
    }
  }

  /** Rank 0 cannot be heard any more. */
  #alone(reason: string): void {
    if (this.#over || !this.#led) return;
    this.#say(`tsmpi: rank ${this.rank} of ${this.size} ends: rank 0 has gone (${reason})`);
    leaveAtOnce(1);
  }
}

/** This rank's way to who leads the job. */
interface Connection {
  onMessage: (message: FromLead) => void;
  onClose: (reason: string) => void;
  send(message: ToLead): void;
}

/** Rank 0: leads the job, of which it is a rank as well. */
async function openLead(engine: Engine, say: Say): Promise<Connection> {
  const { size, job, meeting, oneHost } = engine;
  const tls = await makeCertificate();
  const token = "token" in meeting ? meeting.token : randomBytes(32);
  const ports = "ports" in meeting ? meeting.ports : [0];
  const channels: (RankChannel | undefined)[] = [];
  const self: Connection = { onMessage: () => {}, onClose: () => {}, send: (message) => lead.take(0, message) };
  const keys = { id: randomBytes(8).toString("hex"), secret: randomBytes(32), tls };
  const lead = new Lead(size, keys, numberVariable("TSMPI_WIREUP_TIMEOUT"), {
    say,
    report: (text) => report(say, text),
    send: (rank, message) => (rank === 0 ? self.onMessage(message) : channels[rank]?.send(message)),
  });
  const listening = oneHost ? [LOOPBACK] : ["::", "0.0.0.0"];
  let awaited = size - 1;
  const rendezvous = new Rendezvous({ job, size, token }, tls, listening, ports, {
    refused: (reason) => say(`tsmpi: ${reason}`),
    came(rank, channel) {
      if (channels[rank]) return false;
      channels[rank] = channel;
      channel.onMessage = (message) => lead.take(rank, message);
      channel.onClose = () => lead.closed(rank);
      if (--awaited === 0) rendezvous.close();
      return true;
    },
  });
  if ("share" in meeting) {
    const hosts = oneHost ? [LOOPBACK] : publishedAddresses({ host: 0, hosts: 2 }, networkInterfaces());
    const shared: Shared = { hosts, port: rendezvous.port, token: token.toString("base64"), machine: machine() };
    await meeting.share(JSON.stringify(shared));
  }
  return self;
}

async function findLead(engine: Engine): Promise<Connection> {
  const { rank, size, job, meeting } = engine;
  const seconds = numberVariable("TSMPI_WIREUP_TIMEOUT");
  if ("token" in meeting) {
    const place = { hosts: [meeting.host], ports: meeting.ports };
    return reachLead({ job, size, token: meeting.token }, rank, place, seconds);
  }
  const shared = JSON.parse(await meeting.share(undefined)) as Shared;
  const hosts = shared.machine === machine() ? [LOOPBACK] : shared.hosts;
  const token = Buffer.from(shared.token, "base64");
  return reachLead({ job, size, token }, rank, { hosts, ports: [shared.port] }, seconds);
}

/**
 * Says why the job ends. Launchers drop what they have not read when a rank aborts or goes: this is how long they may take to
 * read it (without it, one report in ten got lost under Hydra on a busy machine).
 */
function report(say: Say, text: string): void {
  say(text);
  Bun.sleepSync(REPORT_MS);
}

/** Until it is cleared, the event loop does not run empty. */
function keepAlive(): Timer {
  return setInterval(() => {}, 60_000);
}
