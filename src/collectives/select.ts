// collectives/select: layer 6. The one table that picks a collective's algorithm, and the only place that names them.
//
// The first row that applies is taken. All ranks must come to the same choice, so rows look only at what every rank
// knows: the number of ranks, the operator, and for elementwise reductions the length, which MPI makes the same
// everywhere. A bcast's length only the root knows: the others take the row that waits for what the root has picked.
// `TSMPI_ALLREDUCE=ring` and its like (TSMPI_ and the collective's name, on all ranks) ask for a row by its
// name; where that row's needs are not met, the table picks as if nothing had been asked.
// The v forms move their runs by the rows of gather, scatter, allgather and alltoall.
// Crossovers: 10 µs a message and 1 ns a byte, on loopback WebSockets, in the costs of the algorithms' headers.
import { variable } from "../base/config.ts";
import type { Board, Hosts, Lane, Staging } from "../comm/lane.ts";
import type { Body } from "../data/body.ts";
import type { TypedArray } from "../data/element.ts";
import type { Loop } from "../data/op-loop.ts";
import type { Started } from "../engine/operation.ts";
import { allgatherBruck } from "./allgather-bruck.ts";
import { allgatherHierarchical } from "./allgather-hierarchical.ts";
import { allgatherRecursiveDoubling } from "./allgather-recursive-doubling.ts";
import { allgatherRing } from "./allgather-ring.ts";
import { allgatherShared, allgatherValuesShared } from "./allgather-shared.ts";
import { allgatherStaged } from "./allgather-staged.ts";
import { allreduceHierarchical } from "./allreduce-hierarchical.ts";
import { allreduceRabenseifner } from "./allreduce-rabenseifner.ts";
import { allreduceRecursiveDoubling } from "./allreduce-recursive-doubling.ts";
import { allreduceRing } from "./allreduce-ring.ts";
import { allreduceArraysShared, allreduceShared } from "./allreduce-shared.ts";
import { allreduceStaged } from "./allreduce-staged.ts";
import { alltoallBruck } from "./alltoall-bruck.ts";
import { alltoallPairwise } from "./alltoall-pairwise.ts";
import { alltoallShared } from "./alltoall-shared.ts";
import { allreduceAlone, barrierAlone, bcastAlone, gatherAlone } from "./alone.ts";
import { barrierDissemination } from "./barrier-dissemination.ts";
import { barrierHierarchical } from "./barrier-hierarchical.ts";
import { barrierShared } from "./barrier-shared.ts";
import { bcastBinomial } from "./bcast-binomial.ts";
import { bcastHierarchical } from "./bcast-hierarchical.ts";
import { bcastScatterAllgather } from "./bcast-scatter-allgather.ts";
import { bcastShared, bcastValueShared } from "./bcast-shared.ts";
import { bcastStaged } from "./bcast-staged.ts";
import type { Slot } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";
import type { Fold } from "./fold.ts";
import { gatherBinomial } from "./gather-binomial.ts";
import { gatherShared, gatherValuesShared } from "./gather-shared.ts";
import {
  allgatherLinear,
  allreduceLinear,
  alltoallLinear,
  barrierLinear,
  bcastLinear,
  exscanLinear,
  gatherLinear,
  reduceLinear,
  reduceScatterLinear,
  scanLinear,
  scatterLinear,
} from "./linear.ts";
import { reduceBinomial } from "./reduce-binomial.ts";
import { reduceHierarchical } from "./reduce-hierarchical.ts";
import { reduceRabenseifner } from "./reduce-rabenseifner.ts";
import { reduceScatterBinomial } from "./reduce-scatter-binomial.ts";
import { reduceScatterRing } from "./reduce-scatter-ring.ts";
import { reduceScatterStaged } from "./reduce-scatter-staged.ts";
import { reduceStaged } from "./reduce-staged.ts";
import { exscanRecursiveDoubling, scanRecursiveDoubling } from "./scan-recursive-doubling.ts";
import { scatterBinomial } from "./scatter-binomial.ts";

/** What a choice may depend on. */
export interface Facts {
  readonly size: number;
  /**
   * Bytes of each rank's operand; undefined when not elementwise, or when not every rank knows. Of a bcast the bytes of
   * the data; undefined on the ranks that wait for it.
   */
  readonly bytes?: number | undefined;
  /** True for a commutative operator. */
  readonly commute?: boolean;
  /** What ranks that share memory show each other there, in the first collective of a call. */
  readonly board?: Board | undefined;
  /** Memory that ranks share for long data. */
  readonly staging?: Staging | undefined;
  /** Where it makes a difference on which host a rank is. */
  readonly hosts?: Hosts | undefined;
}

type Bcast = (lane: Lane, root: number, body?: Body, slot?: Slot) => Started<Body | undefined>;
type Gather = (lane: Lane, root: number, own: Body, chunks?: Chunks) => Started<void>;
type Allgather = (lane: Lane, chunks: Chunks) => Started<void>;
type Alltoall = (lane: Lane, out: readonly Body[], chunks: Chunks) => Started<void>;
type Barrier = (lane: Lane) => Started<void>;
type Allreduce = (lane: Lane, fold: Fold) => Started<void>;

/** What an algorithm cannot do without. */
const needs = {
  commutative: ({ commute }: Facts) => commute === true,
  elementwise: ({ bytes }: Facts) => bytes !== undefined,
  "fits or is a value": ({ board, bytes = 0 }: Facts) => board !== undefined && bytes <= board.room,
  "several hosts": ({ hosts }: Facts) => hosts !== undefined,
  "shared memory": ({ board }: Facts) => board !== undefined && !board.used,
  "memory for long data": ({ staging }: Facts) => staging !== undefined && !staging.used,
  "one rank": ({ size }: Facts) => size === 1,
  "operands in order": ({ commute, hosts }: Facts) => commute === true || hosts === undefined || consecutive(hosts),
  "power of two": ({ size }: Facts) => (size & (size - 1)) === 0,
};

/** True where each host's ranks follow each other: then folds of hosts are folds of runs of ranks. */
function consecutive({ ranks }: Hosts): boolean {
  return ranks.every((host) => host.at(-1)! - host[0]! === host.length - 1);
}

export interface Row<Run, Values = unknown> {
  readonly name: string;
  readonly run: Run;
  /** The same, where it is simpler, for an operand and `into` that are arrays of one kind and length in memory apart. */
  readonly arrays?: (lane: Lane, loop: Loop, array: TypedArray, into: TypedArray) => Started<TypedArray>;
  /** The same, where it is simpler, straight from values to values. */
  readonly values?: Values;
  readonly needs?: readonly (keyof typeof needs)[];
  /** When the algorithm is the best of those that follow; always, where left out. */
  readonly when?: When;
}

/** All of these together. */
export interface When {
  /** At least so many ranks. */
  readonly ranksFrom?: number;
  /** At most so many ranks. */
  readonly ranksTo?: number;
  /** More bytes than this; who does not know how many waits for more. */
  readonly bytesAbove?: number;
}

function holds(
  { ranksFrom = 0, ranksTo = Infinity, bytesAbove = 0 }: When,
  { size, bytes = Infinity }: Facts,
): boolean {
  return size >= ranksFrom && size <= ranksTo && bytes > bytesAbove;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** A collective's rows; all have the signature of the plain version. */
function rows<Run, Values = unknown>(
  ...list: [...Row<Run, Values>[], linear: { name: "linear"; run: Run }]
): readonly Row<Run, Values>[] {
  return list;
}

export const algorithms = {
  barrier: rows<Barrier>(
    { name: "alone", run: barrierAlone, needs: ["one rank"] },
    { name: "shared", run: barrierShared, needs: ["shared memory"] },
    { name: "hierarchical", run: barrierHierarchical, needs: ["several hosts"] },
    { name: "dissemination", run: barrierDissemination },
    { name: "linear", run: barrierLinear },
  ),
  bcast: rows<Bcast, typeof bcastValueShared>(
    { name: "alone", run: bcastAlone, needs: ["one rank"] },
    // How long the data is only the root knows: it shows whether there is room for it.
    { name: "shared", run: bcastShared, values: bcastValueShared, needs: ["shared memory"] },
    // Not what is short, which is shown.
    { name: "staged", run: bcastStaged, needs: ["memory for long data"], when: { ranksFrom: 3 } },
    { name: "hierarchical", run: bcastHierarchical, needs: ["several hosts"] },
    { name: "scatter-allgather", run: bcastScatterAllgather, when: { bytesAbove: 16 * MiB, ranksFrom: 3 } },
    { name: "binomial", run: bcastBinomial },
    { name: "linear", run: bcastLinear },
  ),
  // By way of leaders, on several hosts, neither scatter nor gather was faster.
  scatter: rows({ name: "binomial", run: scatterBinomial }, { name: "linear", run: scatterLinear }),
  gather: rows<Gather, typeof gatherValuesShared>(
    { name: "alone", run: gatherAlone, needs: ["one rank"] },
    { name: "shared", run: gatherShared, values: gatherValuesShared, needs: ["shared memory"] },
    { name: "binomial", run: gatherBinomial },
    { name: "linear", run: gatherLinear },
  ),
  allgather: rows<Allgather, typeof allgatherValuesShared>(
    // Whether all chunks are short nobody knows before.
    { name: "shared", run: allgatherShared, values: allgatherValuesShared, needs: ["shared memory"] },
    { name: "staged", run: allgatherStaged, needs: ["memory for long data"], when: { ranksFrom: 3 } },
    { name: "hierarchical", run: allgatherHierarchical, needs: ["several hosts"] },
    // As few steps as any, and each chunk lands in place.
    { name: "ring", run: allgatherRing, when: { ranksTo: 3 } },
    { name: "recursive-doubling", run: allgatherRecursiveDoubling, needs: ["power of two"] },
    { name: "bruck", run: allgatherBruck },
    { name: "linear", run: allgatherLinear },
  ),
  alltoall: rows<Alltoall>(
    { name: "shared", run: alltoallShared, needs: ["shared memory"] },
    // Nobody knows whether the chunks are short; where they are long it costs the announcements.
    { name: "bruck", run: alltoallBruck, when: { ranksFrom: 8 } },
    { name: "pairwise", run: alltoallPairwise },
    { name: "linear", run: alltoallLinear },
  ),
  reduce: rows(
    {
      name: "staged",
      run: reduceStaged,
      needs: ["memory for long data", "elementwise"],
      when: { bytesAbove: 64 * KiB },
    },
    { name: "hierarchical", run: reduceHierarchical, needs: ["several hosts", "operands in order"] },
    {
      // On 4 ranks binomial was 1.5 times as fast, within a host and between leaders of four.
      name: "rabenseifner",
      run: reduceRabenseifner,
      needs: ["elementwise"],
      when: { bytesAbove: 64 * KiB, ranksFrom: 8 },
    },
    { name: "binomial", run: reduceBinomial },
    { name: "linear", run: reduceLinear },
  ),
  allreduce: rows<Allreduce>(
    { name: "alone", run: allreduceAlone, needs: ["one rank"] },
    // What is not elementwise is short, or is told to be long.
    {
      name: "shared",
      run: allreduceShared,
      arrays: allreduceArraysShared,
      needs: ["shared memory", "fits or is a value"],
    },
    { name: "staged", run: allreduceStaged, needs: ["memory for long data", "elementwise"] },
    { name: "hierarchical", run: allreduceHierarchical, needs: ["several hosts", "operands in order"] },
    {
      name: "ring",
      run: allreduceRing,
      needs: ["commutative", "elementwise"],
      when: { bytesAbove: 64 * KiB, ranksFrom: 3 },
    },
    {
      name: "rabenseifner",
      run: allreduceRabenseifner,
      needs: ["elementwise"],
      when: { bytesAbove: 64 * KiB, ranksFrom: 3 },
    },
    { name: "recursive-doubling", run: allreduceRecursiveDoubling },
    { name: "linear", run: allreduceLinear },
  ),
  reduceScatter: rows(
    {
      name: "staged",
      run: reduceScatterStaged,
      needs: ["memory for long data", "elementwise"],
      when: { bytesAbove: 32 * KiB },
    },
    { name: "ring", run: reduceScatterRing, needs: ["commutative", "elementwise"] },
    { name: "binomial", run: reduceScatterBinomial },
    { name: "linear", run: reduceScatterLinear },
  ),
  scan: rows({ name: "recursive-doubling", run: scanRecursiveDoubling }, { name: "linear", run: scanLinear }),
  exscan: rows({ name: "recursive-doubling", run: exscanRecursiveDoubling }, { name: "linear", run: exscanLinear }),
};

type Algorithms = typeof algorithms;

/** `TSMPI_REDUCE_SCATTER` for `reduceScatter`. */
export function variableOf(collective: string): string {
  return `TSMPI_${collective.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}

/** The environment variable of each collective. */
const variables = Object.fromEntries(
  Object.keys(algorithms).map((collective) => [collective, variableOf(collective)]),
) as Record<keyof Algorithms, string>;

/** The row that the collective's variable asks for, if it is set. @throws RangeError when it names no row */
function askedFor<One extends Row<unknown>>(collective: keyof Algorithms, list: readonly One[]): One | undefined {
  const asked = variable(variables[collective]);
  if (!asked) return undefined;
  const row = list.find(({ name }) => name === asked);
  if (row) return row;
  const names = list.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot use ${variables[collective]}=${asked}: expected one of ${names}`);
}

/** @throws RangeError when the variable of a collective names no row */
export function checkVariables(): void {
  for (const [collective, list] of Object.entries(algorithms)) {
    askedFor<Row<unknown>>(collective as keyof Algorithms, list);
  }
}

/** What a row's `run` is, for every collective. */
type Run<Name extends keyof Algorithms> = Algorithms[Name][number]["run"];

/**
 * The algorithm for one call.
 * @throws RangeError when the collective's variable names no row
 */
export function select<Name extends keyof Algorithms>(collective: Name, facts: Facts): Run<Name> {
  return pick(collective, facts).run;
}

/** The row of the algorithm for one call. */
export function pick<Name extends keyof Algorithms>(collective: Name, facts: Facts): Algorithms[Name][number] {
  const list = algorithms[collective] as readonly Algorithms[Name][number][];
  const asked = askedFor(collective, list);
  if (asked && applies(asked, facts)) return asked;
  // The last one has neither needs nor conditions.
  for (const row of list) if (applies(row, facts) && (!row.when || holds(row.when, facts))) return row;
  return list.at(-1)!;
}

function applies({ needs: all }: Row<unknown>, facts: Facts): boolean {
  if (all) for (const need of all) if (!needs[need](facts)) return false;
  return true;
}
