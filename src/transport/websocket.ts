// transport/websocket: layer 3. The mesh: listens for ranks of this job only, and has one connection with every other rank:
// from the start, where the higher rank dials the lower, or from when one of the two needs it. Called by runtime.ts.
import { networkInterfaces } from "node:os";
import type { Socket, TCPSocketListener, UnixSocketListener } from "bun";
import type { Card, Network } from "../wire/control.ts";
import { type Connection, refuse } from "./connection.ts";
import { Dialing, hostHeader, LOCAL } from "./dialing.ts";
import { DirectSockets } from "./direct-sockets.ts";
import { type JobKey, judge, TAKEN } from "./handshake.ts";
import { LazyLink } from "./lazy-link.ts";
import { LinkWatch } from "./link-watch.ts";
import { LOOPBACK, listenLocally, listenTcp } from "./listening.ts";
import { inOrder, ownAddresses, publishedAddresses } from "./network.ts";
import { Refusals } from "./refusals.ts";
import type { Link, Sink } from "./transport.ts";
import { WebSocketLink } from "./websocket-link.ts";

/** Seconds in which a stranger must have proved that it belongs here. */
const HANDSHAKE_SECONDS = 10;
/** Seconds without a new connection after which ranks that are missing are named in an error, where the launcher does not say.
 * Later, seconds in which a host must have answered; its rank may take its time. */
const CONNECT_TIMEOUT = 60;

/** A rank's listener and, once connected, its links. */
export class Mesh {
  readonly nonce = crypto.getRandomValues(new Uint8Array(16));
  /** Where others find this rank, best first. */
  readonly addresses: readonly string[];
  readonly #job: JobKey;
  readonly #self: number;
  readonly #size: number;
  readonly #sink: Sink;
  readonly #network: Network | undefined;
  readonly #listener: TCPSocketListener<Connection>;
  readonly #local: UnixSocketListener<Connection> | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #links: (WebSocketLink | undefined)[];
  readonly #refusals: Refusals;
  /** Of connections with other hosts; within one, the kernel tells when the other side is gone. */
  readonly #watch: LinkWatch | undefined;
  /** Nonces that ranks have proved themselves with: each counts once. */
  readonly #nonces = new Set<string>();
  /** Connections that have proved nothing yet, oldest first. */
  readonly #strangers = new Set<Socket<Connection>>();
  /** By rank; those that have not led to a connection yet. */
  readonly #dialings = new Map<number, Dialing>();
  /** By rank, where connections are made when they are needed. */
  #lazy: readonly (LazyLink | undefined)[] | undefined;
  #direct: DirectSockets | undefined;
  /** Somebody is at the door; nobody knows who. */
  onKnock: () => void = () => {};
  #missing: number;
  #failure: string | undefined;
  #onChange: () => void = () => {};

  /**
   * Listens, on Linux also under a name of this host alone.
   * @param network of a job on several hosts; without it, on loopback
   * @param note is told of connections that were refused
   */
  constructor(job: JobKey, self: number, size: number, sink: Sink, note: (text: string) => void, network?: Network) {
    this.#job = job;
    this.#self = self;
    this.#size = size;
    this.#sink = sink;
    this.#refusals = new Refusals(`rank ${self}`, note);
    this.#network = network;
    this.#watch = network && new LinkWatch(network.heartbeat);
    this.#links = new Array(size);
    this.#missing = size - 1;
    const accept = (socket: Socket<Connection>) => this.#accept(socket);
    const published = network ? publishedAddresses(network, networkInterfaces()) : [LOOPBACK];
    this.#listener = listenTcp(network, published, accept);
    this.#listener.unref();
    const name = `tsmpi-${job.id}-${self}`;
    this.#local = listenLocally(name, accept);
    this.#local?.unref();
    this.addresses = this.#local ? [`${LOCAL}${name}`, ...published] : published;
    this.#hosts = new Set([LOOPBACK, ...this.addresses].map((known) => hostHeader(known, this.port)));
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Links that connect when they are needed; `cards` is the world table. */
  links(cards: readonly Card[]): (Link | undefined)[] {
    const links = cards.map((card) => {
      if (card.rank === this.#self) return undefined;
      const link = new LazyLink(card.rank, this.#sink, () => this.#dial(card));
      // Others may have known the table before.
      const early = this.#links[card.rank];
      if (early) link.attach(early);
      return link;
    });
    this.#lazy = links;
    return links;
  }

  /** Connects with every other rank; `cards` is the world table. Resolves with a link for each rank but this one. */
  async connect(cards: readonly Card[]): Promise<(Link | undefined)[]> {
    const seconds = this.#network?.connectTimeout ?? CONNECT_TIMEOUT;
    let missing = this.#missing;
    let deadline = setTimeout(() => this.#tooLate(seconds, cards), seconds * 1000);
    for (let rank = 0; rank < this.#self; rank++) this.#dial(cards[rank]!);
    while (this.#missing > 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      if (this.#missing === missing) continue;
      missing = this.#missing;
      clearTimeout(deadline);
      deadline = setTimeout(() => this.#tooLate(seconds, cards), seconds * 1000);
    }
    clearTimeout(deadline);
    for (const dialing of this.#dialings.values()) dialing.stop();
    if (this.#failure !== undefined)
      throw new Error(`Cannot connect rank ${this.#self} with the others: ${this.#failure}`);
    for (const link of this.#links) link?.unref();
    return this.#links;
  }

  /** A look into the connections without the event loop; undefined where that cannot be had, as through TLS. */
  direct(): DirectSockets | undefined {
    if (this.#network?.tls) return undefined;
    this.#direct = DirectSockets.of(
      this.#links.filter((link) => link !== undefined),
      this.#size - 1,
    );
    return this.#direct;
  }

  /** A rank has left. What waits for a connection that it was to make waits no more. */
  left(rank: number): void {
    if (this.#dialings.get(rank)?.over) this.#lazy?.[rank]?.lost("it has left");
  }

  /** Takes away what waits for connections, for a process that cannot wait any more. */
  takeUnsent(): { readonly peer: number; readonly message: Uint8Array }[] {
    const unsent = this.#lazy?.map((link, peer) => (link?.takeUnsent() ?? []).map((message) => ({ peer, message })));
    return unsent?.flat() ?? [];
  }

  /** Stops listening, and waiting for those that have not connected. Links stay. */
  close(): void {
    this.#failure ??= "it is closed";
    this.#onChange();
    this.#listener.stop();
    this.#local?.stop();
  }

  #tooLate(seconds: number, cards: readonly Card[]): void {
    const missing = this.#absent().map((rank) => placeOf(cards[rank]!));
    const tried = [...this.#dialings.values()].map(({ state }) => state).join("; ");
    this.#failure = `no connection with ${missing.join(", ")} within ${seconds} s${tried && ` (${tried})`}`;
    this.#onChange();
  }

  #absent(): number[] {
    return this.#links
      .keys()
      .filter((rank) => rank !== this.#self && !this.#links[rank])
      .toArray();
  }

  #add(rank: number, link: WebSocketLink, socket: Socket<Connection>): void {
    this.#links[rank] = link;
    this.#watch?.add(socket, (reason) => link.lost(reason));
    this.#missing--;
    this.#dialings.get(rank)?.stop();
    this.#dialings.delete(rank);
    this.#direct?.add(link);
    if (this.#lazy) link.unref();
    this.#lazy?.[rank]?.attach(link);
    this.#onChange();
    this.#sink.connected(rank);
  }

  #accept(socket: Socket<Connection>): void {
    const address = socket.remoteAddress ?? "this host";
    socket.data = {
      head: "",
      onReady: () => {},
      onHead: (open, head) => this.#welcome(open, head),
      onFailure: (reason, gone) => this.#strangerGone(socket, address, gone && this.#lazy ? undefined : reason),
    };
    socket.timeout(HANDSHAKE_SECONDS);
    // Idle strangers must neither keep this process from ending, nor use up its file descriptors, nor keep ranks out.
    socket.unref();
    this.#strangers.add(socket);
    this.onKnock();
    const [oldest] = this.#strangers;
    if (this.#strangers.size > 4 * this.#size + 64) refuse(oldest!, "", "it said nothing in time");
  }

  /** @param reason undefined: it is a rank, perhaps, that has been dialed itself meanwhile, or has exited */
  #strangerGone(socket: Socket<Connection>, address: string, reason: string | undefined): void {
    socket.data.onFailure = () => {};
    this.#strangers.delete(socket);
    if (reason !== undefined) this.#refusals.add(address, reason);
  }

  #welcome(socket: Socket<Connection>, head: string): void {
    const verdict = judge(head, this.#job, this.#self, this.#size, this.nonce, this.#hosts);
    const refuseIt = (response: string, reason: string) => {
      socket.data.onHead = () => {};
      this.#refusals.answer(() => refuse(socket, response, reason));
    };
    if (!verdict.accepted) return refuseIt(verdict.response, verdict.reason);
    const { source, nonce } = verdict;
    if (this.#nonces.has(nonce)) return refuseIt(TAKEN, `it repeats what rank ${source} has said`);
    this.#nonces.add(nonce);
    if (this.#links[source] || (this.#dialings.has(source) && source < this.#self)) {
      // A rank that tries several addresses may get through at two. And two ranks may dial each other at the same time: the
      // higher one's connection counts. Nothing to tell anybody.
      this.#strangers.delete(socket);
      socket.data.onFailure = () => {};
      return void socket.end(TAKEN);
    }
    this.#strangers.delete(socket);
    socket.timeout(0);
    socket.write(verdict.response);
    const link = new WebSocketLink(socket, verdict.source, false, this.#sink);
    socket.data.link = link;
    this.#add(verdict.source, link, socket);
  }

  #dial(card: Card): void {
    const { rank } = card;
    const addresses = this.#reachable(card);
    const { tls, connectTimeout = CONNECT_TIMEOUT } = this.#network ?? {};
    const lazy = this.#lazy?.[rank];
    const dialing = new Dialing(this.#job, this.#self, card, addresses, tls, {
      opened: (socket) => {
        if (!lazy) return;
        // The other rank may be busy for long. Meanwhile a script that has ended is not to be held.
        socket.unref();
        this.#watch?.add(socket, () => {});
      },
      connected: (socket) => {
        const link = new WebSocketLink(socket, rank, true, this.#sink);
        socket.data.link = link;
        this.#add(rank, link, socket);
      },
      failed: (reason, why) => {
        if (!lazy) {
          this.#failure ??= `${placeOf(card)}: ${reason}`;
          return this.#onChange();
        }
        // The other rank has dialed, too, and that connection is the one.
        if (why === "taken") return;
        this.#dialings.delete(rank);
        // It was too busy to answer, or this one to speak, within the seconds that a stranger has.
        if (why === "unanswered") this.#dial(card);
        else lazy.lost(`no connection: ${reason}`);
      },
    });
    this.#dialings.set(rank, dialing);
    if (!lazy || addresses.every((address) => address.startsWith(LOCAL))) return;
    const late = () => {
      if (dialing.over || dialing.open) return;
      dialing.stop();
      lazy.lost(`no connection within ${connectTimeout} s (${dialing.state})`);
    };
    setTimeout(late, connectTimeout * 1000).unref();
  }

  /** The addresses of a rank that may lead there from here. */
  #reachable({ addresses, hostIndex }: Card): readonly string[] {
    const network = this.#network;
    if (!network) return addresses;
    if (hostIndex === network.host) {
      // A listener that is bound to one address is not at loopback.
      const here = network.interface === undefined ? [LOOPBACK] : [];
      return [...new Set([...addresses.filter((address) => address.startsWith(LOCAL)), ...here, ...addresses])];
    }
    const abroad = addresses.filter((address) => !address.startsWith(LOCAL));
    return inOrder(abroad, ownAddresses(networkInterfaces()));
  }
}

/** `rank 1 on lab2`. */
function placeOf({ rank, host }: Card): string {
  return host === "" ? `rank ${rank}` : `rank ${rank} on ${host}`;
}
