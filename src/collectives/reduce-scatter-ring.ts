// collectives/reduce-scatter-ring: layer 6, row `ring` of reduceScatter. Each rank's run goes once round the ring, from
// the rank above its owner to the owner, and every rank it passes adds its own.
//
//   p = 3   step 0:  0─[2]→1 1─[0]→2 2─[1]→0      step 1:  0─[1]→1 1─[2]→2 2─[0]→0      complete: 0 has [0], 1 [1], 2 [2]
//
// Cost   (p−1)·α + n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte
// Good   long arrays: each byte is sent less than once, whatever p
// Needs  elementwise, commutative operators (runs start at different ranks)
// From   Patarasuk, Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69(2), 2009
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { guarded } from "./sends.ts";

/** @param lengths of the runs, one a rank @returns this rank's run */
export async function reduceScatterRing(lane: Lane, fold: Fold, lengths: readonly number[]): Promise<Fold> {
  const runs = fold.split(lengths);
  await foldRing(lane, runs, lane.rank - 1);
  return runs[lane.rank]!;
}

/** Every segment goes round the ring once. @param first the one that starts here; the one after it is complete here */
export async function foldRing(lane: Lane, segments: readonly Fold[], first: number): Promise<void> {
  const { rank, size } = lane;
  const right = (rank + 1) % size;
  const left = (rank - 1 + size) % size;
  const segment = (i: number) => segments[(i + 2 * size) % size]!;
  for (let step = 0; step < size - 1; step++) {
    const sent = guarded(segment(first - step).send(lane, right));
    const next = segment(first - step - 1);
    next.append(await next.receive(lane, left), left);
    if (sent) await sent;
  }
}
