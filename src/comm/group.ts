// comm/group: layer 5. An ordered set of processes: rank ↔ process number.

export class Group {
  readonly #processes: readonly number[];
  readonly #ranks: ReadonlyMap<number, number>;
  /** This process's rank in the group, or UNDEFINED's absence: undefined when it is no member. */
  readonly rank: number | undefined;

  /** @param processes process numbers in rank order, each once */
  constructor(processes: readonly number[], self: number) {
    this.#processes = processes;
    this.#ranks = new Map(processes.map((process, rank) => [process, rank]));
    this.rank = this.#ranks.get(self);
  }

  get size(): number {
    return this.#processes.length;
  }

  /** The process of rank `rank`, which must be in the group. */
  processOf(rank: number): number {
    return this.#processes[rank]!;
  }

  /** The rank of a process, or undefined when it is no member. */
  rankOf(process: number): number | undefined {
    return this.#ranks.get(process);
  }
}
