// What a call does to memory that is near, at once, it does to memory that is far, by a request: the same random calls on both,
// many of them under way at the same time, short data between long, at any displacement, from any kind of memory.
import { test } from "uvu";
import { BXOR, MAX, type Op, REPLACE, SUM, type TypedArray, Win } from "../../src/mpi/mpi.ts";
import { arrayKinds } from "../support/array-kinds.ts";
import { equal, is } from "../support/assert.ts";
import { random } from "../support/lanes.ts";
import { ranks } from "../support/ranks.ts";

type Kind = { new (buffer: ArrayBufferLike, at: number, length: number): TypedArray; BYTES_PER_ELEMENT: number };
const kinds = arrayKinds as unknown as Kind[];
const isFloat = (kind: Kind) => (kind as unknown as { name: string }).name.startsWith("Float");

const SIZE = 100_000;
/** Elements: none, one, what goes behind a header and what does not, what is a message of its own. */
const LENGTHS = [0, 1, 1, 1, 3, 31, 32, 33, 255, 257, 2048, 2049, 9000];
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

for (const limits of [{}, { eager: 0 }, { eager: 100_000, unexpected: 3000 }]) {
  test(`near and far memory are the same after the same calls, with ${JSON.stringify(limits)}, seed ${seed}`, async () => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;

    /** An array in the middle of something longer; floats that are exact in every kind. */
    function array(kind: Kind, length: number): TypedArray {
      const at = 8 * next(3);
      const bytes = at + length * kind.BYTES_PER_ELEMENT + 8 * next(3);
      const made = pick([
        () => new ArrayBuffer(bytes),
        () => new SharedArrayBuffer(bytes),
        () => new ArrayBuffer(bytes, { maxByteLength: bytes + 100 }),
      ])();
      const data = new kind(made, at, length);
      const filled = isFloat(kind) ? data : new Uint8Array(made, at, data.byteLength);
      for (let i = 0; i < filled.length; i++) filled[i] = next(100);
      return data;
    }

    const memories: Uint8Array[] = [];
    await ranks(
      2,
      async (comm) => {
        memories[comm.rank] = new Uint8Array(new ArrayBuffer(SIZE + 64), 24, SIZE);
        await using win = await Win.create(memories[comm.rank]!, { comm });
        if (comm.rank === 0) {
          await win.lockAll();
          for (let round = 0; round < 40; round++) {
            const kind = pick(kinds);
            const size = kind.BYTES_PER_ELEMENT;
            const start = next(50);
            /** For each memory, what the calls gave. */
            const given: Promise<unknown>[][] = [[], []];
            const each = (run: (target: number) => Promise<unknown>) => {
              for (const target of [0, 1]) given[target]!.push(run(target));
            };
            // What accumulates find there is of their kind.
            const before = array(kind, Math.floor(90_000 / size));
            each((target) => win.put(before, { target, disp: start }));
            for (const target of [0, 1]) await win.flush(target);
            for (let calls = 1 + next(30); calls > 0; calls--) {
              const data = array(kind, pick(LENGTHS));
              const disp = start + size * next(5);
              const op: Op = pick(isFloat(kind) ? [SUM, MAX, REPLACE] : [SUM, MAX, REPLACE, BXOR]);
              const one = data.length === 1;
              const call = pick(["accumulate", "getAccumulate", one ? "fetchAndOp" : "accumulate", "flush"] as const);
              const result = () => array(kind, data.length);
              each((target) => {
                if (call === "flush") return win.flush(target);
                if (call === "accumulate") return win.accumulate(data, { target, disp, op });
                return win[call](data, result(), op === SUM ? { target, disp } : { target, disp, op });
              });
            }
            const [near, far] = [await Promise.all(given[0]!), await Promise.all(given[1]!)];
            equal(far, near, `round ${round}, ${(kind as unknown as { name: string }).name}`);
            for (const target of [0, 1]) await win.flush(target);
            is(Buffer.compare(memories[1]!, memories[0]!), 0, `round ${round}`);
            const into = array(pick(kinds), next(5000));
            const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
            const disp = next(100);
            for (const target of [0, 1]) {
              is(await win.get(into, { target, disp }), into);
              is(Buffer.compare(bytes, memories[0]!.subarray(disp, disp + bytes.length)), 0, `round ${round}`);
              bytes.fill(0);
            }
          }
          await win.unlockAll();
        }
        await comm.barrier();
      },
      limits,
    );
  });
}

test.run();
