// mpi/win-plain: layer 9. The short way of plain calls in an epoch of locks: a typed array, no datatype, a place that is there.
// Near memory is reached at once, without an operation or a request: put with flush takes 0.3 µs where it took 1.7, fetchAndOp
// 0.35 where it took 2. To other memory goes a request, and nothing is checked twice. Whatever is not so plain, and all that is
// wrong, goes the long way of win-access.ts, which calls this.
import { bytesOf, isTypedArray } from "../data/buffer.ts";
import { elementOf, type TypedArray } from "../data/element.ts";
import { SUM } from "../data/op.ts";
import { DONE, type Operation } from "../engine/operation.ts";
import type { Near } from "../rma/near.ts";
import type { Place } from "../rma/place.ts";
import type { Window } from "../rma/window.ts";
import { filling } from "./win-place.ts";

/** The elements that the last plain call is about: an object less for each call. */
const spot = {
  rank: 0,
  /** Byte of the window. */
  at: 0,
  element: 0,
  near: undefined as Near | undefined,
  /** Near memory as an array of the caller's kind, and where in it. */
  array: undefined as TypedArray | undefined,
  index: 0,
};

/** Finds out what a call is about, in `spot`. False where it has to go the long way. */
function find(window: Window, buffer: unknown, options: any, op: boolean): buffer is TypedArray {
  // Where there is no byte, the memory may be gone.
  if (!isTypedArray(buffer) || buffer.byteLength === 0) return false;
  if (typeof options !== "object" || options === null) return false;
  for (const name in options) {
    if (name !== "target" && name !== "disp" && !(op && name === "op")) return false;
  }
  const { target, disp = 0 } = options;
  const shown = typeof target === "number" ? window.shown[target] : undefined;
  if (!shown || !Number.isSafeInteger(disp) || disp < 0 || !window.epochs.locked(target)) return false;
  const at = disp * shown.dispUnit;
  if (at + buffer.byteLength > shown.size) return false;
  spot.rank = target;
  spot.at = at;
  spot.element = elementOf(buffer);
  spot.near = window.near[target];
  return !spot.near || findNear(spot.near, buffer.BYTES_PER_ELEMENT);
}

/** False where the elements are not aligned, or the memory has become shorter than it was. */
function findNear(near: Near, size: number): boolean {
  spot.array = near.views.of(spot.element);
  spot.index = spot.at / size;
  return spot.array !== undefined && Number.isInteger(spot.index) && spot.index < spot.array.length;
}

function placeOf(buffer: TypedArray): Place {
  return { at: spot.at, bytes: buffer.byteLength, element: spot.element, tree: undefined, count: 0 };
}

/** put; undefined where it has to go the long way. */
export function putPlain(window: Window, origin: unknown, options: unknown): Operation<unknown> | undefined {
  if (!find(window, origin, options, false)) return undefined;
  if (!spot.near) return window.put(spot.rank, placeOf(origin), bytesOf(origin));
  // One kind: a copy of bytes.
  spot.array!.set(origin as never, spot.index);
  return DONE;
}

/** get; undefined where it has to go the long way. */
export function getPlain(window: Window, into: unknown, options: unknown): Operation<unknown> | undefined {
  if (!find(window, into, options, false)) return undefined;
  if (!spot.near) return window.get(spot.rank, placeOf(into), filling(into));
  into.set(spot.array!.subarray(spot.index, spot.index + into.length) as never);
  return DONE;
}

/** fetchAndOp with SUM; undefined where it has to go the long way. */
export function addPlain(
  window: Window,
  origin: unknown,
  result: unknown,
  options: any,
): Operation<unknown> | undefined {
  if (options?.op !== undefined && options.op !== SUM) return undefined;
  if (!find(window, result, options, true) || !isTypedArray(origin)) return undefined;
  if (origin.length !== 1 || result.length !== 1 || elementOf(origin) !== spot.element) return undefined;
  const { near, index } = spot;
  if (!near) return window.getAccumulate(spot.rank, placeOf(result), SUM, bytesOf(origin), filling(result));
  const [array, before] = [spot.array as any, result as any];
  const amount = origin[0];
  near.alone(() => {
    const was = array[index];
    array[index] = was + amount;
    before[0] = was;
  });
  return DONE;
}
