// mpi/request: layer 9. Requests: what the i… methods return, and the calls that complete one or several.
import { ANY_SOURCE, ANY_TAG, UNDEFINED } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import { checkOptions, checkSignal, checkStatus } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import { Status } from "./status.ts";

/** What a request stands for, given by the method that makes it. */
export interface Pending<T> {
  readonly operation: Operation<T>;
  readonly progress: Progress;
  /** The call as a user would say it: `irecv(source 1, tag 7) on COMM_WORLD`. */
  readonly describe: () => string;
  /** Fills in the status of a completed operation; left out where there is none to tell. */
  readonly fill?: (status: Status) => void;
  /** Takes the operation back if it has not been matched. */
  readonly cancel?: () => boolean;
}

/**
 * An operation in progress.
 *
 * A request is active until its completion has been fetched with `wait` or a successful `test`; then it is inactive, and
 * waiting for it again returns `undefined` at once. A request is no thenable: `await request` does not wait.
 *
 * @example
 * ```ts
 * const request = MPI.COMM_SELF.irecv<string>({ source: 0 });
 * await MPI.COMM_SELF.send("hello", { dest: 0 });
 * console.log(await request.wait()); // hello
 * ```
 * @see MPI-4.1 §3.7
 */
export class Request<T = any> {
  #pending: Pending<T> | undefined;
  #cancelled = false;
  /** Fetches the result where an error handler is to see a failure; for the library. */
  guard: (<R>(take: () => R) => R) | undefined;

  constructor(pending: Pending<T> | undefined) {
    this.#pending = pending;
  }

  /**
   * Waits until the operation is complete.
   *
   * @param options.status Is filled in with source, tag and length of a received message.
   * @param options.signal Ends the waiting, not the operation: the request stays active and can be waited for again.
   * @returns What was received; `undefined` for sends and for inactive requests.
   * @throws {MPI.Exception} What the operation failed with, such as ERR_TRUNCATE.
   * @see MPI-4.1 §3.7.3
   */
  wait(options?: { status?: Status; signal?: AbortSignal }): Promise<T> {
    return attempt(async () => {
      checkOptions("wait", options, ["status", "signal"]);
      checkStatus("wait", options?.status);
      const signal = checkSignal("wait", options?.signal);
      const pending = this.#pending;
      if (pending) await waitUntil([this], "all", () => `wait for ${pending.describe()}`, signal);
      return this.fetch(options?.status);
    });
  }

  /**
   * Lets arrived messages in and looks whether the operation is complete.
   *
   * @returns `[true, data]` when it is complete (the request becomes inactive), else `[false]`.
   * @throws {MPI.Exception} What the operation failed with.
   * @example
   * ```ts
   * const request = MPI.COMM_SELF.irecv();
   * console.log((await request.test())[0]); // false
   * await MPI.COMM_SELF.send("here", { dest: 0 });
   * while (!(await request.test())[0]) console.log("work");
   * ```
   * @see MPI-4.1 §3.7.3
   */
  async test(options?: { status?: Status }): Promise<[true, T] | [false]> {
    checkOptions("test", options, ["status"]);
    checkStatus("test", options?.status);
    await this.#pending?.progress.poll();
    return this.settled ? [true, this.fetch(options?.status)] : [false];
  }

  /** As test, but the request stays active. @see MPI-4.1 §3.7.6 */
  async getStatus(options?: { status?: Status }): Promise<boolean> {
    checkOptions("getStatus", options, ["status"]);
    const status = checkStatus("getStatus", options?.status);
    await this.#pending?.progress.poll();
    if (!this.settled) return false;
    if (status) this.#fill(status);
    return true;
  }

  /**
   * Takes back a receive that has no message yet; it still has to be completed with `wait`, and its status then says
   * `isCancelled()`. A receive that has its message, and a send, completes as usual.
   *
   * @see MPI-4.1 §3.8.4
   */
  cancel(): void {
    const pending = this.#pending;
    if (!pending?.cancel?.()) return;
    this.#cancelled = true;
    pending.operation.resolve(undefined as T);
  }

  /** Gives the request up: the operation goes on, its completion can no longer be seen. @see MPI-4.1 §3.7.3 */
  free(): void {
    this.#pending = undefined;
  }

  /** True until the completion has been fetched. */
  get active(): boolean {
    return this.#pending !== undefined;
  }

  /** True when the operation is complete or the request inactive; for the library. */
  get settled(): boolean {
    return this.#pending?.operation.settled ?? true;
  }

  /** What the request stands for, while it is active; for the library. */
  get pending(): Pending<T> | undefined {
    return this.#pending;
  }

  /** Makes an inactive request stand for another operation. */
  protected activate(pending: Pending<T>): void {
    this.#pending = pending;
    this.#cancelled = false;
  }

  /** Takes the result of a complete operation and makes the request inactive; for the library. */
  fetch(status?: Status): T {
    if (status) this.#fill(status);
    const pending = this.#pending;
    this.#pending = undefined;
    const { guard } = this;
    return (guard ? guard(() => pending?.operation.result) : pending?.operation.result) as T;
  }

  #fill(status: Status): void {
    status.fill(ANY_SOURCE, ANY_TAG, 0, 0);
    if (this.#cancelled) status.setCancelled(true);
    else if (this.#pending && !this.#pending.operation.failed) this.#pending.fill?.(status);
  }

  /**
   * Waits until all are complete.
   *
   * @param requests Requests; inactive ones count as complete.
   * @param options.statuses Is filled with a status for each request.
   * @returns What each received, in order.
   * @throws {MPI.Exception} The first failure, as soon as it happens; the other requests stay active.
   * @example
   * ```ts
   * const comm = MPI.COMM_SELF;
   * const requests = [comm.isend("a", { dest: 0 }), comm.irecv<string>()] as const;
   * const [, text] = await MPI.Request.waitall(requests);
   * console.log(text); // a
   * ```
   * @see MPI-4.1 §3.7.5
   */
  static async waitall<const R extends readonly Request[]>(requests: R, options?: ManyOptions): Promise<DataOf<R>> {
    const statuses = check("waitall", requests, options);
    await waitUntil(requests, "all", () => all("waitall", requests), options?.signal);
    throwFailed(requests);
    return requests.map((request, index) => request.fetch(place(statuses, index))) as DataOf<R>;
  }

  /**
   * Waits until one of the active requests is complete.
   *
   * @returns `[index, data]`; `[MPI.UNDEFINED, undefined]` when none is active.
   * @throws {MPI.Exception} What the request failed with.
   * @example
   * ```ts
   * const requests = [0, 1].map((tag) => MPI.COMM_SELF.irecv({ tag }));
   * await MPI.COMM_SELF.send("first", { dest: 0, tag: 1 });
   * const [index, text] = await MPI.Request.waitany(requests);
   * console.log(index, text); // 1 first
   * ```
   * @see MPI-4.1 §3.7.5
   */
  static async waitany<T = any>(
    requests: readonly Request<T>[],
    options?: { status?: Status; signal?: AbortSignal },
  ): Promise<[number, T]> {
    check("waitany", requests, options, "status");
    const active = requests.filter((request) => request.active);
    if (active.length === 0) return [UNDEFINED, undefined as T];
    await waitUntil(active, "one", () => all("waitany", active), options?.signal);
    const index = requests.findIndex((request) => request.active && request.settled);
    return [index, requests[index]!.fetch(options?.status)];
  }

  /**
   * Waits until at least one of the active requests is complete, and completes all that are.
   *
   * @returns `[index, data]` for each; `null` when none is active.
   * @see MPI-4.1 §3.7.5
   */
  static async waitsome<T = any>(
    requests: readonly Request<T>[],
    options?: ManyOptions,
  ): Promise<[number, T][] | null> {
    const statuses = check("waitsome", requests, options);
    const active = requests.filter((request) => request.active);
    if (active.length === 0) return null;
    await waitUntil(active, "one", () => all("waitsome", active), options?.signal);
    return fetchSome(requests, statuses);
  }

  /** Whether all are complete: `[true, data]`, or `[false]` and nothing is completed. @see MPI-4.1 §3.7.5 */
  static async testall<const R extends readonly Request[]>(
    requests: R,
    options?: ManyOptions,
  ): Promise<[true, DataOf<R>] | [false]> {
    const statuses = check("testall", requests, options);
    await poll(requests);
    throwFailed(requests);
    if (!requests.every((request) => request.settled)) return [false];
    return [true, requests.map((request, index) => request.fetch(place(statuses, index))) as DataOf<R>];
  }

  /**
   * Whether one is complete: `[index, true, data]`; `[MPI.UNDEFINED, false]` when none is yet, `[MPI.UNDEFINED, true]`
   * when none is active.
   *
   * @see MPI-4.1 §3.7.5
   */
  static async testany<T = any>(
    requests: readonly Request<T>[],
    options?: { status?: Status },
  ): Promise<[number, boolean, T?]> {
    check("testany", requests, options, "status");
    await poll(requests);
    if (!requests.some((request) => request.active)) return [UNDEFINED, true];
    const index = requests.findIndex((request) => request.active && request.settled);
    return index < 0 ? [UNDEFINED, false] : [index, true, requests[index]!.fetch(options?.status)];
  }

  /** Completes all that are complete: `[index, data]` for each; `null` when none is active. @see MPI-4.1 §3.7.5 */
  static async testsome<T = any>(
    requests: readonly Request<T>[],
    options?: ManyOptions,
  ): Promise<[number, T][] | null> {
    const statuses = check("testsome", requests, options);
    await poll(requests);
    return requests.some((request) => request.active) ? fetchSome(requests, statuses) : null;
  }
}

/** The request that is none: always inactive. @see MPI-4.1 §3.7.3 */
export const REQUEST_NULL = new Request<undefined>(undefined);

/** What the requests of a list give, one by one. */
type DataOf<R extends readonly Request[]> = { -readonly [K in keyof R]: R[K] extends Request<infer T> ? T : never };

interface ManyOptions {
  /** Is filled with a status for each request that is completed. */
  statuses?: Status[];
  /** Ends the waiting, not the operations. */
  signal?: AbortSignal;
}

function check(
  call: string,
  requests: readonly Request[],
  options: (ManyOptions & { status?: Status }) | undefined,
  status: "status" | "statuses" = "statuses",
): Status[] | undefined {
  checkOptions(call, options, [status, "signal"]);
  checkStatus(call, options?.status);
  checkSignal(call, options?.signal);
  if (!Array.isArray(requests))
    throw new TypeError(`Cannot call ${call}: requests are ${show(requests)}, expected an array`);
  for (const [index, request] of requests.entries()) {
    if (request instanceof Request) continue;
    throw new Exception("ERR_REQUEST", `Cannot call ${call}: element ${index} is ${show(request)}, expected a Request`);
  }
  const { statuses } = options ?? {};
  if (statuses !== undefined && !Array.isArray(statuses)) {
    throw new TypeError(`Cannot call ${call}: option statuses is ${show(statuses)}, expected an array`);
  }
  return statuses;
}

function all(call: string, requests: readonly Request[]): string {
  const waiting = requests.filter((request) => !request.settled);
  const first = waiting.slice(0, 3).map((request) => request.pending?.describe());
  return `${call} for ${waiting.length} of ${requests.length} requests: ${first.join(", ")}${waiting.length > 3 ? ", …" : ""}`;
}

/** The status object for request `index`: the caller's, or a new one in its array. */
function place(statuses: Status[] | undefined, index: number): Status | undefined {
  if (statuses) statuses[index] ??= new Status();
  return statuses?.[index];
}

function fetchSome<T>(requests: readonly Request<T>[], statuses: Status[] | undefined): [number, T][] {
  throwFailed(requests);
  const complete: [number, T][] = [];
  for (const [index, request] of requests.entries()) {
    if (!request.active || !request.settled) continue;
    complete.push([index, request.fetch(place(statuses, complete.length))]);
  }
  return complete;
}

/** Fetches, and so throws, the first failure: before anything else is fetched, so that no received data is lost. */
function throwFailed(requests: readonly Request[]): void {
  requests.find(({ pending }) => pending?.operation.failed)?.fetch();
}

async function poll(requests: readonly Request[]): Promise<void> {
  await requests.find((request) => request.active)?.pending?.progress.poll();
}

/** Resolves when one of the requests, or all of them, are complete, or one has failed. */
async function waitUntil(
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
