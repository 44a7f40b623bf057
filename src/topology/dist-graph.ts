// topology/dist-graph: layer 8. A graph of which each rank keeps the edges at its own node: put together from what all ranks
// have given, in either form. Used by the public class Distgraphcomm and by mpi/dist-graph-creation.ts.
import type { Neighbors } from "../collectives/neighbor.ts";

export interface Edge {
  readonly source: number;
  readonly dest: number;
  readonly weight: number;
}

/** The edges at one node. */
export class DistGraph {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /** Of the edges from `sources`, and of those to `destinations`; undefined in a graph without weights. */
  readonly weights: readonly [sources: readonly number[], destinations: readonly number[]] | undefined;

  /** @param edges in to this node and out of it @param weighted whether their weights mean something */
  constructor(incoming: readonly Edge[], outgoing: readonly Edge[], weighted: boolean) {
    const weights = (edges: readonly Edge[]) => edges.map(({ weight }) => weight);
    this.sources = incoming.map(({ source }) => source);
    this.destinations = outgoing.map(({ dest }) => dest);
    this.weights = weighted ? [weights(incoming), weights(outgoing)] : undefined;
  }

  /** Those of this node, the only ones that are known. */
  get neighbors(): Neighbors {
    const { sources, destinations } = this;
    return { sources, destinations, order: [...destinations.keys()] };
  }
}

/** What a rank gives to createDistGraph: the edges from sources[i] to its degrees[i] destinations, one after the other. */
export function edgesFrom(
  sources: readonly number[],
  degrees: readonly number[],
  destinations: readonly number[],
  weights: readonly number[] | undefined,
): Edge[] {
  const ends = destinations.map((dest, i) => ({ dest, weight: weights?.[i] ?? 1 }));
  let at = 0;
  return sources.flatMap((source, i) => {
    const begin = at;
    at += degrees[i]!;
    return ends.slice(begin, at).map((end) => ({ source, ...end }));
  });
}

/**
 * The first pair of nodes that do not give the same edges between them.
 * @param incoming what the nodes say of the edges that lead to them @param outgoing what they say of those that leave them
 * @returns the pair, and how many edges from `source` to `dest` each of the two has given
 */
export function mismatchOf(
  incoming: readonly Edge[],
  outgoing: readonly Edge[],
): { source: number; dest: number; in: number; out: number } | undefined {
  const pairs = new Map<string, { source: number; dest: number; in: number; out: number }>();
  const pair = ({ source, dest }: Edge) => {
    const key = `${source} ${dest}`;
    const known = pairs.get(key) ?? { source, dest, in: 0, out: 0 };
    pairs.set(key, known);
    return known;
  };
  for (const edge of outgoing) pair(edge).out++;
  for (const edge of incoming) pair(edge).in++;
  return [...pairs.values()].find((known) => known.in !== known.out);
}
