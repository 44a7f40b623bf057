// cli/bench/model: layer 10. `tsmpi bench model`: measures parameters here, and calculates from them what the collectives would
// take on up to 65,536 ranks, and up to where a full mesh is sensible. Called by commands/bench. See docs/scaling.md.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { versionLine } from "../version.ts";
import type { LogGP } from "./model/costs.ts";
import { Measuring, type Mesh, measureGamma, modelFiles } from "./model/parameters.ts";
import {
  across,
  bounds,
  type Call,
  calls,
  meshCost,
  meshLimit,
  type Network,
  networks,
  PER_HOST,
  predict,
  predictByLeaders,
  quickest,
  rankCounts,
} from "./model/predict.ts";
import type { BenchOptions } from "./options.ts";
import { Workplace } from "./workplace.ts";

/** An algorithm is called better that is so many times faster. */
const NOTABLE = 1.5;

interface Parameters {
  readonly websocket: LogGP;
  readonly shared: LogGP;
  readonly gamma: number;
  readonly mesh: Mesh;
  readonly cores: number;
  /** That a process may have open. */
  readonly files: number;
}

/** @returns the exit code */
export async function model(options: BenchOptions): Promise<number> {
  using workplace = new Workplace(modelFiles);
  const measuring = new Measuring(workplace, options);
  const out = options.json ? new JsonOutput() : new TextOutput();
  out.begin();
  const parameters: Parameters = {
    websocket: await measuring.logGP("websocket"),
    shared: await measuring.logGP("auto"),
    gamma: measureGamma(),
    mesh: await measuring.mesh(options.quick ? [2, 8, 16] : [2, 24, 48]),
    cores: availableParallelism(),
    files: openFiles(),
  };
  out.parameters(parameters);
  await check(measuring, parameters, out);
  for (const network of networks) out.network(network, parameters);
  out.mesh(parameters);
  return 0;
}

/** How many files a process may open when it asks for as many as it can get. */
function openFiles(): number {
  try {
    return Number(/^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))![1]);
  } catch {
    return 2 ** 20;
  }
}

interface Check {
  readonly call: Call;
  readonly np: number;
  readonly predicted: number;
  readonly measured: number;
}

/** What can be measured here is held against what the model says of it. */
async function check(measuring: Measuring, { websocket, gamma, cores }: Parameters, out: Output): Promise<void> {
  const np = Math.min(4, cores);
  if (np < 2) return;
  const find = (collective: string, size: string) => {
    return calls.find((call) => call.collective === collective && call.size === size)!;
  };
  const checks: Check[] = [];
  for (const [call, size] of [
    [find("barrier", ""), undefined],
    [find("bcast", "8 B"), "8"],
    [find("bcast", "1 MiB"), "1M"],
    [find("allreduce", "8 B"), "8"],
    [find("allreduce", "1 MiB"), "1M"],
  ] as const) {
    const measured = await measuring.value(call.collective, "max", np, size, "websocket");
    checks.push({ call, np, predicted: predict(call, np, websocket, gamma).time!, measured });
  }
  out.check(checks);
}

interface Output {
  begin(): void;
  parameters(parameters: Parameters): void;
  check(checks: readonly Check[]): void;
  network(network: Network, parameters: Parameters): void;
  mesh(parameters: Parameters): void;
}

function time(us: number | undefined): string {
  if (us === undefined) return "-";
  if (us < 1000) return `${us.toFixed(1)} µs`;
  return us < 1e6 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1e6).toFixed(1)} s`;
}

function lines(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows
    .map((row) =>
      row
        .map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

const fixed = (value: number, digits = 2) => value.toFixed(digits);

class TextOutput implements Output {
  begin(): void {
    console.log(`# ${versionLine()}: a model of the collectives on many ranks, calculated, not measured`);
  }

  parameters({ websocket, shared, gamma, mesh, cores, files }: Parameters): void {
    const row = (name: string, { L, o, g, G }: LogGP) => [name, "", fixed(L), fixed(o), fixed(g), fixed(G * 1000, 3)];
    const head = ["# Measured here", "", "L (µs)", "o (µs)", "g (µs)", "G (ns/byte)"];
    const rows = [head, row("shared memory", shared), row("WebSocket", websocket)];
    console.log(`\n${lines(rows, [24, 0, 10, 10, 10, 14])}`);
    console.log(`to combine a byte: ${fixed(gamma * 1000, 3)} ns`);
    console.log(
      `a job: ${fixed(mesh.base, 0)} ms, ${fixed(mesh.perRank, 1)} ms a rank, ${fixed(mesh.perConnection * 1000, 0)} µs and ${fixed(mesh.bytes / 1024, 1)} KiB a connection, on ${cores} cores; ${files} open files a process`,
    );
  }

  check(checks: readonly Check[]): void {
    const head = [`# Check: ${checks[0]?.np} ranks here`, "", "predicted", "measured"];
    const rows = checks.map(({ call, predicted, measured }) => {
      return [call.collective, call.size, time(predicted), time(measured)];
    });
    console.log(`\n${lines([head, ...rows], [15, 14, 12, 12])}`);
  }

  network(network: Network, { websocket, gamma }: Parameters): void {
    const { name, latency, bandwidth } = network;
    console.log(`\n# ${name}: ${latency} µs, ${bandwidth / 1000} GB/s a host, ${PER_HOST} ranks a host`);
    const rows = calls.map((call) => {
      const net = (np: number) => across(websocket, network, sharing(np));
      const times = rankCounts.map((np) => predict(call, np, net(np), gamma));
      const most = rankCounts.at(-1)!;
      const last = times.at(-1)!;
      const best = quickest(call, most, net(most), gamma);
      const better = (last.time ?? 0) > NOTABLE * best.time ? ` (${best.algorithm}: ${time(best.time)})` : "";
      return [call.collective, call.size, ...times.map((each) => time(each.time)), `  ${last.algorithm}${better}`];
    });
    const head = ["# Ranks", "", ...rankCounts.map(String), "  algorithm of the last (a better one)"];
    console.log(lines([head, ...rows], [15, 14, 11, 11, 11, 11, 11, 0]));
  }

  mesh({ mesh, cores, files, websocket, shared, gamma }: Parameters): void {
    const limit = meshLimit(mesh, cores, files);
    console.log(
      `\n# Full mesh: sensible up to ${limit} ranks (less than ${bounds.seconds} s and ${bounds.memory >> 20} MiB a rank, and no more than ${files} open files)`,
    );
    const rows = rankCounts.map((np) => {
      const cost = meshCost(np, mesh, cores, files);
      const why = cost.tooMuch.length > 0 ? `  too much: ${cost.tooMuch.join(", ")}` : "";
      const [seconds, memory] = [`${fixed(cost.seconds)} s`, `${fixed(cost.memory / 2 ** 20, 1)} MiB`];
      return [String(np), "", String(cost.connections), seconds, memory, String(cost.onUse), String(cost.leader), why];
    });
    const head = ["# Ranks", "", "connections", "time", "memory", "on use", "leader", ""];
    console.log(lines([head, ...rows], [10, 0, 13, 11, 13, 9, 9, 0]));
    console.log(
      [
        '"on use": connections of a rank that makes them when it first sends; "leader": those of the one rank of a host that',
        "talks to other hosts, where the others of the host share memory with it. With leaders, these calls would take:",
      ].join("\n"),
    );
    const network = networks[0]!;
    const hierarchical = calls.filter(({ collective, size }) => {
      return ["barrier", "bcast", "allreduce"].includes(collective) && size !== "1 MiB";
    });
    const times = hierarchical.map((call) => [
      call.collective,
      call.size,
      ...rankCounts.map((np) => time(predictByLeaders(call, np, shared, across(websocket, network, 1), gamma))),
    ]);
    console.log(lines([[`# ${network.name}`, "", ...rankCounts.map(String)], ...times], [21, 8, 11, 11, 11, 11, 11]));
  }
}

/** How many ranks share a host's network: where there is but one host's worth of them, each is on a host of its own. */
function sharing(np: number): number {
  return np <= PER_HOST ? 1 : PER_HOST;
}

class JsonOutput implements Output {
  #line(kind: string, values: object): void {
    console.log(JSON.stringify({ kind, ...values }));
  }

  begin(): void {}

  parameters({ websocket, shared, gamma, mesh, cores, files }: Parameters): void {
    this.#line("parameters", { websocket, "shared-memory": shared, gamma, mesh, cores, files });
  }

  check(checks: readonly Check[]): void {
    for (const { call, np, predicted, measured } of checks) {
      this.#line("check", { collective: call.collective, size: call.size, np, predicted, measured });
    }
  }

  network(network: Network, { websocket, gamma }: Parameters): void {
    for (const call of calls) {
      for (const np of rankCounts) {
        const { algorithm, time } = predict(call, np, across(websocket, network, sharing(np)), gamma);
        const { collective, size } = call;
        this.#line("time", { network: network.name, collective, size, np, algorithm, microseconds: time });
      }
    }
  }

  mesh({ mesh, cores, files }: Parameters): void {
    this.#line("mesh-limit", { np: meshLimit(mesh, cores, files) });
    for (const np of rankCounts) this.#line("mesh", meshCost(np, mesh, cores, files));
  }
}
