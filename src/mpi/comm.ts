// mpi/comm: layer 9. Communicators: what all kinds are. Their chapters stand in a row of classes, each in its file:
// buffered.ts, point-to-point.ts, probe.ts, partitioned.ts, collective.ts, collective-v.ts, persistent.ts, caching.ts,
// handling.ts, creation.ts, and this one.
import { CONGRUENT, IDENT, SIMILAR, UNDEFINED, UNEQUAL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { isPredefined } from "../comm/context.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { duplicate } from "./agree.ts";
import { attempt, waitFor } from "./call.ts";
import { Creation } from "./creation.ts";
import { abort, checkRunning } from "./environment.ts";
import { Group } from "./group.ts";
import { type Info, infoItems } from "./info.ts";
import type { CollectivePlan } from "./planning.ts";
import { Request } from "./request.ts";

/**
 * A communicator: ranks that can talk to each other, and to nobody else through it. Scripts get communicators from the
 * library, first of all `MPI.COMM_WORLD`; they never make one with `new`.
 *
 * @example
 * ```ts
 * const comm: MPI.Comm = MPI.COMM_WORLD;
 * console.log(comm.rank < comm.size); // true
 * ```
 * @see MPI-4.1 §7.4
 */
export abstract class Comm<Made extends Comm<any> = Comm<any>> extends Creation<Made> {
  readonly #endpoint: Endpoint | undefined;
  #name: string;
  #freed = false;

  /** Made by the library; without an endpoint it is MPI.COMM_NULL. */
  constructor(endpoint: Endpoint | undefined, name: string) {
    super();
    this.#endpoint = endpoint;
    this.#name = name;
    if (endpoint) endpoint.name = name;
  }

  /** A communicator of the same kind as this one (and topology, where it has one) over another endpoint. */
  protected abstract alike(endpoint: Endpoint, name: string): this;

  // --- what it is ---

  /** This process's rank, 0 … size−1. @see MPI-4.1 §7.4.1 */
  get rank(): number {
    return this.#exists("rank").group.rank!;
  }
  /** As `rank`. @see MPI-4.1 §7.4.1 */
  getRank(): number {
    return this.rank;
  }

  /** Number of ranks. @see MPI-4.1 §7.4.1 */
  get size(): number {
    return this.#exists("size").group.size;
  }
  /** As `size`. @see MPI-4.1 §7.4.1 */
  getSize(): number {
    return this.size;
  }

  /** The processes of the communicator, by rank. @see MPI-4.1 §7.3.2 */
  get group(): Group {
    const { group, engine } = this.#exists("group");
    return new Group(group, engine);
  }
  /** As `group`. @see MPI-4.1 §7.4.1 */
  getGroup(): Group {
    return this.group;
  }

  /**
   * The communicator's name, for messages and debugging. One that the library makes is called after where it comes from:
   * `dup of COMM_WORLD`, `split 2 of COMM_WORLD`.
   *
   * @see MPI-4.1 §7.8
   */
  get name(): string {
    return this.#name;
  }
  set name(name: string) {
    this.setName(name);
  }
  /** As `name`. @see MPI-4.1 §7.8 */
  getName(): string {
    return this.#name;
  }
  /** Gives the communicator a name on this rank; messages and reports show it. @see MPI-4.1 §7.8 */
  setName(name: string): void {
    const endpoint = this.#exists("setName");
    if (typeof name !== "string") throw new TypeError(`Cannot call setName: name is ${show(name)}, expected a string`);
    this.#name = endpoint.name = name;
  }

  /** True for communicators that connect two groups. @see MPI-4.1 §7.6.1 */
  isInter(): boolean {
    return false;
  }
  /** True for communicators of one group of ranks. @see MPI-4.1 §7.6.1 */
  isIntra(): boolean {
    return !this.isInter();
  }

  /** MPI.CART, MPI.GRAPH or MPI.DIST_GRAPH; MPI.UNDEFINED without a topology. @see MPI-4.1 §8.5.5 */
  get topology(): number {
    return this.getTopology();
  }
  /** As `topology`. @see MPI-4.1 §8.5.5 */
  getTopology(): number {
    this.use("getTopology");
    return UNDEFINED;
  }

  /**
   * Compares two communicators.
   *
   * @returns MPI.IDENT: the same communicator; MPI.CONGRUENT: the same ranks; MPI.SIMILAR: the same members with other
   * ranks; MPI.UNEQUAL.
   * @example
   * ```ts
   * await using copy = await MPI.COMM_WORLD.dup();
   * console.log(MPI.COMM_WORLD.compare(copy) === MPI.CONGRUENT); // true
   * ```
   * @see MPI-4.1 §7.4.1
   */
  compare(comm: Comm): number {
    const mine = this.#exists("compare");
    const other = this.endpointOf("compare", "comm", comm);
    if (mine === other) return IDENT;
    if (this.isInter() !== comm.isInter()) return UNEQUAL;
    const equal = (ordered: boolean) =>
      mine.group.equals(other.group, ordered) && mine.remote.equals(other.remote, ordered);
    if (equal(true)) return CONGRUENT;
    return equal(false) ? SIMILAR : UNEQUAL;
  }

  // --- duplicates ---

  #dup(call: string, info?: Info): CollectivePlan<this> {
    const endpoint = this.use(call);
    const hints = infoItems(call, info);
    const copies = this.attributes.copies();
    return this.plan(call, {}, async (lane) => {
      const comm = this.alike(await duplicate(endpoint, lane), `dup of ${this.#name}`);
      comm.attributes.adopt(copies);
      comm.hints.update(hints);
      return comm;
    });
  }

  /**
   * A communicator with the same ranks, whose messages and collectives do not mix with those of this one. Every rank must
   * call it. Attributes are copied as their keyvals say; hints are not.
   *
   * @returns The duplicate, which has the same kind. `await using` frees it.
   * @example
   * ```ts
   * await using library = await MPI.COMM_WORLD.dup();
   * await library.barrier();
   * ```
   * @see MPI-4.1 §7.4.2
   */
  dup(): Promise<this> {
    return this.finish(() => this.#dup("dup"));
  }
  /** The same as dup. @see MPI-4.1 §7.4.2 */
  clone(): Promise<this> {
    return this.finish(() => this.#dup("clone"));
  }
  /** Starts a dup. @see MPI-4.1 §7.4.2 */
  idup(): Request<this> {
    return new Request(this.#dup("idup")());
  }
  /** As dup, and the duplicate has these hints. @see MPI-4.1 §7.4.2 */
  dupWithInfo(info: Info): Promise<this> {
    return this.finish(() => this.#dup("dupWithInfo", info));
  }
  /** Starts a dupWithInfo. @see MPI-4.1 §7.4.2 */
  idupWithInfo(info: Info): Request<this> {
    return new Request(this.#dup("idupWithInfo", info)());
  }

  // --- the end ---

  /**
   * Gives the communicator up: using it from now on is ERR_COMM. What is in progress on it completes. Every rank must call
   * it, but none waits for the others. Delete callbacks of attributes are called first, the last one set first; when one
   * throws, the communicator is not freed.
   *
   * @throws {MPI.Exception} ERR_COMM on MPI.COMM_WORLD and MPI.COMM_SELF.
   * @see MPI-4.1 §7.4.3
   */
  free(): Promise<void> {
    return attempt(async () => {
      this.#freeable("free");
      this.#free();
    });
  }

  /** As free, but waits until every rank has called it and the receives on it are complete. @see MPI-4.1 §11.10.4 */
  disconnect(): Promise<void> {
    return attempt(async () => {
      const { engine, context } = this.#freeable("disconnect");
      const describe = () => `disconnect() on ${this.#name}, with receives that wait`;
      await waitFor(engine.progress, engine.channels.forget(context), { describe });
      await this.barrier();
      this.#free();
    });
  }

  /** Frees the communicator, if it is one that can be freed and has not been yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    const endpoint = this.#endpoint;
    if (endpoint && !this.#freed && !isPredefined(endpoint.context)) await this.free();
  }

  #freeable(call: string): Endpoint {
    const endpoint = this.use(call);
    if (!isPredefined(endpoint.context)) return endpoint;
    throw new Exception("ERR_COMM", `Cannot call ${call} on ${this.#name}: it is predefined`);
  }

  #free(): void {
    this.deleteAttributes();
    this.#freed = true;
    this.#endpoint?.retire();
  }

  /**
   * Ends all ranks of the job at once.
   *
   * @param errorcode The job's exit code, 0 … 255.
   * @see MPI-4.1 §9.7
   */
  abort(errorcode = 0): never {
    return abort(errorcode);
  }

  // --- for the chapters ---

  /** The endpoint, for what is made for the ranks of this communicator; for the library. @throws {MPI.Exception} ERR_COMM */
  endpointFor(call: string): Endpoint {
    return this.use(call);
  }

  protected override use(call: string): Endpoint {
    const endpoint = this.#exists(call);
    checkRunning(call, this.#name);
    return endpoint;
  }

  /** The endpoint of a communicator that is an argument. */
  protected endpointOf(call: string, argument: string, comm: unknown): Endpoint {
    if (comm instanceof Comm) return comm.#exists(call);
    throw new TypeError(`Cannot call ${call}: ${argument} is ${show(comm)}, expected an MPI.Comm`);
  }

  protected override rankOf(process: number): number {
    return this.#endpoint!.remote.rankOf(process)!;
  }

  protected override get exists(): boolean {
    return this.#endpoint !== undefined && !this.#freed;
  }

  #exists(call: string): Endpoint {
    if (this.#endpoint && !this.#freed) return this.#endpoint;
    const state = this.#endpoint ? `on ${this.#name}: it has been freed` : "on MPI.COMM_NULL: it is no communicator";
    throw new Exception("ERR_COMM", `Cannot call ${call} ${state}`);
  }
}
