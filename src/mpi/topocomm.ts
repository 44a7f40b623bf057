// mpi/topocomm: layer 9. What communicators with a topology have in common. cartcomm.ts, graphcomm.ts and distgraphcomm.ts
// extend it.
import type { Neighbors } from "../collectives/neighbor.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import { Intracomm } from "./intracomm.ts";

/** A communicator whose ranks have neighbours. @see MPI-4.1 §8.1 */
export abstract class Topocomm extends Intracomm {
  readonly #neighbors: Neighbors;

  /** Made by the library. */
  constructor(endpoint: Endpoint, name: string, neighbors: Neighbors) {
    super(endpoint, name);
    this.#neighbors = neighbors;
  }

  protected abstract override alike(endpoint: Endpoint, name: string): this;

  protected override neighborhood(call: string): Neighbors {
    this.use(call);
    return this.#neighbors;
  }

  /** Number of edges to this rank, and from it. @see MPI-4.1 §8.6 */
  get degrees(): [indegree: number, outdegree: number] {
    return [this.indegree, this.outdegree];
  }
  /** Number of edges to this rank, those of a cartesian grid to MPI.PROC_NULL included. @see MPI-4.1 §8.6 */
  get indegree(): number {
    return this.inedges.length;
  }
  /** Number of edges from this rank, those of a cartesian grid to MPI.PROC_NULL included. @see MPI-4.1 §8.6 */
  get outdegree(): number {
    return this.outedges.length;
  }

  /**
   * The ranks that edges to this rank come from and those that edges from it lead to, in the order in which neighbourhood
   * collectives take them.
   *
   * @see MPI-4.1 §8.6
   */
  get inoutedges(): [inedges: number[], outedges: number[]] {
    return [this.inedges, this.outedges];
  }
  /** The ranks that edges to this rank come from. @see MPI-4.1 §8.6 */
  get inedges(): number[] {
    this.use("inedges");
    return [...this.#neighbors.sources];
  }
  /** The ranks that edges from this rank lead to. @see MPI-4.1 §8.6 */
  get outedges(): number[] {
    this.use("outedges");
    return [...this.#neighbors.destinations];
  }
}
