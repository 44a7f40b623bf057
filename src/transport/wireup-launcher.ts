// transport/wireup-launcher: layer 3. Wire-up with `tsmpi run`, over file descriptor 3.
import type { Socket } from "bun";
import {
  type Card,
  ControlReader,
  encodeControl,
  type FromRank,
  isNews,
  type Network,
  type News,
  type RankState,
  type ToRank,
} from "../wire/control.ts";
import type { JobKey } from "./handshake.ts";
import { leaveAtOnce } from "./leave-at-once.ts";
import type { SharedPlace, WireUp } from "./wireup.ts";

const CONTROL = 3;
const SHARED_MEMORY = 4;

type Job = Extract<ToRank, { kind: "job" }>;

export class LauncherWireUp implements WireUp {
  readonly job: JobKey;
  readonly rank: number;
  readonly size: number;
  readonly localSize: number;
  readonly network: Network | undefined;
  readonly sharedMemory: SharedPlace | undefined;
  /** Process id of the launcher. */
  readonly launcher: number;
  onAsk: () => RankState = () => ({ blocked: false, finished: false, sent: 0, received: 0, waits: [] });
  onNews: (message: News) => void = () => {};
  readonly #socket: Socket;
  readonly #world = Promise.withResolvers<readonly Card[]>();
  readonly #done = Promise.withResolvers<void>();

  private constructor(socket: Socket, job: Job) {
    this.#socket = socket;
    this.job = { id: job.id, secret: job.secret };
    this.rank = job.rank;
    this.size = job.size;
    this.localSize = job.localSize;
    this.network = job.network;
    if (job.sharedMemory !== undefined) {
      const path = `/proc/self/fd/${SHARED_MEMORY}`;
      this.sharedMemory = { path, bytes: job.sharedMemory, rank: job.localRank, size: job.localSize };
    }
    this.launcher = job.launcher;
  }

  /** Opens the control channel and waits for the job. A rank without its launcher ends at once. */
  static async open(): Promise<LauncherWireUp> {
    const first = Promise.withResolvers<Job>();
    const reader = new ControlReader<ToRank>();
    let wireup: LauncherWireUp | undefined;
    const socket = await Bun.connect({
      // Not in Bun's types: an inherited socket by its descriptor.
      ...({ fd: CONTROL } as unknown as { unix: string }),
      socket: {
        data: (_, chunk) => {
          for (const message of reader.push(chunk)) {
            if (message.kind === "job") first.resolve(message);
            else if (wireup) wireup.#take(message);
          }
        },
        // Not process.exit, which would say goodbye to the other ranks: they would take it for a script that has ended.
        close: () => leaveAtOnce(1),
        error: () => leaveAtOnce(1),
      },
    });
    wireup = new LauncherWireUp(socket, await first.promise);
    // From here on only who waits for the launcher keeps the event loop alive.
    socket.unref();
    return wireup;
  }

  exchange(card: Card): Promise<readonly Card[]> {
    this.#socket.ref();
    this.tell({ kind: "card", card });
    return this.#world.promise.then((cards) => {
      this.#socket.unref();
      return cards;
    });
  }

  tell(message: FromRank): void {
    const bytes = encodeControl(message);
    // Nearly always all of it. Loading node:fs takes 1 ms of a rank's start.
    let at = Math.max(0, this.#socket.write(bytes));
    if (at === bytes.byteLength) return;
    const { writeSync } = require("node:fs") as typeof import("node:fs");
    while (at < bytes.byteLength) {
      try {
        at += writeSync(CONTROL, bytes, at);
      } catch (error) {
        // The launcher is slow to read: these messages are few and short, so waiting here is better than losing one.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
        Bun.sleepSync(1);
      }
    }
  }

  finished(code: number): Promise<void> {
    this.#socket.ref();
    this.tell({ kind: "finished", code });
    // A script that has called finalize itself may go on for a while, and then ends like any other program.
    return this.#done.promise.then(() => {
      this.#socket.unref();
    });
  }

  #take(message: ToRank): void {
    if (message.kind === "world") this.#world.resolve(message.cards);
    else if (message.kind === "done") this.#done.resolve();
    else if (isNews(message)) this.onNews(message);
    else if (message.kind === "ask") this.tell({ kind: "state", id: message.id, state: this.onAsk() });
  }
}
