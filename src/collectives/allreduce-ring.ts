// collectives/allreduce-ring: layer 6, row `ring` of allreduce. The array is cut into p segments. First each segment
// goes once round the ring, and every rank it passes adds its own; then the finished ones go round once more.
//
//   p = 3   step 0:  0─[0]→1 1─[1]→2 2─[2]→0      step 1:  0─[2]→1 1─[0]→2 2─[1]→0      complete: 0 has [1], 1 [2], 2 [0]
//           step 0:  0─[1]→1 1─[2]→2 2─[0]→0      step 1:  0─[0]→1 1─[1]→2 2─[2]→0
//
// A segment is finished on one rank and only copied from there: equal bits everywhere.
//
// Cost   2·(p−1)·α + 2·n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte
// Good   long arrays: each byte is sent less than twice, whatever p
// Needs  elementwise, commutative operators (segments start at different ranks)
// From   Patarasuk, Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69(2), 2009
import type { Lane } from "../comm/lane.ts";
import type { Fold } from "./fold.ts";
import { foldRing } from "./reduce-scatter-ring.ts";
import { guarded } from "./sends.ts";

export async function allreduceRing(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const right = (rank + 1) % size;
  const left = (rank - 1 + size) % size;
  const segments = fold.split(size);
  const segment = (i: number) => segments[(i + size) % size]!;

  await foldRing(lane, segments, rank);
  for (let step = 0; step < size - 1; step++) {
    const sent = guarded(segment(rank + 1 - step).send(lane, right));
    await segment(rank - step).adopt(lane, left);
    if (sent) await sent;
  }
}
