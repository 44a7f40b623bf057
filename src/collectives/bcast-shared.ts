// collectives/bcast-shared: layer 6, row `shared` of bcast. The root shows its data, and does not wait for anybody.
//
//   rank 0: a   → rank 1 copies a, rank 2 copies a
//
// Cost   n·β, and one cache line for each rank
// Good   short data
// Needs  memory that all ranks share
import type { Lane } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import { VALUE } from "../data/element.ts";
import { following, type Started } from "../engine/operation.ts";
import { kept, land, lentChunkOf, opened, type Slot } from "./chunk.ts";

/** @returns as every bcast; undefined where the data has no room, which all ranks see: then it is for another row */
export function bcastShared(lane: Lane, root: number, body?: Body, slot?: Slot): Started<Body | undefined> {
  const board = lane.board!;
  const fits = body && board.show(body);
  const take = () => {
    if (body) return fits ? body : undefined;
    const shown = board.shown(root);
    // Nothing that is made of a value refers to where it stood.
    return shown && (slot || shown.element !== VALUE) ? land(shown, slot, "the root's data") : shown;
  };
  return following(board.from(root), take);
}

/**
 * The same from a value to values (or buffers, which only the root knows), with as little made on the way as can be.
 * @param long takes over where there is no room: `chunk` is the root's
 */
export function bcastValueShared(
  lane: Lane,
  root: number,
  value: unknown,
  long: (lane: Lane, root: number, chunk?: Body) => Started<unknown>,
): Started<unknown> {
  const board = lane.board!;
  if (lane.rank !== root) {
    return following(board.from(root), () => {
      const shown = board.shown(root);
      return shown ? opened(shown) : long(lane, root);
    });
  }
  const chunk = lentChunkOf(value);
  if (board.show(chunk)) return following(board.from(root), () => value);
  const own = kept(chunk);
  return following(board.from(root), () => following(long(lane, root, own), () => value));
}
