// mpi/intracomm: layer 9. Communicators of one group of ranks: what only they have.

import { show } from "../base/errors.ts";
import { exscan, scan } from "../collectives/reduction.ts";
import { checkOf } from "../comm/check.ts";
import { GROUPS_CONTEXT } from "../comm/context.ts";
import { Endpoint, EndpointLane } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import type { TypedArray } from "../data/element.ts";
import { Operation } from "../engine/operation.ts";
import { agree } from "./agree.ts";
import { checkOptions } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import type { InPlace } from "./collective-arguments.ts";
import { Creation } from "./creation.ts";
import { checkRunning } from "./environment.ts";
import { type Group, membersOf } from "./group.ts";
import { type Info, infoItems } from "./info.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import type { OpOptions } from "./reduction.ts";
import { Request } from "./request.ts";

/** A communicator of one group of ranks. @see MPI-4.1 §7.2.3 */
export class Intracomm extends Creation {
  protected override alike(endpoint: Endpoint, name: string): this {
    return new Intracomm(endpoint, name) as this;
  }

  protected override intracomm(endpoint: Endpoint | undefined, name: string): Intracomm {
    return endpoint ? new Intracomm(endpoint, name) : COMM_NULL;
  }

  /**
   * A communicator of a group's processes, without another one that it comes from. All members call it.
   *
   * @param group The same group on all its members.
   * @param stringtag Tells calls apart that are in progress at the same time.
   * @param options.info Hints for the communicator.
   * @returns The communicator; MPI.COMM_NULL on processes that are not in `group`.
   * @throws {MPI.Exception} ERR_GROUP on MPI.GROUP_NULL.
   * @example
   * ```ts
   * const { group } = MPI.COMM_WORLD;
   * await using comm = await MPI.Intracomm.createFromGroup(group, "org.example.solver");
   * console.log(comm.compare(MPI.COMM_WORLD) === MPI.CONGRUENT); // true
   * ```
   * @see MPI-4.1 §7.4.2
   */
  static createFromGroup(group: Group, stringtag = "tsmpi", options?: { info?: Info }): Promise<Intracomm> {
    return attempt(async () => {
      const call = "createFromGroup";
      checkOptions(call, options, ["info"]);
      const hints = infoItems(call, options?.info);
      if (typeof stringtag !== "string") {
        throw new TypeError(`Cannot call ${call}: stringtag is ${show(stringtag)}, expected a string`);
      }
      const members = membersOf(call, group);
      checkRunning(call, "a group");
      const { engine } = group;
      if (!engine || members.rank === undefined) return COMM_NULL;
      const tag = Bun.hash.crc32(stringtag) >>> 1;
      const lane = new EndpointLane(
        new Endpoint(engine, members, GROUPS_CONTEXT),
        members,
        GROUPS_CONTEXT,
        tag,
        checkOf({ call }),
      );
      const describe = () => `${call}(of ${members.size} ranks, ${show(stringtag)})`;
      const endpoint = await waitFor(engine.progress, Operation.of(agree(engine, lane, members)), { describe });
      const comm = new Intracomm(endpoint, stringtag);
      comm.hints.update(hints);
      return comm;
    });
  }

  /**
   * Combines the values of ranks 0 to this one, inclusive.
   *
   * @param data This rank's value; a typed array is combined elementwise.
   * @param options.op The operator, applied in rank order. @param options.into A typed array for the result.
   * @example
   * ```ts
   * const { rank } = MPI.COMM_WORLD;
   * console.log((await MPI.COMM_WORLD.scan(1)) === rank + 1); // true
   * ```
   * @see MPI-4.1 §6.11.1
   */
  scan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  scan<T = any>(data: T, options?: OpOptions<T>): Promise<T>;
  scan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("scan", data, options, scan));
  }
  /** Starts a scan. @see MPI-4.1 §6.12.11 */
  iscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iscan<T = any>(data: T, options?: OpOptions<T>): Request<T>;
  iscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iscan", data, options, scan)());
  }
  /** A scan that can be started again and again. @see MPI-4.1 §6.13.11 */
  scanInit<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  scanInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T>;
  scanInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduction("scanInit", data, options, scan));
  }

  /**
   * As scan, without this rank's own value.
   *
   * @returns The result; on rank 0 `undefined`, or `into` as it was.
   * @example
   * ```ts
   * const count = MPI.COMM_WORLD.rank + 1;
   * const offset = (await MPI.COMM_WORLD.exscan(count)) ?? 0;
   * console.log(offset === (count * (count - 1)) / 2); // true
   * ```
   * @see MPI-4.1 §6.11.2
   */
  exscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  exscan<T = any>(data: T, options?: OpOptions<T>): Promise<T | undefined>;
  exscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("exscan", data, options, exscan));
  }
  /** Starts an exscan. @see MPI-4.1 §6.12.12 */
  iexscan<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iexscan<T = any>(data: T, options?: OpOptions<T>): Request<T | undefined>;
  iexscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iexscan", data, options, exscan)());
  }
  /** An exscan that can be started again and again. @see MPI-4.1 §6.13.12 */
  exscanInit<B extends BufferLike>(data: TypedArray | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  exscanInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T | undefined>;
  exscanInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduction("exscanInit", data, options, exscan));
  }
}

/** The communicator that is none: every call on it is ERR_COMM. @see MPI-4.1 §7.2.4 */
export const COMM_NULL = new Intracomm(undefined, "MPI.COMM_NULL");
