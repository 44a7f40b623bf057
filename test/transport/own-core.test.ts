// Ranks that have a core each: which of them goes to another core, and to which.
import { test } from "uvu";
import type { Cores } from "../../src/transport/cores.ts";
import { apart, type Whereabouts } from "../../src/transport/own-core.ts";
import { equal, is, ok } from "../support/assert.ts";

/** Pauses in which a rank that is going to go has tried to. */
const MANY = 10_000;

/** A rank on core 4 of `allowed`; those of `busy` have others to run, and at some cores there are other ranks. */
function rankOn4(allowed: number[], ranks: { lower: number[]; higher?: number[] }, busy: number[] = []) {
  const state = { core: 4, pauses: 0, went: [] as number[], told: [] as number[] };
  const here: Cores = {
    current: () => state.core,
    allowed: () => allowed,
    go: (core) => {
      state.core = core;
      state.went.push(core);
      if (busy.includes(core)) for (const begin = Bun.nanoseconds(); Bun.nanoseconds() - begin < 600_000; );
    },
  };
  const whereabouts: Whereabouts = {
    tell: (core) => void state.told.push(core),
    lowerAt: (core) => ranks.lower.includes(core),
    otherAt: (core) => ranks.lower.includes(core) || (ranks.higher ?? []).includes(core),
  };
  return { state, pause: apart(() => void state.pauses++, here, whereabouts) };
}

test("a rank tells where it is, and goes nowhere while no lower one is there", () => {
  const { state, pause } = rankOn4([3, 4, 5], { lower: [3], higher: [4] });
  for (let i = 0; i < MANY; i++) pause();
  equal(state.told, [4]);
  state.core = 5;
  for (let i = 0; i < MANY; i++) pause();
  equal(state.told, [4, 5]);
  equal(state.went, []);
  is(state.pauses, 2 * MANY);
});

test("a rank goes from the core of a lower one to the next that has neither a rank nor others to run", () => {
  const { state, pause } = rankOn4([1, 2, 4, 6, 7], { lower: [4, 6], higher: [1] }, [7]);
  // The machine may be busy enough to take core 2 for busy, too: then it tries again.
  while (state.core === 4) for (let i = 0; i < MANY; i++) pause();
  is(state.core, 2);
  is(state.told.at(-1), 2);
  ok(state.went.every((core) => [7, 2, 4].includes(core)));
  equal(state.went.slice(0, 2), [7, 2]);
});

test("a rank stays with a lower one where all other cores are busy, and rests longer than it tries", () => {
  const { state, pause } = rankOn4([4, 5], { lower: [4] }, [5]);
  const begin = Bun.nanoseconds();
  for (let tries = 0; tries < 3; tries = state.went.length / 2) pause();
  equal(state.went, [5, 4, 5, 4, 5, 4]);
  ok(Bun.nanoseconds() - begin > 3 * 600_000 + 2 * 4 * 600_000);
});

test("a rank that is bound to one core, or to none that is known, goes nowhere", () => {
  for (const allowed of [[4], []]) {
    const { state, pause } = rankOn4(allowed, { lower: [4] });
    for (let i = 0; i < MANY; i++) pause();
    equal(state.went, []);
  }
});

test.run();
