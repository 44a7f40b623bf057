// A script of window-histories.test.ts: every rank does things of its own to the windows of all, in turn under exclusive and
// shared locks, lockAll and fences, and writes down what it did and saw; rank 0 asks the oracle whether some order of all of it
// explains that. Arguments: a seed, how a window is made, how many phases.
//
// Each rank's memory: numbers to which bits are added, of which the first and the last one are written down, so that some calls
// have long data; then numbers that become others. What the oracle calls elements are these four of each rank.
import { MPI } from "tsmpi";
import { type Call, explain, type Part } from "./window-oracle.ts";

const [seed, kind, phases] = [Number(process.argv[2]), process.argv[3]!, Number(process.argv[4])];
const comm = MPI.COMM_WORLD;
const { rank, size } = comm;

/** How many numbers get bits: more than fit into a request. */
const WIDE = 2100;
const LENGTH = WIDE + 2;
/** Where in a rank's memory its elements are. */
const PLACES = [0, WIDE - 1, WIDE, WIDE + 1];
const ONE = 8 * LENGTH;

let state = seed;
function random(limit: number): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}
const number = () => (BigInt(random(2 ** 31)) << 31n) | BigInt(random(2 ** 31));

/** The same on all ranks. */
const styles = Array.from({ length: phases }, () => ["locks", "lockAll", "fence"][random(3)]!);
state = (seed * 65_599 + rank * 7919) >>> 0;

const made: Record<string, () => Promise<{ win: MPI.Win; mine: Uint8Array; bases: number[] }>> = {
  async create() {
    const mine = new Uint8Array(ONE);
    return { win: await MPI.Win.create(mine, { comm }), mine, bases: Array(size).fill(0) };
  },
  async allocate() {
    const win = await MPI.Win.allocate(ONE, { comm });
    return { win, mine: win.memory!, bases: Array(size).fill(0) };
  },
  async allocateShared() {
    const win = await MPI.Win.allocateShared(ONE, { comm });
    return { win, mine: win.memory!, bases: Array(size).fill(0) };
  },
  async createDynamic() {
    const win = await MPI.Win.createDynamic({ comm });
    const mine = new Uint8Array(ONE);
    return { win, mine, bases: await comm.allgather(win.attach(mine)) };
  },
};
const { win, mine, bases } = await made[kind]!();

const history: Call[] = [];
/** What has been started and is not known to be complete. */
let flying: Promise<unknown>[] = [];
let phase = 0;
let after = 0;
/** By target: how many of this rank's bits have been used up. */
const used = new Array(size).fill(0);
const BITS = Math.floor(64 / size);
/** What this rank has seen last, by element. */
const seen = new Map<number, bigint>();

async function landed(): Promise<void> {
  await Promise.all(flying);
  flying = [];
}
/** All that this rank has asked for is complete, here and there. */
function settled(): void {
  after = history.length;
}
function note(parts: Part[], whole = false): void {
  history.push({ phase, after, whole, parts });
}
const elementOf = (target: number, which: number) => 4 * target + which;
const dispOf = (target: number, place: number) => bases[target]! + 8 * place;

/** A bit of this rank that it has not set at this target yet; 0 where there is none left. */
function bit(target: number): bigint {
  if (used[target] === BITS) return 0n;
  return 1n << BigInt(rank * BITS + used[target]++);
}

/** Runs a call that gives what was there, and notes it when it is known. */
function watched(
  places: number[],
  target: number,
  part: Omit<Part, "element">,
  run: () => Promise<BigUint64Array>,
): void {
  const parts: { -readonly [K in keyof Part]: Part[K] }[] = places.map((which) => ({
    ...part,
    element: elementOf(target, which),
  }));
  note(parts);
  const first = PLACES[places[0]!]!;
  flying.push(
    run().then((before) => {
      for (const [i, which] of places.entries()) {
        parts[i]!.before = before[PLACES[which]! - first]!;
        seen.set(parts[i]!.element, parts[i]!.before!);
      }
    }),
  );
}

/** One atomic call, of any kind. */
function atomic(target: number): void {
  const chain = random(2) === 0;
  if (chain) {
    const which = 2 + random(2);
    const disp = dispOf(target, PLACES[which]!);
    const [operand, room] = [number(), () => new BigUint64Array(1)];
    const one = BigUint64Array.of(operand);
    const compare = seen.get(elementOf(target, which)) ?? 0n;
    const calls = [
      () => watched([which], target, { op: "sum", operand }, () => win.fetchAndOp(one, room(), { target, disp })),
      () =>
        watched([which], target, { op: "replace", operand }, () =>
          win.fetchAndOp(one, room(), { target, disp, op: MPI.REPLACE }),
        ),
      () =>
        watched([which], target, { op: "none", operand }, () =>
          win.fetchAndOp(null, room(), { target, disp, op: MPI.NO_OP }),
        ),
      () => watched([which], target, { op: "sum", operand }, () => win.getAccumulate(one, room(), { target, disp })),
      () =>
        watched([which], target, { op: "swap", operand, compare }, () =>
          win.compareAndSwap(one, BigUint64Array.of(compare), room(), { target, disp }),
        ),
    ];
    return calls[random(calls.length)]!();
  }
  const operand = bit(target);
  const places = [[0], [1], [0, 1]][random(3)]!;
  const disp = dispOf(target, PLACES[places[0]!]!);
  const length = places.length === 2 ? WIDE : 1;
  const data = new BigUint64Array(length).fill(operand);
  const room = () => new BigUint64Array(length);
  if (operand === 0n || random(4) === 0) {
    return watched(places, target, { op: "none", operand }, () =>
      win.getAccumulate(null, room(), { target, disp, op: MPI.NO_OP }),
    );
  }
  const op = [MPI.BOR, MPI.SUM, MPI.BXOR][random(3)]!;
  if (random(2) === 0)
    return watched(places, target, { op: "or", operand }, () => win.getAccumulate(data, room(), { target, disp, op }));
  note(places.map((which) => ({ element: elementOf(target, which), op: "or", operand })));
  flying.push(win.accumulate(data, { target, disp, op }));
}

/** Reads all there is, and writes it back changed, while nobody else may. */
async function exchange(target: number): Promise<void> {
  const all = await win.get(new BigUint64Array(LENGTH), { target, disp: bases[target]! });
  const own = bit(target);
  const before = PLACES.map((place) => all[place]!);
  for (let i = 0; i < WIDE; i++) all[i]! |= own;
  const chain = random(2) === 0;
  if (chain) for (const place of PLACES.slice(2)) all[place] = number();
  note(
    PLACES.map((place, which) => ({
      element: elementOf(target, which),
      op: "replace",
      operand: all[place]!,
      before: before[which]!,
    })),
    true,
  );
  await win.put(all, { target, disp: bases[target]! });
}

/** Few targets, so that ranks meet. */
const someone = () => random(Math.min(3, size));

for (const style of styles) {
  if (style === "lockAll") await win.lockAll();
  if (style === "fence") await win.fence();
  for (let i = 0; i < 4; i++) {
    if (style === "locks") {
      const target = someone();
      const exclusive = random(2) === 0;
      await win.lock(target, { type: exclusive ? MPI.LOCK_EXCLUSIVE : MPI.LOCK_SHARED });
      if (exclusive && random(2) === 0) await exchange(target);
      else for (let n = 1 + random(3); n > 0; n--) atomic(target);
      await win.unlock(target);
      await landed();
      settled();
      continue;
    }
    const targets = [someone(), someone()];
    for (const target of targets) atomic(target);
    if (random(2) === 0) await landed();
    if (style === "lockAll" && random(3) === 0) {
      await win.flushAll();
      await landed();
      settled();
    }
  }
  if (style === "lockAll") await win.unlockAll();
  if (style === "fence") await win.fence(MPI.MODE_NOSUCCEED);
  await landed();
  settled();
  await comm.barrier();
  phase++;
}

const own = new BigUint64Array(mine.buffer, mine.byteOffset, LENGTH);
const between = own.subarray(1, WIDE - 2);
if (between.some((value) => value !== between[0])) throw new Error(`seed ${seed}: a long call is there in part`);
const histories = await comm.gather(history);
const memories = await comm.gather(PLACES.map((place) => own[place]!));
if (histories && memories) {
  try {
    const values = explain(histories);
    for (const [target, memory] of memories.entries()) {
      for (const [which, value] of memory.entries()) {
        const expected = values.get(elementOf(target, which)) ?? 0n;
        if (value !== expected)
          throw new Error(`element ${elementOf(target, which)} is ${value}, expected ${expected}`);
      }
    }
  } catch (error) {
    throw new Error(`seed ${seed}, ${kind}: ${(error as Error).message}`);
  }
  console.log(histories.flat().length, "calls");
}
await comm.barrier();
await win.free();
