// Ranks that wait for each other in a circle: found, reported, and not seen where there is none.
import { test } from "uvu";
import { DeadlockWatch } from "../../../src/job/deadlock-watch.ts";
import type { RankState } from "../../../src/wire/control.ts";
import { equal, is } from "../../support/assert.ts";
import { run } from "./launching.ts";

const advice =
  "tsmpi: each of these calls needs a partner that calls it too (TSMPI_DEADLOCK_TIMEOUT=0 switches this watch off)";

test("two ranks that wait for each other are reported with their calls and lines, and the job ends with 1", async () => {
  const { code, stderr, left } = await run(3, ["deadlock"]);
  equal({ code, left }, { code: 1, left: [] });
  equal(stderr.split("\n"), [
    "tsmpi: deadlock: every rank waits, and no message is on its way",
    "  rank 0  recv(source 1, tag 7) on COMM_WORLD  at script.ts:5:20",
    "  rank 1  recv(source 0, tag 7) on COMM_WORLD  at script.ts:5:20",
    "  rank 2  has finished",
    advice,
    "tsmpi: 3 ranks were stopped, exit code 1",
    "",
  ]);
});

test("a rank that has left counts as one that cannot help", async () => {
  const { code, stderr, left } = await run(3, ["deadlock", "leave"]);
  equal({ code, left }, { code: 1, left: [] });
  is(stderr.split("\n")[3], "  rank 2  has left");
});

test("ranks that wait for the same are one line", async () => {
  const { stderr } = await run(5, ["same-deadlock"]);
  is(stderr.split("\n")[1], "  ranks 0-4  barrier() on COMM_WORLD  at script.ts:5:20");
});

test("a message that is on its way is no deadlock", async () => {
  const { code, stderr } = await run(2, ["late-message"]);
  equal({ code, stderr }, { code: 0, stderr: "" });
});

const state = (blocked: boolean, sent: number, received: number): RankState => ({
  blocked,
  finished: false,
  sent,
  received,
  waits: [],
});

/** A watch over two ranks whose answers are given round by round; resolves with the number of rounds that it took. */
async function rounds(answers: [RankState, RankState][], told: (readonly number[])[] = []): Promise<number> {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  const watch = new DeadlockWatch(2, {
    async ask() {
      const [a, b] = answers[Math.min(asked, answers.length - 1)]!;
      asked++;
      return new Map([
        [0, a],
        [1, b],
      ]);
    },
    standstill: (ranks) => told.push(ranks),
    deadlock: () => resolve(asked),
  });
  watch.blocked(0);
  watch.blocked(1);
  return promise;
}

test("two rounds that agree are needed", async () => {
  is(await rounds([[state(true, 3, 2), state(true, 4, 5)]]), 2);
});

test("rounds in which a rank works, a count changes or sums differ do not count", async () => {
  const still: [RankState, RankState] = [state(true, 4, 2), state(true, 4, 6)];
  is(
    await rounds([
      [state(true, 3, 2), state(true, 4, 5)],
      [state(false, 3, 2), state(true, 4, 5)],
      [state(true, 3, 2), state(true, 4, 5)],
      [state(true, 4, 2), state(true, 4, 5)],
      still,
      still,
    ]),
    6,
  );
});

test("ranks at the end of a block are told first, once, and have two rounds more to say what has ended it", async () => {
  const told: (readonly number[])[] = [];
  const ending = { ...state(true, 4, 5), endsBlock: true };
  is(await rounds([[state(true, 3, 2), ending]], told), 4);
  equal(told, [[1]]);
});

test("nothing is asked while a rank is busy, or after stop()", async () => {
  let asked = 0;
  const watch = new DeadlockWatch(3, {
    async ask() {
      asked++;
      return new Map();
    },
    standstill: () => {},
    deadlock: () => {},
  });
  watch.blocked(0);
  watch.finished(1);
  watch.blocked(2);
  watch.unblocked(2);
  is(asked, 1, "all were blocked or finished for a moment");
  watch.stop();
  watch.blocked(2);
  await Bun.sleep(0);
  is(asked, 1);
});

test.run();
