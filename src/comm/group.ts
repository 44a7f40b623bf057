// comm/group: layer 5. An ordered set of processes: rank ↔ process number, and the algebra of such sets. Arguments have
// been checked by mpi/group.ts.

export class Group {
  /** Process numbers in rank order. */
  readonly processes: readonly number[];
  readonly #self: number;
  readonly #ranks: ReadonlyMap<number, number>;
  /** This process's rank in the group, or UNDEFINED's absence: undefined when it is no member. */
  readonly rank: number | undefined;

  /** @param processes process numbers in rank order, each once */
  constructor(processes: readonly number[], self: number) {
    this.processes = processes;
    this.#self = self;
    this.#ranks = new Map(processes.map((process, rank) => [process, rank]));
    this.rank = this.#ranks.get(self);
  }

  get size(): number {
    return this.processes.length;
  }

  /** The process of rank `rank`, which must be in the group. */
  processOf(rank: number): number {
    return this.processes[rank]!;
  }

  /** The rank of a process, or undefined when it is no member. */
  rankOf(process: number): number | undefined {
    return this.#ranks.get(process);
  }

  /** True when both have the same members; with `ordered`, with the same ranks. */
  equals(other: Group, ordered: boolean): boolean {
    if (this.size !== other.size) return false;
    return this.processes.every((process, rank) => {
      const there = other.rankOf(process);
      return ordered ? there === rank : there !== undefined;
    });
  }

  /** The members of this group, then those of `other` that are not in this one. */
  union(other: Group): Group {
    const rest = other.processes.filter((process) => this.rankOf(process) === undefined);
    return this.#of([...this.processes, ...rest]);
  }

  /** The members that are in `other` too, or (`wanted` false) that are not, in the order of this group. */
  filter(other: Group, wanted: boolean): Group {
    return this.#of(this.processes.filter((process) => (other.rankOf(process) !== undefined) === wanted));
  }

  /** The members with `ranks`, in that order; each rank once. */
  incl(ranks: readonly number[]): Group {
    return this.#of(ranks.map((rank) => this.processOf(rank)));
  }

  /** The members without `ranks`, in the order of this group. */
  excl(ranks: readonly number[]): Group {
    const out = new Set(ranks);
    return this.#of(this.processes.filter((_, rank) => !out.has(rank)));
  }

  /**
   * The ranks of each host in their order, hosts in the order of their first ranks; undefined where no two ranks, or all of
   * them, are on one host.
   * @param hosts the host of each process, by numbers
   */
  spread(hosts: readonly number[]): number[][] | undefined {
    const ranks = new Map<number, number[]>();
    for (const [rank, process] of this.processes.entries()) {
      const host = hosts[process] ?? 0;
      const there = ranks.get(host);
      if (there) there.push(rank);
      else ranks.set(host, [rank]);
    }
    return ranks.size > 1 && ranks.size < this.size ? [...ranks.values()] : undefined;
  }

  #of(processes: readonly number[]): Group {
    return new Group(processes, this.#self);
  }
}
