// mpi/collective-arguments: layer 9. Checks what only collectives take: how data is divided, and data in place.
import { IN_PLACE } from "../base/constants.ts";
import type { ErrorClassName } from "../base/error-classes.ts";
import { Exception } from "../base/errors.ts";
import type { Each, Layout } from "../collectives/runs.ts";
import type { BufferLike } from "../data/buffer.ts";
import { checkNumbers, type Numbers } from "./arguments.ts";

/** Give it as data, and the input is taken from `into`. */
export type InPlace = typeof IN_PLACE;

/** A list of whole numbers, one a rank. */
export type PerRank = Numbers;

/** A list of whole numbers that are not negative, one a rank; undefined where there is none. */
export function checkPerRank(
  call: string,
  size: number,
  name: string,
  list: unknown,
  wrong: ErrorClassName,
  each: Each = "rank",
): number[] | undefined {
  if (list === undefined) return undefined;
  const numbers = checkNumbers(call, name, list, wrong, {
    label: `option ${name}`,
    kind: `an array of ${size} numbers`,
  });
  if (numbers.length === size) return numbers;
  throw new Exception(
    wrong,
    `Cannot ${call} with ${numbers.length} ${name}: there are ${size} ${each}s, expected one a ${each}`,
  );
}

/**
 * Options that divide data among the ranks.
 * @param names what the call calls them @param each whose shares they are
 */
export function checkLayout(
  call: string,
  size: number,
  counts: unknown,
  displs: unknown,
  names: readonly [counts: string, displs: string] = ["counts", "displs"],
  each: Each = "rank",
): Layout {
  const layout = {
    counts: checkPerRank(call, size, names[0], counts, "ERR_COUNT", each),
    displs: checkPerRank(call, size, names[1], displs, "ERR_DISP", each),
    each,
  };
  if (layout.displs && !layout.counts) {
    throw new TypeError(`Cannot call ${call}: option ${names[0]} is missing, expected with ${names[1]}`);
  }
  return layout;
}

/** As checkLayout, for what is received: where it goes can only be said of an `into`. */
export function checkReceived(
  call: string,
  size: number,
  into: BufferLike | undefined,
  counts: unknown,
  displs: unknown,
  names: readonly [counts: string, displs: string] = ["counts", "displs"],
  each: Each = "rank",
): Layout {
  const layout = checkLayout(call, size, counts, displs, names, each);
  if (layout.displs && !into) {
    throw new TypeError(`Cannot call ${call}: option into is missing, expected a buffer with ${names[1]}`);
  }
  return layout;
}

/** In a reduction, data that is `into` itself is data in place. */
export function orInPlace(data: unknown, into: unknown): unknown {
  return into !== undefined && data === into ? IN_PLACE : data;
}

/** Data in place needs an `into`, and is for those ranks only that get a result. */
export function checkInPlace(call: string, data: unknown, into: unknown, getsResult = true): void {
  if (data !== IN_PLACE) return;
  if (!getsResult) {
    throw new Exception("ERR_BUFFER", `Cannot ${call} in place: this rank gets no result, expected its data`);
  }
  if (into === undefined) {
    throw new TypeError(`Cannot call ${call}: option into is missing, expected a buffer where data is MPI.IN_PLACE`);
  }
}
