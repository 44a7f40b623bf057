// mpi/intracomm: layer 9. Communicators of one group of ranks: what only they have.

import { show } from "../base/errors.ts";
import { exscan, scan } from "../collectives/reduction.ts";
import { checkOf } from "../comm/check.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { BufferLike } from "../data/buffer.ts";
import { Operation } from "../engine/operation.ts";
import { agree, connect, lanesOfGroups } from "./agree.ts";
import { checkOptions, checkRank, checkTag } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import type { Cartcomm } from "./cartcomm.ts";
import type { InPlace } from "./collective-arguments.ts";
import type { Comm } from "./comm.ts";
import { DistGraphCreation } from "./dist-graph-creation.ts";
import type { Distgraphcomm } from "./distgraphcomm.ts";
import { checkRunning } from "./environment.ts";
import { type Errhandler, errhandlerOption } from "./errhandler.ts";
import type { Graphcomm } from "./graphcomm.ts";
import { type Group, membersOf } from "./group.ts";
import { type Info, infoItems } from "./info.ts";
import { checkApart, Intercomm } from "./intercomm.ts";
import type { Into } from "./point-to-point.ts";
import { Prequest } from "./prequest.ts";
import type { OpOptions } from "./reduction.ts";
import { Request } from "./request.ts";

/** A communicator of one group of ranks. @see MPI-4.1 §7.2.3 */
export class Intracomm extends DistGraphCreation {
  protected override alike(endpoint: Endpoint, name: string): this {
    return new Intracomm(endpoint, name) as this;
  }

  protected override plain(endpoint: Endpoint | undefined, name: string): Intracomm {
    return endpoint ? new Intracomm(endpoint, name) : COMM_NULL;
  }

  /**
   * As create, but only the members of the group call it.
   *
   * @param group The same group on all its members.
   * @param options.tag Tells calls apart that are in progress at the same time. @default {0}
   * @returns The new communicator; MPI.COMM_NULL, at once, on a rank that is not in `group`.
   * @throws {MPI.Exception} ERR_GROUP, ERR_TAG.
   * @see MPI-4.1 §7.4.2
   */
  createGroup(group: Group, options?: { tag?: number }): Promise<Intracomm> {
    return this.finish(() => {
      const call = "createGroup";
      checkOptions(call, options, ["tag"]);
      const tag = checkTag(call, options?.tag);
      const members = this.checkMembers(call, group);
      const endpoint = this.use(call);
      const lane = endpoint.laneOf(members, tag, checkOf(call));
      const run = async () => {
        const made = members.rank === undefined ? undefined : await agree(endpoint.engine, lane, members);
        return this.plain(made, this.partName);
      };
      return this.plan(call, { details: `of ${members.size} ranks, tag ${tag}` }, run, lane);
    });
  }

  /**
   * An intercommunicator: it connects this communicator's ranks with those of another one that has no rank in common with
   * it. Every rank of both calls it. One rank of each leads; both leaders must be ranks of a third communicator.
   *
   * @param localLeader The rank of the leader here, the same on all ranks.
   * @param peerComm On the leader: the communicator that both leaders are in; on the others it is not looked at.
   * @param remoteLeader On the leader: the other leader's rank in `peerComm`; on the others it is not looked at.
   * @param tag Tells calls of the same two leaders apart that are in progress at the same time. @default {0}
   * @returns The intercommunicator: `rank`, `size` and `group` are of this side; messages go to and come from the other one.
   * @throws {MPI.Exception} ERR_RANK, ERR_TAG; ERR_COMM when the two sides have a process in common.
   * @example
   * ```ts
   * const world = MPI.COMM_WORLD;
   * await using half = await world.split(world.rank % 2);
   * if (world.size > 1) {
   *   await using both = await half.createIntercomm(0, world, 1 - (world.rank % 2));
   *   console.log(both.remoteSize === world.size - half.size);
   * }
   * ```
   * @see MPI-4.1 §7.6.2
   */
  createIntercomm(localLeader: number, peerComm: Comm | null, remoteLeader: number, tag = 0): Promise<Intercomm> {
    return this.finish(() => {
      const call = "createIntercomm";
      const { engine, group } = this.use(call);
      checkRank(call, this, "localLeader", localLeader);
      checkTag(call, tag);
      const peers = group.rank === localLeader ? this.endpointOf(call, "peerComm", peerComm) : undefined;
      if (peers) checkRank(call, { name: peers.name, size: peers.remote.size }, "remoteLeader", remoteLeader);
      const details = peers ? `remote leader ${remoteLeader} on ${peers.name}, tag ${tag}` : "";
      return this.plan<Intercomm>(call, { root: localLeader, details }, async (lane) => {
        const leaders = peers?.lanesOfLeaders(tag, checkOf(call));
        const endpoint = await connect(lane, localLeader, { engine, group }, leaders, remoteLeader);
        checkApart(call, this.name, group, endpoint.remote, "ERR_COMM");
        return new Intercomm(endpoint, `intercomm of ${this.name}`);
      });
    });
  }

  /**
   * A communicator of a group's processes, without another one that it comes from. All members call it.
   *
   * @param group The same group on all its members.
   * @param stringtag Tells calls apart that are in progress at the same time.
   * @param options.info Hints for the communicator. @param options.errhandler Its error handler.
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
  static createFromGroup(
    group: Group,
    stringtag = "tsmpi",
    options?: { info?: Info; errhandler?: Errhandler },
  ): Promise<Intracomm> {
    return attempt(async () => {
      const call = "createFromGroup";
      checkOptions(call, options, ["info", "errhandler"]);
      const hints = infoItems(call, options?.info);
      const errhandler = errhandlerOption(call, options?.errhandler);
      const members = membersOf(call, group);
      checkRunning(call, "a group");
      const { engine } = group;
      const { lane } = lanesOfGroups(call, engine, members, members, stringtag) ?? {};
      if (!engine || !lane) return COMM_NULL;
      const describe = () => `${call}(of ${members.size} ranks, ${show(stringtag)})`;
      const endpoint = await waitFor(engine.progress, Operation.of(agree(engine, lane, members)), { describe });
      const comm = new Intracomm(endpoint, stringtag);
      comm.hints.update(hints);
      comm.setErrhandler(errhandler);
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
  scan<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  scan<T = any>(data: T, options?: OpOptions<T>): Promise<T>;
  scan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("scan", data, options, scan));
  }
  /** Starts a scan. @see MPI-4.1 §6.12.11 */
  iscan<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iscan<T = any>(data: T, options?: OpOptions<T>): Request<T>;
  iscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iscan", data, options, scan)());
  }
  /** A scan that can be started again and again. @see MPI-4.1 §6.13.11 */
  scanInit<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
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
  exscan<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Promise<B>;
  exscan<T = any>(data: T, options?: OpOptions<T>): Promise<T | undefined>;
  exscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Promise<any> {
    return this.finish(() => this.planReduction("exscan", data, options, exscan));
  }
  /** Starts an exscan. @see MPI-4.1 §6.12.12 */
  iexscan<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Request<B>;
  iexscan<T = any>(data: T, options?: OpOptions<T>): Request<T | undefined>;
  iexscan(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Request<any> {
    return new Request(this.planReduction("iexscan", data, options, exscan)());
  }
  /** An exscan that can be started again and again. @see MPI-4.1 §6.13.12 */
  exscanInit<B extends BufferLike>(data: BufferLike | InPlace, options: OpOptions<any> & Into<B>): Prequest<B>;
  exscanInit<T = any>(data: T, options?: OpOptions<T>): Prequest<T | undefined>;
  exscanInit(data: unknown, options?: OpOptions<any> & Partial<Into<BufferLike>>): Prequest<any> {
    return new Prequest(this.planReduction("exscanInit", data, options, exscan));
  }
}

/** The communicator that is none, of whatever kind: every call on it is ERR_COMM. @see MPI-4.1 §7.2.4 */
export const COMM_NULL = new Intracomm(undefined, "MPI.COMM_NULL") as Intracomm &
  Intercomm &
  Cartcomm &
  Graphcomm &
  Distgraphcomm;
