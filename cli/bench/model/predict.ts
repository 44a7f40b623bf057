// cli/bench/model/predict: layer 10. From parameters to times: which algorithm a call takes on so many ranks, what it costs over
// a network, and how far a full mesh goes. Pure; called by the model.

import { pick } from "../../../src/collectives/select.ts";
import { type Cost, costs, type LogGP, timeOf } from "./costs.ts";
import type { Mesh } from "./parameters.ts";

/** What a network adds to what our own work takes. */
export interface Network {
  readonly name: string;
  /** µs from one host's card to another's. */
  readonly latency: number;
  /** Bytes per µs, which all ranks of a host share. */
  readonly bandwidth: number;
}

export const networks: readonly Network[] = [
  { name: "10 Gbit/s Ethernet", latency: 25, bandwidth: 1250 },
  { name: "100 Gbit/s Ethernet", latency: 8, bandwidth: 12_500 },
  { name: "400 Gbit/s InfiniBand, through IP", latency: 5, bandwidth: 50_000 },
];

export const rankCounts = [2, 16, 256, 4096, 65_536] as const;
/** Ranks of a host. */
export const PER_HOST = 64;

/** WebSockets between hosts: our own work as measured on this one, and the network's; its bandwidth is shared. */
export function across(software: LogGP, { latency, bandwidth }: Network, perHost: number): LogGP {
  return { ...software, L: software.L + latency, G: Math.max(software.G, perHost / bandwidth) };
}

export interface Call {
  readonly collective: keyof typeof costs & Parameters<typeof pick>[0];
  /** How the size reads. */
  readonly size: string;
  /** Bytes in the sense of the algorithms' headers. */
  readonly bytes: (p: number) => number;
}

const MiB = 2 ** 20;
/** Those whose bytes are the ranks' all together. */
const shares = ["scatter", "gather", "allgather", "alltoall"] as const;
const wholes = ["bcast", "reduce", "allreduce", "reduceScatter", "scan", "exscan"] as const;

export const calls: readonly Call[] = [
  { collective: "barrier", size: "", bytes: () => 0 },
  ...wholes.flatMap((collective): Call[] => [
    { collective, size: "8 B", bytes: () => 8 },
    { collective, size: "1 MiB", bytes: () => MiB },
  ]),
  ...shares.flatMap((collective): Call[] => [
    { collective, size: "8 B a rank", bytes: (p) => 8 * p },
    { collective, size: "8 KiB a rank", bytes: (p) => 8192 * p },
  ]),
];

export interface Prediction {
  readonly algorithm: string;
  /** µs; undefined where the algorithm has no formula, as one that only shared memory has. */
  readonly time: number | undefined;
}

/** The name of the row that a call on `p` ranks takes, and its cost. */
export function costOf({ collective, bytes }: Call, p: number): { algorithm: string; cost: Cost | undefined } {
  const n = bytes(p);
  const isShare = (shares as readonly string[]).includes(collective);
  const facts = { size: p, commute: true, ...(isShare || collective === "barrier" ? {} : { bytes: n }) };
  const algorithm = pick(collective, facts).name;
  return { algorithm, cost: costs[collective]?.[algorithm]?.(p, n) };
}

export function predict(call: Call, p: number, net: LogGP, gamma: number): Prediction {
  const { algorithm, cost } = costOf(call, p);
  return { algorithm, time: cost && timeOf(cost, net, gamma) };
}

/** Of all algorithms of the collective, the one that takes the least time by the model. */
export function quickest(call: Call, p: number, net: LogGP, gamma: number): { algorithm: string; time: number } {
  const all = Object.entries(costs[call.collective] ?? {}).map(([algorithm, formula]) => {
    return { algorithm, time: timeOf(formula(p, call.bytes(p)), net, gamma) };
  });
  return all.reduce((best, each) => (each.time < best.time ? each : best));
}

/** Up to one rank of each host through shared memory, between these over the network, and down again. */
export function predictByLeaders(call: Call, p: number, shared: LogGP, net: LogGP, gamma: number): number {
  const hosts = Math.max(1, p / PER_HOST);
  const inside = predict(call, Math.min(p, PER_HOST), shared, gamma).time ?? 0;
  const between = hosts > 1 ? (predict(call, hosts, net, gamma).time ?? 0) : 0;
  const ways = call.collective === "bcast" || hosts === 1 ? 1 : 2;
  return ways * inside + between;
}

/** What is too much for a mesh. */
export const bounds = { seconds: 5, memory: 64 * MiB };

export interface MeshCost {
  readonly np: number;
  /** Of each rank. */
  readonly connections: number;
  /** Seconds that a rank is busy with them, where it has a core of its own. */
  readonly seconds: number;
  /** Bytes of each rank. */
  readonly memory: number;
  /** Why a full mesh is not sensible; nothing where it is. */
  readonly tooMuch: readonly string[];
  /** Connections of a rank that has only those which collectives use: two trees, both neighbours in a ring. */
  readonly onUse: number;
  /** Those of a host's one rank that talks to other hosts; the others of a host share memory. */
  readonly leader: number;
}

/** @param cores of the machine on which the mesh was measured @param files that a process may have open */
export function meshCost(np: number, mesh: Mesh, cores: number, files: number): MeshCost {
  const connections = np - 1;
  // A connection's work is done by both of its ends.
  const seconds = (connections * mesh.perConnection * cores) / 2 / 1000;
  const memory = connections * mesh.bytes;
  const log = (p: number) => Math.ceil(Math.log2(Math.max(1, p)));
  const tooMuch = [
    ...(seconds > bounds.seconds ? ["time"] : []),
    ...(memory > bounds.memory ? ["memory"] : []),
    ...(connections > files ? ["open files"] : []),
  ];
  const few = (p: number) => Math.min(Math.max(0, p - 1), 2 * log(p) + 2);
  const leader = few(Math.ceil(np / PER_HOST));
  return { np, connections, seconds, memory, tooMuch, onUse: few(np), leader };
}

/** The greatest number of ranks up to 2²⁰ for which a full mesh is sensible. */
export function meshLimit(mesh: Mesh, cores: number, files: number): number {
  let [fits, not] = [1, 2 ** 20];
  while (not - fits > 1) {
    const middle = (fits + not) >> 1;
    if (meshCost(middle, mesh, cores, files).tooMuch.length === 0) fits = middle;
    else not = middle;
  }
  return fits;
}
