// cli/agent/join-listener: layer 10. Where an agent that waits for work listens: TLS, then the proof of the code, and only
// then anything else. Strangers cost little, are counted, and after some tries not listened to. Used by waiting.ts.
import { X509Certificate } from "node:crypto";
import type { Socket, TCPSocketListener } from "bun";
import type { Certificate } from "../../src/wire/control.ts";
import { ByteSocket, byteHandlers } from "./byte-socket.ts";
import { Incoming } from "./incoming.ts";
import { JoinGuard, MOST_FAILURES, PAUSE_MS } from "./join-guard.ts";
import * as proofs from "./join-proof.ts";

/** A connection that has proved the code. */
export interface Joined {
  readonly address: string;
  readonly socket: ByteSocket;
  /** What the launcher sends from now on. */
  readonly incoming: AsyncIterable<Uint8Array>;
}

export interface ListenerEvents {
  /** Why no other job can be taken now; undefined: one can. */
  busy(): string | undefined;
  /** A launcher has come with a job, and was told that it is welcome. */
  joined(joined: Joined): void;
  /** Somebody could not prove the code; one line for the user. */
  refused(text: string): void;
}

export interface ListenerOptions {
  /** Numeric; both kinds of "any address" are tried where there is none. */
  readonly hostname: string | undefined;
  /** 0: whichever is free. */
  readonly port: number;
  readonly certificate: Certificate;
  readonly secret: Uint8Array;
  /** For tests. */
  readonly guard?: JoinGuard;
}

/** Time for the whole way to the proof. */
const PROOF_MS = 5000;
/** What may come before the proof: its line, and no more. */
const PROOF_BYTES = 1024;
/** Connections without proof at the same time, in all and from one address. */
const STRANGERS = 64;
const STRANGERS_EACH = 8;

/** SHA-256 of a certificate, hex. */
export function certificateHash({ certificate }: Pick<Certificate, "certificate">): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
}

export class JoinListener {
  readonly port: number;
  #server: TCPSocketListener<ByteSocket>;
  #secret: Uint8Array;
  #certificate: string;
  #events: ListenerEvents;
  #guard: JoinGuard;
  /** Connections that have not proved anything yet, and what stops their clocks. */
  #strangers = new Map<ByteSocket, () => void>();
  #all = new Set<ByteSocket>();
  #closed = false;

  /** @throws Error when it cannot listen there */
  constructor(options: ListenerOptions, events: ListenerEvents) {
    this.#secret = options.secret;
    this.#certificate = certificateHash(options.certificate);
    this.#events = events;
    this.#guard = options.guard ?? new JoinGuard();
    this.#server = this.#listen(options);
    this.port = this.#server.port;
  }

  /** Listens no more, and ends every connection. */
  close(): void {
    this.#closed = true;
    this.#server.stop(true);
    for (const socket of this.#all) socket.kill();
  }

  #listen({ hostname, port, certificate }: ListenerOptions): TCPSocketListener<ByteSocket> {
    const tls = { cert: certificate.certificate, key: certificate.key };
    const socket = {
      ...byteHandlers,
      open: (socket: Socket<ByteSocket>) => this.#open(socket),
      handshake: (socket: Socket<ByteSocket>, success: boolean) => {
        if (success) void this.#meet(socket.data);
        else socket.data.kill();
      },
    };
    let failure: unknown;
    for (const each of hostname === undefined ? ["::", "0.0.0.0"] : [hostname]) {
      try {
        return Bun.listen<ByteSocket>({ hostname: each, port, tls, socket });
      } catch (error) {
        failure = error;
      }
    }
    throw new Error(`Cannot listen at port ${port}: ${(failure as Error).message}`);
  }

  #open(socket: Socket<ByteSocket>): void {
    const stream = new ByteSocket(socket);
    socket.data = stream;
    const neighbours = [...this.#strangers.keys()].filter(({ address }) => address === stream.address).length;
    const crowded = this.#strangers.size >= STRANGERS || neighbours >= STRANGERS_EACH;
    if (crowded || this.#guard.refuses(stream.address)) return stream.kill();
    stream.allowance = PROOF_BYTES;
    const timer = setTimeout(() => stream.kill(), PROOF_MS);
    this.#strangers.set(stream, () => clearTimeout(timer));
    this.#all.add(stream);
    void stream.ended.then(() => {
      this.#known(stream);
      this.#all.delete(stream);
    });
  }

  /** No stranger any more. */
  #known(stream: ByteSocket): void {
    this.#strangers.get(stream)?.();
    this.#strangers.delete(stream);
  }

  /** The proof, both ways. */
  async #meet(socket: ByteSocket): Promise<void> {
    const agentNonce = proofs.joinNonce();
    const say = (line: string) => socket.outgoing.write(new TextEncoder().encode(`${line}\n`));
    say(`${proofs.JOIN}${proofs.JOIN_PROTOCOL} ${agentNonce}`);
    const incoming = new Incoming(socket.incoming);
    const [wish, launcherNonce, proof] = ((await incoming.line(proofs.PROVE)) ?? "").split(" ");
    const { address } = socket;
    // Many connections at once are no way around the count.
    if (this.#closed || this.#guard.refuses(address)) return socket.kill();
    if (!proofs.isWish(wish) || !proofs.isNonce(launcherNonce)) return this.#fail(socket, "did not prove the code");
    const meeting = { wish, certificate: this.#certificate, agentNonce, launcherNonce };
    if (!proofs.isProof(proof, "launcher", this.#secret, meeting)) {
      say(`${proofs.REFUSED}that is not this agent's code`);
      return this.#fail(socket, "came with a wrong code");
    }
    this.#known(socket);
    socket.allowance = Number.POSITIVE_INFINITY;
    this.#guard.proved(address);
    const busy = this.#events.busy();
    if (wish === "job" && busy !== undefined) {
      say(`${proofs.REFUSED}${busy}`);
      return socket.outgoing.close();
    }
    say(`${proofs.WELCOME}${proofs.joinProof("agent", this.#secret, meeting)} ${busy === undefined ? "free" : "busy"}`);
    if (wish === "look") return socket.outgoing.close();
    this.#events.joined({ address, socket, incoming: incoming.bytes() });
  }

  #fail(socket: ByteSocket, what: string): void {
    const failures = this.#guard.failed(socket.address);
    const pause = failures >= MOST_FAILURES ? `; not listened to for ${PAUSE_MS / 1000} s` : "";
    this.#events.refused(`${socket.address} ${what} (${failures} of ${MOST_FAILURES})${pause}`);
    socket.outgoing.close();
    // Who does not take the answer is not waited for.
    setTimeout(() => socket.kill(), 1000).unref();
  }
}
