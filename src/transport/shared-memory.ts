// transport/shared-memory: layer 3. Links between ranks of one host through memory that they share: short messages through
// a ring for each ordered pair, long ones through slots that belong to their sender. A pair's WebSocket connection wakes a
// rank that sleeps, and tells when a peer is gone. Called by runtime.ts.
import { look } from "./look.ts";
import type { Whereabouts } from "./own-core.ts";
import type { RingPlace, Shared } from "./ring.ts";
import { SharedBoard } from "./shared-board.ts";
import { type Part, type SharedLayout, sharedLayout } from "./shared-layout.ts";
import { type Found, IDLE, NEWS, PIECES, SharedLink } from "./shared-link.ts";
import { SharedStaging } from "./shared-staging.ts";
import { SlotWriter, type Writer } from "./slot-writer.ts";
import type { Landing, Link, Sink } from "./transport.ts";

/** What is sent over a peer's connection to wake it; no frame begins so. */
const BELL = 0xf6;
const bellMessage = Uint8Array.of(BELL);

// What a rank says in its word: it polls; it sleeps; it sleeps, and a call waits, or a message for room.
const AWAKE = 0;
const ASLEEP = 1;
const WAITING = 2;
type Sleep = typeof AWAKE | typeof ASLEEP | typeof WAITING;

/** In the middle of a long message: looks without anything before it gives up waiting for the next piece, and nanoseconds for
 * which it does nothing else. */
const PATIENCE = 512;
const LONGEST = 500_000;

/** Maps bytes of the memory, which all are zero at first. */
export type MapPart = (part: Part) => Uint8Array;

/** The shared memory of the ranks of one host, as one of them sees it. */
export class SharedMemory implements Sink {
  readonly #map: MapPart;
  /** What every rank maps. */
  readonly #shared: Shared;
  readonly #layout: SharedLayout;
  readonly #self: number;
  readonly #size: number;
  readonly #sink: Sink;
  readonly #links: (SharedLink | undefined)[] = [];
  /** Polls what looks at the memory by itself. */
  #pollMore = () => false;
  readonly #sleep: Int32Array;
  readonly #callWaits: () => boolean;
  readonly slotWriter: () => Writer;
  #polling = false;
  /** This rank polls, until rest(). */
  #awake = false;
  readonly #patient: boolean;
  /** By local rank, those that have been used. */
  readonly #slots: (Shared | undefined)[] = [];
  /** Where the rank that was sent to last says that it is away; -1: none was. */
  #partner = -1;
  /** Slots that a search begins with. */
  #slot = 0;
  /** By local rank, links' peers; and how many ranks have been seen to have finished. */
  readonly #peers: number[] = [];
  #ends = 0;

  /**
   * @param map of memory that has the layout for `size` ranks
   * @param self this rank among those of the host
   * @param sink gets what arrives
   * @param patient whether to wait a little for the next piece of a message: not where ranks share cores
   * @param callWaits whether a call waits here
   * @param slotWriter makes what writes into this rank's slots, for each peer
   */
  constructor(
    map: MapPart,
    self: number,
    size: number,
    sink: Sink,
    patient = false,
    callWaits: () => boolean = () => true,
    slotWriter: () => Writer = () => new SlotWriter(),
  ) {
    this.slotWriter = slotWriter;
    this.#layout = sharedLayout(size);
    this.#map = map;
    this.#shared = this.#part(this.#layout.front);
    this.#sleep = this.#shared.words;
    this.#self = self;
    this.#size = size;
    this.#sink = sink;
    this.#patient = patient;
    this.#callWaits = callWaits;
    this.#say(ASLEEP);
  }

  /**
   * The link to local rank `other`.
   * @param peer what the sink calls it
   * @param bell the connection with it
   */
  link(other: number, peer: number, bell: Link): Link {
    const link = new SharedLink(this, this.#layout, this.#self, other, peer, bell, this.#sink);
    this.#links[peer] = link;
    this.#peers[other] = peer;
    return link;
  }

  /**
   * The board of all ranks of the host.
   * @param peers what the sink calls them, by local rank
   * @param poll looks whether something has been shown there; true when anything has moved
   */
  board(peers: readonly number[], poll: () => boolean): SharedBoard {
    this.#pollMore = poll;
    const sleeps = (rank: number) => this.#sleeping(rank) !== AWAKE;
    return new SharedBoard(this.#shared, this.#layout.board, this.#self, peers.length, this.#bells(peers), sleeps);
  }

  /** Where the same ranks stage long data. */
  staging(peers: readonly number[], board: SharedBoard): SharedStaging {
    const { staging, stagingRoom } = this.#layout;
    return new SharedStaging(() => this.#part(staging), stagingRoom, board, this.#bells(peers), this.slotWriter());
  }

  /** A mapped array counts as this process's heap, whose collector would run at once for all of the memory of many ranks. */
  #part(part: Part): Shared {
    const bytes = this.#map(part);
    return { bytes, words: new Int32Array(bytes.buffer, bytes.byteOffset, part.bytes >> 2) };
  }

  /** What wakes one of these. */
  #bells(peers: readonly number[]): (rank: number) => void {
    return (rank) => this.#links[peers[rank]!]?.wake();
  }

  // --- what the progress engine calls ---

  /** Takes in what has arrived, and sends what has been waiting. True when anything moved. */
  poll(): boolean {
    if (this.#polling) return false;
    this.#polling = true;
    const found = this.#look();
    if (found === PIECES && this.#patient) this.#follow();
    this.#polling = false;
    return found !== IDLE;
  }

  #look(): Found {
    let found: Found = this.#lookForEnds() ? NEWS : IDLE;
    for (const link of this.#links) {
      if (!link) continue;
      const its = link.poll();
      if (its > found) found = its;
    }
    return this.#pollMore() ? NEWS : found;
  }

  /** Takes in who has finished. True when anybody has. */
  #lookForEnds(): boolean {
    const { words } = this.#shared;
    const list = this.#layout.finished >> 2;
    const before = this.#ends;
    while (this.#ends < Atomics.load(words, list)) {
      const rank = Atomics.load(words, list + 1 + this.#ends) - 1;
      const link = this.#links[this.#peers[rank] ?? -1];
      // It is about to say who it is, or has been killed in between; or there are no links yet.
      if (!link && rank !== this.#self) break;
      this.#ends++;
      link?.finished();
    }
    return this.#ends > before;
  }

  /**
   * Tells the ranks that share the memory that this one has finished, at once: of 64 ranks, each had 63 messages to write and as
   * many to read. Who sleeps wakes only if a call waits there. To be called when nothing waits for room. @returns whom it tells
   */
  finish(): readonly number[] {
    const { words } = this.#shared;
    const list = this.#layout.finished >> 2;
    Atomics.store(words, list + 1 + Atomics.add(words, list, 1), this.#self + 1);
    for (const [other, peer] of this.#peers.entries()) {
      if (this.#sleeping(other) === WAITING) this.#links[peer]?.wake();
    }
    return this.#peers.filter((peer) => peer !== undefined);
  }

  /**
   * In the middle of a long message: looks on until there is other news. Each way back to whoever waits, through
   * microtasks, would be longer than a piece takes.
   */
  #follow(): void {
    const end = Bun.nanoseconds() + LONGEST;
    for (let idle = 0, looks = 1; idle < PATIENCE; looks++) {
      const found = this.#look();
      if (found === NEWS) return;
      idle = found === PIECES ? 0 : idle + 1;
      if (looks % 64 === 0 && Bun.nanoseconds() > end) return;
    }
  }

  /** About to stop polling: from now on peers ring. False when something has come meanwhile: go on. */
  rest(): boolean {
    this.#awake = false;
    this.#say(this.#callWaits() || this.#links.some((link) => link?.waits) ? WAITING : ASLEEP);
    return !this.poll();
  }

  /**
   * Somebody has rung. Who polls finds by itself what has come, and peers need not ring while it does. Else nobody may be
   * waiting, and then nobody polls: the next message is to ring again.
   */
  rung(): void {
    while (!this.#awake && !this.rest());
  }

  /** Polling begins: peers need not ring. */
  rouse(): void {
    this.#awake = true;
    this.#say(AWAKE);
  }

  /** The rank that this one has sent to last has not given up its core. */
  get answering(): boolean {
    return this.#partner >= 0 && Atomics.load(this.#sleep, this.#partner) === 0;
  }

  /** `pause`, during which the others can see that this rank has given up its core. */
  away(pause: () => void): () => void {
    const word = this.#away(this.#self);
    return () => {
      Atomics.store(this.#sleep, word, 1);
      pause();
      Atomics.store(this.#sleep, word, 0);
    };
  }

  /** Index of the word that says so. */
  #away(rank: number): number {
    return (this.#layout.sleep(rank) >> 2) + 1;
  }

  /** Where the ranks of the host are, as far as they have told. */
  get whereabouts(): Whereabouts {
    const word = (rank: number) => this.#away(rank) + 1;
    // At first nobody has told: 0 is no core.
    const isAt = (rank: number, core: number) => this.#sleep[word(rank)] === core + 1 && this.#sleeping(rank) === AWAKE;
    const anyAt = (core: number, from: number, to: number) => {
      for (let rank = from; rank < to; rank++) if (isAt(rank, core)) return true;
      return false;
    };
    const self = this.#self;
    return {
      tell: (core) => {
        this.#sleep[word(self)] = core + 1;
      },
      lowerAt: (core) => anyAt(core, 0, self),
      otherAt: (core) => anyAt(core, 0, self) || anyAt(core, self + 1, this.#size),
    };
  }

  #say(sleeping: Sleep): void {
    Atomics.store(this.#sleep, this.#layout.sleep(this.#self) >> 2, sleeping);
  }

  // --- what links call ---

  /** The ring of messages from one local rank to another. */
  ring(from: number, to: number): RingPlace {
    const part = this.#layout.ring(from, to);
    const [tail, head] = [this.#layout.tail(from, to), this.#layout.head(from, to)];
    return { front: this.#shared, tail, head, size: part.bytes, map: () => this.#part(part) };
  }

  /** The slots of a local rank. */
  slots(rank: number): Shared {
    this.#slots[rank] ??= this.#part(this.#layout.slotsOf(rank));
    return this.#slots[rank]!;
  }

  /** A free slot of this rank's, now taken; -1 where there is none. */
  takeSlot(): number {
    const { slots } = this.#layout;
    for (let i = 0; i < slots; i++) {
      const slot = (this.#slot + i) % slots;
      const flag = this.#layout.flag(this.#self, slot) >> 2;
      if (Atomics.load(this.#shared.words, flag) !== 0) continue;
      this.#shared.words[flag] = 1;
      this.#slot = slot + 1;
      return slot;
    }
    return -1;
  }

  /** What was in a slot is not needed any more. */
  freeSlot(rank: number, slot: number): void {
    Atomics.store(this.#shared.words, this.#layout.flag(rank, slot) >> 2, 0);
  }

  /** True when so many slots are free. */
  hasSlots(count: number): boolean {
    const { slots } = this.#layout;
    if (count > slots) return false;
    let left = count;
    for (let slot = 0; slot < slots && left > 0; slot++) {
      if (Atomics.load(this.#shared.words, this.#layout.flag(this.#self, slot) >> 2) === 0) left--;
    }
    return left === 0;
  }

  /** Something waits for room: if this rank sleeps, it is to be woken for that. True when it does. */
  expect(): boolean {
    const word = this.#layout.sleep(this.#self) >> 2;
    return Atomics.compareExchange(this.#sleep, word, ASLEEP, WAITING) === ASLEEP;
  }

  /** To be asked behind an Atomics.store of what it is to see. Without one of its own, which would take the word away from others. */
  #sleeping(other: number): number {
    return look(this.#sleep, this.#layout.sleep(other) >> 2);
  }

  /** Wakes local rank `other` if it sleeps; with `waiting` only if a call or a message waits there. */
  wake(other: number, bell: Link, waiting = false): void {
    const word = this.#layout.sleep(other) >> 2;
    const sleeping = this.#sleeping(other);
    this.#partner = this.#away(other);
    if (sleeping === AWAKE || (waiting && sleeping === ASLEEP)) return;
    // Whoever comes first rings.
    if (Atomics.exchange(this.#sleep, word, AWAKE) === AWAKE) return;
    bell.send(bellMessage);
    bell.flush();
  }

  // --- what the connections tell (Sink): bells, and all that comes from ranks that do not share the memory ---

  message(peer: number, message: Uint8Array, start?: number, end?: number): boolean | undefined {
    if (message[start ?? 0] !== BELL) return this.#sink.message(peer, message, start, end);
    this.rung();
  }

  bulk(peer: number, window: Uint8Array, length: number): Landing | undefined {
    return this.#sink.bulk(peer, window, length);
  }

  connected(peer: number): void {
    this.#sink.connected(peer);
  }

  finished(peer: number): void {
    this.#sink.finished(peer);
  }

  lost(peer: number, reason: string): void {
    this.#lookForEnds();
    const link = this.#links[peer];
    if (link) link.gone(reason);
    else this.#sink.lost(peer, reason);
  }
}
