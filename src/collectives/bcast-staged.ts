// collectives/bcast-staged: layer 6, row `staged` of bcast. The root writes its data in segments into memory that all ranks share,
// and they read it there, at the same time. The root waits only for a slot that somebody still reads.
//
//   p = 3, root 0      0 writes [0] ·· 0 writes [1], 1 and 2 read [0] ·· 1 and 2 read [1]
//
// Step k+1 of the root says: segment k is here; of the others: I have read it.
//
// Cost   2n·β, one wait for each segment          n bytes
// Good   long data on 3 ranks and more, which copy it once each. On two cores 4 ranks took 0.48 ms for 1 MiB, binomial 0.55; 4.3
//        for 8 MiB, binomial 5.4; 8 ranks 1.5 for 1 MiB, binomial 3.2. On 2 ranks it is no better than one message
// Needs  memory that all ranks share
import type { Lane, Staging } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { STAGED } from "../transport/shared-staging.ts";
import type { Slot } from "./chunk.ts";
import { StagedChunk } from "./staged-chunk.ts";

/** @param body at root the data @param slot on the others where it is to land @returns the data */
export function bcastStaged(lane: Lane, root: number, body?: Body, slot?: Slot): Promise<Body> {
  return body ? write(lane.staging!, body) : read(lane.staging!, root, slot);
}

async function write(staging: Staging, body: Body): Promise<Body> {
  const chunk = StagedChunk.of(body, staging);
  await staging.begin({ element: body.element, bytes: chunk.bytes });
  for (let k = 0; k < chunk.segments; k++) {
    const late = k < STAGED ? undefined : staging.taken(k - STAGED + 1);
    if (late) await late;
    chunk.write(k, await staging.own(k));
    staging.step(k + 1, true);
  }
  staging.end();
  return body;
}

async function read(staging: Staging, root: number, slot: Slot | undefined): Promise<Body> {
  await staging.begin({ element: VALUE, bytes: 0 });
  let chunk: StagedChunk | undefined;
  for (let k = 0; k < (chunk?.segments ?? 1); k++) {
    const late = staging.taken(k + 1, root);
    if (late) await late;
    chunk ??= begun(staging, root, slot);
    chunk.read(k, staging.segment(root, k));
    staging.step(k + 1);
  }
  staging.end();
  return chunk!.body;
}

/** @throws where the slot does not take the data, and lets the root go on: the others have done nothing wrong */
function begun(staging: Staging, root: number, slot: Slot | undefined): StagedChunk {
  try {
    return StagedChunk.from(staging, root, slot, "the root's data");
  } catch (error) {
    staging.end();
    throw error;
  }
}
