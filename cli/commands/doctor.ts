// cli/commands/doctor: layer 10. `tsmpi doctor`: examines this machine; with hosts, the way to each, its machine and clock,
// and the network between every two of them; and says what to fix.
import { randomUUID } from "node:crypto";
import { indent } from "../../src/job/report.ts";
import { HostsError } from "../agent/host-problem.ts";
import { openHosts } from "../agent/open-hosts.ts";
import { Progress } from "../agent/progress.ts";
import { destination } from "../agent/ssh.ts";
import { type Diagnosis, type HostFinding, ofHosts, ofMachine } from "../doctor/diagnosis.ts";
import { examine } from "../doctor/machine.ts";
import { measure, onePerHost, runGivenJob } from "../doctor/measure.ts";
import type { Host } from "../hosts/host.ts";
import type { RunPlan } from "../launch/plan.ts";
import { UsageError } from "../usage-error.ts";
import { planFor } from "./run.ts";

/** @returns 1 when something has to be fixed */
export async function doctor(argv: string[], help: () => Promise<number>): Promise<number> {
  if (argv.some((arg) => arg === "--help" || arg === "-h")) return help();
  if (argv.length === 1 && argv[0] === "--job") process.exit(await runGivenJob());
  const found = argv.length === 0 ? ofMachine(await examine(), Bun.which("ssh")) : await examineHosts(argv);
  return print(found);
}

async function examineHosts(argv: readonly string[]): Promise<Diagnosis> {
  // As if a sample were to be run: what is said of hosts means the same as there.
  const plan = await planFor([...argv, "sample:hello"]);
  if (typeof plan === "string" || plan.programs.length > 1 || plan.programs[0]!.script !== "sample:hello") {
    throw new UsageError(`Cannot examine ${argv.join(" ")}: expected hosts`, "tsmpi doctor -hosts a,b");
  }
  const problems = new Map<Host, HostFinding["problem"]>();
  await Promise.all(plan.hosts.map(async (host) => problems.set(host, await tryHost(plan, host))));
  const usable = plan.hosts.filter((host) => problems.get(host) === undefined);
  const measured = usable.length > 0 ? await measure(onePerHost(plan, usable)) : undefined;
  const failure = measured?.failure;
  const hosts = plan.hosts.map((host): HostFinding => {
    const problem = problems.get(host) ?? (failure === undefined ? undefined : { short: "no job", long: failure });
    const result = measured?.hosts.get(host);
    return { name: host.name, ...(problem && { problem }), ...(result && { result }) };
  });
  const pairs = measured?.pairs.map(({ hosts: [a, b], result }) => ({ names: [a.name, b.name] as const, result }));
  return ofHosts(hosts, pairs ?? []);
}

/** Goes the whole way to a host; returns what is wrong with it. */
async function tryHost(plan: RunPlan, host: Host): Promise<HostFinding["problem"]> {
  if (host.local) return undefined;
  const one = { ...plan, hosts: [host], placement: [0] };
  const tell = process.stderr.isTTY ? (text: string) => void process.stderr.write(text) : undefined;
  const progress = new Progress(tell, process.stderr.isTTY);
  try {
    const opened = await openHosts(one, { job: randomUUID(), progress, signal: new AbortController().signal });
    await Promise.all([...opened.values()].map((remote) => remote.close()));
    return undefined;
  } catch (error) {
    if (!(error instanceof HostsError)) throw error;
    const { phase, message, words, advice } = error.problems[0]!.problem;
    const long = [`${destination(host)} (${phase}): ${message}`, words, advice]
      .filter((line) => line !== "")
      .join("\n");
    return { short: `${phase}: ${message}`, long };
  }
}

function print({ tables, toFix }: Diagnosis): number {
  for (const table of tables) {
    // What stands alone in its row may be as long as it likes.
    const column = (i: number) => Math.max(...table.map((row) => (i < row.length - 1 ? row[i]!.length : 0)));
    for (const row of table)
      console.log(
        row
          .map((text, i) => text.padEnd(column(i)))
          .join("  ")
          .trimEnd(),
      );
    console.log("");
  }
  if (toFix.length === 0) {
    console.log("Nothing to fix.");
    return 0;
  }
  console.log("To fix:");
  for (const fault of toFix) console.log(indent(fault));
  return 1;
}
