// collectives/reduction: layer 6. The collectives that combine data with an operator, one function each, called by the
// public methods with checked arguments. Typed arrays are combined element by element where the operator can do that;
// everything else is one operand. Operands are combined in rank order; the caller's data is never changed. Where the data is
// IN_PLACE, it is what stands in `into`.
import { IN_PLACE } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import type { Lane } from "../comm/lane.ts";
import { type BufferLike, isTypedArray } from "../data/buffer.ts";
import { elementOf, type TypedArray, VALUE } from "../data/element.ts";
import type { Op } from "../data/op.ts";
import type { ItemLoop } from "../data/op-items.ts";
import { following, type Started } from "../engine/operation.ts";
import { ArrayFold } from "./array-fold.ts";
import { checkFits, chunkOf, land, slotOf } from "./chunk.ts";
import type { Fold } from "./fold.ts";
import { FoldFacts } from "./fold-facts.ts";
import { type Layout, runsOf } from "./runs.ts";
import { pick, select } from "./select.ts";
import { ValueFold } from "./value-fold.ts";

export interface Reduced {
  readonly op: Op;
  /** Memory of the caller for the result, which is then what the call returns. */
  readonly into?: BufferLike | undefined;
  /** Where data and `into` are packed items of a datatype that the operator takes as wholes. */
  readonly items?: ItemLoop | undefined;
}

export interface ReducedAtRoot extends Reduced {
  readonly root: number;
}

function foldOf(op: Op, data: unknown, into: BufferLike | undefined, items: ItemLoop | undefined): Fold {
  if (data === IN_PLACE) return foldOf(op, into, into, items);
  return isTypedArray(data) && op.elementwise ? new ArrayFold(op, data, into, items) : new ValueFold(op, data, into);
}

/**
 * Combines every rank's data at the root.
 * @param data a typed array as long as everyone's, or any value
 * @returns at the root `into`, or a new array or value; `null` on the others
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when ranks give arrays of different length or kind
 * @see MPI-4.1 §6.9.1
 */
export async function reduce(lane: Lane, data: unknown, { op, root, into, items }: ReducedAtRoot): Promise<unknown> {
  const fold = foldOf(op, data, lane.rank === root ? into : undefined, items);
  await select("reduce", new FoldFacts(lane, fold))(lane, root, fold);
  return lane.rank === root ? fold.result() : null;
}

/**
 * Combines every rank's data on every rank: the same bits everywhere.
 * @returns `into`, or a new array or value
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when ranks give arrays of different length or kind
 * @see MPI-4.1 §6.9.6
 */
export function allreduce(lane: Lane, data: unknown, { op, into, items }: Reduced): Started<unknown> {
  const run = items ? undefined : ofArrays(lane, op, data, into);
  if (run) return run(lane, op.loopFor(data as TypedArray), data as TypedArray, into as TypedArray);
  const fold = foldOf(op, data, into, items);
  return following(select("allreduce", new FoldFacts(lane, fold))(lane, fold), () => fold.result());
}

/** The simpler way of an allreduce of two arrays, where there is one. */
function ofArrays(lane: Lane, op: Op, data: unknown, into: BufferLike | undefined) {
  if (!into || !op.elementwise || !areApart(data, into)) return undefined;
  const { size, board } = lane;
  return pick("allreduce", { size, bytes: into.byteLength, commute: op.commute, board }).arrays;
}

/** An allreduce that is made again and again with the same arrays, which stay as long as they are: its way is looked for once. */
export function allreduceOf(data: TypedArray, into: TypedArray, op: Op): (lane: Lane) => Started<unknown> {
  let run: ReturnType<typeof ofArrays>;
  const loop = op.loopFor(data);
  return (lane) => {
    run ??= ofArrays(lane, op, data, into);
    return run ? run(lane, loop, data, into) : allreduce(lane, data, { op, into });
  };
}

/** True of two typed arrays of one kind and length that have no memory in common. */
function areApart(data: unknown, into: BufferLike): data is TypedArray {
  return (
    isTypedArray(data) &&
    isTypedArray(into) &&
    data.constructor === into.constructor &&
    data.length === into.length &&
    data.buffer !== into.buffer
  );
}

/**
 * Combines every rank's data on every rank, which keeps its run of the result.
 * @param data an array of values or a typed array, as long as everyone's
 * @param counts the length of each rank's run; left out, each rank gets an equal block, of an array of values one value
 * @returns `into`, or this rank's run; in place `into`, which begins with it
 * @throws ERR_COUNT, ERR_TYPE when the data has no such runs, ERR_TRUNCATE for a short `into`, ERR_OP
 * @see MPI-4.1 §6.10
 */
export async function reduceScatter(
  lane: Lane,
  data: unknown,
  { op, into, items, counts }: Reduced & Pick<Layout, "counts">,
): Promise<unknown> {
  const given = data === IN_PLACE ? into : data;
  const lengths = lengthsOf(given, lane.size, counts);
  const slot = slotOf(into);
  if (slot) {
    // Before anything is sent.
    const { element, width } = isTypedArray(given)
      ? { element: elementOf(given), width: given.BYTES_PER_ELEMENT }
      : { element: VALUE, width: 1 };
    checkFits(element, lengths[lane.rank]! * width, slot, "the result");
  }
  const fold = foldOf(op, given, undefined, items);
  const result = (await select("reduceScatter", new FoldFacts(lane, fold))(lane, fold, lengths)).result();
  if (into) {
    land(chunkOf(result), slot, "the result");
    return into;
  }
  if (isTypedArray(result)) return result.slice();
  return counts ? result : (result as unknown[])[0];
}

/**
 * The lengths of the runs of a reduceScatter's result.
 * @throws ERR_COUNT, ERR_TYPE when the data does not have them
 */
export function lengthsOf(data: unknown, size: number, counts: Layout["counts"]): number[] {
  const verb = counts ? "reduceScatter" : "reduceScatterBlock";
  if (!Array.isArray(data) && !isTypedArray(data)) {
    throw new Exception("ERR_TYPE", `Cannot ${verb} ${show(data)}: expected an array of values or a typed array`);
  }
  const lengths = runsOf(data.length, size, { counts }, verb).map(({ begin, end }) => end - begin);
  const total = lengths.reduce((a, b) => a + b, 0);
  if (total < data.length) {
    throw new Exception("ERR_COUNT", `Cannot ${verb} ${data.length} elements: counts add up to ${total}`);
  }
  if (!counts && Array.isArray(data) && data.length !== size) {
    throw new Exception("ERR_COUNT", `Cannot ${verb} ${data.length} elements: ${size} ranks take one value each`);
  }
  return lengths;
}

/**
 * Combines the data of the ranks up to this one.
 * @returns `into`, or a new array or value
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when ranks give arrays of different length or kind
 * @see MPI-4.1 §6.11.1
 */
export async function scan(lane: Lane, data: unknown, { op, into, items }: Reduced): Promise<unknown> {
  const fold = foldOf(op, data, into, items);
  await select("scan", new FoldFacts(lane, fold))(lane, fold);
  return fold.result();
}

/**
 * Combines the data of the ranks before this one.
 * @returns `into`, or a new array or value; on rank 0 `into` as it was, or `undefined`
 * @throws ERR_COUNT, ERR_TRUNCATE, ERR_TYPE when ranks give arrays of different length or kind
 * @see MPI-4.1 §6.11.2
 */
export async function exscan(lane: Lane, data: unknown, { op, into, items }: Reduced): Promise<unknown> {
  const fold = foldOf(op, data, into, items);
  await select("exscan", new FoldFacts(lane, fold))(lane, fold);
  return lane.rank === 0 ? into : fold.result();
}
