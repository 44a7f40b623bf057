// mpi/completion: layer 9. What the calls that complete several requests are made of. Used by request.ts.
import { Operation } from "../engine/operation.ts";
import { waitFor } from "./call.ts";
import type { Request } from "./request.ts";
import { Status } from "./status.ts";

/** What a call on several requests waits for, for reports. */
export function all(call: string, requests: readonly Request[]): string {
  const waiting = requests.filter((request) => !request.settled);
  const first = waiting.slice(0, 3).map((request) => request.pending?.describe());
  return `${call} for ${waiting.length} of ${requests.length} requests: ${first.join(", ")}${waiting.length > 3 ? ", …" : ""}`;
}

/** The status object for request `index`: the caller's, or a new one in its array. */
export function place(statuses: Status[] | undefined, index: number): Status | undefined {
  if (statuses) statuses[index] ??= new Status();
  return statuses?.[index];
}

/** Fetches all that are complete: their indices and data. */
export function fetchSome<T>(requests: readonly Request<T>[], statuses: Status[] | undefined): [number, T][] {
  conclude(requests);
  requests.find((request) => request.failed)?.fetch(place(statuses, 0));
  const complete: [number, T][] = [];
  for (const [index, request] of requests.entries()) {
    if (!request.active || !request.settled) continue;
    complete.push([index, request.fetch(place(statuses, complete.length))]);
  }
  return complete;
}

/** Ends those that are complete, so that what fails at the end is known before anything is fetched. */
export function conclude(requests: readonly Request[]): void {
  for (const request of requests) request.conclude();
}

/**
 * Fetches, and so throws, the first failure: before anything else is fetched, so that no received data is lost.
 * @param statuses are told what is known of every request
 */
export function throwFailed(requests: readonly Request[], statuses?: Status[]): void {
  const failed = requests.find((request) => request.failed);
  if (!failed) return;
  if (statuses) for (const [index, request] of requests.entries()) request.tell(place(statuses, index)!);
  failed.fetch();
}

/** Lets everything that has arrived in. */
export async function poll(requests: readonly Request[]): Promise<void> {
  await requests.find((request) => request.active)?.pending?.progress.poll();
}

/** Resolves when one of the requests, or all of them, are complete, or one has failed. */
export async function waitUntil(
  requests: readonly Request[],
  enough: "one" | "all",
  describe: () => string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waiting = new Set(requests.flatMap(({ pending, settled }) => (pending && !settled ? [pending] : [])));
  const [first] = waiting;
  const done = ({ pending, settled }: Request) => (enough === "one" ? settled : pending?.operation.failed);
  if (!first || requests.some(done)) return;
  const reached = new Operation<void>();
  let left = enough === "one" ? 1 : waiting.size;
  const settled = ({ failed }: Operation<any>) => {
    if (--left === 0 || failed) reached.resolve();
  };
  for (const { operation } of waiting) operation.onSettled(settled);
  try {
    await waitFor(first.progress, reached, { describe }, { signal, frames: 24 });
  } finally {
    for (const { operation } of waiting) operation.offSettled(settled);
  }
}
