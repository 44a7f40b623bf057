// mpi/distgraphcomm: layer 9. Communicators whose ranks are the nodes of a graph and know their own edges. Made by
// dist-graph-creation.ts.
import { DIST_GRAPH } from "../base/constants.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { DistGraph } from "../topology/dist-graph.ts";
import { Topocomm } from "./topocomm.ts";

/**
 * A communicator whose ranks are the nodes of a graph and know the edges at their own node, from `createDistGraph` and
 * `createDistGraphAdjacent`.
 *
 * @see MPI-4.1 §8.5.4
 */
export class Distgraphcomm extends Topocomm {
  readonly #graph: DistGraph;

  /** Made by the library. */
  constructor(endpoint: Endpoint, name: string, graph: DistGraph) {
    super(endpoint, name, graph.neighbors);
    this.#graph = graph;
  }

  protected override alike(endpoint: Endpoint, name: string): this {
    return new Distgraphcomm(endpoint, name, this.#graph) as this;
  }

  /** MPI.DIST_GRAPH. @see MPI-4.1 §8.5.5 */
  override getTopology(): number {
    this.use("getTopology");
    return DIST_GRAPH;
  }

  /** Number of edges to this rank, of edges from it, and whether edges have weights. @see MPI-4.1 §8.5.5 */
  getDistNeighborsCount(): [sources: number, destinations: number, weighted: boolean] {
    this.use("getDistNeighborsCount");
    const { sources, destinations, weights } = this.#graph;
    return [sources.length, destinations.length, weights !== undefined];
  }

  /**
   * Where edges to this rank come from, where those from it lead, and their weights.
   *
   * @returns The weights are those of the edges to this rank and of those from it; `null` where edges have none.
   * @see MPI-4.1 §8.5.5
   */
  getDistNeighbors(): [
    sources: number[],
    destinations: number[],
    weights: [sources: number[], destinations: number[]] | null,
  ] {
    this.use("getDistNeighbors");
    const { sources, destinations, weights } = this.#graph;
    return [[...sources], [...destinations], weights ? [[...weights[0]], [...weights[1]]] : null];
  }
}
