// mpi/graphcomm: layer 9. Communicators whose ranks are the nodes of a graph that all know. Made by topology-creation.ts.
import { GRAPH } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import type { Neighbors } from "../collectives/neighbor.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { Graph } from "../topology/graph.ts";
import { checkRank } from "./arguments.ts";
import { Topocomm } from "./topocomm.ts";

/** A communicator whose ranks are the nodes of a graph that all of them know, from `createGraph`. @see MPI-4.1 §8.5.3 */
export class Graphcomm extends Topocomm {
  readonly #graph: Graph;

  /** Made by the library. */
  constructor(endpoint: Endpoint, name: string, graph: Graph) {
    super(endpoint, name, graph.neighborsOf(endpoint.group.rank!));
    this.#graph = graph;
  }

  protected override alike(endpoint: Endpoint, name: string): this {
    return new Graphcomm(endpoint, name, this.#graph) as this;
  }

  /** Edges have no direction here: neighbourhood collectives need each at both ends. @see MPI-4.1 §8.6 */
  protected override neighborhood(call: string): Neighbors {
    const neighbors = super.neighborhood(call);
    const { oneWay } = this.#graph;
    if (!oneWay) return neighbors;
    const state = `node ${oneWay[0]} has more edges to node ${oneWay[1]} than that has back`;
    throw new Exception(
      "ERR_TOPOLOGY",
      `Cannot call ${call} on ${this.name}: ${state}, expected each edge at both ends`,
    );
  }

  /** MPI.GRAPH. @see MPI-4.1 §8.5.5 */
  override getTopology(): number {
    this.use("getTopology");
    return GRAPH;
  }

  /** Number of nodes, and of neighbours of all nodes together. @see MPI-4.1 §8.5.5 */
  get dims(): [nnodes: number, nedges: number] {
    return [this.nnodes, this.nedges];
  }
  /** As `dims`. @see MPI-4.1 §8.5.5 */
  getDims(): [nnodes: number, nedges: number] {
    return this.dims;
  }
  /** Number of nodes. @see MPI-4.1 §8.5.5 */
  get nnodes(): number {
    return this.index.length;
  }
  /** Number of neighbours of all nodes together. @see MPI-4.1 §8.5.5 */
  get nedges(): number {
    return this.edges.length;
  }

  /** By node, the number of neighbours of it and of all nodes before it. @see MPI-4.1 §8.5.5 */
  get index(): number[] {
    this.use("index");
    return [...this.#graph.index];
  }
  /** The neighbours of node 0, then those of node 1, and so on. @see MPI-4.1 §8.5.5 */
  get edges(): number[] {
    this.use("edges");
    return [...this.#graph.edges];
  }
  /** The graph, as it was given to `createGraph`. @see MPI-4.1 §8.5.5 */
  get topo(): [index: number[], edges: number[]] {
    return [this.index, this.edges];
  }
  /** As `topo`. @see MPI-4.1 §8.5.5 */
  getTopo(): [index: number[], edges: number[]] {
    return this.topo;
  }

  /** Number of this rank's neighbours. @see MPI-4.1 §8.5.5 */
  get nneighbors(): number {
    return this.neighbors.length;
  }
  /** This rank's neighbours. @see MPI-4.1 §8.5.5 */
  get neighbors(): number[] {
    return this.getNeighbors(this.rank);
  }
  /** Number of a rank's neighbours. @throws {MPI.Exception} ERR_RANK when there is no such rank @see MPI-4.1 §8.5.5 */
  getNeighborsCount(rank: number): number {
    return this.getNeighbors(rank).length;
  }
  /** A rank's neighbours. @throws {MPI.Exception} ERR_RANK when there is no such rank @see MPI-4.1 §8.5.5 */
  getNeighbors(rank: number): number[] {
    checkRank("getNeighbors", this, "rank", rank);
    return this.#graph.adjacent(rank);
  }
}
