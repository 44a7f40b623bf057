// transport/rendezvous: layer 3. Where rank 0 of a job without our launcher waits for the others, with TLS: who proves to
// have the job's token gets a channel, nobody else is heard. Called by wireup-engine.ts, in rank 0.
import { X509Certificate } from "node:crypto";
import type { Socket, TCPSocketListener } from "bun";
import type { FromLead, ToLead } from "../job/lead.ts";
import type { Certificate } from "../wire/control.ts";
import { Refusals } from "./refusals.ts";
import { RendezvousChannel } from "./rendezvous-channel.ts";
import { fingerprint, judge, type Meeting, REFUSAL } from "./rendezvous-proof.ts";

/** Seconds in which a stranger must have proved that it belongs here. */
const PROOF_SECONDS = 10;

export type RankChannel = RendezvousChannel<ToLead, FromLead>;

interface Guest {
  channel: RankChannel;
  /** Known only while the socket is open. */
  address: string;
}

export interface RendezvousEvents {
  /** A rank has proved itself. False: it is here already. */
  came(rank: number, channel: RankChannel): boolean;
  /** Connections were refused; not called for each. */
  refused(reason: string): void;
}

export class Rendezvous {
  readonly #listener: TCPSocketListener<Guest>;
  readonly #meeting: Meeting;
  readonly #print: string;
  readonly #events: RendezvousEvents;
  readonly #refusals: Refusals;
  /** Connections that have proved nothing yet, oldest first. */
  readonly #strangers = new Set<Socket<Guest>>();

  /**
   * Listens at the first of `ports` that is free.
   * @param hostnames the addresses to listen at: the first of these that the system has
   * @throws Error when no port is free
   */
  constructor(
    meeting: Meeting,
    tls: Certificate,
    hostnames: readonly string[],
    ports: readonly number[],
    events: RendezvousEvents,
  ) {
    this.#meeting = meeting;
    this.#print = fingerprint(new X509Certificate(tls.certificate).raw);
    this.#events = events;
    this.#refusals = new Refusals("rank 0", (text) => events.refused(text));
    this.#listener = this.#listen(tls, hostnames, ports);
    this.#listener.unref();
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Stops listening. Channels stay. */
  close(): void {
    this.#listener.stop();
  }

  #listen(tls: Certificate, hostnames: readonly string[], ports: readonly number[]): TCPSocketListener<Guest> {
    let failure = "there is none";
    for (const port of ports) {
      for (const hostname of hostnames) {
        try {
          return Bun.listen<Guest>({
            hostname,
            port,
            tls: { cert: tls.certificate, key: tls.key },
            socket: {
              binaryType: "uint8array",
              open: (socket) => this.#accept(socket),
              data: (socket, chunk) => socket.data.channel.receive(chunk as unknown as Uint8Array),
              drain: (socket) => socket.data.channel.drained(),
              close: (socket) => this.#gone(socket, "it was closed"),
              error: (socket, error) => this.#gone(socket, error.message),
              timeout: (socket) => this.#gone(socket, "it said nothing in time"),
            },
          });
        } catch (error) {
          failure = (error as Error).message;
        }
      }
    }
    throw new Error(`Cannot wait for the other ranks at port ${ports.join(", ")}: ${failure}`);
  }

  #accept(socket: Socket<Guest>): void {
    const channel: RankChannel = new RendezvousChannel(socket);
    socket.data = { channel, address: socket.remoteAddress };
    socket.timeout(PROOF_SECONDS);
    socket.unref();
    this.#strangers.add(socket);
    channel.onLine = (line) => this.#hear(socket, line);
    channel.onClose = (reason) => this.#refuse(socket, reason);
    const [oldest] = this.#strangers;
    if (this.#strangers.size > 4 * this.#meeting.size + 64) this.#gone(oldest!, "it said nothing in time");
  }

  #hear(socket: Socket<Guest>, line: string): void {
    const { channel } = socket.data;
    const verdict = judge(this.#meeting, line, this.#print);
    if (!verdict) {
      channel.close(REFUSAL);
      return this.#refuse(socket, "it has not the job's token, or another number of ranks");
    }
    // A rank tries several ways, of which one is enough.
    channel.onClose = () => this.#strangers.delete(socket);
    if (!this.#events.came(verdict.rank, channel)) {
      channel.close(REFUSAL);
      return this.#refuse(socket, "it is here already");
    }
    this.#strangers.delete(socket);
    socket.timeout(0);
    channel.say(verdict.answer);
  }

  #gone(socket: Socket<Guest>, reason: string): void {
    socket.data.channel.closed(reason);
  }

  #refuse(socket: Socket<Guest>, reason: string): void {
    this.#strangers.delete(socket);
    this.#refusals.add(socket.data.address, reason);
  }
}
