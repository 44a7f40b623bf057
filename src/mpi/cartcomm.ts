// mpi/cartcomm: layer 9. Communicators whose ranks form a cartesian grid. Made by topology-creation.ts.
import { CART } from "../base/constants.ts";
import { Exception, show } from "../base/errors.ts";
import type { Endpoint } from "../comm/endpoint.ts";
import type { Cart } from "../topology/cart.ts";
import { agree } from "./agree.ts";
import { checkNumbers, checkRank, type Numbers } from "./arguments.ts";
import { Topocomm } from "./topocomm.ts";

/**
 * A communicator whose ranks form a cartesian grid, from `createCart`. The neighbours of a rank are, for each dimension, the
 * rank before it, then the one behind it.
 *
 * @see MPI-4.1 §8.5.1
 */
export class Cartcomm extends Topocomm {
  readonly #cart: Cart;

  /** Made by the library. */
  constructor(endpoint: Endpoint, name: string, cart: Cart) {
    super(endpoint, name, cart.neighborsOf(endpoint.group.rank!));
    this.#cart = cart;
  }

  protected override alike(endpoint: Endpoint, name: string): this {
    return new Cartcomm(endpoint, name, this.#cart) as this;
  }

  /** MPI.CART. @see MPI-4.1 §8.5.5 */
  override getTopology(): number {
    this.use("getTopology");
    return CART;
  }

  /** Number of dimensions. @see MPI-4.1 §8.5.5 */
  get dim(): number {
    return this.dims.length;
  }
  /** As `dim`. @see MPI-4.1 §8.5.5 */
  getDim(): number {
    return this.dim;
  }

  /** Ranks along each dimension. @see MPI-4.1 §8.5.5 */
  get dims(): number[] {
    this.use("dims");
    return [...this.#cart.dims];
  }
  /** Whether each dimension is closed to a ring. @see MPI-4.1 §8.5.5 */
  get periods(): boolean[] {
    this.use("periods");
    return [...this.#cart.periods];
  }
  /** Where in the grid this rank is. @see MPI-4.1 §8.5.5 */
  get coords(): number[] {
    const { rank } = this;
    return this.#cart.coordsOf(rank);
  }

  /** The grid, and where in it this rank is. @see MPI-4.1 §8.5.5 */
  get topo(): [dims: number[], periods: boolean[], coords: number[]] {
    return [this.dims, this.periods, this.coords];
  }
  /** As `topo`. @see MPI-4.1 §8.5.5 */
  getTopo(): [dims: number[], periods: boolean[], coords: number[]] {
    return this.topo;
  }

  /**
   * The rank at some coordinates.
   *
   * @param coords One a dimension. In a periodic dimension, those outside of the grid are taken around it.
   * @throws {MPI.Exception} ERR_ARG for a wrong number of coordinates, and for one outside of a dimension that is not periodic.
   * @example
   * ```ts
   * await using ring = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size], { periods: true });
   * console.log(ring.getCartRank([-1]) === ring.size - 1); // true
   * ```
   * @see MPI-4.1 §8.5.5
   */
  getCartRank(coords: Numbers): number {
    const call = "getCartRank";
    this.use(call);
    const at = checkNumbers(call, "coords", coords, "ERR_ARG", { least: -Number.MAX_SAFE_INTEGER });
    if (at.length === this.dim) return this.#cart.rankOf(at);
    throw new Exception("ERR_ARG", `Cannot ${call} with ${at.length} coords: the grid has ${this.dim} dims`);
  }

  /** Where in the grid a rank is. @throws {MPI.Exception} ERR_RANK when there is none @see MPI-4.1 §8.5.5 */
  getCoords(rank: number): number[] {
    checkRank("getCoords", this, "rank", rank);
    return this.#cart.coordsOf(rank);
  }

  /**
   * The ranks to exchange messages with when all ranks send along one dimension.
   *
   * @param direction The dimension, 0 … dim−1.
   * @param disp How many steps; below 0 backwards.
   * @returns The rank that sends to this one, and the rank that it sends to; MPI.PROC_NULL where the grid ends.
   * @throws {MPI.Exception} ERR_ARG for a direction or a displacement that is none.
   * @example
   * ```ts
   * await using line = await MPI.COMM_WORLD.createCart([MPI.COMM_WORLD.size]);
   * const [source, dest] = line.shift(0, 1);
   * const left = await line.sendrecv(line.rank, { dest, source });
   * console.log(left === (line.rank === 0 ? undefined : line.rank - 1)); // true
   * ```
   * @see MPI-4.1 §8.5.6
   */
  shift(direction: number, disp: number): [source: number, dest: number] {
    const call = "shift";
    this.use(call);
    if (!Number.isInteger(direction) || direction < 0 || direction >= this.dim) {
      const expected = this.dim === 0 ? "the grid has no dimensions" : `expected a dimension from 0 to ${this.dim - 1}`;
      throw new Exception("ERR_ARG", `Cannot ${call} in direction ${show(direction)}: ${expected}`);
    }
    if (Number.isSafeInteger(disp)) return this.#cart.shift(this.rank, direction, disp);
    throw new Exception("ERR_ARG", `Cannot ${call} by ${show(disp)}: expected a whole number of steps`);
  }

  /**
   * Cuts the grid into grids of fewer dimensions. Every rank must call it, with the same argument.
   *
   * @param remainDims For each dimension whether it stays.
   * @returns The grid of the ranks whose coordinates are this rank's in all dimensions that do not stay.
   * @throws {MPI.Exception} ERR_DIMS when there is not one value a dimension.
   * @example
   * ```ts
   * await using grid = await MPI.COMM_WORLD.createCart(MPI.computeDims(MPI.COMM_WORLD.size, 2));
   * await using row = await grid.sub([false, true]);
   * console.log(row.size === grid.dims[1] && row.rank === grid.coords[1]); // true
   * ```
   * @see MPI-4.1 §8.5.7
   */
  sub(remainDims: readonly boolean[]): Promise<Cartcomm> {
    return this.finish(() => {
      const call = "sub";
      const { group, engine } = this.use(call);
      if (!Array.isArray(remainDims) || remainDims.some((remain) => typeof remain !== "boolean")) {
        const expected = "expected an array of booleans";
        throw new TypeError(`Cannot call ${call}: remainDims is ${show(remainDims)}, ${expected}`);
      }
      if (remainDims.length !== this.dim) {
        const state = `the grid has ${this.dim} dims, expected one value a dimension`;
        throw new Exception("ERR_DIMS", `Cannot ${call} with ${remainDims.length} values: ${state}`);
      }
      const cart = this.#cart.sub(remainDims);
      const members = group.incl(this.#cart.slice(this.rank, remainDims));
      return this.plan(call, { details: `remain ${remainDims.join(", ")}` }, async (lane) => {
        const endpoint = await agree(engine, lane.within(members), members);
        return new Cartcomm(endpoint, `part of ${this.name}`, cart);
      });
    });
  }
}
