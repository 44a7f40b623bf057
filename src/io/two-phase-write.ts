// io/two-phase-write: layer 8. A collective write in two phases; two-phase.ts says how. Called by open-file.ts.
import { guarded } from "../collectives/sends.ts";
import { allocate } from "../data/buffer.ts";
import { BYTES } from "../data/element.ts";
import { turn } from "./access.ts";
import type { Notes } from "./notes.ts";
import { bytesIn, copyPieces, covered, type Series, stretch } from "./series.ts";
import { allDone, type Call, inTwoPhases, Once, type Parts, pass, type Rounds } from "./two-phase.ts";

/** @throws what failed on this rank, after all rounds */
export async function writeTogether(call: Call): Promise<void> {
  const failure = new Once();
  await inTwoPhases(call, (notes) => partsOf(call, notes, failure));
  failure.rethrow();
}

function partsOf(call: Call, notes: Notes, failure: Once): Parts {
  const { lane, disk, windows, data } = call;
  return {
    async join(aggregator, shares, reached) {
      for (const { round, from, portion } of shares) {
        if (!reached) {
          await guarded(lane.isend(aggregator, { element: BYTES, parts: [stretch(data, portion)] }));
          continue;
        }
        const window = round % windows.count;
        await notes.until(() => reached.gate.hasPassed(round + 1 - windows.count, lane.rank));
        copyPieces("in", portion, reached.windows[window]!, from, data);
        if (reached.gate.done(window)) notes.wake(aggregator);
      }
    },
    async lead(rounds) {
      const own = windows.of(lane.rank)!;
      /** By round: when its window is free again. */
      const written: Promise<void>[] = [];
      const write = async (round: number, before: Promise<void> | undefined): Promise<void> => {
        const window = own.windows[round % windows.count]!;
        const extents = [...covered(rounds.portions(round), rounds.window(round)[0])];
        await before;
        await failure.try(async () => {
          for (const { at, offset, bytes } of extents) await disk.write(window.subarray(at, at + bytes), offset);
        });
        rounds.forget(round);
        pass(own.gate, notes, rounds, round + 1);
      };
      for (let round = 0; round < rounds.count; round++) {
        await written[round - windows.count];
        await fill(call, rounds, round, own.windows[round % windows.count]!);
        await allDone(own.gate, notes, rounds, round, round % windows.count);
        written[round] = write(round, written[round - 1]);
        await turn();
      }
      await Promise.all(written);
      own.gate?.pass(0);
    },
  };
}

/** On an aggregator: a window has the pieces of this rank and of distant ones; where ranks overlap, of one of them. */
async function fill({ lane, data }: Call, rounds: Rounds, round: number, window: Uint8Array): Promise<void> {
  const [from] = rounds.window(round);
  const portions = rounds.portions(round);
  const put = (portion: readonly Series[], bytes: Uint8Array) =>
    copyPieces("in", portion, window, from, bytes, portion[0]!.at);
  const own = portions[lane.rank]!;
  if (own.length > 0) put(own, stretch(data, own));
  const others = rounds.distant(round, lane.rank);
  // As many messages at a time as there are bytes in a window.
  for (let next = 0; next < others.length; ) {
    const batch: Promise<void>[] = [];
    for (let bytes = 0; next < others.length && (bytes === 0 || bytes < window.length); next++) {
      const rank = others[next]!;
      const portion = portions[rank]!;
      const room = allocate(bytesIn(portion));
      bytes += room.length;
      batch.push(lane.irecv(rank, { element: BYTES, bytes: room }).then(() => put(portion, room)));
    }
    await Promise.all(batch);
  }
}
