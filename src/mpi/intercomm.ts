// mpi/intercomm: layer 9. Communicators that connect two groups: what only they have, and what collectives see differently there.
// Intracomm.createIntercomm makes them.
import { PROC_NULL, ROOT } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { across } from "../collectives/across.ts";
import { introduce } from "../collectives/across-swap.ts";
import type { Collectives } from "../collectives/within.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint, type EndpointLane } from "../comm/endpoint.ts";
import { Group as Members } from "../comm/group.ts";
import { Operation } from "../engine/operation.ts";
import { connect, lanesOfGroups } from "./agree.ts";
import { checkOptions, checkRank } from "./arguments.ts";
import { attempt, waitFor } from "./call.ts";
import { Comm } from "./comm.ts";
import { checkRunning } from "./environment.ts";
import { type Errhandler, errhandlerOption } from "./errhandler.ts";
import { Group, membersOf } from "./group.ts";
import { type Info, infoItems } from "./info.ts";
// A circle, as Intracomm makes Intercomms: neither needs the other before all is loaded.
import { COMM_NULL, Intracomm } from "./intracomm.ts";
import type { Agreement, CollectivePlan } from "./planning.ts";

/**
 * A communicator of two groups that have no process in common. Messages go from a rank of one to a rank of the other: `dest`,
 * `source` and `status.source` are ranks of the remote group, while `rank`, `size` and `group` are those of the local one.
 *
 * Collectives move data across. `allgather`, `alltoall` and `allreduce` give each group what the other one has. In those with
 * a root, one group has it: there the root says `root: MPI.ROOT`, the others `root: MPI.PROC_NULL`, and their result is
 * `null`; in the other group all say the root's rank. There is no data in place.
 *
 * @example
 * ```ts
 * const world = MPI.COMM_WORLD;
 * await using half = await world.split(world.rank % 2);
 * if (world.size > 1) {
 *   await using both: MPI.Intercomm = await half.createIntercomm(0, world, 1 - (world.rank % 2));
 *   const others = await both.allgather(world.rank);
 *   console.log(others.every((rank) => rank % 2 !== world.rank % 2));
 * }
 * ```
 * @see MPI-4.1 §7.6
 */
export class Intercomm extends Comm<Intercomm> {
  protected override readonly collectives: Collectives = across;

  protected override alike(endpoint: Endpoint, name: string): this {
    return new Intercomm(endpoint, name) as this;
  }

  protected override plain(endpoint: Endpoint | undefined, name: string): Intercomm {
    return endpoint ? new Intercomm(endpoint, name) : COMM_NULL;
  }

  /**
   * Connects two groups that need not have a communicator in common. All members of both call it.
   *
   * @param localGroup This side's group, the same on all its members.
   * @param localLeader The rank in it of the one that meets the other side, the same on all members.
   * @param remoteGroup The other side's group, in the order that it has there.
   * @param remoteLeader The rank in it of the leader there.
   * @param stringtag Tells calls apart that are in progress at the same time.
   * @param options.info Hints for the communicator. @param options.errhandler Its error handler.
   * @returns The intercommunicator; MPI.COMM_NULL on processes that are not in `localGroup`.
   * @throws {MPI.Exception} ERR_GROUP when the groups have a process in common, when one is MPI.GROUP_NULL, and when the other
   * side gives another group than `remoteGroup`; ERR_RANK.
   * @example
   * ```ts
   * const { group, rank, size } = MPI.COMM_WORLD;
   * const first = group.incl([0]);
   * const rest = group.excl([0]);
   * if (size > 1) {
   *   const sides = rank === 0 ? ([first, 0, rest, 0] as const) : ([rest, 0, first, 0] as const);
   *   await using comm = await MPI.Intercomm.createFromGroups(...sides, "org.example.star");
   *   console.log(comm.remoteSize === (rank === 0 ? size - 1 : 1));
   * }
   * ```
   * @see MPI-4.1 §7.6.2
   */
  static createFromGroups(
    localGroup: Group,
    localLeader: number,
    remoteGroup: Group,
    remoteLeader: number,
    stringtag = "tsmpi",
    options?: { info?: Info; errhandler?: Errhandler },
  ): Promise<Intercomm> {
    return attempt(async () => {
      const call = "createFromGroups";
      checkOptions(call, options, ["info", "errhandler"]);
      const hints = infoItems(call, options?.info);
      const errhandler = errhandlerOption(call, options?.errhandler);
      const [local, remote] = [membersOf(call, localGroup), membersOf(call, remoteGroup)];
      checkRank(call, { name: "localGroup", size: local.size }, "localLeader", localLeader);
      checkRank(call, { name: "remoteGroup", size: remote.size }, "remoteLeader", remoteLeader);
      checkApart(call, "two groups", local, remote, "ERR_GROUP");
      checkRunning(call, "two groups");
      const { engine } = localGroup;
      const { lane, leaders } = lanesOfGroups(call, engine, local, remote, stringtag) ?? {};
      if (!engine || !lane) return COMM_NULL;
      const meeting = local.rank === localLeader ? leaders : undefined;
      const made = connect(lane, localLeader, { engine, group: local }, meeting, remoteLeader);
      const describe = () => `${call}(${local.size} and ${remote.size} ranks, ${show(stringtag)})`;
      const endpoint = await waitFor(engine.progress, Operation.of(made), { describe });
      if (!endpoint.remote.equals(remote, true)) {
        const what = `Cannot call ${call} with this remoteGroup: the other side gives another group`;
        throw new Exception("ERR_GROUP", `${what}, expected the same in the same order`);
      }
      const comm = new Intercomm(endpoint, stringtag);
      comm.hints.update(hints);
      comm.setErrhandler(errhandler);
      return comm;
    });
  }

  // --- what it is ---

  /** Number of ranks of the remote group. @see MPI-4.1 §7.6.1 */
  get remoteSize(): number {
    return this.use("remoteSize").remote.size;
  }
  /** As `remoteSize`. @see MPI-4.1 §7.6.1 */
  getRemoteSize(): number {
    return this.remoteSize;
  }

  /** The processes of the remote group, by rank. @see MPI-4.1 §7.6.1 */
  get remoteGroup(): Group {
    const { remote, engine } = this.use("remoteGroup");
    return new Group(remote, engine);
  }
  /** As `remoteGroup`. @see MPI-4.1 §7.6.1 */
  getRemoteGroup(): Group {
    return this.remoteGroup;
  }

  /** True. @see MPI-4.1 §7.6.1 */
  override isInter(): boolean {
    return true;
  }

  /**
   * Makes one group of the two. Every rank of both must call it.
   *
   * @param high The ranks of the group that says `true` come behind those of the other; the same on all ranks of a group.
   * Where both groups say the same, the one whose rank 0 is the first in MPI.COMM_WORLD comes first.
   * @returns A communicator of the ranks of both groups.
   * @throws {MPI.Exception} ERR_ARG when the ranks of a group say different things.
   * @example
   * ```ts
   * const world = MPI.COMM_WORLD;
   * await using half = await world.split(world.rank % 2);
   * if (world.size > 1) {
   *   await using both = await half.createIntercomm(0, world, 1 - (world.rank % 2));
   *   await using all = await both.merge(world.rank % 2 === 1);
   *   console.log(all.size === world.size);
   * }
   * ```
   * @see MPI-4.1 §7.6.3
   */
  merge(high = false): Promise<Intracomm> {
    return this.finish(() => {
      const call = "merge";
      if (typeof high !== "boolean") {
        throw new TypeError(`Cannot call ${call}: high is ${show(high)}, expected true or false`);
      }
      const { engine, group, remote } = this.use(call);
      return this.plan<Intracomm>(call, { details: `high ${high}` }, async (lane) => {
        const [ours, theirs] = await introduce(lane, { context: drawContext(engine.self), high });
        if (ours.high !== high) {
          const what = `Cannot call ${call} with high ${high} on ${this.name}: rank 0 says ${ours.high}`;
          throw new Exception("ERR_ARG", `${what}, expected the same on all ranks of a group`);
        }
        const first = ours.high === theirs.high ? group.processOf(0) < remote.processOf(0) : theirs.high;
        const [lower, upper] = first ? [group, remote] : [remote, group];
        const all = new Members([...lower.processes, ...upper.processes], engine.self);
        const context = Math.min(ours.context, theirs.context);
        return new Intracomm(new Endpoint(engine, all, context), `merge of ${this.name}`);
      });
    });
  }

  // --- collectives ---

  protected override checkRoot(call: string, root: unknown): number {
    this.use(call);
    return root === ROOT || root === PROC_NULL ? root : super.checkRoot(call, root);
  }

  protected override isRoot(root: number): boolean {
    return root === ROOT;
  }

  protected override checkInPlaceAllowed(call: string): void {
    throw new Exception("ERR_BUFFER", `Cannot ${call} in place on ${this.name}: it connects two groups, expected data`);
  }

  /** Both groups agree on the root's process. Its own group gives no operand. */
  protected override plan<T>(
    call: string,
    agreement: Agreement,
    run: (lane: EndpointLane, data: unknown) => Promise<unknown>,
    ownLane?: EndpointLane,
  ): CollectivePlan<T> {
    const { root, element: _element, length: _length, ...rest } = agreement;
    if (root === undefined) return super.plan(call, agreement, run, ownLane);
    if (root === PROC_NULL) return super.plan(call, { ...rest, details: "root MPI.PROC_NULL" }, run, ownLane);
    const { engine, remote } = this.use(call);
    const process = root === ROOT ? engine.self : remote.processOf(root);
    return super.plan(call, { ...rest, root: process }, run, ownLane);
  }
}

/** Throws when two groups have a process in common. */
export function checkApart(
  call: string,
  what: string,
  local: Members,
  remote: Members,
  wrong: "ERR_COMM" | "ERR_GROUP",
): void {
  const both = [...remote.processes.keys()].filter((rank) => local.rankOf(remote.processOf(rank)) !== undefined);
  if (both.length === 0) return;
  const who = `rank ${both.join(", ")} of the remote group is in the local one too`;
  throw new Exception(wrong, `Cannot call ${call} on ${what}: ${who}, expected groups without a common process`);
}
