// The lock of a window: who gets it when.
import { test } from "uvu";
import { Locks, OwnWord } from "../../src/rma/locks.ts";
import { equal, is, not, ok } from "../support/assert.ts";
import { random } from "../support/lanes.ts";

/** A lock, and the order in which it was given. */
function lock() {
  const word = new OwnWord();
  const given: number[] = [];
  const locks = new Locks(word);
  const take = (process: number, exclusive: boolean) => locks.take(process, exclusive, () => given.push(process));
  return { word, locks, given, take };
}

test("shared holders have it at the same time, an exclusive one alone", () => {
  const { locks, given, take } = lock();
  take(1, false);
  take(2, false);
  take(3, true);
  equal(given, [1, 2]);
  locks.give(1);
  equal(given, [1, 2]);
  locks.give(2);
  equal(given, [1, 2, 3]);
  take(1, false);
  take(2, true);
  equal(given, [1, 2, 3]);
  locks.give(3);
  equal(given, [1, 2, 3, 1]);
  locks.give(1);
  equal(given, [1, 2, 3, 1, 2]);
});

test("who asks later does not overtake an exclusive wish, so that nobody starves", () => {
  const { locks, given, take } = lock();
  take(1, false);
  take(2, true);
  take(3, false);
  equal(given, [1]);
  locks.give(1);
  equal(given, [1, 2]);
  locks.give(2);
  equal(given, [1, 2, 3]);
});

test("the word says that somebody waits, and who holds it directly makes way", () => {
  const { word, locks, given, take } = lock();
  ok(word.take(true));
  not(word.take(false));
  not(word.isWanted);
  take(1, false);
  ok(word.isWanted);
  word.give(true);
  locks.serve();
  equal(given, [1]);
  not(word.isWanted);
  ok(word.take(false));
  not(word.take(true));
});

test("giving back what is not held changes nothing", () => {
  const { word, locks } = lock();
  locks.give(5);
  ok(word.take(true));
});

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
test(`random wishes are all granted, never an exclusive one beside another (seed ${seed})`, () => {
  const next = random(seed);
  const word = new OwnWord();
  const locks = new Locks(word);
  const holders = new Map<number, boolean>();
  let granted = 0;
  for (let process = 0; process < 500; process++) {
    const exclusive = next(2) === 0;
    locks.take(process, exclusive, () => {
      ok(holders.size === 0 || (!exclusive && ![...holders.values()].includes(true)), `process ${process}`);
      holders.set(process, exclusive);
      granted++;
    });
    while (holders.size > 0 && next(3) > 0) {
      const [holder] = [...holders.keys()].slice(next(holders.size));
      holders.delete(holder!);
      locks.give(holder!);
    }
  }
  while (holders.size > 0) {
    const [holder] = holders.keys();
    holders.delete(holder!);
    locks.give(holder!);
  }
  is(granted, 500);
});

test.run();
