// cli/doctor/measure: layer 10. Runs the doctor's job on hosts that can be used, and where that does not get together, on
// two at a time, to tell which of them do not reach each other. Used by commands/doctor.

import { deserialize, serialize } from "node:v8";
import { fullMesh } from "../../src/base/config.ts";
import type { Host } from "../hosts/host.ts";
import type { RunPlan } from "../launch/plan.ts";
import { launch } from "../launch/run.ts";
import { selfCommand } from "../self.ts";
import { CONNECTED, type HostResult, type PairResult, type Results } from "./results.ts";

/** In the report of a job whose ranks, or hosts, have not found together. */
const UNCONNECTED = /connect|cannot be (used|reached)|is lost/;
/** Jobs of two hosts at the same time. */
const AT_ONCE = 4;

export interface Measured {
  /** By host; those that could be reached. */
  readonly hosts: ReadonlyMap<Host, HostResult>;
  readonly pairs: readonly { readonly hosts: readonly [Host, Host]; readonly result: PairResult | string }[];
  /** Why the job failed, where that is due to no pair. */
  readonly failure: string | undefined;
}

/** @param plan with one rank on each of its hosts */
export async function measure(plan: RunPlan): Promise<Measured> {
  const all = await runJob(plan);
  const { hosts } = plan;
  if (typeof all !== "string") {
    const pairs = all.pairs.map((result) => {
      const [a, b] = result.ranks;
      return { hosts: [hosts[a]!, hosts[b]!] as const, result };
    });
    return { hosts: new Map(all.hosts.map((result, i) => [hosts[i]!, result])), pairs, failure: undefined };
  }
  if (hosts.length === 1 || !UNCONNECTED.test(all)) return { hosts: new Map(), pairs: [], failure: all };
  const waiting = hosts.flatMap((a, i) => hosts.slice(i + 1).map((b) => [a, b] as const));
  const found = new Map<Host, HostResult>();
  const pairs: Measured["pairs"][number][] = [];
  const work = async () => {
    for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
      const result = await runJob(onePerHost(plan, pair));
      if (typeof result === "string") pairs.push({ hosts: pair, result });
      else {
        pairs.push({ hosts: pair, result: result.pairs[0]! });
        for (const [i, host] of pair.entries()) if (!found.has(host)) found.set(host, result.hosts[i]!);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const place = ({ hosts: [a, b] }: (typeof pairs)[number]) => hosts.indexOf(a) * hosts.length + hosts.indexOf(b);
  pairs.sort((a, b) => place(a) - place(b));
  return { hosts: found, pairs, failure: undefined };
}

/** The same plan for a probe on each of `hosts`. */
export function onePerHost(plan: RunPlan, hosts: readonly Host[]): RunPlan {
  const program = { ranks: hosts.length, script: "doctor:probe", args: [], env: fullMesh, wdir: undefined };
  return { ...plan, hosts, placement: [...hosts.keys()], programs: [program], stdin: "none", quiet: true };
}

/** The results of a job, or why there are none. */
async function runJob(plan: RunPlan): Promise<Results | string> {
  const child = Bun.spawn([...selfCommand(), "doctor", "--job"], {
    stdio: [serialize(plan), "pipe", "pipe"],
  });
  // The hosts are ready, and connecting has its own steps, none of which may take longer than this.
  const seconds = 3 * plan.network.connectTimeout;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGTERM");
  }, seconds * 1000);
  const words = child.stderr.text();
  let output = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk;
    if (output.startsWith(CONNECTED)) clearTimeout(timer);
  }
  clearTimeout(timer);
  const [code, said] = await Promise.all([child.exited, words]);
  if (late) return `no connection within ${seconds} s`;
  if (code !== 0) return said.trim() || `the job ended with exit code ${code}`;
  return JSON.parse(output.slice(output.indexOf("{"))) as Results;
}

/** `tsmpi doctor --job`: carries out the plan that comes on standard input, where nobody else can read it. */
export async function runGivenJob(): Promise<number> {
  return launch(deserialize(await Bun.stdin.bytes()) as RunPlan);
}
