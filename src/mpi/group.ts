// mpi/group: layer 9. Groups as users hold them: arguments are checked here, the algebra is in comm/group.ts.
import { IDENT, PROC_NULL, SIMILAR, UNDEFINED, UNEQUAL } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { Group as Members } from "../comm/group.ts";
import type { Engine } from "../engine/engine.ts";

/** First rank, last rank, stride: `[0, 6, 2]` is ranks 0, 2, 4 and 6; `[3, 1, -1]` is 3, 2 and 1. */
export type RankRange = readonly [first: number, last: number, stride: number];

/**
 * An ordered set of processes. Groups are made from other groups and from communicators, without any communication.
 *
 * @example
 * ```ts
 * const world = MPI.COMM_WORLD.group;
 * const others = world.excl([0]);
 * console.log(others.size === world.size - 1); // true
 * ```
 * @see MPI-4.1 §7.3
 */
export class Group {
  #members: Members | undefined;
  readonly #engine: Engine | undefined;

  /** Made by the library: without members it is MPI.GROUP_NULL, without an engine MPI.GROUP_EMPTY. */
  constructor(members: Members | undefined, engine: Engine | undefined) {
    this.#members = members;
    this.#engine = engine;
  }

  /** Number of processes. @see MPI-4.1 §7.3.1 */
  get size(): number {
    return this.members("size").size;
  }
  /** As `size`. @see MPI-4.1 §7.3.1 */
  getSize(): number {
    return this.size;
  }

  /** This process's rank in the group; MPI.UNDEFINED when it is no member. @see MPI-4.1 §7.3.1 */
  get rank(): number {
    return this.members("rank").rank ?? UNDEFINED;
  }
  /** As `rank`. @see MPI-4.1 §7.3.1 */
  getRank(): number {
    return this.rank;
  }

  /**
   * The ranks that members of this group have in another one.
   *
   * @param ranks Ranks of this group, or MPI.PROC_NULL, which stays what it is. All by default.
   * @param group The other group; that of MPI.COMM_WORLD by default.
   * @returns A rank for each; MPI.UNDEFINED for who is no member there.
   * @throws {MPI.Exception} ERR_RANK when one is no rank of this group.
   * @example
   * ```ts
   * const world = MPI.COMM_WORLD.group;
   * const last = world.incl([world.size - 1]);
   * console.log(last.translateRanks([0], world)[0] === world.size - 1); // true
   * ```
   * @see MPI-4.1 §7.3.1
   */
  translateRanks(ranks?: readonly number[], group?: Group): number[] {
    const call = "translateRanks";
    const members = this.members(call);
    const other = group === undefined ? undefined : membersOf(call, group);
    return (ranks === undefined ? [...members.processes.keys()] : checkArray(call, ranks)).map((rank) => {
      if (rank === PROC_NULL) return rank;
      const process = members.processOf(checkRank(call, members, rank));
      // Processes are numbered as in MPI.COMM_WORLD.
      return other ? (other.rankOf(process) ?? UNDEFINED) : process;
    });
  }

  /** MPI.IDENT: the same members in the same order; MPI.SIMILAR: in another order; MPI.UNEQUAL. @see MPI-4.1 §7.3.1 */
  compare(group: Group): number {
    const members = this.members("compare");
    const other = membersOf("compare", group);
    if (members.equals(other, true)) return IDENT;
    return members.equals(other, false) ? SIMILAR : UNEQUAL;
  }

  /** The same group once more. @see MPI-4.1 §7.3.2 */
  dup(): Group {
    return this.#of(this.members("dup"));
  }

  /** The members of `group1`, then those of `group2` that are not in it. @see MPI-4.1 §7.3.2 */
  static union(group1: Group, group2: Group): Group {
    const [one, two] = [membersOf("union", group1), membersOf("union", group2)];
    // An empty group may know of no process; what comes out knows of this one if either does.
    return group1.#engine ? group1.#of(one.union(two)) : group2.#of(two);
  }

  /** The members of `group1` that are in `group2` too, in the order of `group1`. @see MPI-4.1 §7.3.2 */
  static intersection(group1: Group, group2: Group): Group {
    const [one, two] = [membersOf("intersection", group1), membersOf("intersection", group2)];
    return group1.#of(one.filter(two, true));
  }

  /** The same as intersection. @see MPI-4.1 §7.3.2 */
  static intersect(group1: Group, group2: Group): Group {
    return Group.intersection(group1, group2);
  }

  /** The members of `group1` that are not in `group2`, in the order of `group1`. @see MPI-4.1 §7.3.2 */
  static difference(group1: Group, group2: Group): Group {
    const [one, two] = [membersOf("difference", group1), membersOf("difference", group2)];
    return group1.#of(one.filter(two, false));
  }

  /**
   * The group of the members with these ranks, in this order.
   *
   * @param ranks Ranks of this group, each once.
   * @throws {MPI.Exception} ERR_RANK when one is no rank of this group or occurs twice.
   * @see MPI-4.1 §7.3.2
   */
  incl(ranks: readonly number[]): Group {
    const members = this.members("incl");
    return this.#of(members.incl(checkRanks("incl", members, ranks)));
  }

  /** The group without the members with these ranks, otherwise as it was; see incl. @see MPI-4.1 §7.3.2 */
  excl(ranks: readonly number[]): Group {
    const members = this.members("excl");
    return this.#of(members.excl(checkRanks("excl", members, ranks)));
  }

  /**
   * As incl, with the ranks of several ranges, one range after the other.
   *
   * @param ranges `[first, last, stride]`: first, first + stride, … as far as last.
   * @throws {MPI.Exception} ERR_ARG for a stride of 0 or of the wrong sign; ERR_RANK as incl.
   * @see MPI-4.1 §7.3.2
   */
  rangeIncl(ranges: readonly RankRange[]): Group {
    const members = this.members("rangeIncl");
    return this.#of(members.incl(checkRanks("rangeIncl", members, ranksOf("rangeIncl", members, ranges))));
  }

  /** As excl, with the ranks of several ranges; see rangeIncl. @see MPI-4.1 §7.3.2 */
  rangeExcl(ranges: readonly RankRange[]): Group {
    const members = this.members("rangeExcl");
    return this.#of(members.excl(checkRanks("rangeExcl", members, ranksOf("rangeExcl", members, ranges))));
  }

  /** Gives the group up: using it from now on is ERR_GROUP. Never needed. @see MPI-4.1 §7.3.3 */
  free(): void {
    this.members("free");
    if (this === GROUP_EMPTY) throw new Exception("ERR_GROUP", "Cannot free MPI.GROUP_EMPTY: it is predefined");
    this.#members = undefined;
  }

  /** The processes; for the library. @throws {MPI.Exception} ERR_GROUP when there are none; `call` is what was called */
  members(call: string): Members {
    if (this.#members) return this.#members;
    const state = this === GROUP_NULL ? "on MPI.GROUP_NULL: it is no group" : "on a group: it has been freed";
    throw new Exception("ERR_GROUP", `Cannot call ${call} ${state}`);
  }

  /** What joins the processes; undefined for MPI.GROUP_EMPTY. For the library. */
  get engine(): Engine | undefined {
    return this.#engine;
  }

  #of(members: Members): Group {
    return new Group(members, this.#engine);
  }
}

/** The group without members. @see MPI-4.1 §7.2.1 */
export const GROUP_EMPTY = new Group(new Members([], -1), undefined);
/** The group that is none: every call on it is ERR_GROUP. @see MPI-4.1 §7.2.1 */
export const GROUP_NULL: Group = new Group(undefined, undefined);

/** The processes of an argument that must be a group. */
export function membersOf(call: string, group: unknown): Members {
  if (group instanceof Group) return group.members(call);
  throw new TypeError(`Cannot call ${call}: group is ${show(group)}, expected an MPI.Group`);
}

function checkArray<T>(call: string, ranks: readonly T[]): readonly T[] {
  // Array.from makes undefined of the holes of a sparse array, which are checked then as all else.
  if (Array.isArray(ranks)) return Array.from(ranks);
  throw new TypeError(`Cannot call ${call}: ranks are ${show(ranks)}, expected an array`);
}

function checkRank(call: string, { size }: Members, rank: unknown): number {
  if (Number.isInteger(rank) && (rank as number) >= 0 && (rank as number) < size) return rank as number;
  const has = size === 0 ? "is empty" : size === 1 ? "has only rank 0" : `has ranks 0 to ${size - 1}`;
  throw new Exception("ERR_RANK", `Cannot call ${call} with rank ${show(rank)}: the group ${has}`);
}

function checkRanks(call: string, members: Members, ranks: readonly number[]): readonly number[] {
  const seen = new Set<number>();
  const list = checkArray(call, ranks);
  for (const rank of list) {
    checkRank(call, members, rank);
    if (seen.has(rank)) throw new Exception("ERR_RANK", `Cannot call ${call} with rank ${rank}: it occurs twice`);
    seen.add(rank);
  }
  return list;
}

function ranksOf(call: string, members: Members, ranges: readonly RankRange[]): number[] {
  return checkArray(call, ranges).flatMap((range) => {
    if (!Array.isArray(range) || range.length !== 3 || !range.every(Number.isInteger)) {
      throw new TypeError(`Cannot call ${call}: a range is ${show(range)}, expected [first, last, stride]`);
    }
    const [first, last, stride] = range as unknown as RankRange;
    if (stride === 0 || (last - first) * stride < 0) {
      const state = stride === 0 ? "stride is 0" : "it leads away from its last rank";
      throw new Exception("ERR_ARG", `Cannot call ${call} with range [${range.join(", ")}]: ${state}`);
    }
    const ranks: number[] = [];
    // Stops at the first that is no rank: a range may be longer than memory.
    for (let rank = first; stride > 0 ? rank <= last : rank >= last; rank += stride) {
      ranks.push(checkRank(call, members, rank));
    }
    return ranks;
  });
}
