// mpi/topology-creation: layer 9. Communicators with a cartesian or graph topology, made from one without: Intracomm extends
// it. Their classes extend Intracomm, so they cannot be loaded before it: they are imported when one is made.
import { UNDEFINED } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import { allgather } from "../collectives/movement.ts";
import { drawContext } from "../comm/context.ts";
import { Endpoint } from "../comm/endpoint.ts";
import type { Lane } from "../comm/lane.ts";
import { promised } from "../engine/operation.ts";
import type { Cart } from "../topology/cart.ts";
import { computeDims as balanced } from "../topology/dims.ts";
import type { Graph } from "../topology/graph.ts";
import { placed } from "../topology/reorder.ts";
import { checkFlag, checkNumbers, checkOptions, type Numbers } from "./arguments.ts";
import type { Cartcomm } from "./cartcomm.ts";
import type { Graphcomm } from "./graphcomm.ts";
import { NeighborhoodW } from "./neighborhood-w.ts";
import type { CollectivePlan } from "./planning.ts";
import { checkCart, checkGraph } from "./topology-arguments.ts";

export interface CartOptions {
  /** Whether each dimension is closed to a ring, or all are. @default {false} */
  periods?: boolean | readonly boolean[];
  /** Whether ranks may be numbered anew. @default {false} */
  reorder?: boolean;
}

/** What a rank tells the others: a context, which counts if it becomes rank 0, where it runs, and what it was given. */
interface Wish<Own> {
  readonly context: number;
  readonly host: number;
  readonly terms: string;
  readonly own: Own;
}

/** A topology to be made. */
export interface Arrangement<Own> {
  /** What all ranks must have given, in words. */
  readonly terms: string;
  /** What each rank has given for itself. */
  readonly own: Own;
  readonly places: number;
  readonly reorder: boolean;
  /** Where the edges of each place lead. @param given by rank */
  endsOf(place: number, given: readonly Own[]): readonly number[];
}

/** A list as an error message shows it; lists that differ differ here too. */
function listed(numbers: readonly (number | boolean)[]): string {
  const text = numbers.join(" ");
  return text.length <= 60 ? `[${text}]` : `[${text.slice(0, 40)}… #${Bun.hash.crc32(text)}]`;
}

export abstract class TopologyCreation extends NeighborhoodW {
  /**
   * A communicator whose ranks form a cartesian grid. Every rank must call it, with the same arguments.
   *
   * @param dims Ranks along each dimension, as `MPI.computeDims` finds them. Without any, the grid is one rank.
   * @param options.periods For each dimension, or for all, whether it is closed to a ring.
   * @param options.reorder Whether ranks may be numbered anew, so that neighbours come to be on the same host.
   * @returns The new communicator. Its ranks go through the grid by row: the last coordinate runs fastest. MPI.COMM_NULL on
   * ranks behind the last place of a smaller grid.
   * @throws {MPI.Exception} ERR_DIMS for a grid that has more places than there are ranks, or a dimension below 1; ERR_ARG
   * when ranks give different arguments.
   * @example
   * ```ts
   * const dims = MPI.computeDims(MPI.COMM_WORLD.size, 2);
   * await using grid = await MPI.COMM_WORLD.createCart(dims, { periods: true });
   * const [up, down] = grid.shift(0, 1);
   * console.log((await grid.sendrecv(grid.rank, { dest: down, source: up })) === up); // true
   * ```
   * @see MPI-4.1 §8.5.1
   */
  createCart(dims: Numbers, options?: CartOptions): Promise<Cartcomm> {
    return this.finish(() => {
      const call = "createCart";
      checkOptions(call, options, ["periods", "reorder"]);
      this.use(call);
      const reorder = checkFlag(call, "reorder", options?.reorder);
      const cart = checkCart(call, this, dims, options?.periods);
      return this.planTopology(call, "grid", cartArrangement(cart, reorder), async (endpoint, name) => {
        const { Cartcomm } = await import("./cartcomm.ts");
        return new Cartcomm(endpoint, name, cart);
      });
    });
  }

  /**
   * A communicator whose ranks are the nodes of a graph that all of them know. Every rank must call it, with the same arguments.
   *
   * @param index By node, the number of neighbours of it and of all nodes before it.
   * @param edges The neighbours of node 0, then those of node 1, and so on. A node may be there several times, or be its own
   * neighbour.
   * @param options.reorder Whether ranks may be numbered anew, so that neighbours come to be on the same host.
   * @returns The new communicator, with one rank for each node; MPI.COMM_NULL on ranks that are left over.
   * @throws {MPI.Exception} ERR_ARG when the lists are no graph, it has more nodes than there are ranks, or ranks give
   * different arguments.
   * @example
   * ```ts
   * const { size } = MPI.COMM_WORLD; // a star: node 0 knows all others, and they know node 0
   * const index = Array.from({ length: size }, (_, i) => size - 1 + i);
   * const edges = [...index.keys()].slice(1).concat(new Array(size - 1).fill(0));
   * await using star = await MPI.COMM_WORLD.createGraph(index, edges);
   * console.log(star.neighbors.length === (star.rank === 0 ? size - 1 : 1)); // true
   * ```
   * @see MPI-4.1 §8.5.3
   */
  createGraph(index: Numbers, edges: Numbers, options?: { reorder?: boolean }): Promise<Graphcomm> {
    return this.finish(() => {
      const call = "createGraph";
      checkOptions(call, options, ["reorder"]);
      this.use(call);
      const reorder = checkFlag(call, "reorder", options?.reorder);
      const graph = checkGraph(call, this, index, edges);
      return this.planTopology(call, "graph", graphArrangement(graph, reorder), async (endpoint, name) => {
        const { Graphcomm } = await import("./graphcomm.ts");
        return new Graphcomm(endpoint, name, graph);
      });
    });
  }

  /**
   * The rank that this process would get in a grid where ranks may be numbered anew. Every rank must call it.
   *
   * @param dims As in createCart. @param options.periods As in createCart.
   * @returns The rank, which createCart with `reorder: true` gives too; MPI.UNDEFINED for a process that is left out.
   * @throws {MPI.Exception} As createCart.
   * @see MPI-4.1 §8.5.8
   */
  cartMap(dims: Numbers, options?: { periods?: CartOptions["periods"] }): Promise<number> {
    return this.finish(() => {
      const call = "cartMap";
      checkOptions(call, options, ["periods"]);
      this.use(call);
      const cart = checkCart(call, this, dims, options?.periods);
      return this.#map(call, cartArrangement(cart, true));
    });
  }

  /**
   * The rank that this process would get in a graph where ranks may be numbered anew. Every rank must call it.
   *
   * @param index As in createGraph. @param edges As in createGraph.
   * @returns The rank, which createGraph with `reorder: true` gives too; MPI.UNDEFINED for a process that is left out.
   * @throws {MPI.Exception} As createGraph.
   * @see MPI-4.1 §8.5.8
   */
  graphMap(index: Numbers, edges: Numbers): Promise<number> {
    return this.finish(() => {
      const call = "graphMap";
      this.use(call);
      return this.#map(call, graphArrangement(checkGraph(call, this, index, edges), true));
    });
  }

  #map(call: string, arrangement: Arrangement<undefined>): CollectivePlan<number> {
    const { engine } = this.use(call);
    return this.plan(call, { details: arrangement.terms }, async (lane) => {
      const { order } = await this.#arrange(call, lane, engine.self, arrangement);
      const place = order.indexOf(lane.rank);
      return place < arrangement.places ? place : UNDEFINED;
    });
  }

  /**
   * A communicator with a topology that all ranks make together.
   * @param kind for its name @param make the communicator, from what each rank has given; not on ranks that are left out
   */
  protected planTopology<Own, C>(
    call: string,
    kind: string,
    arrangement: Arrangement<Own>,
    make: (endpoint: Endpoint, name: string, given: readonly Own[]) => Promise<C>,
  ): CollectivePlan<C> {
    const { group, engine } = this.use(call);
    const name = `${kind} of ${this.name}`;
    return this.plan(call, { details: arrangement.terms }, async (lane) => {
      const { wishes, order } = await this.#arrange(call, lane, engine.self, arrangement);
      const members = group.incl(order.slice(0, arrangement.places));
      if (members.rank === undefined) return this.plain(undefined, name);
      const endpoint = new Endpoint(engine, members, wishes[order[0]!]!.context);
      const given = wishes.map(({ own }) => own);
      return make(endpoint, name, given);
    });
  }

  /**
   * Tells all ranks what each has given, and which of them gets which place.
   * @returns what each rank has told, and the ranks by place
   * @throws ERR_ARG on all ranks when they have not given the same
   */
  async #arrange<Own>(
    call: string,
    lane: Lane,
    process: number,
    { terms, own, places, reorder, endsOf }: Arrangement<Own>,
  ): Promise<{ wishes: readonly Wish<Own>[]; order: readonly number[] }> {
    const wish: Wish<Own> = { context: drawContext(process), host: this.host, terms, own };
    const wishes = (await promised(allgather(lane, wish, {}))) as Wish<Own>[];
    const other = wishes.findIndex((wish) => wish.terms !== wishes[0]!.terms);
    if (other >= 0) {
      const sides = `rank 0 gave ${wishes[0]!.terms}, rank ${other} ${wishes[other]!.terms}`;
      throw new Exception("ERR_ARG", `Cannot ${call} on ${this.name}: ${sides}, expected the same of every rank`);
    }
    if (!reorder) return { wishes, order: [...wishes.keys()] };
    const given = wishes.map(({ own }) => own);
    const ends = Array.from({ length: places }, (_, place) => endsOf(place, given));
    const hosts = wishes.map(({ host }) => host);
    return { wishes, order: placed(hosts, ends) };
  }
}

function cartArrangement(cart: Cart, reorder: boolean): Arrangement<undefined> {
  const terms = `dims ${listed(cart.dims)}, periods ${listed(cart.periods)}, reorder ${reorder}`;
  const endsOf = (rank: number) => cart.neighborsOf(rank).destinations;
  return { terms, own: undefined, places: cart.size, reorder, endsOf };
}

function graphArrangement(graph: Graph, reorder: boolean): Arrangement<undefined> {
  const terms = `index ${listed(graph.index)}, edges ${listed(graph.edges)}, reorder ${reorder}`;
  return { terms, own: undefined, places: graph.size, reorder, endsOf: (node) => graph.adjacent(node) };
}

/**
 * The sides of a grid for a number of ranks, as equal as possible, for `createCart`.
 *
 * @param nodes Number of ranks, from 1.
 * @param dims One a dimension: a side that is given stays, 0 is filled in. Or the number of dimensions.
 * @returns The sides; those filled in do not increase.
 * @throws {MPI.Exception} ERR_DIMS when the given sides do not divide `nodes`; ERR_ARG when `nodes` is below 1.
 * @example
 * ```ts
 * console.log(MPI.computeDims(12, 2).join()); // 4,3
 * console.log(MPI.computeDims(12, [0, 2, 0]).join()); // 3,2,2
 * ```
 * @see MPI-4.1 §8.5.2
 */
export function computeDims(nodes: number, dims: Numbers | number): number[] {
  const call = "computeDims";
  if (typeof nodes !== "number") {
    throw new TypeError(`Cannot call ${call}: nodes is ${show(nodes)}, expected a number of ranks`);
  }
  if (!Number.isSafeInteger(nodes) || nodes < 1) {
    throw new Exception("ERR_ARG", `Cannot ${call} for ${nodes} nodes: expected a whole number from 1`);
  }
  if (typeof dims !== "number") return balanced(nodes, checkNumbers(call, "dims", dims, "ERR_DIMS"));
  if (Number.isInteger(dims) && dims >= 0 && dims <= 1000) return balanced(nodes, new Array<number>(dims).fill(0));
  throw new Exception("ERR_DIMS", `Cannot ${call} with ${dims} dims: expected a whole number from 0 to 1000`);
}
