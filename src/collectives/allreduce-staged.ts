// collectives/allreduce-staged: layer 6, row `staged` of allreduce. The array goes in segments through memory that all ranks
// share. Of each segment every rank has a share: it folds all operands of it, in rank order, and the others copy the result.
//
//   p = 2, one segment   0 stages its [1], 1 stages its [0] ·· 0 folds [0], 1 folds [1] ·· 0 copies [1], 1 copies [0]
//
// A rank's own operand of its share is read where it lies. Step k+1 says: my operands of segment k are here, and so is the result
// of my share of segment k−1. So there is one wait for each segment, and one more; meanwhile three segments are in use.
//
// A share is finished on one rank and only copied from there: equal bits everywhere.
//
// Cost   (⌈n/s⌉ + 1)·α + 2n·(p−1)/p·β + n·(p−1)/p·γ          γ time to combine a byte, s bytes of a slot
// Good   long arrays
// Needs  memory that all ranks share; elementwise operators, also such as do not commute
import { Exception } from "../base/errors.ts";
import type { Lane, Staging } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { elements } from "../data/element.ts";
import type { Fold } from "./fold.ts";

/** What one rank folds of a segment. */
interface Share {
  readonly fold: Fold;
  /** Its operand, where it lies at first. */
  readonly operand: Body;
  /** Where it is in the segment, in bytes. */
  readonly begin: number;
  readonly end: number;
}

export async function allreduceStaged(lane: Lane, fold: Fold): Promise<void> {
  const { rank, size } = lane;
  const staging = lane.staging!;
  const whole = fold.body();
  const bytes = bodyBytes(whole);
  await staging.begin({ element: whole.element, bytes });
  const segments = fold.split(Math.max(1, Math.ceil(bytes / staging.room))).map((segment) => sharesOf(segment, size));
  const piece = (of: number, k: number, { operand, begin, end }: Share): Body => ({
    element: operand.element,
    parts: [staging.segment(of, k).subarray(begin, end)],
  });

  const stage = async (k: number) => {
    const own = await staging.own(k);
    for (const [i, { operand, begin }] of segments[k]!.entries()) if (i !== rank) own.set(operand.parts[0]!, begin);
  };
  const foldOwn = (k: number) => {
    const mine = segments[k]![rank]!;
    mine.fold.foldAll(segments[k]!.map((_, i) => (i === rank ? mine.operand : piece(i, k, mine))));
    staging.segment(rank, k).set(mine.fold.body().parts[0]!, mine.begin);
  };
  const collect = (k: number) => {
    for (const [i, share] of segments[k]!.entries()) if (i !== rank) share.fold.take(piece(i, k, share));
  };

  await stage(0);
  for (let k = 0; k <= segments.length; k++) {
    staging.step(k + 1);
    const late = staging.taken(k + 1);
    if (late) await late;
    if (k === 0) for (let i = 0; i < size; i++) if (i !== rank) checkAlike(staging, i, whole);
    // In this order: what this rank folds is what the others wait for next.
    if (k < segments.length) foldOwn(k);
    if (k > 0) collect(k - 1);
    if (k + 1 < segments.length) await stage(k + 1);
  }
  staging.end();
}

function sharesOf(segment: Fold, size: number): Share[] {
  let at = 0;
  return segment.split(size).map((fold) => {
    const operand = fold.body();
    const begin = at;
    at += bodyBytes(operand);
    return { fold, operand, begin, end: at };
  });
}

/** The check number of a call does not tell all lengths apart. */
function checkAlike(staging: Staging, rank: number, ours: Body): void {
  const theirs = staging.staged(rank);
  const { name, size } = elements[ours.element]!;
  const length = bodyBytes(ours) / size;
  if (theirs.element !== ours.element) {
    const state = `this rank has ${name}(${length})`;
    const what = `${elements[theirs.element]!.name} of rank ${rank}`;
    throw new Exception("ERR_TYPE", `Cannot combine ${what}: ${state}, expected the same on every rank`);
  }
  if (theirs.bytes === bodyBytes(ours)) return;
  throw new Exception(
    "ERR_COUNT",
    `Cannot combine ${theirs.bytes / size} elements of rank ${rank}: this rank has ${length}, expected the same on every rank`,
  );
}
