// mpi/topology-arguments: layer 9. Checks what only the calls that make topologies take, before anything is sent.
import { UNWEIGHTED, WEIGHTS_EMPTY } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { Cart } from "../topology/cart.ts";
import { Graph } from "../topology/graph.ts";
import { checkNumbers, type Numbers, type Ranks } from "./arguments.ts";

/** Weights of edges, one an edge: whole numbers that are not negative. */
export type Weights = Numbers | typeof UNWEIGHTED | typeof WEIGHTS_EMPTY;

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function checkRoom(call: string, what: string, places: number, { size, name }: Ranks): void {
  if (places <= size) return;
  const state = `it has ${plural(size, "rank")}, expected at least ${places}`;
  throw new Exception(what === "a graph" ? "ERR_ARG" : "ERR_DIMS", `Cannot ${call} ${what} on ${name}: ${state}`);
}

/** A grid that has room in the communicator. */
export function checkCart(call: string, comm: Ranks, dims: unknown, periods: unknown): Cart {
  const sides = checkNumbers(call, "dims", dims, "ERR_DIMS", { least: 1 });
  const cart = new Cart(sides, checkPeriods(call, sides.length, periods));
  checkRoom(call, `a grid of ${sides.join(" × ")}`, cart.size, comm);
  return cart;
}

function checkPeriods(call: string, dims: number, periods: unknown): boolean[] {
  if (periods === undefined || typeof periods === "boolean") return new Array<boolean>(dims).fill(periods ?? false);
  if (!Array.isArray(periods) || Array.from(periods).some((period) => typeof period !== "boolean")) {
    const expected = "expected true, false, or an array of these";
    throw new TypeError(`Cannot call ${call}: option periods is ${show(periods)}, ${expected}`);
  }
  if (periods.length === dims) return [...(periods as boolean[])];
  throw new Exception("ERR_DIMS", `Cannot ${call} with ${plural(periods.length, "period")}: there are ${dims} dims`);
}

/** A graph that has room in the communicator. */
export function checkGraph(call: string, comm: Ranks, index: unknown, edges: unknown): Graph {
  const ends = checkNumbers(call, "index", index, "ERR_ARG");
  const node = ends.findIndex((end, i) => end < (ends[i - 1] ?? 0));
  if (node >= 0) {
    const expected = `expected at least ${ends[node - 1]}, as the neighbors of node ${node} stand behind the others`;
    throw new Exception("ERR_ARG", `Cannot ${call} with index[${node}] ${ends[node]}: ${expected}`);
  }
  checkRoom(call, "a graph", ends.length, comm);
  const neighbors = checkNumbers(call, "edges", edges, "ERR_ARG", { most: Math.max(ends.length - 1, 0) });
  if (neighbors.length === (ends.at(-1) ?? 0)) return new Graph(ends, neighbors);
  const expected = `expected ${ends.at(-1) ?? 0}, as index ends`;
  throw new Exception("ERR_ARG", `Cannot ${call} with ${plural(neighbors.length, "edge")}: ${expected}`);
}

/** Ranks of the communicator. */
export function checkRanks(call: string, comm: Ranks, name: string, list: unknown): number[] {
  return checkNumbers(call, name, list, "ERR_RANK", { most: comm.size - 1 });
}

/** The weights of `edges` edges; undefined where these have none. */
export function checkWeights(call: string, name: string, weights: unknown, edges: number): number[] | undefined {
  if (weights === undefined || weights === UNWEIGHTED) return undefined;
  const list =
    weights === WEIGHTS_EMPTY ? [] : checkNumbers(call, name, weights, "ERR_ARG", { label: `option ${name}` });
  if (list.length === edges) return list;
  const given = weights === WEIGHTS_EMPTY ? "MPI.WEIGHTS_EMPTY" : `an array of ${list.length}`;
  throw new Exception("ERR_ARG", `Cannot ${call} with ${name} ${given}: there are ${plural(edges, "edge")}`);
}
