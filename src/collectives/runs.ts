// collectives/runs: layer 6. A run is one rank's share of an array or a buffer: where it begins and ends, in elements.
// From `counts` and `displs` to runs, from data to one chunk a run, and from received chunks to one array or buffer.
// Used by the collectives whose chunks differ in length, and by the others for their equal chunks.
import { Exception, show } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate, bufferFrom, bytesOf, elementOfBuffer, isBuffer } from "../data/buffer.ts";
import { elements, VALUE } from "../data/element.ts";
import { chunkOf, open } from "./chunk.ts";

/** How data is divided among the ranks: whole numbers that are not negative, one a rank, in elements. */
export interface Layout {
  /** Length of each rank's run; left out, all are equally long. */
  readonly counts?: readonly number[] | undefined;
  /** Where each run begins; left out, each behind the one before. */
  readonly displs?: readonly number[] | undefined;
}

export interface Run {
  readonly begin: number;
  readonly end: number;
}

/**
 * The runs of data with `length` elements.
 * @param verb for error messages: "scatter", "gather into"
 * @throws ERR_COUNT when the data does not divide or is too short, ERR_DISP when a displacement leaves it
 */
export function runsOf(length: number, size: number, { counts, displs }: Layout, verb: string): Run[] {
  if (!counts && length % size !== 0) {
    throw new Exception(
      "ERR_COUNT",
      `Cannot ${verb} ${length} elements: ${size} ranks ${verb.endsWith(" into") ? "give" : "take"} equal chunks, expected a multiple of ${size}`,
    );
  }
  let next = 0;
  return Array.from({ length: size }, (_, i) => {
    const begin = displs ? displs[i]! : next;
    const end = begin + (counts ? counts[i]! : length / size);
    next = end;
    if (end > length) {
      throw new Exception(
        displs ? "ERR_DISP" : "ERR_COUNT",
        `Cannot ${verb} ${length} elements: those of rank ${i} are ${begin} to ${end}, expected at most ${length}`,
      );
    }
    return { begin, end };
  });
}

/** Throws ERR_DISP when two runs have an element in common: what is received would overwrite itself. */
export function checkDisjoint(runs: readonly Run[], verb: string): void {
  const order = [...runs.keys()].filter((i) => runs[i]!.end > runs[i]!.begin);
  order.sort((a, b) => runs[a]!.begin - runs[b]!.begin);
  for (const [at, i] of order.slice(1).entries()) {
    const before = order[at]!;
    if (runs[i]!.begin >= runs[before]!.end) continue;
    throw new Exception(
      "ERR_DISP",
      `Cannot ${verb} overlapping elements: those of rank ${before} are ${runs[before]!.begin} to ${runs[before]!.end}, those of rank ${i} begin at ${runs[i]!.begin}`,
    );
  }
}

/**
 * The user's array or buffer as one chunk a rank.
 * @throws ERR_TYPE for other data; see runsOf
 */
export function cut(data: unknown, size: number, layout: Layout, verb: string): Body[] {
  if (Array.isArray(data)) {
    return runsOf(data.length, size, layout, verb).map(({ begin, end }) => chunkOf(data.slice(begin, end)));
  }
  const whole = runOf(data, verb);
  const [bytes] = whole.parts;
  const width = elements[whole.element]!.size;
  return runsOf(bytes!.byteLength / width, size, layout, verb).map(({ begin, end }) => ({
    element: whole.element,
    parts: [bytes!.subarray(begin * width, end * width)],
  }));
}

/**
 * The user's data as one chunk a rank: element i of an array, or the ith of equal pieces of a buffer.
 * @throws ERR_TYPE for other data, ERR_COUNT when it does not divide into `size` chunks
 */
export function chunksOf(data: unknown, size: number, verb: string): Body[] {
  if (isBuffer(data)) return cut(data, size, {}, verb);
  if (!Array.isArray(data)) {
    throw new Exception(
      "ERR_TYPE",
      `Cannot ${verb} ${show(data)}: it has no chunks, expected an array of ${size} values or a buffer`,
    );
  }
  if (data.length !== size) {
    throw new Exception(
      "ERR_COUNT",
      `Cannot ${verb} an array of ${data.length}: there are ${size} ranks, expected one value a rank`,
    );
  }
  // Array.from visits the holes of a sparse array too.
  return Array.from(data, chunkOf);
}

/** The user's array or buffer as one run, which is one chunk. @throws ERR_TYPE for other data */
export function runOf(data: unknown, verb: string): Body {
  if (isBuffer(data)) return { element: elementOfBuffer(data), parts: [bytesOf(data)] };
  if (Array.isArray(data)) return chunkOf(data);
  throw new Exception("ERR_TYPE", `Cannot ${verb} ${show(data)}: expected an array of values or a buffer`);
}

/**
 * One array or buffer of all runs, by rank.
 * @param counts what each rank was expected to give, if the caller has said it
 * @throws ERR_COUNT when a rank gave another number of elements, ERR_TYPE when the runs do not go together
 */
export function joined(runs: readonly Body[], counts: readonly number[] | undefined, verb: string): unknown {
  const { element } = runs[0]!;
  for (const [i, run] of runs.entries()) {
    if (run.element === element) continue;
    const names = [element, run.element].map((kind) => elements[kind]!.name);
    throw new Exception(
      "ERR_TYPE",
      `Cannot ${verb} the ${names[1]} of rank ${i}: rank 0 gives ${names[0]}, expected the same of every rank`,
    );
  }
  if (element === VALUE) {
    return runs.flatMap((run, i) => {
      const values = open(run);
      if (!Array.isArray(values)) {
        throw new Exception("ERR_TYPE", `Cannot ${verb} ${show(values)} of rank ${i}: expected an array`);
      }
      checkCount(i, values.length, counts, verb);
      return values;
    });
  }
  const all = allocate(runs.reduce((sum, run) => sum + bodyBytes(run), 0));
  let at = 0;
  for (const [i, run] of runs.entries()) {
    checkCount(i, bodyBytes(run) / elements[element]!.size, counts, verb);
    all.set(run.parts[0]!, at);
    at += bodyBytes(run);
  }
  return bufferFrom(element, all);
}

function checkCount(rank: number, count: number, counts: readonly number[] | undefined, verb: string): void {
  if (!counts || counts[rank] === count) return;
  throw new Exception("ERR_COUNT", `Cannot ${verb} ${count} elements of rank ${rank}: expected ${counts[rank]}`);
}
