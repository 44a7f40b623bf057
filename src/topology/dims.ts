// topology/dims: layer 8. A grid for a number of processes, its sides as equal as its divisors allow. Called by
// mpi/topology-creation.ts.
import { Exception } from "../base/errors.ts";

/** Divisors of `n`, the smallest first. */
function divisorsOf(n: number): number[] {
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 1; i * i <= n; i++) {
    if (n % i !== 0) continue;
    small.push(i);
    if (i * i !== n) large.unshift(n / i);
  }
  return [...small, ...large];
}

/**
 * `n` as a product of `parts` divisors, none larger than the one before or than `most`. The first one is as small as can
 * be, then the second, and so on, which makes them as equal as can be.
 */
function factors(n: number, parts: number, most: number, divisors: readonly number[]): number[] | undefined {
  if (parts === 0) return n === 1 ? [] : undefined;
  for (const first of divisors) {
    if (first > most) return undefined;
    // The others are not larger than the first: below the root of n they cannot make up for it. (Roots are rounded.)
    if (n % first !== 0 || first ** parts * (1 + 1e-9) < n) continue;
    const rest = factors(n / first, parts - 1, first, divisors);
    if (rest) return [first, ...rest];
  }
  return undefined;
}

/**
 * The sides of a grid of `nodes` nodes.
 *
 * @param dims one a dimension: a side that is given stays, 0 is filled in; those filled in do not increase
 * @throws ERR_DIMS when the given sides do not divide the nodes
 * @see MPI-4.1 §8.5.2
 */
export function computeDims(nodes: number, dims: readonly number[]): number[] {
  const given = dims.filter((dim) => dim > 0);
  const product = given.reduce((product, dim) => product * dim, 1);
  const free = dims.length - given.length;
  const rest = nodes / product;
  if (!Number.isInteger(rest) || (free === 0 && rest !== 1)) {
    const sides = given.length === 0 ? "no dimensions" : `${given.join(" × ")} given`;
    const expected = free === 0 ? `a product of ${nodes}` : `sides that divide ${nodes}`;
    throw new Exception("ERR_DIMS", `Cannot compute dims for ${nodes} nodes: ${sides}, expected ${expected}`);
  }
  const found = factors(rest, free, rest, divisorsOf(rest))!;
  return dims.map((dim) => (dim > 0 ? dim : found.shift()!));
}
