// data/type-runs: layer 1. One item of a type map as runs of bytes, in the order of packing: what a view of a file is made
// of. Called by io/view.ts.
import type { Block } from "./type-plan.ts";
import type { TypeTree } from "./type-tree.ts";

/** Runs, one behind the other in the packed item; those that touch are one. */
export interface Runs {
  readonly count: number;
  /** Where each begins, in bytes from the item's origin. */
  readonly offsets: Float64Array;
  /** Where each begins in the packed item, and behind the last one the packed bytes of the item. */
  readonly positions: Float64Array;
}

interface Run {
  readonly offset: number;
  readonly position: number;
  bytes: number;
}

export function runsOf(tree: TypeTree): Runs {
  const found: Run[] = [];
  for (const block of tree.plan) walk(block, 0, block.offset, block.packed, found);
  found.sort((a, b) => a.position - b.position);
  const joined: Run[] = [];
  for (const run of found) {
    const last = joined.at(-1);
    if (last && last.offset + last.bytes === run.offset) last.bytes += run.bytes;
    else joined.push(run);
  }
  const offsets = Float64Array.from(joined, ({ offset }) => offset);
  const positions = Float64Array.from([...joined, { position: tree.size }], ({ position }) => position);
  return { count: joined.length, offsets, positions };
}

/** Adds the runs of a block, from loop number `depth` on. */
function walk({ loops, bytes }: Block, depth: number, offset: number, position: number, found: Run[], last = bytes) {
  const loop = loops[depth];
  if (!loop) {
    if (last > 0) found.push({ offset, position, bytes: last });
    return;
  }
  for (let i = 0; i < loop.count; i++) {
    if ("stride" in loop) {
      walk({ loops, bytes } as Block, depth + 1, offset + i * loop.stride, position + i * loop.packed, found);
    } else {
      const length = loop.lengths ? loop.lengths[i]! : bytes;
      const [at, packed] = [offset + loop.offsets[i]!, position + loop.positions[i]!];
      walk({ loops, bytes } as Block, depth + 1, at, packed, found, length);
    }
  }
}
