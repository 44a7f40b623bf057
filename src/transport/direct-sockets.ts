// transport/direct-sockets: layer 3. Looks into a rank's connections itself, without a turn of the event loop: what arrives
// while a call waits is read by that call (a ping-pong of objects takes 25 % less), and long messages straight into their
// memory (16 MiB in half the time). Bun goes on to serve the sockets: it finds less, or nothing, to read. Polled by
// engine/progress.ts; made by websocket.ts.
import { type Pointer, ptr } from "bun:ffi";
import { cFunctions } from "./c-library.ts";
import type { WebSocketLink } from "./websocket-link.ts";

/** Bytes that are read at once where they do not go straight to their place. */
const CHUNK = 64 * 1024;
const POLLIN = 1;

function calls() {
  // Nobody has tried it elsewhere.
  if (process.platform !== "linux") return undefined;
  return cFunctions({
    read: { args: ["i32", "ptr", "usize"], returns: "i32" },
    poll: { args: ["ptr", "usize", "i32"], returns: "i32" },
  });
}

export class DirectSockets {
  readonly #links: WebSocketLink[];
  readonly #calls: NonNullable<ReturnType<typeof calls>>;
  readonly #buffer = new Uint8Array(CHUNK);
  readonly #at = ptr(this.#buffer);
  /** An array of `struct pollfd`, two words each: a descriptor; what is asked, and in the upper half what is answered. */
  readonly #asked: Int32Array;
  readonly #askedAt: Pointer;
  #polling = false;

  private constructor(links: WebSocketLink[], most: number, functions: NonNullable<ReturnType<typeof calls>>) {
    this.#links = links;
    this.#calls = functions;
    this.#asked = new Int32Array(2 * most);
    this.#askedAt = ptr(this.#asked);
  }

  /**
   * @param links whose sockets carry the plain bytes
   * @param most so many there may be, with those that are added
   * @returns undefined where sockets cannot be looked into
   */
  static of(links: readonly WebSocketLink[], most = links.length): DirectSockets | undefined {
    if (most === 0) return undefined;
    const functions = calls();
    return functions && new DirectSockets([...links], most, functions);
  }

  /** One more connection. */
  add(link: WebSocketLink): void {
    this.#links.push(link);
  }

  /** Takes in what has arrived, and sends what has been waiting. True when anything has moved. */
  poll(): boolean {
    if (this.#polling) return false;
    this.#polling = true;
    const links = this.#links;
    let moved = false;
    for (let i = 0; i < links.length; i++) if (links[i]!.advance()) moved = true;
    if (links.length === 1) moved = this.#read(links[0]!) || moved;
    else if (links.length > 1) moved = this.#readAny() || moved;
    this.#polling = false;
    return moved;
  }

  /** The event loop reads, too: nothing needs to be said. */
  rest(): boolean {
    return true;
  }
  rouse(): void {}

  /** One system call asks for all. */
  #readAny(): boolean {
    const links = this.#links;
    const asked = this.#asked;
    for (let i = 0; i < links.length; i++) {
      asked[2 * i] = links[i]!.fd;
      asked[2 * i + 1] = POLLIN;
    }
    if (this.#calls.poll(this.#askedAt, links.length, 0) <= 0) return false;
    let moved = false;
    for (let i = 0; i < links.length; i++) {
      if ((asked[2 * i + 1]! >> 16) & POLLIN && this.#read(links[i]!)) moved = true;
    }
    return moved;
  }

  /** The end of a connection and its errors are left to Bun, which is told of them again. */
  #read(link: WebSocketLink): boolean {
    const { fd, landing } = link;
    if (fd < 0) return false;
    // Asked for anew each time: memory that its owner has transferred is gone, and has no length.
    if (landing && landing.byteLength > 0) {
      const { landed } = link;
      const got = this.#calls.read(fd, (ptr(landing) + landed) as Pointer, landing.byteLength - landed);
      if (got <= 0) return false;
      link.land(got);
      return true;
    }
    const got = this.#calls.read(fd, this.#at, CHUNK);
    if (got <= 0) return false;
    link.receive(this.#buffer, got);
    return true;
  }
}
