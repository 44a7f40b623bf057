// test/programs/stand-in-rank: speaks a rank's side of the control channel without any messages between ranks, and then
// does what its first argument names. The launcher's tests start it in place of real ranks.
import { closeSync, writeSync } from "node:fs";
import { ownGroup } from "../../cli/own-group.ts";
import { ControlReader, encodeControl, type FromRank, type RankState, type ToRank } from "../../src/wire/control.ts";

ownGroup();
const [behaviour = "", ...args] = process.argv.slice(2);
const rank = Number(process.env.TSMPI_RANK);
const size = Number(process.env.TSMPI_SIZE);
const forEver = () => new Promise<never>(() => setInterval(() => {}, 1000));

const arrived = new Map<string, (message: ToRank) => void>();
const next = <K extends ToRank["kind"]>(kind: K) =>
  new Promise<Extract<ToRank, { kind: K }>>((resolve) => arrived.set(kind, resolve as (message: ToRank) => void));
const answers: { state?: RankState; given: () => void } = { given: () => {} };

const reader = new ControlReader<ToRank>();
const options = {
  fd: 3,
  socket: {
    data(_: Bun.Socket, bytes: Uint8Array) {
      for (const message of reader.push(bytes)) {
        arrived.get(message.kind)?.(message);
        if (message.kind !== "ask" || answers.state === undefined) continue;
        send({ kind: "state", id: message.id, state: answers.state });
        answers.given();
      }
    },
  },
};
const firstJob = next("job");
const channel = await Bun.connect(options as unknown as Bun.UnixSocketOptions);
function send(message: FromRank): void {
  channel.write(encodeControl(message));
}

function out(text: string | Uint8Array, fd = 1): void {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

const waiting = (call: string, counts = { sent: 4, received: 4 }): RankState => ({
  blocked: true,
  finished: false,
  ...counts,
  waits: [{ call, where: "script.ts:5:20" }],
});

const idle: RankState = { blocked: false, finished: true, sent: 4, received: 4, waits: [] };

async function finish(code = 0): Promise<never> {
  const done = next("done");
  answers.state ??= idle;
  send({ kind: "finished", code });
  await done;
  process.exit(code);
}

function block(state: RankState): Promise<never> {
  answers.state = state;
  send({ kind: "blocked", state });
  return forEver();
}

/** For ranks that are told apart by their number: what rank `who` does, while the others wait. */
const only = (who: string | undefined, action: () => unknown) => (rank === Number(who) ? action() : forEver());

const behaviours: Record<string, () => unknown> = {
  nothing: () => {},
  "wait-for-ever": forEver,
  /** Prints arguments and place. */
  place: () => {
    const names = ["RANK", "SIZE", "LOCAL_RANK", "LOCAL_SIZE", "JOB_ID"].map((name) => process.env[`TSMPI_${name}`]);
    out(`${JSON.stringify({ args, names, cwd: process.cwd(), env: process.env })}\n`);
  },
  /** `count` lines on stdout and on stderr, each said to be whole by its length. */
  lines: () => {
    const [count, length] = args.map(Number);
    for (let i = 0; i < count!; i++) {
      const line = `${rank} ${i} `.padEnd(length!, String(rank));
      out(`${line}\n`, i % 2 ? 1 : 2);
    }
  },
  /** `count` lines of which each is written in three parts with turns of the event loop between. */
  "broken-lines": async () => {
    for (let i = 0; i < Number(args[0]); i++) {
      for (const part of [`<${rank}`, `-${rank}-`, `${rank}>\n`]) {
        out(part);
        await Bun.sleep(1);
      }
    }
  },
  /** Rank 0 writes `size` bytes in blocks, without a newline if told so, and then fails if told so. */
  flood: () => {
    if (rank !== 0) return;
    const block = Buffer.alloc(
      64 * 1024,
      "abcdefghijklmnopqrstuvwxyz01234".padEnd(63, "#") + (args[1] === "long" ? "-" : "\n"),
    );
    for (let left = Number(args[0]); left > 0; left -= block.length)
      out(block.subarray(0, Math.min(left, block.length)));
    if (args[2] === "fail") process.exit(3);
  },
  /** Writes lines until somebody stops it. */
  "flood-for-ever": async () => {
    for (;;) {
      out(`${"y".repeat(1000)}\n`.repeat(64));
      await new Promise(setImmediate);
    }
  },
  bytes: () => out(new Uint8Array(256).map((_, i) => 255 - i)),
  "unfinished-lines": () => out(`last of ${rank}`),
  /** Asks, and prints what it is answered. */
  ask: async () => {
    if (rank !== 0) return;
    out("name? ");
    for await (const line of console) {
      out(`hello ${line}\n`);
      break;
    }
  },
  /** Puts its terminal into raw mode and dies. */
  "raw-terminal": () => {
    process.stdin.setRawMode(true);
    out("raw mode\n");
    process.kill(process.pid, "SIGKILL");
    return forEver();
  },
  /** Prints how many bytes of standard input it has got. */
  stdin: async () => {
    let bytes = 0;
    for await (const chunk of Bun.stdin.stream()) bytes += chunk.byteLength;
    out(`rank ${rank} read ${bytes}\n`);
  },
  /** Rank 0 stops in the middle of a line; the other one writes when SIGUSR2 comes. */
  "hold-a-line": () => {
    process.on("SIGUSR2", () => {
      if (rank === 1) out("the other rank\n");
    });
    if (rank === 0) out("x".repeat(300 * 1024));
    else out("ready\n", 2);
    return forEver();
  },
  throw: () =>
    only(args[0], () => {
      out(`rank ${rank} is about to fail\n`);
      send({ kind: "failed", code: 1, report: "TypeError: x is not a function\n    at step (script.ts:12:9)" });
      process.exit(1);
    }),
  "throw-all": () => {
    send({ kind: "failed", code: 1, report: `Error: of rank ${rank}` });
    process.exit(1);
  },
  abort: () =>
    only(args[0], () => {
      send({ kind: "abort", code: Number(args[1]), where: "script.ts:3:1" });
      process.exit(Number(args[1]));
    }),
  "abort-all": () => {
    send({ kind: "abort", code: rank + 1 });
    process.exit(rank + 1);
  },
  exit: () =>
    only(args[0], () => {
      send({ kind: "exiting", code: Number(args[1]) });
      process.exit(Number(args[1]));
    }),
  "exit-without-a-word": () => only(args[0], () => process.exit(Number(args[1]))),
  /** Rank 1 leaves early with code 0, the others finish. */
  "leave-early": () => {
    if (rank !== 1) return;
    send({ kind: "exiting", code: 0 });
    process.exit(0);
  },
  "finish-with": () => only(args[0], () => finish(Number(args[1]))),
  kill: () => only(args[0], () => process.kill(process.pid, args[1] as NodeJS.Signals)),
  /** Rank 0 tells that it fails because rank 1 is gone, which is killed only then. */
  "lose-a-peer": () =>
    only("0", () => {
      send({ kind: "lost", peer: 1, reason: "closed" });
      send({ kind: "failed", code: 1, report: "MPI.Exception: Cannot receive from rank 1" });
      process.kill(cards[1]!.pid, "SIGKILL");
      process.exit(1);
    }),
  "lose-a-connection": () =>
    only("0", () => {
      send({ kind: "lost", peer: 1, reason: "reset by peer" });
      return forEver();
    }),
  /** Does not end when asked to, and has a child that does not either. */
  stubborn: () => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});
    Bun.spawn(["sh", "-c", "trap '' INT TERM HUP; while :; do sleep 1; done"]);
    out(`ready ${rank}\n`);
    return forEver();
  },
  /** Ends in good order when it is interrupted. */
  polite: () => {
    process.on("SIGINT", () => {
      out(`rank ${rank} cleans up\n`);
      process.exit(0);
    });
    out(`ready ${rank}\n`);
    return forEver();
  },
  usr1: async () => {
    const got = new Promise<void>((resolve) => process.on("SIGUSR1", () => resolve()));
    out(`ready ${rank}\n`);
    const alive = setInterval(() => {}, 1000);
    await got;
    clearInterval(alive);
    out(`rank ${rank} got it\n`);
  },
  /** Leaves a process behind that holds its output open and is in a session of its own. */
  "leave-a-child": () => {
    Bun.spawn(["setsid", "sleep", "5"], { stdio: ["ignore", "inherit", "inherit"] }).unref();
    out("done\n");
  },
  /** Ranks 0 and 1 wait for each other, the others finish. */
  deadlock: () => {
    if (rank < 2) return block(waiting(`recv(source ${1 - rank}, tag 7) on COMM_WORLD`));
    if (rank === 2 && args[0] === "leave") {
      send({ kind: "exiting", code: 0 });
      process.exit(0);
    }
  },
  "same-deadlock": () => block(waiting("barrier() on COMM_WORLD")),
  /** All seem blocked, but a message is on its way, and it comes after the first rounds of questions. */
  "late-message": async () => {
    if (rank !== 0) {
      answers.state = waiting("recv(source 0, tag 1) on COMM_WORLD");
      send({ kind: "blocked", state: answers.state });
      await new Promise<void>((resolve) => process.on("SIGUSR2", () => resolve()));
      send({ kind: "unblocked" });
      return;
    }
    let asked = 0;
    answers.given = () => {
      if (++asked === 3) process.kill(process.ppid, "SIGUSR2");
    };
    answers.state = waiting("send(dest 1, tag 1) on COMM_WORLD", { sent: 5, received: 4 });
    send({ kind: "blocked", state: answers.state });
    await new Promise<void>((resolve) => process.on("SIGUSR2", () => resolve()));
    answers.state = idle;
    send({ kind: "unblocked" });
  },
  /** Rank 0 computes and answers nothing, rank 1 waits, the others have finished. */
  slow: () => {
    if (rank === 0) return forEver();
    if (rank === 1) {
      answers.state = { ...waiting("recv(source 0, tag 7) on COMM_WORLD"), blocked: false };
      return forEver();
    }
  },
  note: () => send({ kind: "note", text: args[0]! }),
  garbage: () => {
    if (rank === 0) writeSync(3, Buffer.alloc(64, 0xff));
    return forEver();
  },
  "close-channel": () => {
    if (rank === 0) closeSync(3);
    return forEver();
  },
};

if (behaviour === "never-start") await (rank === 1 ? forEver() : undefined);
const job = await firstJob;
if (job.rank !== rank || job.size !== size || job.secret.byteLength !== 32 || job.launcher !== process.ppid)
  process.exit(99);
const world = next("world");
const card = {
  rank,
  pid: process.pid,
  host: "here",
  hostIndex: 0,
  addresses: ["127.0.0.1"],
  port: 1,
  nonce: new Uint8Array(16),
};
send({ kind: "card", card });
const { cards } = await world;
if (cards.some((card, i) => card.rank !== i)) process.exit(98);
send({ kind: "connected" });
await behaviours[behaviour]!();
await finish();
