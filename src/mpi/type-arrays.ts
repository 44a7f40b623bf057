// mpi/type-arrays: layer 9. Checks what createSubarray and createDarray take, and brings it into the order that
// data/type-subarray.ts works in: the last dimension is the fastest. Called by datatype.ts.
import { Exception, show } from "../base/errors.ts";
import {
  DISTRIBUTE_BLOCK,
  DISTRIBUTE_CYCLIC,
  DISTRIBUTE_DFLT_DARG,
  DISTRIBUTE_NONE,
  ORDER_C,
  ORDER_FORTRAN,
} from "../base/type-constants.ts";
import type { Share } from "../data/type-subarray.ts";
import { checkInteger, checkIntegers, checkLengths } from "./type-numbers.ts";

function invalid(call: string, name: string, value: unknown, expected: string): Exception {
  return new Exception("ERR_ARG", `Cannot call ${call} with ${name} ${show(value)}: expected ${expected}`);
}

function checkOrder(call: string, order: unknown): number {
  if (order === ORDER_C || order === ORDER_FORTRAN) return order;
  throw invalid(call, "order", order, "MPI.ORDER_C or MPI.ORDER_FORTRAN");
}

/** Turned round where the first dimension is the fastest. */
function slowestFirst<T>(order: number, values: readonly T[]): T[] {
  return order === ORDER_C ? [...values] : values.toReversed();
}

/** The arguments of createSubarray, and the same with the slowest dimension first. */
export function checkSubarray(sizes: unknown, subsizes: unknown, starts: unknown, order: unknown) {
  const call = "createSubarray";
  const params = {
    sizes: checkIntegers(call, "sizes", sizes, 1),
    subsizes: checkIntegers(call, "subsizes", subsizes, 1),
    starts: checkIntegers(call, "starts", starts, 0),
    order: checkOrder(call, order),
  };
  const { sizes: all, subsizes: part, starts: from } = params;
  checkLengths(call, { sizes: all, subsizes: part, starts: from });
  if (all.length === 0) throw invalid(call, "sizes", all, "at least one dimension");
  for (const [i, size] of all.entries()) {
    if (part[i]! > size) throw invalid(call, `subsizes[${i}]`, part[i], `at most sizes[${i}], ${size}`);
    const most = size - part[i]!;
    if (from[i]! > most) throw invalid(call, `starts[${i}]`, from[i], `at most ${most}, as sizes[${i}] is ${size}`);
  }
  const turn = (values: readonly number[]) => slowestFirst(params.order, values);
  return { params, sizes: turn(all), subsizes: turn(part), starts: turn(from) };
}

/** The arguments of createDarray, and what they give to the process in each dimension, the slowest first. */
export function checkDarray(
  size: unknown,
  rank: unknown,
  gsizes: unknown,
  distribs: unknown,
  dargs: unknown,
  psizes: unknown,
  order: unknown,
) {
  const call = "createDarray";
  const params = {
    size: checkInteger(call, "size", size, 1),
    rank: checkInteger(call, "rank", rank, 0, "ERR_RANK"),
    gsizes: checkIntegers(call, "gsizes", gsizes, 1),
    distribs: checkIntegers(call, "distribs", distribs),
    dargs: checkIntegers(call, "dargs", dargs),
    psizes: checkIntegers(call, "psizes", psizes, 1),
    order: checkOrder(call, order),
  };
  const { gsizes: all, distribs: kinds, dargs: blocks, psizes: grid } = params;
  checkLengths(call, { gsizes: all, distribs: kinds, dargs: blocks, psizes: grid });
  if (all.length === 0) throw invalid(call, "gsizes", all, "at least one dimension");
  if (params.rank >= params.size) {
    const expected = `expected less than size, ${params.size}`;
    throw new Exception("ERR_RANK", `Cannot call ${call} with rank ${params.rank}: ${expected}`);
  }
  const processes = grid.reduce((product, number) => product * number, 1);
  if (processes !== params.size) {
    const state = `psizes make a grid of ${processes} processes, size is ${params.size}`;
    throw new Exception("ERR_ARG", `Cannot call ${call}: ${state}, expected the same of both`);
  }
  // The grid of processes is in C's order, whatever the order of the array.
  let left = params.rank;
  const shares: Share[] = [];
  for (let i = all.length - 1; i >= 0; i--) {
    const [number, whole] = [grid[i]!, all[i]!];
    const block = blockOf(call, i, kinds[i]!, blocks[i]!, whole, number);
    shares.unshift({ size: whole, block, processes: number, process: left % number });
    left = Math.floor(left / number);
  }
  return { params, shares: slowestFirst(params.order, shares) };
}

/** The length of a block in dimension `i`. */
function blockOf(call: string, i: number, kind: number, darg: number, size: number, processes: number): number {
  const byDefault = darg === DISTRIBUTE_DFLT_DARG;
  if (!byDefault && darg < 1) throw invalid(call, `dargs[${i}]`, darg, "1 or more, or MPI.DISTRIBUTE_DFLT_DARG");
  if (kind === DISTRIBUTE_NONE) {
    if (processes === 1) return size;
    throw invalid(call, `psizes[${i}]`, processes, "1, as the dimension is not distributed");
  }
  if (kind === DISTRIBUTE_CYCLIC) return byDefault ? 1 : darg;
  if (kind !== DISTRIBUTE_BLOCK) {
    const expected = "MPI.DISTRIBUTE_NONE, MPI.DISTRIBUTE_BLOCK or MPI.DISTRIBUTE_CYCLIC";
    throw invalid(call, `distribs[${i}]`, kind, expected);
  }
  if (byDefault) return Math.ceil(size / processes);
  if (darg * processes >= size) return darg;
  throw invalid(
    call,
    `dargs[${i}]`,
    darg,
    `at least ${Math.ceil(size / processes)}, so that all elements are dealt out`,
  );
}
