// runtime: init and finalize; the only file that knows the concrete transports. Called by cli/rank.ts, and by
// start-alone.ts when a script runs without a launcher.
import { hostname } from "node:os";
import { numberVariable, variable, wordVariable } from "./base/config.ts";
import { errorText } from "./base/error-text.ts";
import type { Exception } from "./base/errors.ts";
import { checkVariables } from "./collectives/select.ts";
import { SELF_CONTEXT, WORLD_CONTEXT } from "./comm/context.ts";
import { Endpoint } from "./comm/endpoint.ts";
import { Group } from "./comm/group.ts";
import { Engine } from "./engine/engine.ts";
import type { Operation } from "./engine/operation.ts";
import { Progress } from "./engine/progress.ts";
import { endsBlock, failBlockEnds } from "./mpi/block-end.ts";
import { type Environment, setEnvironment } from "./mpi/environment.ts";
import { Intracomm } from "./mpi/intracomm.ts";
import { Checked } from "./transport/checked.ts";
import { cores } from "./transport/cores.ts";
import { DelayedLink } from "./transport/delayed.ts";
import { homeward } from "./transport/home-core.ts";
import { selfLink } from "./transport/inproc.ts";
import { apart } from "./transport/own-core.ts";
import { pause } from "./transport/pause.ts";
import type { Part } from "./transport/shared-layout.ts";
import { SharedMemory } from "./transport/shared-memory.ts";
import type { SharedStaging } from "./transport/shared-staging.ts";
import { Mesh } from "./transport/websocket.ts";
import type { WireUp } from "./transport/wireup.ts";
import type { RankState, Wait } from "./wire/control.ts";

/** What ranks talk over, for `tsmpi info`. */
export const TRANSPORTS = "WebSockets over Unix sockets, TCP or, between hosts, TLS; memory";
/** Milliseconds for a launcher to end a job whose connections break; then the calls that depend on them fail. */
const LOST_GRACE = 2000;
/** Milliseconds for the last frames of others to arrive when all have said bye. */
const LAST_FRAMES = 1000;
/** TSMPI_SPIN=auto, in microseconds: where every rank on the host has a core of its own, and where ranks that share memory
 * share cores. Of 0 to 2000, 200 was the best for 8 ranks on 2 cores. */
const SPIN = 2000;
const SPIN_CROWDED = 200;

export class Runtime implements Environment {
  readonly world: Intracomm;
  readonly self: Intracomm;
  readonly #wireup: WireUp;
  readonly #engine: Engine;
  readonly #worldEndpoint: Endpoint;
  #processorName = hostname();
  #mesh: Mesh | undefined;
  #memory: SharedMemory | undefined;
  #staging: SharedStaging | undefined;
  /** Takes in what of another rank has come through the launcher. */
  #relayed: (peer: number, message: Uint8Array) => void = () => {};
  #ending: Promise<void> | undefined;
  /** Said goodbye; and everyone has. */
  #left = false;
  #finished = false;
  #blocked = false;
  /** Others must not take the end of this process for a regular one. */
  #aborted = false;

  private constructor(wireup: WireUp, engine: Engine) {
    const { rank, size } = wireup;
    this.#wireup = wireup;
    this.#engine = engine;
    const all = new Group(
      Array.from({ length: size }, (_, process) => process),
      rank,
    );
    this.#worldEndpoint = new Endpoint(engine, all, WORLD_CONTEXT);
    this.world = new Intracomm(this.#worldEndpoint, "COMM_WORLD");
    this.self = new Intracomm(new Endpoint(engine, new Group([rank], rank), SELF_CONTEXT), "COMM_SELF");
    wireup.onAsk = () => this.state;
    wireup.onNews = (news) => {
      if (news.kind === "standstill") return failBlockEnds();
      if (news.kind === "relayed") return this.#relayed(news.peer, news.message);
      engine.left(news.rank);
      this.#mesh?.left(news.rank);
      // It may have rung in vain.
      this.#memory?.rung();
    };
    engine.onLost = (peer, reason) => {
      if (this.#finished) return;
      wireup.tell({ kind: "lost", peer, reason });
      setTimeout(() => engine.fail(peer, reason), LOST_GRACE).unref();
    };
    setEnvironment(this);
  }

  /** Starts this process of a job: resolves when it has its links with the other ranks. */
  static async start(wireup: WireUp): Promise<Runtime> {
    const runtime = Runtime.alone(wireup);
    if (wireup.size > 1) await runtime.#connect();
    wireup.tell({ kind: "connected" });
    return runtime;
  }

  /** Starts without connecting: all there is to do in a job of one rank. */
  static alone(wireup: WireUp): Runtime {
    const { rank, size } = wireup;
    checkVariables();
    const limits = { eager: numberVariable("TSMPI_EAGER_LIMIT"), unexpected: numberVariable("TSMPI_UNEXPECTED_LIMIT") };
    const engine = new Engine(rank, size, new Progress(spinTime(wireup), crowded(wireup)), limits);
    engine.attach(
      rank,
      selfLink(rank, () => engine),
    );
    return new Runtime(wireup, engine);
  }

  async #connect(): Promise<void> {
    const { job, rank, size, network } = this.#wireup;
    const note = (text: string) => this.#wireup.tell({ kind: "note", text });
    const place = this.#wireup.sharedMemory;
    const checked = wordVariable("TSMPI_CHECK") === "1" ? new Checked(rank, this.#engine) : undefined;
    const delay = numberVariable("TSMPI_DELAY");
    const sink = checked ?? this.#engine;
    const spare = spinTime(this.#wireup) > 0 && !crowded(this.#wireup);
    const { waiting } = this.#engine.progress;
    const map = ({ at, bytes }: Part) => Bun.mmap(place!.path, { shared: true, offset: at, size: bytes });
    const shared = place && new SharedMemory(map, place.rank, place.size, sink, spare, () => waiting.length > 0);
    const mesh = new Mesh(job, rank, size, shared ?? sink, note, network);
    this.#mesh = mesh;
    this.#memory = shared;
    this.#relayed = (peer, message) => void (shared ?? sink).message(peer, message);
    // Who knocks may not come in before long, as when it exits, but has something here.
    if (shared) mesh.onKnock = () => shared.rung();
    const { addresses, port, nonce } = mesh;
    const card = {
      rank,
      pid: process.pid,
      host: hostname(),
      hostIndex: this.host,
      addresses,
      port,
      nonce,
      ...(place && { sharing: place.rank }),
    };
    const cards = await this.#wireup.exchange(card);
    const twins = cards.some(({ host, hostIndex }) => host === card.host && hostIndex !== this.host);
    if (twins) this.#processorName = `${card.host} (${network?.named ?? this.host})`;
    const links = size <= numberVariable("TSMPI_EAGER_MESH") ? await mesh.connect(cards) : mesh.links(cards);
    // Looking into sockets is a system call: not where ranks share cores.
    const polled = shared ?? (spare ? mesh.direct() : undefined);
    if (polled) this.#engine.progress.attach(polled, this.#pause(shared), giveBack);
    for (const [peer, link] of links.entries()) {
      if (!link) continue;
      const { sharing, hostIndex: host } = cards[peer]!;
      const near = shared !== undefined && sharing !== undefined && host === this.host;
      const way = near ? shared.link(sharing, peer, link) : link;
      const verified = checked?.link(peer, way) ?? way;
      this.#engine.attach(peer, delay > 0 ? new DelayedLink(verified, delay * size + peer) : verified);
    }
    this.#engine.hosts = cards.map(({ hostIndex }) => hostIndex);
    const near = cards.filter(({ hostIndex }) => hostIndex === this.host);
    // Everybody comes to the same: a board's ranks are in the order of the job's.
    if (shared && near.every(({ sharing }, local) => sharing === local)) {
      const peers = near.map((each) => each.rank);
      this.#worldEndpoint.meet(
        new Group(peers, rank),
        (poll) => shared.board(peers, poll),
        (board) => {
          this.#staging = shared.staging(peers, board);
          return this.#staging;
        },
      );
    }
    if (shared) this.#engine.farewell.together = () => shared.finish();
    // What came before there were links has rung in vain.
    shared?.rung();
  }

  /** Lets another process have the core. */
  #pause(shared: SharedMemory | undefined): () => void {
    const plain = pause() ?? (() => {});
    const place = this.#wireup.sharedMemory;
    if (!shared || !place) return plain;
    if (!crowded(this.#wireup)) return apart(plain, cores(), shared.whereabouts);
    return shared.away(homeward(plain, cores(), place.rank, place.size));
  }

  get host(): number {
    return this.#wireup.network?.host ?? 0;
  }

  get processorName(): string {
    return this.#processorName;
  }

  get progress(): Progress {
    return this.#engine.progress;
  }

  get finalized(): boolean {
    return this.#ending !== undefined;
  }

  finalize(code = 0): Promise<void> {
    this.#ending ??= this.#end(code);
    return this.#ending;
  }

  async #end(code: number): Promise<void> {
    const { progress } = this.#engine;
    // While MPI can still be used: the standard's place for a library to clean up.
    this.self.deleteAttributes();
    const drained = this.#engine.drained();
    drained.call = {
      describe: () => `finalize, with ${this.#engine.outstanding} sends that nobody has received`,
    };
    await this.#heldFor(drained);
    const { farewell } = this.#engine;
    farewell.say();
    this.#left = true;
    const made = farewell.made();
    made.call = { describe: () => "finalize, until other ranks take part in connections with them" };
    await this.#heldFor(made);
    await this.#wireup.finished(code);
    this.#finished = true;
    // What was sent to this rank is ahead of the byes, and those have been sent.
    for (const limit = performance.now() + LAST_FRAMES; !farewell.quiet && performance.now() < limit; ) {
      await progress.poll();
    }
    for (const left of this.#engine.audits.report()) {
      this.#wireup.tell({ kind: "note", text: `rank ${this.#wireup.rank} has ended and never received ${left}` });
    }
  }

  /** Waits, in "beforeExit" perhaps, which is not said again where nothing keeps the event loop alive. */
  #heldFor(operation: Operation<void>): Promise<void> {
    const waiting = this.#engine.progress.wait(operation);
    this.stay();
    return waiting;
  }

  abort(code: number, where: string | undefined): never {
    this.#aborted = true;
    this.#wireup.tell({ kind: "abort", code, ...(where !== undefined && { where }) });
    process.exit(code);
  }

  fail(error: Exception): never {
    this.#aborted = true;
    const code = error.errorClass & 0xff || 1;
    this.#wireup.tell({ kind: "failed", code, report: errorText(error) });
    process.exit(code);
  }

  /**
   * Called when the event loop has nothing left to do ("beforeExit"). True: calls still wait for other ranks, and the
   * process goes on. False: the script has ended.
   */
  stay(): boolean {
    const { progress } = this.#engine;
    if (progress.waiting.length === 0) return false;
    const patience = numberVariable("TSMPI_DEADLOCK_TIMEOUT") * 1000;
    progress.hold(patience, (long) => {
      if (this.#blocked === long) return;
      this.#blocked = long;
      this.#wireup.tell(long ? { kind: "blocked", state: this.state } : { kind: "unblocked" });
    });
    return true;
  }

  /** What this rank is doing. */
  get state(): RankState {
    const engine = this.#engine;
    // A rank that has finished sleeps, and may not have seen how others did.
    engine.progress.look();
    // What waits for a connection is on its way.
    const { connecting } = engine.farewell;
    // What is laid down in memory that ranks share has been sent and received.
    const staged = this.#staging?.taken ?? 0;
    const waits: Wait[] = [];
    for (const { call, site } of engine.progress.waiting) {
      if (!call) continue;
      const where = site?.where;
      waits.push({ call: call.describe(), ...(where !== undefined && { where }) });
    }
    return {
      blocked: this.#blocked && !connecting,
      finished: this.#left && !connecting,
      sent: engine.sent + staged,
      received: engine.received + staged,
      waits,
      ...(endsBlock() && { endsBlock: true }),
    };
  }

  /**
   * For a process that is about to exit although its script has not ended: hands over what was sent, and says goodbye.
   * Synchronous; waits at most a second for receivers to make room.
   */
  leave(code: number): void {
    if (this.finalized || this.#aborted) return;
    const { farewell } = this.#engine;
    farewell.say();
    for (let waited = 0; waited < 1000; waited++) {
      farewell.flush();
      // To connect takes turns of the event loop, of which there are none any more.
      for (const unsent of this.#mesh?.takeUnsent() ?? []) this.#wireup.tell({ kind: "relay", ...unsent });
      if (farewell.flushed) break;
      Bun.sleepSync(1);
    }
    this.#wireup.tell({ kind: "exiting", code });
  }
}

/** What a rank does in a long sleep. */
async function giveBack(): Promise<void> {
  (await import("./transport/clean-pages.ts")).giveBackCleanPages();
}

/** Ranks of this host share cores. */
function crowded({ localSize }: WireUp): boolean {
  return localSize > navigator.hardwareConcurrency;
}

function spinTime(wireup: WireUp): number {
  if (variable("TSMPI_SPIN") !== "auto") return numberVariable("TSMPI_SPIN");
  if (!crowded(wireup)) return wireup.localSize > 1 ? SPIN : 0;
  // To ask sockets again and again takes more from those who have something to do than it saves.
  return wireup.sharedMemory ? SPIN_CROWDED : 0;
}
