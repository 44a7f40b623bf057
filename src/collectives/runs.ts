// collectives/runs: layer 6. A run is one rank's share of an array or a buffer: where it begins and ends, in elements.
// From `counts` and `displs` to runs, from data to one chunk a run, and from received chunks to one array or buffer.
// Used by the collectives whose chunks differ in length, and by the others for their equal chunks. Between neighbours of a
// topology "rank i" below is the ith neighbour.
import { Exception, show } from "../base/errors.ts";
import { type Body, bodyBytes } from "../data/body.ts";
import { allocate, bufferFrom, bytesOf, elementOfBuffer, isBuffer } from "../data/buffer.ts";
import { elements, VALUE } from "../data/element.ts";
import { chunkOf, open } from "./chunk.ts";

/** Whose shares they are, in error messages. */
export type Each = "rank" | "neighbor";

/** How data is divided among the ranks: whole numbers that are not negative, one a rank, in elements. */
export interface Layout {
  /** Length of each rank's run; left out, all are equally long. */
  readonly counts?: readonly number[] | undefined;
  /** Where each run begins; left out, each behind the one before. */
  readonly displs?: readonly number[] | undefined;
  /** @default {"rank"} */
  readonly each?: Each | undefined;
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
export function runsOf(length: number, size: number, { counts, displs, each = "rank" }: Layout, verb: string): Run[] {
  // Of data for nobody there is nothing to divide.
  if (!counts && size > 0 && length % size !== 0) {
    throw new Exception(
      "ERR_COUNT",
      `Cannot ${verb} ${length} elements: ${size} ${each}s ${verb.endsWith(" into") ? "give" : "take"} equal chunks, expected a multiple of ${size}`,
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
        `Cannot ${verb} ${length} elements: those of ${each} ${i} are ${begin} to ${end}, expected at most ${length}`,
      );
    }
    return { begin, end };
  });
}

/** Throws ERR_DISP when two runs have an element in common: what is received would overwrite itself. */
export function checkDisjoint(runs: readonly Run[], verb: string, each: Each = "rank"): void {
  const order = [...runs.keys()].filter((i) => runs[i]!.end > runs[i]!.begin);
  order.sort((a, b) => runs[a]!.begin - runs[b]!.begin);
  for (const [at, i] of order.slice(1).entries()) {
    const before = order[at]!;
    if (runs[i]!.begin >= runs[before]!.end) continue;
    throw new Exception(
      "ERR_DISP",
      `Cannot ${verb} overlapping elements: those of ${each} ${before} are ${runs[before]!.begin} to ${runs[before]!.end}, those of ${each} ${i} begin at ${runs[i]!.begin}`,
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
export function chunksOf(data: unknown, size: number, verb: string, each: Each = "rank"): Body[] {
  if (isBuffer(data)) return cut(data, size, { each }, verb);
  if (!Array.isArray(data)) {
    throw new Exception(
      "ERR_TYPE",
      `Cannot ${verb} ${show(data)}: it has no chunks, expected an array of ${size} values or a buffer`,
    );
  }
  if (data.length !== size) {
    throw new Exception(
      "ERR_COUNT",
      `Cannot ${verb} an array of ${data.length}: there are ${size} ${each}s, expected one value a ${each}`,
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
 * @param runs undefined from nobody
 * @param layout its counts are what each rank was expected to give, if the caller has said it
 * @param element what the result is of when there are no runs
 * @throws ERR_COUNT when a rank gave another number of elements, ERR_TYPE when the runs do not go together
 */
export function joined(
  runs: readonly (Body | undefined)[],
  { counts, each = "rank" }: Layout,
  verb: string,
  element = VALUE,
): unknown {
  const first = runs.findIndex((run) => run);
  const kind = runs[first]?.element ?? element;
  for (const [i, run] of runs.entries()) {
    if (!run || run.element === kind) continue;
    const names = [kind, run.element].map((kind) => elements[kind]!.name);
    throw new Exception(
      "ERR_TYPE",
      `Cannot ${verb} the ${names[1]} of ${each} ${i}: ${each} ${first} gives ${names[0]}, expected the same of every ${each}`,
    );
  }
  const checkCount = (i: number, count: number) => {
    if (!counts || counts[i] === count) return;
    throw new Exception("ERR_COUNT", `Cannot ${verb} ${count} elements of ${each} ${i}: expected ${counts[i]}`);
  };
  if (kind === VALUE) {
    return runs.flatMap((run, i) => {
      if (!run) return [];
      const values = open(run);
      if (!Array.isArray(values)) {
        throw new Exception("ERR_TYPE", `Cannot ${verb} ${show(values)} of ${each} ${i}: expected an array`);
      }
      checkCount(i, values.length);
      return values;
    });
  }
  const all = allocate(runs.reduce((sum, run) => sum + (run ? bodyBytes(run) : 0), 0));
  let at = 0;
  for (const [i, run] of runs.entries()) {
    if (!run) continue;
    checkCount(i, bodyBytes(run) / elements[kind]!.size);
    all.set(run.parts[0]!, at);
    at += bodyBytes(run);
  }
  return bufferFrom(kind, all);
}
