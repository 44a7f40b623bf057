// mpi/creation: layer 9. The chapter "new communicators" of a communicator, of some of its ranks: Comm extends it. Contexts are drawn by rank 0 of each (comm/context.ts), and travel with what the ranks tell each other anyway.
import {
  COMM_TYPE_HW_GUIDED,
  COMM_TYPE_HW_UNGUIDED,
  COMM_TYPE_RESOURCE_GUIDED,
  COMM_TYPE_SHARED,
  UNDEFINED,
} from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { across } from "../collectives/across.ts";
import { introduce } from "../collectives/across-swap.ts";
import { allgather } from "../collectives/movement.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint, type EndpointLane } from "../comm/endpoint.ts";
import { Group as Members } from "../comm/group.ts";
import { promised } from "../engine/operation.ts";
import { agree } from "./agree.ts";
import { checkOptions } from "./arguments.ts";
import type { Comm } from "./comm.ts";
import { hostOfJob } from "./environment.ts";
import { type Group, membersOf } from "./group.ts";
import { Handling } from "./handling.ts";
import { confinedTo } from "./hardware.ts";
import { type Info, infoItems } from "./info.ts";
import type { CollectivePlan } from "./planning.ts";

/** What a rank tells the others in a split: where it wants to be, and a context, which counts if it becomes rank 0 there. */
type Wish = readonly [color: number, key: number, context: number];

const SPLIT_TYPES = [
  COMM_TYPE_SHARED,
  COMM_TYPE_HW_UNGUIDED,
  COMM_TYPE_HW_GUIDED,
  COMM_TYPE_RESOURCE_GUIDED,
  UNDEFINED,
];

/** The ranks that wish for a color, in the order of their keys. */
function ranksOf(wishes: readonly Wish[], color: number): number[] {
  const ranks = [...wishes.keys()].filter((rank) => wishes[rank]![0] === color);
  // A stable sort: ranks with the same key stay in order.
  return ranks.sort((a, b) => wishes[a]![1] - wishes[b]![1]);
}

export abstract class Creation<Made extends Comm<any>> extends Handling {
  /** A communicator over an endpoint, without topology; MPI.COMM_NULL without one. */
  protected abstract plain(endpoint: Endpoint | undefined, name: string): Made;

  /** The number of the host that this rank runs on, among those of the job. */
  protected get host(): number {
    return hostOfJob();
  }

  /**
   * A communicator of the members of a group. Every rank of this communicator must call it; ranks may give different
   * groups that have no member in common, or MPI.GROUP_EMPTY.
   *
   * On an Intercomm all ranks of one side give the same group, of processes of their own side.
   *
   * @param group Some of this communicator's processes; their order there is the order of the new ranks.
   * @returns The new communicator; MPI.COMM_NULL on ranks that are not in `group`, or when the other side's is empty.
   * @throws {MPI.Exception} ERR_GROUP when a member of `group` is not in this communicator.
   * @example
   * ```ts
   * const { group, size } = MPI.COMM_WORLD;
   * const backwards = group.rangeIncl([[size - 1, 0, -1]]);
   * await using comm = await MPI.COMM_WORLD.create(backwards);
   * console.log(comm.rank === size - 1 - MPI.COMM_WORLD.rank); // true
   * ```
   * @see MPI-4.1 §7.4.2
   */
  create(group: Group): Promise<Made> {
    return this.finish(() => {
      const members = this.checkMembers("create", group);
      const { engine, inter } = this.use("create");
      return this.plan("create", { details: `of ${members.size} ranks` }, async (lane) => {
        const make = () => (inter ? this.#createAcross(lane, members) : agree(engine, lane.within(members), members));
        const endpoint = inter || members.rank !== undefined ? await make() : undefined;
        return this.plain(endpoint, this.partName);
      });
    });
  }

  async #createAcross(lane: EndpointLane, members: Members): Promise<Endpoint | undefined> {
    const { engine } = this.use("create");
    const card = { context: drawContext(engine.self), processes: [...members.processes] };
    const [ours, theirs] = await introduce(lane, card);
    if (ours.processes.join() !== members.processes.join()) {
      const what = `Cannot call create on ${this.name}: rank 0 gives another group`;
      throw new Exception("ERR_GROUP", `${what}, expected the same on all ranks of this side`);
    }
    if (members.rank === undefined || theirs.processes.length === 0) return undefined;
    const remote = new Members(theirs.processes, engine.self);
    return new Endpoint(engine, members, Math.min(ours.context, theirs.context), remote);
  }

  /**
   * One communicator for each color. Every rank must call it. On an Intercomm colors are matched across: those of a color on
   * one side get an Intercomm with those of it on the other; MPI.COMM_NULL where there are none.
   *
   * @param color Ranks with the same color come together: a whole number from 0, or MPI.UNDEFINED to be in none.
   * @param key Orders the ranks in the new communicator; where it is the same, they stay in their old order. @default {0}
   * @returns The communicator of this rank's color; MPI.COMM_NULL for MPI.UNDEFINED.
   * @throws {MPI.Exception} ERR_ARG for any other color, or a key that is no whole number.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * await using half = await MPI.COMM_WORLD.split(rank % 2);
   * console.log(half.size === Math.ceil((size - (rank % 2)) / 2)); // true
   * ```
   * @see MPI-4.1 §7.4.2
   */
  split(color: number, key = 0): Promise<Made> {
    return this.finish(() => {
      if ((!Number.isSafeInteger(color) || color < 0) && color !== UNDEFINED) {
        const expected = "expected a whole number from 0, or MPI.UNDEFINED";
        throw new Exception("ERR_ARG", `Cannot call split on ${this.name}: color is ${show(color)}, ${expected}`);
      }
      this.#checkKey("split", key);
      return this.#split("split", `color ${color}, key ${key}`, color, key, `split ${color} of ${this.name}`);
    });
  }

  /**
   * One communicator for each set of ranks that have something in common. Every rank must call it, with the same type or
   * MPI.UNDEFINED.
   *
   * @param type MPI.COMM_TYPE_SHARED: the ranks of one host. COMM_TYPE_HW_UNGUIDED: the same where there are several
   * hosts, else MPI.COMM_NULL. COMM_TYPE_HW_GUIDED and COMM_TYPE_RESOURCE_GUIDED: the ranks that share the resource which the
   * info key `mpi_hw_resource_type` names; MPI.COMM_NULL where `MPI.getHwResourceInfo` does not say `"true"` of it.
   * @param options.key As in split. @param options.info Hints.
   * @throws {MPI.Exception} ERR_ARG for any other type.
   * @see MPI-4.1 §7.4.2
   */
  splitType(type: number, options?: { key?: number; info?: Info }): Promise<Made> {
    return this.finish(() => {
      const call = "splitType";
      checkOptions(call, options, ["key", "info"]);
      const { key = 0, info } = options ?? {};
      this.#checkKey(call, key);
      const hints = new Map(infoItems(call, info));
      if (!SPLIT_TYPES.includes(type)) {
        const expected = "expected MPI.COMM_TYPE_SHARED or another of MPI.COMM_TYPE_…";
        throw new Exception("ERR_ARG", `Cannot call ${call} on ${this.name}: type is ${show(type)}, ${expected}`);
      }
      const guided = type === COMM_TYPE_HW_GUIDED || type === COMM_TYPE_RESOURCE_GUIDED;
      const none = type === UNDEFINED || (guided && !confinedTo(hints.get("mpi_hw_resource_type")));
      const color = none ? UNDEFINED : this.host;
      const strict = type === COMM_TYPE_HW_UNGUIDED;
      return this.#split(call, `type ${type}, key ${key}`, color, key, `host part of ${this.name}`, strict);
    });
  }

  /** @param strict no communicator where it would have all ranks */
  #split(
    call: string,
    details: string,
    color: number,
    key: number,
    name: string,
    strict = false,
  ): CollectivePlan<Made> {
    const { group, remote, engine, inter } = this.use(call);
    return this.plan(call, { details }, async (lane) => {
      const wish: Wish = [color, key, drawContext(engine.self)];
      const wishes = (await promised(allgather(lane, wish, {}))) as Wish[];
      const others = inter ? ((await across.allgather(lane, wish, {})) as Wish[]) : wishes;
      if (color === UNDEFINED) return this.plain(undefined, name);
      const [ranks, theirs] = [ranksOf(wishes, color), ranksOf(others, color)];
      const all = ranks.length === wishes.length && theirs.length === others.length;
      if (theirs.length === 0 || (strict && all)) return this.plain(undefined, name);
      const context = Math.min(wishes[ranks[0]!]![2], others[theirs[0]!]![2]);
      const members = group.incl(ranks);
      return this.plain(new Endpoint(engine, members, context, inter ? remote.incl(theirs) : members), name);
    });
  }

  protected get partName(): string {
    return `part of ${this.name}`;
  }

  protected checkMembers(call: string, group: Group): Members {
    const mine = this.use(call).group;
    const members = membersOf(call, group);
    const strangers = members.processes.filter((process) => mine.rankOf(process) === undefined);
    if (strangers.length === 0) return members;
    const ranks = strangers.map((process) => members.rankOf(process)).join(", ");
    throw new Exception("ERR_GROUP", `Cannot call ${call} on ${this.name}: rank ${ranks} of the group is not in it`);
  }

  #checkKey(call: string, key: unknown): void {
    if (Number.isSafeInteger(key)) return;
    throw new Exception("ERR_ARG", `Cannot call ${call} on ${this.name}: key is ${show(key)}, expected a whole number`);
  }
}
