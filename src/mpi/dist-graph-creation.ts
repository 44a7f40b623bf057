// mpi/dist-graph-creation: layer 9. Communicators with a distributed graph, of which each rank gives a part: Intracomm extends
// it. All parts travel to all ranks once, so that mistakes are found everywhere and the library may number ranks anew.
import { Exception } from "../base/errors.ts";
import { DistGraph, type Edge, edgesFrom, mismatchOf } from "../topology/dist-graph.ts";
import { checkFlag, checkNumbers, checkOptions, type Numbers } from "./arguments.ts";
import type { Distgraphcomm } from "./distgraphcomm.ts";
import { type Info, infoItems } from "./info.ts";
import type { CollectivePlan } from "./planning.ts";
import { checkRanks, checkWeights, type Weights } from "./topology-arguments.ts";
import { TopologyCreation } from "./topology-creation.ts";

export interface DistGraphOptions {
  /** Hints for the communicator. */
  info?: Info;
  /** Whether ranks may be numbered anew. @default {false} */
  reorder?: boolean;
}

/** The edges into the nodes and out of them that a rank has given. */
interface Given {
  readonly incoming: readonly Edge[];
  readonly outgoing: readonly Edge[];
}

export abstract class DistGraphCreation extends TopologyCreation {
  /**
   * A communicator whose ranks are the nodes of a graph. Every rank must call it, with any edges of the graph, each of which is
   * given by one rank only.
   *
   * @param sources Nodes that edges start from. @param degrees For each of them, how many.
   * @param destinations Where these edges lead: those of the first source, then those of the second, and so on.
   * @param options.weights One weight an edge, MPI.WEIGHTS_EMPTY for none; or MPI.UNWEIGHTED on all ranks.
   * @param options.info Hints. @param options.reorder Whether ranks may be numbered anew.
   * @returns The new communicator. At each node, edges are in the order of the ranks that gave them.
   * @throws {MPI.Exception} ERR_RANK for a node that is no rank; ERR_ARG when the lists do not go together, or only some ranks
   * give weights.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD; // rank 0 tells of a ring
   * const nodes = rank === 0 ? [...Array(size).keys()] : [];
   * const next = nodes.map((node) => (node + 1) % size);
   * await using ring = await MPI.COMM_WORLD.createDistGraph(nodes, nodes.map(() => 1), next);
   * console.log((await ring.neighborAllgather(ring.rank))[0] === (rank + size - 1) % size); // true
   * ```
   * @see MPI-4.1 §8.5.4
   */
  createDistGraph(
    sources: Numbers,
    degrees: Numbers,
    destinations: Numbers,
    options?: DistGraphOptions & { weights?: Weights },
  ): Promise<Distgraphcomm> {
    return this.finish(() => {
      const call = "createDistGraph";
      checkOptions(call, options, ["weights", "info", "reorder"]);
      this.use(call);
      const from = checkRanks(call, this, "sources", sources);
      const counts = checkNumbers(call, "degrees", degrees, "ERR_ARG");
      const to = checkRanks(call, this, "destinations", destinations);
      if (counts.length !== from.length) {
        const expected = `expected one for each of the ${from.length} sources`;
        throw new Exception("ERR_ARG", `Cannot ${call} with ${counts.length} degrees: ${expected}`);
      }
      const edges = counts.reduce((sum, count) => sum + count, 0);
      if (to.length !== edges) {
        throw new Exception(
          "ERR_ARG",
          `Cannot ${call} with ${to.length} destinations: expected ${edges}, the sum of degrees`,
        );
      }
      const weights = checkWeights(call, "weights", options?.weights, edges);
      const given = edgesFrom(from, counts, to, weights);
      return this.#planDistGraph(call, options, weights !== undefined, { incoming: given, outgoing: given });
    });
  }

  /**
   * A communicator whose ranks are the nodes of a graph, of which each gives the edges at its own node. Every rank must call it.
   *
   * @param sources Where edges to this rank come from. @param destinations Where edges from this rank lead.
   * @param options.sourceweights One weight an edge from `sources`, MPI.WEIGHTS_EMPTY for none; or MPI.UNWEIGHTED everywhere.
   * @param options.destweights The same for `destinations`.
   * @param options.info Hints. @param options.reorder Whether ranks may be numbered anew.
   * @throws {MPI.Exception} ERR_RANK for a node that is no rank; ERR_ARG when the lists do not go together, only some ranks give
   * weights, or the two ends of an edge do not both give it.
   * @example
   * ```ts
   * const { rank, size } = MPI.COMM_WORLD;
   * const [before, behind] = [(rank + size - 1) % size, (rank + 1) % size];
   * await using ring = await MPI.COMM_WORLD.createDistGraphAdjacent([before], [behind]);
   * console.log(ring.getDistNeighborsCount().join()); // 1,1,false
   * ```
   * @see MPI-4.1 §8.5.4
   */
  createDistGraphAdjacent(
    sources: Numbers,
    destinations: Numbers,
    options?: DistGraphOptions & { sourceweights?: Weights; destweights?: Weights },
  ): Promise<Distgraphcomm> {
    return this.finish(() => {
      const call = "createDistGraphAdjacent";
      checkOptions(call, options, ["sourceweights", "destweights", "info", "reorder"]);
      const { rank } = this;
      this.use(call);
      const from = checkRanks(call, this, "sources", sources);
      const to = checkRanks(call, this, "destinations", destinations);
      const inward = checkWeights(call, "sourceweights", options?.sourceweights, from.length);
      const outward = checkWeights(call, "destweights", options?.destweights, to.length);
      if (!inward !== !outward) {
        const missing = inward ? "destweights" : "sourceweights";
        const expected = `expected weights, or MPI.WEIGHTS_EMPTY, for edges in and out`;
        throw new Exception("ERR_ARG", `Cannot ${call} without ${missing}: the other edges have weights, ${expected}`);
      }
      return this.#planDistGraph(call, options, inward !== undefined, {
        incoming: from.map((source, i) => ({ source, dest: rank, weight: inward?.[i] ?? 1 })),
        outgoing: to.map((dest, i) => ({ source: rank, dest, weight: outward?.[i] ?? 1 })),
      });
    });
  }

  #planDistGraph(
    call: string,
    options: DistGraphOptions | undefined,
    weighted: boolean,
    own: Given,
  ): CollectivePlan<Distgraphcomm> {
    const hints = infoItems(call, options?.info);
    const reorder = checkFlag(call, "reorder", options?.reorder);
    const out = (node: number, given: readonly Given[]) =>
      given.flatMap(({ outgoing }) => outgoing.filter(({ source }) => source === node));
    const arrangement = {
      terms: `${weighted ? "weights" : "no weights"}, reorder ${reorder}`,
      own,
      places: this.size,
      reorder,
      endsOf: (node: number, given: readonly Given[]) => out(node, given).map(({ dest }) => dest),
    };
    return this.planTopology(call, "graph", arrangement, async (endpoint, name, given) => {
      const incoming = given.flatMap(({ incoming }) => incoming);
      const outgoing = given.flatMap(({ outgoing }) => outgoing);
      this.#checkBothEnds(call, incoming, outgoing);
      const node = endpoint.group.rank!;
      const into = incoming.filter(({ dest }) => dest === node);
      const graph = new DistGraph(into, out(node, given), weighted);
      const { Distgraphcomm } = await import("./distgraphcomm.ts");
      const comm = new Distgraphcomm(endpoint, name, graph);
      comm.hints.update(hints);
      return comm;
    });
  }

  #checkBothEnds(call: string, incoming: readonly Edge[], outgoing: readonly Edge[]): void {
    const wrong = mismatchOf(incoming, outgoing);
    if (!wrong) return;
    const { source, dest } = wrong;
    const sides = `rank ${source} gave ${wrong.out} edges to rank ${dest}, which gave ${wrong.in} from it`;
    throw new Exception("ERR_ARG", `Cannot ${call} on ${this.name}: ${sides}`);
  }
}
