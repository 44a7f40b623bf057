// engine/farewell: layer 4. The end of this process: those that it is connected with are told bye at once, others when they
// connect; and what there is to wait for before and after. Owned by engine.ts, called by runtime.ts.
import type { Link } from "../transport/transport.ts";
import { encodeBye } from "../wire/frame.ts";
import { Operation } from "./operation.ts";
import type { Peers } from "./peers.ts";

export class Farewell {
  readonly #self: number;
  readonly #links: readonly (Link | undefined)[];
  readonly #peers: Peers;
  readonly #told = new Set<number>();
  /** Byes. */
  #sent = 0;
  #said = false;
  #made: Operation<void> | undefined;

  /** Tells some processes in one go, and says whom; called when all that was sent to them has left. */
  together: () => readonly number[] = () => [];

  constructor(self: number, links: readonly (Link | undefined)[], peers: Peers) {
    this.#self = self;
    this.#links = links;
    this.#peers = peers;
  }

  /** Frames handed to links. */
  get sent(): number {
    return this.#sent;
  }

  /** Tells all that there is a connection with, or about to be one; what is queued goes as far as it can without waiting. */
  say(): void {
    this.#said = true;
    if (this.flushed) for (const peer of this.together()) this.#told.add(peer);
    for (const [peer, link] of this.#links.entries()) {
      if (peer !== this.#self && link && link.state !== "idle") this.#tell(peer, link);
    }
  }

  /** There is a connection with `peer`, or there will be none. */
  settled(peer: number): void {
    const link = this.#links[peer];
    if (this.#said && link) this.#tell(peer, link);
    if (!this.connecting) this.#made?.resolve();
  }

  /** Something waits for a connection that is being made. */
  get connecting(): boolean {
    return this.#links.some((link) => link?.state === "connecting");
  }

  /** Settles when no connection is being made. */
  made(): Operation<void> {
    this.#made = new Operation<void>();
    if (!this.connecting) this.#made.resolve();
    return this.#made;
  }

  /** True when nothing more can come: every other process has said bye, or is gone, or there is no connection with it. */
  get quiet(): boolean {
    return this.#links.every(
      (link, peer) => !link || link.state === "idle" || peer === this.#self || this.#peers.isQuiet(peer),
    );
  }

  /** True when all bytes that were sent have been handed to the operating system. */
  get flushed(): boolean {
    return this.#links.every((link) => !link || link.queued === 0);
  }

  /** Hands queued bytes over as far as that goes without waiting. */
  flush(): void {
    for (const link of this.#links) link?.flush();
  }

  #tell(peer: number, link: Link): void {
    if (this.#told.has(peer)) return;
    this.#told.add(peer);
    this.#sent++;
    link.send(encodeBye());
    link.flush();
  }
}
