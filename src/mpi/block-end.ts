// mpi/block-end: layer 9. The end of a block that frees what it has with `await using`, which waits for the other ranks. An
// error that has ended the block is seen by nobody until that is over, and is perhaps why the others do not come: where no
// rank can go on, such ends fail, and the error comes to light. Called by the classes of mpi/ and sync/; runtime.ts tells.
import { Deadlock } from "../base/errors.ts";

/** Frames of ours, and of what Bun makes of a block's end, between the script and what waits. */
export const BLOCK_END_FRAMES = 16;

/** Those that wait. */
const waiting = new Set<(error: Deadlock) => void>();
let given: Deadlock | undefined;

/** Frees what a block has, by `free`. Its promise rejects with a Deadlock once no rank can go on. */
export function endBlock(free: () => Promise<void>): Promise<void> {
  if (given) return Promise.reject(given);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  waiting.add(reject);
  const forget = () => waiting.delete(reject);
  free().then(resolve, reject).then(forget);
  return promise;
}

/** True while a block's end waits. */
export function endsBlock(): boolean {
  return waiting.size > 0;
}

/** No rank can go on: the ends that wait fail, and all that follow. */
export function failBlockEnds(): void {
  given = new Deadlock();
  for (const reject of waiting) reject(given);
}
