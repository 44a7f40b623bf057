// io/two-phase-read: layer 8. A collective read in two phases; two-phase.ts says how. Called by open-file.ts.
import { guarded } from "../collectives/sends.ts";
import { allocate } from "../data/buffer.ts";
import { BYTES } from "../data/element.ts";
import { grouped, readGroup, turn } from "./access.ts";
import type { Notes } from "./notes.ts";
import { bytesIn, copyPieces, covered, Portions, type Series, stretch } from "./series.ts";
import { allDone, type Call, inTwoPhases, Once, type Parts, pass } from "./two-phase.ts";
import type { Extent } from "./view.ts";

/** @returns how many bytes there were before the end of the file @throws as writeTogether */
export async function readTogether(call: Call): Promise<number> {
  const failure = new Once();
  const done = { bytes: 0 };
  await inTwoPhases(call, (notes) => partsOf(call, notes, failure, done));
  failure.rethrow();
  return done.bytes;
}

function partsOf(call: Call, notes: Notes, failure: Once, done: { bytes: number }): Parts {
  const { lane, disk, windows, data } = call;
  const take = (portion: readonly Series[], window: Uint8Array, from: number, end: number) => {
    const there = before(end, portion);
    copyPieces("out", there, window, from, data);
    done.bytes += bytesIn(there);
  };
  return {
    async join(aggregator, shares, reached) {
      for (const { round, from, portion } of shares) {
        if (!reached) {
          const { parts } = await lane.irecv(aggregator, { element: BYTES, bytes: stretch(data, portion) });
          done.bytes += parts[0]!.length;
          continue;
        }
        const window = round % windows.count;
        await notes.until(() => reached.gate.hasPassed(round + 1, lane.rank));
        take(portion, reached.windows[window]!, from, reached.gate.end(window));
        if (reached.gate.done(window)) notes.wake(aggregator);
      }
    },
    async lead(rounds) {
      const own = windows.of(lane.rank)!;
      const sent: (Promise<unknown> | undefined)[] = [];
      /** When nobody reads the window of a round any more. */
      const free = async (round: number) => {
        if (round < 0) return;
        await allDone(own.gate, notes, rounds, round, round % windows.count);
        await sent[round];
        rounds.forget(round);
      };
      for (let round = 0; round < rounds.count; round++) {
        await free(round - windows.count);
        const [from, to] = rounds.window(round);
        const portions = rounds.portions(round);
        const window = own.windows[round % windows.count]!.subarray(0, to - from);
        let end = from;
        await failure.try(async () => {
          end = await read(covered(portions, from), window);
        });
        own.gate?.setEnd(round % windows.count, end);
        pass(own.gate, notes, rounds, round + 1);
        take(portions[lane.rank]!, window, from, end);
        const messages = rounds.distant(round, lane.rank).map((rank) => {
          const parts = [collected(portions[rank]!, window, from, end)];
          return guarded(lane.isend(rank, { element: BYTES, parts }));
        });
        sent[round] = Promise.all(messages);
        await turn();
      }
      for (let round = rounds.count - windows.count; round < rounds.count; round++) await free(round);
      own.gate?.pass(0);
    },
  };

  /** @returns the byte of the file that ends what there was */
  async function read(wanted: Iterable<Extent>, window: Uint8Array): Promise<number> {
    let end = 0;
    for (const group of grouped(wanted)) {
      const got = await readGroup(disk, group, window);
      end = endOf(group, got);
      if (got < group.reduce((sum, { bytes }) => sum + bytes, 0)) break;
    }
    return end;
  }
}

/** The byte of the file behind the first `bytes` bytes of a group. */
function endOf(group: readonly Extent[], bytes: number): number {
  let left = bytes;
  for (const extent of group) {
    if (left <= extent.bytes) return extent.offset + left;
    left -= extent.bytes;
  }
  return group[0]!.offset;
}

/** The pieces that lie before a byte of the file. */
function before(end: number, portion: readonly Series[]): Series[] {
  return new Portions(portion).take(0, end);
}

/** The pieces of one rank, as far as they lie before the end of what there is. */
function collected(portion: readonly Series[], window: Uint8Array, from: number, end: number): Uint8Array {
  const there = before(end, portion);
  const data = allocate(bytesIn(there));
  if (there.length > 0) copyPieces("out", there, window, from, data, there[0]!.at);
  return data;
}
