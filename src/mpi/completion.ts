// mpi/completion: layer 9. What the calls that complete several requests are made of. Used by request.ts.
import { Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import { waitFor } from "./call.ts";
import type { Pending, Request } from "./request.ts";
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
  for (let i = 0; i < requests.length; i++) requests[i]!.conclude();
}

/** Fetches all, in order. */
export function fetchAll(requests: readonly Request[], statuses: Status[] | undefined): unknown[] {
  const fetched: unknown[] = new Array(requests.length);
  for (let i = 0; i < requests.length; i++) fetched[i] = requests[i]!.fetch(place(statuses, i));
  return fetched;
}

/**
 * Fetches, and so throws, the first failure: before anything else is fetched, so that no received data is lost.
 * @param statuses are told what is known of every request
 */
export function throwFailed(requests: readonly Request[], statuses?: Status[]): void {
  let failed: Request | undefined;
  for (let i = 0; i < requests.length && !failed; i++) if (requests[i]!.failed) failed = requests[i];
  if (!failed) return;
  if (statuses) for (const [index, request] of requests.entries()) request.tell(place(statuses, index)!);
  failed.fetch();
}

/** Lets everything that has arrived in. */
export async function poll(requests: readonly Request[]): Promise<void> {
  await requests.find((request) => request.active)?.pending?.progress.poll();
}

/**
 * Resolves when one of the requests, or all of them, are complete, or one has failed; undefined: that is so already.
 * Loops and a count, in place of sets and arrays: for a request in a window of 64, 60 ns less.
 */
export function waitUntil(
  requests: readonly Request[],
  enough: "one" | "all",
  describe: () => string,
  signal: AbortSignal | undefined,
): Promise<void> | undefined {
  let first: Pending<any> | undefined;
  for (let i = 0; i < requests.length; i++) {
    const { pending } = requests[i]!;
    if (!pending?.operation.settled) first ??= pending;
    else if (enough === "one" || pending.operation.failed) return undefined;
  }
  return first && waitUntilSettled(requests, first.progress, enough, describe, signal);
}

async function waitUntilSettled(
  requests: readonly Request[],
  progress: Progress,
  enough: "one" | "all",
  describe: () => string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const reached = new Operation<void>();
  let left = 0;
  const settled = ({ failed }: Operation<any>) => {
    left--;
    if (left === 0 || failed || enough === "one") reached.resolve();
  };
  for (let i = 0; i < requests.length; i++) {
    const operation = requests[i]!.pending?.operation;
    // A request may be in the list twice.
    if (operation && !operation.settled && operation.onSettled(settled)) left++;
  }
  try {
    await waitFor(progress, reached, { describe }, { signal, frames: 24 });
  } finally {
    if (left > 0) for (const { pending } of requests) pending?.operation.offSettled(settled);
  }
}
