// io/series: layer 8. The pieces of the file that an access has, in few numbers: those of one length at equal distances are one
// series. So a block-cyclic view costs two-phase.ts the same for a thousand pieces and for a million. Called by open-file.ts and
// by what two-phase.ts is made of.
import { copyItems } from "../data/type-copy.ts";
import { run } from "../data/type-plan.ts";
import { type Extent, extentsOf, type View } from "./view.ts";

/** Pieces in the order of the file; in the rank's data they lie one behind the other. */
export interface Series {
  /** Byte of the file that is the first one's, and its place in the data. */
  readonly offset: number;
  readonly at: number;
  /** Bytes of a piece, and from the beginning of one to that of the next. */
  readonly bytes: number;
  readonly stride: number;
  readonly count: number;
}

const single = (offset: number, at: number, bytes: number): Series => ({ offset, at, bytes, stride: bytes, count: 1 });

/** The byte of the file behind the last piece. */
export function endOf({ offset, bytes, stride, count }: Series): number {
  return offset + (count - 1) * stride + bytes;
}

/** The pieces of `bytes` bytes of a view's stream from `position` on. */
export function seriesOf(view: View, position: number, bytes: number): Series[] {
  const { runs, size, extent, disp, dense } = view;
  if (bytes === 0) return [];
  if (runs.count > 1 || dense) return grouped(extentsOf(view, position, bytes));
  const found: Series[] = [];
  const origin = disp + runs.offsets[0]!;
  let item = Math.floor(position / size);
  let done = 0;
  const skipped = position - item * size;
  if (skipped > 0) {
    done = Math.min(size - skipped, bytes);
    found.push(single(origin + item++ * extent + skipped, 0, done));
  }
  const count = Math.floor((bytes - done) / size);
  if (count > 0) found.push({ offset: origin + item * extent, at: done, bytes: size, stride: extent, count });
  done += count * size;
  if (done < bytes) found.push(single(origin + (item + count) * extent, done, bytes - done));
  return found;
}

/** Extents as series. */
function grouped(extents: Iterable<Extent>): Series[] {
  const found: Series[] = [];
  let [offset, at, bytes, stride, count] = [0, 0, 0, 0, 0];
  const add = () => {
    if (count > 0) found.push({ offset, at, bytes, stride: count === 1 ? bytes : stride, count });
  };
  for (const next of extents) {
    if (next.bytes === bytes && (count === 1 || next.offset === offset + count * stride)) {
      if (count === 1) stride = next.offset - offset;
      count++;
    } else {
      add();
      [offset, at, bytes, count] = [next.offset, next.at, next.bytes, 1];
    }
  }
  add();
  return found;
}

/** Adds the pieces of a series that lie between two bytes of the file. */
function cut(series: Series, from: number, to: number, found: Series[]): void {
  const { offset, at, bytes, stride, count } = series;
  let first = Math.max(0, Math.floor((from - offset - bytes) / stride) + 1);
  let last = Math.min(count - 1, Math.ceil((to - offset) / stride) - 1);
  if (first > last) return;
  if (first === 0 && last === count - 1 && offset >= from && endOf(series) <= to) {
    found.push(series);
    return;
  }
  // The first and the last piece may lie there in part.
  const one = (piece: number) => {
    const begin = Math.max(from, offset + piece * stride);
    const end = Math.min(to, offset + piece * stride + bytes);
    found.push(single(begin, at + piece * bytes + begin - (offset + piece * stride), end - begin));
  };
  if (offset + first * stride < from) one(first++);
  const partly = first <= last && offset + last * stride + bytes > to;
  if (partly) last--;
  if (first <= last) {
    const rest = { offset: offset + first * stride, at: at + first * bytes, bytes, stride, count: last - first + 1 };
    found.push(rest);
  }
  if (partly) one(last + 1);
}

/** Takes pieces out of a list of series, stretch by stretch in the order of the file. */
export class Portions {
  readonly #series: readonly Series[];
  #next = 0;

  constructor(series: readonly Series[]) {
    this.#series = series;
  }

  /** The pieces between two bytes of the file, of which none lies before those of an earlier call. */
  take(from: number, to: number): Series[] {
    const all = this.#series;
    while (this.#next < all.length && endOf(all[this.#next]!) <= from) this.#next++;
    const found: Series[] = [];
    for (let i = this.#next; i < all.length && all[i]!.offset < to; i++) cut(all[i]!, from, to, found);
    return found;
  }
}

export function bytesIn(portion: readonly Series[]): number {
  return portion.reduce((sum, { bytes, count }) => sum + bytes * count, 0);
}

/** The stretch of a rank's data that a portion of it is. */
export function stretch(data: Uint8Array, portion: readonly Series[]): Uint8Array {
  const at = portion[0]?.at ?? 0;
  return data.subarray(at, at + bytesIn(portion));
}

/** Numbers of a series that is sent: the place in the data is not. */
const SENT = 4;

export function encodeSeries(series: readonly Series[]): Uint8Array {
  const numbers = new Float64Array(series.length * SENT);
  for (const [i, { offset, bytes, stride, count }] of series.entries()) {
    numbers.set([offset, bytes, stride, count], i * SENT);
  }
  return new Uint8Array(numbers.buffer);
}

/** The reverse; the data are counted from the first piece on. */
export function decodeSeries(encoded: Uint8Array): Series[] {
  const numbers = new Float64Array(encoded.slice().buffer);
  let at = 0;
  return Array.from({ length: numbers.length / SENT }, (_, i) => {
    const [offset, bytes, stride, count] = [...numbers.subarray(i * SENT)] as [number, number, number, number];
    const series = { offset, at, bytes, stride, count };
    at += bytes * count;
    return series;
  });
}

/**
 * Copies pieces between a window of the file, which begins at byte `from` of it, and data.
 * @param base where the data's first byte counts as
 */
export function copyPieces(
  way: "in" | "out",
  portion: readonly Series[],
  window: Uint8Array,
  from: number,
  data: Uint8Array,
  base = 0,
): void {
  for (const { offset, at, bytes, stride, count } of portion) {
    const sides = { memory: window, origin: offset - from, packed: data, at: at - base, unpack: way === "in" };
    copyItems([run(0, 0, bytes)], count, stride, bytes, sides);
  }
}

/** A place in a portion. */
class Head {
  readonly #portion: readonly Series[];
  #index = 0;
  #piece = 0;
  begin = 0;
  end = 0;

  constructor(portion: readonly Series[]) {
    this.#portion = portion;
    this.#enter();
  }

  next(): void {
    if (++this.#piece === this.#portion[this.#index]!.count) {
      this.#piece = 0;
      this.#index++;
    }
    this.#enter();
  }

  #enter(): void {
    const series = this.#portion[this.#index];
    this.begin = series ? series.offset + this.#piece * series.stride : Number.POSITIVE_INFINITY;
    this.end = series ? this.begin + series.bytes : 0;
  }
}

/** The bytes of several portions, each once, as few extents in the order of the file; their places count from byte `from`. */
export function* covered(portions: readonly (readonly Series[])[], from: number): Generator<Extent> {
  const heads = portions.map((portion) => new Head(portion));
  for (;;) {
    let begin = Number.POSITIVE_INFINITY;
    for (const head of heads) begin = Math.min(begin, head.begin);
    if (begin === Number.POSITIVE_INFINITY) return;
    let end = begin;
    for (let before = -1; before < end; ) {
      before = end;
      for (const head of heads) {
        for (; head.begin <= end; head.next()) end = Math.max(end, head.end);
      }
    }
    yield { offset: begin, at: begin - from, bytes: end - begin };
  }
}
