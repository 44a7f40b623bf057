// topology/graph: layer 8. A graph that every rank knows whole, in the standard's two lists. Used by the public class
// Graphcomm.
import type { Neighbors } from "../collectives/neighbor.ts";

export class Graph {
  /** By node: where in `edges` its neighbours end. */
  readonly index: readonly number[];
  /** The neighbours of node 0, of node 1, … */
  readonly edges: readonly number[];
  #oneWay: [from: number, to: number] | undefined | null = null;

  constructor(index: readonly number[], edges: readonly number[]) {
    this.index = index;
    this.edges = edges;
  }

  /** Number of nodes. */
  get size(): number {
    return this.index.length;
  }

  adjacent(node: number): number[] {
    return this.edges.slice(this.index[node - 1] ?? 0, this.index[node]);
  }

  neighborsOf(node: number): Neighbors {
    const ranks = this.adjacent(node);
    return { sources: ranks, destinations: ranks, order: [...ranks.keys()] };
  }

  /** Two nodes, the first of which has more edges to the second than the second to the first, if there are such. */
  get oneWay(): [from: number, to: number] | undefined {
    if (this.#oneWay !== null) return this.#oneWay;
    const edges = new Map<string, number>();
    const count = (from: number, to: number) => edges.get(`${from} ${to}`) ?? 0;
    for (let from = 0; from < this.size; from++)
      for (const to of this.adjacent(from)) edges.set(`${from} ${to}`, count(from, to) + 1);
    this.#oneWay = [...edges.keys()]
      .map((pair) => pair.split(" ").map(Number) as [number, number])
      .find(([from, to]) => count(from, to) > count(to, from));
    return this.#oneWay;
  }
}
