// io/view: layer 8. A view of a file (MPI-4.1 §14.3): which bytes of it, in which order, are the stream that a rank reads
// and writes. Positions count bytes of the stream, offsets bytes of the file. Used by all that moves data.
import { Exception } from "../base/errors.ts";
import { type Runs, runsOf } from "../data/type-runs.ts";
import type { TypeTree } from "../data/type-tree.ts";
import type { Representation } from "./representation.ts";

export class View {
  /** Byte of the file that is the origin of the first item of the filetype. */
  readonly disp: number;
  /** Bytes of an etype in the file. */
  readonly etype: number;
  readonly representation: Representation;
  /** Bytes of data in one item of the filetype, and from one item to the next. */
  readonly size: number;
  readonly extent: number;
  readonly runs: Runs;
  /** True when the stream is the file from some byte on. */
  readonly dense: boolean;

  /** @param call for errors @throws ERR_TYPE for a filetype that is not made of etypes, or goes back */
  constructor(call: string, disp: number, etype: TypeTree, filetype: TypeTree, representation: Representation) {
    const [unit, items] = [representation.layout(call, etype), representation.layout(call, filetype)];
    this.disp = disp;
    this.etype = unit.size;
    this.representation = representation;
    this.size = items.size;
    this.extent = items.extent;
    this.runs = runsOf(items);
    this.dense = this.runs.count === 1 && this.size === this.extent;
    const wrong = this.#wrong();
    if (wrong) throw new Exception("ERR_TYPE", `Cannot call ${call}: ${wrong}`);
  }

  #wrong(): string | undefined {
    const { etype, size, extent } = this;
    const { count, offsets, positions } = this.runs;
    if (etype === 0) return "the etype has no bytes, expected some";
    if (size === 0) return "the filetype has no bytes, expected some";
    if (size % etype !== 0) return `the filetype has ${size} bytes, expected a multiple of the etype's ${etype}`;
    if (this.disp + offsets[0]! < 0) return `the filetype begins ${-offsets[0]!} bytes before its origin`;
    const end = (run: number) => offsets[run]! + positions[run + 1]! - positions[run]!;
    for (let run = 1; run < count; run++) {
      if (offsets[run]! < end(run - 1)) return "the filetype goes back in the file, expected displacements that grow";
    }
    if (extent < end(count - 1) - offsets[0]!)
      return "items of the filetype overlap, expected an extent that holds one";
    return undefined;
  }

  /** The byte of the file at a position of the stream. */
  offsetOf(position: number): number {
    return new Cursor(this, position).offset;
  }

  /** How many bytes of the stream lie before byte `offset` of the file. */
  positionOf(offset: number): number {
    const { offsets, positions, count } = this.runs;
    const from = offset - this.disp - offsets[0]!;
    if (from <= 0) return 0;
    const item = Math.floor(from / this.extent);
    const inside = from - item * this.extent + offsets[0]!;
    const run = lastNotAbove(offsets, count, inside);
    const behind = Math.min(inside - offsets[run]!, positions[run + 1]! - positions[run]!);
    return item * this.size + positions[run]! + behind;
  }
}

/** Walks through the runs of a view, from a position of the stream on. */
export class Cursor {
  /** The byte of the file here, and how many bytes of the stream follow each other from it. */
  offset = 0;
  available = 0;
  readonly #view: View;
  #item: number;
  #run: number;

  constructor(view: View, position: number) {
    const { runs, size } = view;
    this.#view = view;
    this.#item = Math.floor(position / size);
    const rest = position - this.#item * size;
    this.#run = lastNotAbove(runs.positions, runs.count, rest);
    this.#enter(rest - runs.positions[this.#run]!);
  }

  #enter(skipped: number): void {
    const { disp, extent, runs, dense } = this.#view;
    this.offset = disp + this.#item * extent + runs.offsets[this.#run]! + skipped;
    const end = runs.positions[this.#run + 1]!;
    this.available = dense ? Number.POSITIVE_INFINITY : end - runs.positions[this.#run]! - skipped;
  }

  /** Goes on by `bytes`, at most `available`. */
  skip(bytes: number): void {
    if (bytes < this.available) {
      this.offset += bytes;
      this.available -= bytes;
      return;
    }
    this.#run++;
    if (this.#run === this.#view.runs.count) {
      this.#run = 0;
      this.#item++;
    }
    this.#enter(0);
  }
}

/** The last of the first `count` growing numbers that is not above `limit`; 0 where all are. */
function lastNotAbove(numbers: Float64Array, count: number, limit: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes of a stream that follow each other in the file. */
export interface Extent {
  readonly offset: number;
  /** Where they begin, counted from the first byte of the access. */
  readonly at: number;
  readonly bytes: number;
}

/** The extents of `bytes` bytes of the stream from `position` on, as few as possible. */
export function* extentsOf(view: View, position: number, bytes: number): Generator<Extent> {
  if (bytes === 0) return;
  const cursor = new Cursor(view, position);
  let [offset, at, length] = [cursor.offset, 0, 0];
  for (let done = 0; done < bytes; ) {
    const step = Math.min(cursor.available, bytes - done);
    if (offset + length !== cursor.offset) {
      yield { offset, at, bytes: length };
      [offset, at, length] = [cursor.offset, done, 0];
    }
    length += step;
    done += step;
    cursor.skip(step);
  }
  yield { offset, at, bytes: length };
}
