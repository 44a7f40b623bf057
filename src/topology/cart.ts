// topology/cart: layer 8. A cartesian grid: ranks by row (the last coordinate runs fastest), coordinates, shifts, parts of it,
// and the neighbours of each rank. Used by the public class Cartcomm.
import { PROC_NULL } from "../base/constants.ts";
import { Exception } from "../base/errors.ts";
import type { Neighbors } from "../collectives/neighbor.ts";

export class Cart {
  /** Ranks along each dimension. */
  readonly dims: readonly number[];
  /** Whether each dimension is closed to a ring. */
  readonly periods: readonly boolean[];

  constructor(dims: readonly number[], periods: readonly boolean[]) {
    this.dims = dims;
    this.periods = periods;
  }

  /** Number of ranks; 1 without dimensions. */
  get size(): number {
    return this.dims.reduce((size, dim) => size * dim, 1);
  }

  /**
   * The rank at some coordinates. Those outside of a periodic dimension are taken around it.
   * @throws ERR_ARG outside of one that is not periodic
   */
  rankOf(coords: readonly number[]): number {
    return this.dims.reduce((rank, dim, d) => {
      const at = this.#around(d, coords[d]!);
      if (at !== undefined) return rank * dim + at;
      const state = `coordinate ${coords[d]} is outside of dimension ${d}, which is not periodic`;
      throw new Exception(
        "ERR_ARG",
        `Cannot tell the rank at ${coords.join(", ")}: ${state}, expected 0 to ${dim - 1}`,
      );
    }, 0);
  }

  coordsOf(rank: number): number[] {
    const coords: number[] = [];
    let rest = rank;
    for (const dim of [...this.dims].reverse()) {
      coords.unshift(rest % dim);
      rest = Math.floor(rest / dim);
    }
    return coords;
  }

  /** The ranks `disp` steps before and behind `rank` along a dimension; PROC_NULL where the grid ends. */
  shift(rank: number, direction: number, disp: number): [source: number, dest: number] {
    const coords = this.coordsOf(rank);
    const at = (steps: number) => {
      const coord = this.#around(direction, coords[direction]! + steps);
      return coord === undefined ? PROC_NULL : this.rankOf(coords.with(direction, coord));
    };
    return [at(-disp), at(disp)];
  }

  /** The grid of the dimensions that remain. */
  sub(remain: readonly boolean[]): Cart {
    const kept = <T>(list: readonly T[]) => list.filter((_, d) => remain[d]);
    return new Cart(kept(this.dims), kept(this.periods));
  }

  /** The ranks that form one grid with `rank` when only some dimensions remain, in the order of their ranks there. */
  slice(rank: number, remain: readonly boolean[]): number[] {
    const sub = this.sub(remain);
    const coords = this.coordsOf(rank);
    return Array.from({ length: sub.size }, (_, i) => {
      const inside = sub.coordsOf(i);
      return this.rankOf(coords.map((coord, d) => (remain[d] ? inside.shift()! : coord)));
    });
  }

  /**
   * For each dimension the rank before, then the one behind.
   *
   * The standard lets messages go by direction: what a rank sends backwards arrives as coming from behind. In a periodic
   * dimension of two ranks both neighbours are the same rank, in one of one rank this rank itself, and messages of a pair
   * keep their order: so of each dimension the one forwards, which the other side expects first, is sent first.
   * @see MPI-4.1 §8.6
   */
  neighborsOf(rank: number): Neighbors {
    const ranks = this.dims.flatMap((_, d) => this.shift(rank, d, 1));
    return { sources: ranks, destinations: ranks, order: ranks.map((_, i) => i ^ 1) };
  }

  /** A coordinate, taken around where the dimension is periodic; undefined outside of one that is not. */
  #around(d: number, coord: number): number | undefined {
    const dim = this.dims[d]!;
    if (coord >= 0 && coord < dim) return coord;
    return this.periods[d] ? ((coord % dim) + dim) % dim : undefined;
  }
}
