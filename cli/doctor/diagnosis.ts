// cli/doctor/diagnosis: layer 10. What was found, as a table, and what is to be done about it, in words. Pure; used by
// commands/doctor.
import { bytes, faults, type Machine } from "./machine.ts";
import type { HostResult, PairResult } from "./results.ts";

/** Clocks further apart than this confuse whoever compares times; a day, and certificates are not valid yet. */
const CLOCK_MS = 5000;
/** So much slower than the middle one, and a pair is remarkable. */
const SLOW = 4;
/** Pairs in a table; of more, the slowest. */
const MOST_PAIRS = 28;

export interface HostFinding {
  readonly name: string;
  /** Why it cannot be used: in a few words, and what to do. */
  readonly problem?: { readonly short: string; readonly long: string };
  readonly result?: HostResult;
}

export interface PairFinding {
  readonly names: readonly [string, string];
  /** Or why there is no connection. */
  readonly result: PairResult | string;
}

export interface Diagnosis {
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** One thing to fix each. */
  readonly toFix: readonly string[];
}

export function ofMachine(machine: Machine, ssh: string | null): Diagnosis {
  const { host, cores, memory, openFiles, shared, loopback, temporary } = machine;
  const table = [
    ["host", host],
    ["cores", `${cores}`],
    ["memory", `${bytes(memory.size)}, ${bytes(memory.free)} free`],
    ["loopback", loopback ?? "works"],
    ["open files", openFiles === undefined ? "unknown" : `${openFiles}`],
    ["shared memory", shared === undefined ? "none" : `${bytes(shared.size)}, ${bytes(shared.free)} free`],
    ["temporary files", `${temporary.path}, ${temporary.problem ?? "works"}`],
    ["ssh", ssh ?? "not found; other hosts need it"],
  ];
  return { tables: [table], toFix: faults(machine) };
}

export function ofHosts(hosts: readonly HostFinding[], pairs: readonly PairFinding[]): Diagnosis {
  return {
    tables: [hostTable(hosts), ...(pairs.length > 0 ? [pairTable(pairs)] : [])],
    toFix: [...hosts.flatMap(hostFaults), ...pairFaults(pairs)],
  };
}

function hostTable(hosts: readonly HostFinding[]): string[][] {
  const rows = hosts.map(({ name, problem, result }) => {
    if (problem) return [name, problem.short];
    if (!result) return [name, "works"];
    const { cores, memory, shared } = result.machine;
    const clock = `${result.clock < 0 ? "-" : "+"}${(Math.abs(result.clock) / 1000).toFixed(3)} s`;
    return [name, "works", `${cores}`, bytes(memory.free), shared ? bytes(shared.free) : "none", clock];
  });
  return [["host", "way", "cores", "memory", "shared", "clock"], ...rows];
}

function pairTable(pairs: readonly PairFinding[]): string[][] {
  const order = [...pairs];
  if (pairs.length > MOST_PAIRS) order.sort((a, b) => speed(a) - speed(b)).splice(MOST_PAIRS);
  const rows = order.map(({ names: [a, b], result }) => {
    if (typeof result === "string") return [`${a} - ${b}`, "no connection"];
    return [`${a} - ${b}`, `${(result.latency * 1e6).toFixed(0)} µs`, `${bytes(result.bandwidth)}/s`];
  });
  const title = pairs.length > MOST_PAIRS ? `${MOST_PAIRS} slowest of ${pairs.length} pairs` : "pair";
  return [[title, "latency", "bandwidth"], ...rows];
}

function hostFaults({ name, problem, result }: HostFinding): string[] {
  if (problem) return [problem.long];
  if (!result) return [];
  const found = faults(result.machine).map((fault) => `${name}: ${fault}`);
  if (Math.abs(result.clock) > CLOCK_MS) {
    const direction = result.clock > 0 ? "ahead of" : "behind";
    const seconds = (Math.abs(result.clock) / 1000).toFixed(0);
    found.push(`${name}: its clock is ${seconds} s ${direction} the first host's: timedatectl set-ntp true there`);
  }
  return found;
}

function speed({ result }: PairFinding): number {
  return typeof result === "string" ? 0 : result.bandwidth;
}

function pairFaults(pairs: readonly PairFinding[]): string[] {
  const speeds = pairs.map(speed).filter((value) => value > 0);
  const middle = speeds.sort((a, b) => a - b)[Math.floor(speeds.length / 2)] ?? 0;
  return pairs.flatMap((pair) => {
    const {
      names: [a, b],
      result,
    } = pair;
    if (typeof result === "string") {
      const advice =
        "let the firewalls pass TCP between them; --port-range says which ports, --interface which network";
      return [`${a} and ${b} do not reach each other: ${result}\n${advice}`];
    }
    if (result.bandwidth * SLOW > middle) return [];
    const other = `half of the pairs have ${bytes(middle)}/s or more`;
    return [
      `${a} and ${b} have only ${bytes(result.bandwidth)}/s between them, and ${other}: look at the cable, or Wi-Fi`,
    ];
  });
}
