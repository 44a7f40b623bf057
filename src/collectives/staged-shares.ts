// collectives/staged-shares: layer 6. Reductions of long arrays go in segments through memory that all ranks share. Every rank
// has a share of the array: it folds all operands of it, in rank order, and those who want the result copy it. What the rows
// `staged` of allreduce, reduce and reduceScatter have in common; they differ in who takes the others' shares.
//
//   p = 2, one segment   0 stages its [1], 1 stages its [0] ·· 0 folds [0], 1 folds [1] ·· 0 copies [1], 1 copies [0]
//
// A rank's own operand of its share is read where it lies. Step k+1 says: my operands of segment k are here, and so is the result
// of my share of segment k−1. So there is one wait for each segment, and one more; meanwhile three segments are in use.
import { Exception } from "../base/errors.ts";
import type { Lane, Staging } from "../comm/lane.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { elements } from "../data/element.ts";
import type { Fold } from "./fold.ts";

/** What one rank folds of a segment. */
interface Part {
  readonly fold: Fold;
  /** This rank's operand, where it lies at first. */
  readonly operand: Body;
  /** Where it is in the segment, in bytes. */
  readonly begin: number;
  readonly end: number;
}

/**
 * @param fold the whole array
 * @param shares what of it each rank folds
 * @param takers the rank that takes the others' shares, or which ranks do
 */
export async function foldShares(
  lane: Lane,
  fold: Fold,
  shares: readonly Fold[],
  takers: number | "all" | "none",
): Promise<void> {
  const { rank, size } = lane;
  const staging = lane.staging!;
  const whole = fold.body();
  await staging.begin({ element: whole.element, bytes: bodyBytes(whole) });
  const segments = segmentsOf(shares, bodyBytes(whole), staging.room);
  const takes = takers === "all" || takers === rank;
  /** Nobody else needs this rank's share. */
  const alone = takers === "none" || takers === rank;
  const piece = (of: number, k: number, { operand, begin, end }: Part): Body => ({
    element: operand.element,
    parts: [staging.segment(of, k).subarray(begin, end)],
  });

  const stage = async (k: number) => {
    const own = await staging.own(k);
    for (const [i, { operand, begin }] of segments[k]!.entries()) {
      if (i !== rank) staging.write(own, begin, operand.parts[0]!);
    }
  };
  const foldOwn = (k: number) => {
    const mine = segments[k]![rank]!;
    const operands = segments[k]!.map((_, i) => (i === rank ? mine.operand : piece(i, k, mine)));
    if (alone) return mine.fold.foldAll(operands);
    if (takes && staging.apart) {
      mine.fold.foldAll(operands);
      return staging.write(staging.segment(rank, k), mine.begin, mine.fold.body().parts[0]!);
    }
    const shown = piece(rank, k, mine);
    mine.fold.foldInto(operands, shown);
    if (takes) mine.fold.take(shown);
  };
  const collect = (k: number) => {
    for (const [i, part] of segments[k]!.entries()) if (i !== rank) part.fold.take(piece(i, k, part));
  };

  await stage(0);
  for (let k = 0; k <= segments.length; k++) {
    staging.step(k + 1);
    const late = staging.taken(k + 1);
    if (late) await late;
    if (k === 0) for (let i = 0; i < size; i++) if (i !== rank) checkAlike(staging, i, whole, fold.names?.[i] ?? i);
    // In this order: what this rank folds is what the others wait for next.
    if (k < segments.length) foldOwn(k);
    if (k > 0 && takes) collect(k - 1);
    if (k + 1 < segments.length) await stage(k + 1);
  }
  staging.end();
}

/** So many segments that each has room: in each a part of every share. */
function segmentsOf(shares: readonly Fold[], bytes: number, room: number): Part[][] {
  for (let count = Math.max(1, Math.ceil(bytes / room)); ; count++) {
    const parts = shares.map((share) => share.split(count));
    const segments = Array.from({ length: count }, (_, k) => partsOf(parts.map((share) => share[k]!)));
    if (segments.every((segment) => segment.at(-1)!.end <= room)) return segments;
  }
}

function partsOf(folds: readonly Fold[]): Part[] {
  let at = 0;
  return folds.map((fold) => {
    const operand = fold.body();
    const begin = at;
    at += bodyBytes(operand);
    return { fold, operand, begin, end: at };
  });
}

/** The check number of a call does not tell all lengths apart. */
function checkAlike(staging: Staging, rank: number, ours: Body, called: number): void {
  const theirs = staging.staged(rank);
  const { name, size } = elements[ours.element]!;
  const length = bodyBytes(ours) / size;
  if (theirs.element !== ours.element) {
    const state = `this rank has ${name}(${length})`;
    const what = `${elements[theirs.element]!.name} of rank ${called}`;
    throw new Exception("ERR_TYPE", `Cannot combine ${what}: ${state}, expected the same on every rank`);
  }
  if (theirs.bytes === bodyBytes(ours)) return;
  throw new Exception(
    "ERR_COUNT",
    `Cannot combine ${theirs.bytes / size} elements of rank ${called}: this rank has ${length}, expected the same on every rank`,
  );
}
