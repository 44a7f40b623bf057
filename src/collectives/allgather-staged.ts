// collectives/allgather-staged: layer 6, row `staged` of allgather. Every rank writes its chunk in segments into memory that all
// ranks share, and all read all of them there.
//
//   p = 3, two segments      0, 1 and 2 write [0] ·· all read [0] and write [1] ·· all read [1]
//
// Step k+1 says: segment k of my chunk is here. Where it is written, all have read segment k−2.
//
// Cost   (⌈n/s⌉ + 1)·α + p·nβ          n bytes of the longest chunk, s bytes of a slot
// Good   3 ranks and more: a chunk is copied once for each rank, and once more. 4 ranks on two cores: 1 KiB 0.13 ms, by recursive
//        doubling 0.26; 256 KiB 0.49, 1.30; 2 MiB 3.8, 6.3; 8 ranks 16 KiB 0.9, 2.1, but 8 bytes 1.1, 0.98. 2 ranks: no better
// Needs  memory that all ranks share; chunks may differ in length
import type { Lane } from "../comm/lane.ts";
import type { Chunks } from "./chunks.ts";
import { StagedChunk, segmentsOf } from "./staged-chunk.ts";

/** @param chunks has this rank's own chunk already */
export async function allgatherStaged(lane: Lane, chunks: Chunks): Promise<void> {
  const { rank, size } = lane;
  const staging = lane.staging!;
  const others = Array.from({ length: size - 1 }, (_, i) => (rank + 1 + i) % size);
  const own = StagedChunk.of(chunks.at(rank), staging);
  const coming = new Map<number, StagedChunk>();
  let most = own.segments;
  let misfit: unknown;
  await staging.begin({ element: own.body.element, bytes: own.bytes });
  for (let k = 0; k < most; k++) {
    if (k < own.segments) own.write(k, await staging.own(k));
    staging.step(k + 1);
    const late = staging.taken(k + 1);
    if (late) await late;
    for (const i of others) {
      if (k === 0) {
        most = Math.max(most, segmentsOf(staging.staged(i).bytes, staging.room));
        try {
          coming.set(i, StagedChunk.from(staging, i, chunks.slot(i), `the chunk of rank ${i}`));
        } catch (error) {
          // The others have done nothing wrong: they need this rank's chunk, and its steps.
          misfit ??= error;
        }
      }
      const chunk = coming.get(i);
      if (chunk && k < chunk.segments) chunk.read(k, staging.segment(i, k));
    }
  }
  staging.end();
  if (misfit) throw misfit;
  for (const [i, chunk] of coming) chunks.set(i, chunk.body);
}
