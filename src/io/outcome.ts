// io/outcome: layer 8. A collective call on a file succeeds on all ranks, or fails on all of them. Called by open-file.ts.
import { Exception, errorClassOf } from "../base/errors.ts";
import { allgather } from "../collectives/movement.ts";
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";

/** What a rank tells the others: what it has, or how it failed. */
interface Told<T> {
  readonly value?: T;
  readonly failed?: readonly [errorClass: number, message: string];
}

/**
 * Runs this rank's part and tells the others.
 * @returns what each rank's part gave, by rank
 * @throws on every rank where one has failed: its own error there, on the others the first one's, with its class
 */
export async function together<T>(call: string, lane: Lane, part: () => Promise<T> | T): Promise<T[]> {
  let told: Told<T>;
  let own: unknown;
  try {
    told = { value: await part() };
  } catch (error) {
    own = error;
    told = { failed: [errorClassOf(error), (error as Error).message] };
  }
  const all = (await promised(allgather(lane, told, {}))) as Told<T>[];
  if (own) throw own;
  for (const [rank, { failed }] of all.entries()) {
    if (failed) throw new Exception(failed[0], `Cannot ${call}, as rank ${rank} cannot: ${failed[1]}`);
  }
  return all.map(({ value }) => value as T);
}
