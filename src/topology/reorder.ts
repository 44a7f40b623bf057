// topology/reorder: layer 8. Which process gets which place of a topology when the library may choose: ranks of one host
// next to each other, where that leaves fewer edges between hosts. Used by mpi/topology-creation.ts.

/** Edges that lead from one host to another. */
function crossings(order: readonly number[], hosts: readonly number[], ends: readonly (readonly number[])[]): number {
  const host = (place: number) => hosts[order[place]!];
  return ends.reduce((sum, to, from) => sum + to.filter((end) => end >= 0 && host(end) !== host(from)).length, 0);
}

/**
 * The ranks by place.
 *
 * @param hosts by rank, the number of the host that it is on
 * @param ends by place, where its edges lead; numbers below 0 are no place. There may be fewer places than ranks: the
 * ranks behind are left out.
 * @returns all ranks; as they were unless another order is better
 */
export function placed(hosts: readonly number[], ends: readonly (readonly number[])[]): number[] {
  const before = [...hosts.keys()];
  const together = [...new Set(hosts)].flatMap((host) => before.filter((rank) => hosts[rank] === host));
  return crossings(together, hosts, ends) < crossings(before, hosts, ends) ? together : before;
}
