// transport/link-watch: layer 3. Notices that a connection with another host leads nowhere any more, though both hosts live.
// It looks at what the two kernels say to each other, not the ranks: one that computes, or that reads nothing, is not lost.
// Called by websocket.ts.
import { ptr } from "bun:ffi";
import type { Socket } from "bun";
import { cFunctions } from "./c-library.ts";

/** Seconds without an answer after which a connection is lost, where the launcher does not say. */
const HEARTBEAT = 10;
/** Looks in that time; a connection is lost when two in a row find it so. */
const LOOKS = 10;
/** The part of that time that an answer may take: the launcher waits a while for news of the host before it reports. */
const PART = 0.8;
/** But no less than this: Linux answers the first questions after a peer that reads nothing up to 1.2 s apart. */
const LEAST_MS = 2000;
/** Bun's keepalive gives up after ten questions, one a second. */
const KEEPALIVE_SECONDS = 10;

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
/** Bytes of Linux's `struct tcp_info`, and where in it is what. */
const INFO_BYTES = 104;
const info = { retransmits: 2, probes: 3, lastAnswer: 56 } as const;

interface Watched {
  readonly lost: (reason: string) => void;
  /** How many looks in a row have found that nothing answers. */
  silent: number;
}

export class LinkWatch {
  readonly #seconds: number;
  /** Milliseconds. */
  readonly #patience: number;
  readonly #links = new Map<Socket<any>, Watched>();
  readonly #silence = process.platform === "linux" ? silenceOf() : undefined;
  #timer: Timer | undefined;

  /** @param seconds how long a connection may be without an answer */
  constructor(seconds = HEARTBEAT) {
    this.#seconds = seconds;
    this.#patience = Math.max(LEAST_MS, PART * seconds * 1000);
  }

  /** Watches a connection until it is closed. @param lost called at most once; the connection is gone then */
  add(socket: Socket<any>, lost: (reason: string) => void): void {
    // The kernel asks where nothing is sent, early enough to have asked within the time and not to give up before it.
    const idle = Math.max(1, this.#seconds / 4, this.#seconds - KEEPALIVE_SECONDS);
    socket.setKeepAlive(true, idle * 1000);
    if (this.#silence === undefined) return;
    this.#links.set(socket, { lost, silent: 0 });
    this.#timer ??= setInterval(() => this.#look(), (this.#seconds * 1000) / LOOKS);
    this.#timer.unref();
  }

  #look(): void {
    for (const [socket, watched] of this.#links) {
      const silence = socket.readyState > 0 ? this.#silence!((socket as { fd?: number }).fd ?? -1) : undefined;
      if (silence === undefined) this.#links.delete(socket);
      else if (silence < this.#patience) watched.silent = 0;
      else if (++watched.silent === 2) {
        this.#links.delete(socket);
        watched.lost(`no answer for ${Math.round(silence / 1000)} s`);
        socket.terminate();
      }
    }
    if (this.#links.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * For how many milliseconds the other kernel has owed an answer; undefined: this is no TCP connection. A kernel whose
 * process reads nothing answers too, that it has no room: what is owed is never what the process has to do.
 */
function silenceOf(): ((fd: number) => number | undefined) | undefined {
  const functions = cFunctions({ getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" } });
  if (functions === undefined) return undefined;
  const bytes = new DataView(new ArrayBuffer(INFO_BYTES));
  const length = new Uint32Array(1);
  return (fd) => {
    length[0] = INFO_BYTES;
    if (functions.getsockopt(fd, IPPROTO_TCP, TCP_INFO, ptr(bytes.buffer), ptr(length)) !== 0) return undefined;
    const owed = bytes.getUint8(info.retransmits) > 0 || bytes.getUint8(info.probes) > 0;
    return owed ? bytes.getUint32(info.lastAnswer, true) : 0;
  };
}
