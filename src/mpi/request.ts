// mpi/request: layer 9. Requests: what the i… methods return, and the calls that complete one or several.
import { ANY_SOURCE, ANY_TAG, UNDEFINED } from "../base/constants.ts";
import { errorClasses } from "../base/error-classes.ts";
import { Exception, errorClassOf, show } from "../base/errors.ts";
import type { Operation } from "../engine/operation.ts";
import type { Progress } from "../engine/progress.ts";
import { checkOptions, checkSignal, checkStatus } from "./arguments.ts";
import { attempt } from "./call.ts";
import { all, conclude, fetchAll, fetchSome, place, poll, throwFailed, waitUntil } from "./completion.ts";
import type { Status } from "./status.ts";

/** What a request stands for, given by the method that makes it. */
export interface Pending<T> {
  readonly operation: Operation<T>;
  readonly progress: Progress;
  /** See WaitOptions. */
  readonly steps?: boolean;
  /** The call as a user would say it: `irecv(source 1, tag 7) on COMM_WORLD`. */
  readonly describe: () => string;
  /** Fills in the status of a completed operation, also of one that failed; left out where there is none to tell. */
  readonly fill?: (status: Status) => void;
  /** Told once, when the completion is about to be fetched; when it throws, the request has failed. */
  readonly conclude?: () => void;
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
  #concluded = false;
  /** What the request failed with when it was concluded. */
  #thrown: { readonly error: unknown } | undefined;

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

  /** As test, but the request stays active, and a failure is not thrown: it is `status.error`. @see MPI-4.1 §3.7.6 */
  async getStatus(options?: { status?: Status }): Promise<boolean> {
    checkOptions("getStatus", options, ["status"]);
    const status = checkStatus("getStatus", options?.status);
    await this.#pending?.progress.poll();
    if (!this.settled) return false;
    if (status) this.tell(status);
    return true;
  }

  /**
   * Takes back a receive that has no message yet; it still has to be completed with `wait`, and its status then says
   * `isCancelled()`. A receive that has its message, and a send, completes as usual.
   *
   * @throws {MPI.Exception} ERR_REQUEST on MPI.REQUEST_NULL.
   * @see MPI-4.1 §3.8.4
   */
  cancel(): void {
    const pending = this.#pending;
    if ((this as Request) === REQUEST_NULL)
      throw new Exception("ERR_REQUEST", "Cannot cancel MPI.REQUEST_NULL: it is no request");
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

  /** True when `fetch` will throw; for the library. */
  get failed(): boolean {
    return this.#thrown !== undefined || (this.#pending?.operation.failed ?? false);
  }

  /** Makes an inactive request stand for another operation. */
  protected activate(pending: Pending<T>): void {
    this.#pending = pending;
    this.#cancelled = this.#concluded = false;
    this.#thrown = undefined;
  }

  /** Ends the operation, if it is complete: from then on `failed` is known; for the library. */
  conclude(): void {
    if (this.#concluded || !this.#pending?.operation.settled) return;
    this.#concluded = true;
    try {
      this.#pending.conclude?.();
    } catch (error) {
      this.#thrown = { error };
    }
  }

  /** Takes the result of a complete operation and makes the request inactive; for the library. */
  fetch(status?: Status): T {
    this.conclude();
    if (status) this.tell(status);
    const pending = this.#pending;
    const thrown = this.#thrown;
    this.#pending = this.#thrown = undefined;
    if (thrown) throw thrown.error;
    return pending?.operation.result as T;
  }

  /** Fills in what is known: an empty status for an inactive request, ERR_PENDING where nothing is yet; for the library. */
  tell(status: Status): void {
    status.fill(ANY_SOURCE, ANY_TAG, 0, 0);
    const pending = this.#pending;
    if (!pending) return;
    if (this.#cancelled) status.setCancelled(true);
    else if (pending.operation.settled) pending.fill?.(status);
    if (!pending.operation.settled) status.error = errorClasses.ERR_PENDING[0];
    else if (this.failed) status.error = errorClassOf(this.#thrown ? this.#thrown.error : pending.operation.error);
  }

  /**
   * Waits until all are complete.
   *
   * @param requests Requests; inactive ones count as complete.
   * @param options.statuses Is filled with a status for each request. Where one has failed, the field `error` of each says
   * what is known: MPI.SUCCESS, the class of its failure, or MPI.ERR_PENDING.
   * @returns What each received, in order.
   * @throws {MPI.Exception} The first failure, as soon as it happens. That request is inactive then; the others are as they
   * were, also those that are complete: waiting for them again gives what they have received, or throws their failure.
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
    conclude(requests);
    throwFailed(requests, statuses);
    return fetchAll(requests, statuses) as DataOf<R>;
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
  static async waitany<R extends Request>(
    requests: readonly R[],
    options?: { status?: Status; signal?: AbortSignal },
  ): Promise<[number, DataOfOne<R>]> {
    check("waitany", requests, options, ["status", "signal"]);
    const active = requests.filter((request) => request.active);
    if (active.length === 0) {
      options?.status?.fill(ANY_SOURCE, ANY_TAG, 0, 0);
      return [UNDEFINED, undefined as DataOfOne<R>];
    }
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
  static async waitsome<R extends Request>(
    requests: readonly R[],
    options?: ManyOptions,
  ): Promise<[number, DataOfOne<R>][] | null> {
    const statuses = check("waitsome", requests, options);
    const active = requests.filter((request) => request.active);
    if (active.length === 0) return null;
    await waitUntil(active, "one", () => all("waitsome", active), options?.signal);
    return fetchSome(requests, statuses);
  }

  /** Whether all are complete: `[true, data]`, or `[false]` and nothing is completed. @see MPI-4.1 §3.7.5 */
  static async testall<const R extends readonly Request[]>(
    requests: R,
    options?: Pick<ManyOptions, "statuses">,
  ): Promise<[true, DataOf<R>] | [false]> {
    const statuses = check("testall", requests, options, TEST);
    await poll(requests);
    throwFailed(requests, statuses);
    if (!requests.every((request) => request.settled)) return [false];
    conclude(requests);
    throwFailed(requests, statuses);
    return [true, fetchAll(requests, statuses) as DataOf<R>];
  }

  /**
   * Whether one is complete: `[index, true, data]`; `[MPI.UNDEFINED, false]` when none is yet, `[MPI.UNDEFINED, true]`
   * when none is active.
   *
   * @see MPI-4.1 §3.7.5
   */
  static async testany<R extends Request>(
    requests: readonly R[],
    options?: { status?: Status },
  ): Promise<[number, boolean, DataOfOne<R>?]> {
    check("testany", requests, options, ["status"]);
    await poll(requests);
    if (!requests.some((request) => request.active)) {
      options?.status?.fill(ANY_SOURCE, ANY_TAG, 0, 0);
      return [UNDEFINED, true];
    }
    const index = requests.findIndex((request) => request.active && request.settled);
    return index < 0 ? [UNDEFINED, false] : [index, true, requests[index]!.fetch(options?.status)];
  }

  /** Completes all that are complete: `[index, data]` for each; `null` when none is active. @see MPI-4.1 §3.7.5 */
  static async testsome<R extends Request>(
    requests: readonly R[],
    options?: Pick<ManyOptions, "statuses">,
  ): Promise<[number, DataOfOne<R>][] | null> {
    const statuses = check("testsome", requests, options, TEST);
    await poll(requests);
    return requests.some((request) => request.active) ? fetchSome(requests, statuses) : null;
  }

  /**
   * Lets arrived messages in and says whether all are complete; they stay active, and failures are not thrown.
   *
   * @param options.statuses Is filled, when all are, with a status for each; `error` is the class of its failure.
   * @see MPI-4.1 §3.7.6
   */
  static async getStatusAll(requests: readonly Request[], options?: Pick<ManyOptions, "statuses">): Promise<boolean> {
    const statuses = check("getStatusAll", requests, options, TEST);
    await poll(requests);
    if (!requests.every((request) => request.settled)) return false;
    if (statuses) for (const [index, request] of requests.entries()) request.tell(place(statuses, index)!);
    return true;
  }

  /** As testany, but the request stays active: `[index, flag]`. @see MPI-4.1 §3.7.6 */
  static async getStatusAny(requests: readonly Request[], options?: { status?: Status }): Promise<[number, boolean]> {
    check("getStatusAny", requests, options, ["status"]);
    await poll(requests);
    const index = requests.findIndex((request) => request.active && request.settled);
    const flag = index >= 0 || !requests.some((request) => request.active);
    if (flag && options?.status) (requests[index] ?? REQUEST_NULL).tell(options.status);
    return [index < 0 ? UNDEFINED : index, flag];
  }

  /** As testsome, but the requests stay active: the indices, `null` when none is active. @see MPI-4.1 §3.7.6 */
  static async getStatusSome(
    requests: readonly Request[],
    options?: Pick<ManyOptions, "statuses">,
  ): Promise<number[] | null> {
    const statuses = check("getStatusSome", requests, options, TEST);
    await poll(requests);
    if (!requests.some((request) => request.active)) return null;
    const complete = [...requests.keys()].filter((index) => requests[index]!.active && requests[index]!.settled);
    if (statuses) for (const [at, index] of complete.entries()) requests[index]!.tell(place(statuses, at)!);
    return complete;
  }
}

/** The request that is none: always inactive. @see MPI-4.1 §3.7.3 */
export const REQUEST_NULL = new Request<undefined>(undefined);

/** What a request gives. */
type DataOfOne<R extends Request> = R extends Request<infer T> ? T : never;

/** What the requests of a list give, one by one. */
type DataOf<R extends readonly Request[]> = { -readonly [K in keyof R]: R[K] extends Request<infer T> ? T : never };

interface ManyOptions {
  /** Is filled with a status for each request that is completed. */
  statuses?: Status[];
  /** Ends the waiting, not the operations. */
  signal?: AbortSignal;
}

const WAIT = ["statuses", "signal"];
const TEST = ["statuses"];

function check(
  call: string,
  requests: readonly Request[],
  options: (ManyOptions & { status?: Status }) | undefined,
  names: readonly string[] = WAIT,
): Status[] | undefined {
  checkOptions(call, options, names);
  checkStatus(call, options?.status);
  checkSignal(call, options?.signal);
  if (!Array.isArray(requests))
    throw new TypeError(`Cannot call ${call}: requests are ${show(requests)}, expected an array`);
  for (let index = 0; index < requests.length; index++) {
    const request: unknown = requests[index];
    if (request instanceof Request) continue;
    throw new Exception("ERR_REQUEST", `Cannot call ${call}: element ${index} is ${show(request)}, expected a Request`);
  }
  const { statuses } = options ?? {};
  if (statuses !== undefined && !Array.isArray(statuses)) {
    throw new TypeError(`Cannot call ${call}: option statuses is ${show(statuses)}, expected an array`);
  }
  for (const [index, status] of statuses?.entries() ?? []) checkStatus(call, status, `statuses[${index}]`);
  return statuses;
}
