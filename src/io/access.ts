// io/access: layer 8. What one rank does by itself: a stretch of its view's stream is written, or read. Called by
// open-file.ts, and by two-phase.ts where nothing is interleaved.
import { allocate } from "../data/buffer.ts";
import type { Storage } from "./storage.ts";
import { type Extent, extentsOf, type View } from "./view.ts";

/** Pieces that lie close to each other are read in one go, gaps included: up to so many bytes, with gaps up to so many. */
const SIEVE = 1024 * 1024;
const GAP = 64 * 1024;
/** Pieces after which the event loop gets a turn. */
const PIECES_PER_TURN = 1024;

/** Lets the event loop have its turn: transfers that are done at once leave it none. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Writes `bytes` from position `position` of the stream on. */
export async function writeStream(disk: Storage, view: View, position: number, bytes: Uint8Array): Promise<void> {
  let pieces = 0;
  for (const { offset, at, bytes: length } of extentsOf(view, position, bytes.length)) {
    await disk.write(bytes.subarray(at, at + length), offset);
    if (++pieces % PIECES_PER_TURN === 0) await turn();
  }
}

/** The reverse. @returns how many bytes there were before the end of the file */
export async function readStream(disk: Storage, view: View, position: number, bytes: Uint8Array): Promise<number> {
  let [done, groups] = [0, 0];
  for (const group of grouped(extentsOf(view, position, bytes.length))) {
    const wanted = group.reduce((sum, extent) => sum + extent.bytes, 0);
    const got = await readGroup(disk, group, bytes);
    done += got;
    if (got < wanted) break;
    if (++groups % PIECES_PER_TURN === 0) await turn();
  }
  return done;
}

/** Extents that are read in one go. */
export function* grouped(extents: Iterable<Extent>): Generator<readonly Extent[]> {
  let group: Extent[] = [];
  let end = 0;
  for (const extent of extents) {
    const first = group[0];
    const gap = extent.offset - end;
    const span = first ? extent.offset + extent.bytes - first.offset : 0;
    if (first && (gap < 0 || gap > GAP || span > SIEVE)) {
      yield group;
      group = [];
    }
    group.push(extent);
    end = extent.offset + extent.bytes;
  }
  if (group.length > 0) yield group;
}

/** Reads a group, each extent to its place in `bytes`. @returns how many bytes of them there were */
export async function readGroup(disk: Storage, group: readonly Extent[], bytes: Uint8Array): Promise<number> {
  const [first] = group;
  const last = group.at(-1)!;
  if (group.length === 1) return disk.read(bytes.subarray(first!.at, first!.at + first!.bytes), first!.offset);
  const span = allocate(last.offset + last.bytes - first!.offset);
  const there = await disk.read(span, first!.offset);
  let done = 0;
  for (const { offset, at, bytes: length } of group) {
    const from = offset - first!.offset;
    const valid = Math.min(length, Math.max(0, there - from));
    bytes.set(span.subarray(from, from + valid), at);
    done += valid;
  }
  return done;
}
