// cli/launch/plan-hosts: layer 10. From the hosts that the command line, host files and other launchers' variables name to
// those of the plan, with a place for each rank. Called by options, when all options are read.

import { basename } from "node:path";
import { publishedAddresses } from "../../src/transport/network.ts";
import type { Host } from "../hosts/host.ts";
import type { HostEntry } from "../hosts/host-list.ts";
import { NamedHosts, pickHosts } from "../hosts/named-hosts.ts";
import { placeRanks } from "../hosts/placing.ts";
import { slurmAllocation } from "../hosts/slurm-allocation.ts";
import { UsageError } from "../usage-error.ts";
import { agentHosts } from "./option-agents.ts";
import type { Draft, ProgramDraft } from "./option-draft.ts";
import { hostsOfFile } from "./option-hosts.ts";
import { mostRanks, portRange } from "./option-values.ts";
import { onThisMachine, type RunPlan } from "./plan.ts";

/** Variables that name a host file, where no option names hosts: ours, and those of other launchers. */
const hostFileVariables = [
  "TSMPI_HOSTFILE",
  "HYDRA_HOST_FILE",
  "I_MPI_HYDRA_HOST_FILE",
  "OMPI_MCA_orte_default_hostfile",
];

/** Where the ranks of a program may run. */
interface Places {
  readonly hosts: readonly Host[];
  /** These hosts were named in its own section. */
  readonly own: boolean;
}

/** The hosts of the job, how many ranks each program has, and where they run. @throws UsageError */
export function planHosts(
  draft: Draft,
  programs: readonly ProgramDraft[],
): { ranks: readonly number[] } & Pick<RunPlan, "hosts" | "placement" | "network"> {
  const { around, rules, job } = draft;
  const named = new NamedHosts(around, rules.fork);
  const agents = agentHosts([...draft.agents, ...((draft.findAgents && around.agents) || [])]);
  const places = programs.map((program): Places => {
    const hosts = leaveOut(named.add(entriesOf(program, around)), rules.nolocal);
    return hosts.length > 0 ? { hosts: [...hosts, ...agents], own: true } : { hosts, own: false };
  });
  if (named.hosts.length === 0 && agents.length === 0) named.add(entriesOfVariables(draft));
  const ofJob = [...leaveOut(named.hosts, rules.nolocal), ...agents];
  const anyNamed = named.hosts.length + agents.length > 0;
  if (rules.nolocal && ofJob.length === 0) {
    throw new UsageError("Cannot use --nolocal: no other host is named", "name some: tsmpi run -hosts node1,node2 …");
  }
  const hosts = anyNamed ? ofJob : onThisMachine(0, around.cores).hosts;
  const ranks = programs.map((program, i) => {
    const { hosts: mine, own } = places[i]!;
    return countRanks(program, own ? mine : anyNamed ? hosts : undefined, own, draft, programs.length);
  });
  const total = ranks.reduce((sum, count) => sum + count, 0);
  if (total > mostRanks) throw new UsageError(`Cannot start ${total} ranks: expected at most ${mostRanks}`);

  // Several agents may wait at one address.
  const indexOf = (host: Host) =>
    host.agent ? hosts.indexOf(host) : hosts.findIndex((other) => named.keyOf(other) === named.keyOf(host));
  const shares = programs.map(({ perHost }, i) => {
    const mine = places[i]!.own ? places[i]!.hosts.map(indexOf) : [...hosts.keys()];
    return { ranks: ranks[i]!, hosts: mine, perHost };
  });
  const placement = placeRanks(hosts, shares, rules);
  const used = new Set(placement);
  const kept = [...hosts.keys()].filter((host) => used.has(host));
  const plan = {
    hosts: kept.map((host) => hosts[host]!),
    placement: placement.map((host) => kept.indexOf(host)),
  };
  return { ranks, ...plan, network: networkOf(draft, plan, job.network) };
}

function leaveOut(hosts: readonly Host[], nolocal: boolean): Host[] {
  return hosts.filter(({ local }) => !(nolocal && local));
}

/** What a program's section names: `-host` picks from the host files where there are any. */
function entriesOf({ listed, named }: ProgramDraft, around: Draft["around"]): readonly HostEntry[] {
  if (listed.length === 0 || named.length === 0) return [...listed, ...named];
  const { hosts, missing } = pickHosts(listed, named, around);
  if (missing.length === 0) return hosts;
  const names = missing.map(({ name }) => name).join(", ");
  throw new UsageError(
    `Cannot use -host ${names}: expected hosts of the host file`,
    "leave out one of the two options",
  );
}

function entriesOfVariables({ around, job, rules }: Draft): readonly HostEntry[] {
  for (const name of hostFileVariables) {
    const file = around.environment[name];
    if (!file) continue;
    job.notes.push(`hosts are those of ${name}=${file}`);
    return hostsOfFile(file, `${name}=`, around);
  }
  const allocated = slurmAllocation(around.environment);
  if (!allocated) return [];
  if (!rules.wayChosen) job.remote.rsh = "srun";
  job.notes.push(`hosts are those of Slurm's job ${around.environment.SLURM_JOB_ID}`);
  return allocated;
}

/** The ranks of one program, and a note when nobody said how many. */
function countRanks(
  program: ProgramDraft,
  hosts: readonly Host[] | undefined,
  own: boolean,
  { around, job }: Draft,
  programs: number,
): number {
  const { ranks, perHost } = program;
  if (ranks !== undefined) return ranks;
  if (perHost !== undefined) return perHost * (hosts?.length ?? 1);
  if (programs > 1 && !own) {
    job.notes.push(`${basename(program.script)} runs as 1 rank, as its section has no -np`);
    return 1;
  }
  const count = hosts?.reduce((sum, { slots }) => sum + slots, 0) ?? around.cores;
  const each = hosts ? "slot of the hosts" : "core";
  const started = `${count} ${count === 1 ? "rank" : "ranks"}, one per ${each}`;
  const whose = programs > 1 ? ` of ${basename(program.script)}` : "";
  job.notes.push(`starting ${started}${whose}; -np N chooses another number`);
  return count;
}

/** The network of a plan; what cannot work on this host, or for this placement, is refused before anything starts. */
function networkOf(
  { around, betweenHosts, job }: Draft,
  { hosts, placement }: Pick<RunPlan, "hosts" | "placement">,
  given: RunPlan["network"],
): RunPlan["network"] {
  if (hosts.every(({ local }) => local)) {
    job.ignored.push(...betweenHosts);
    return given;
  }
  const variable = around.environment.MPIEXEC_PORT_RANGE;
  const network = { ...given };
  if (variable) network.portRange ??= portRange(variable, "MPIEXEC_PORT_RANGE=");
  if (network.portRange) checkPorts(network.portRange, hosts, placement);
  const { interface: wanted } = network;
  const published = { host: 0, hosts: hosts.length, ...(wanted !== undefined && { interface: wanted }) };
  const mine = hosts.some(({ local }) => local);
  if (mine && wanted !== undefined && publishedAddresses(published, around.interfaces).length === 0) {
    const names = Object.keys(around.interfaces).join(", ");
    throw new UsageError(
      `Cannot use --interface ${wanted}: this machine, which is one of the hosts, has no such address`,
      `its interfaces are ${names || "none"}; --nolocal leaves it out`,
    );
  }
  return network;
}

/** Every rank needs a port of its own. */
function checkPorts(
  [first, last]: readonly [number, number],
  hosts: readonly Host[],
  placement: readonly number[],
): void {
  const ports = last - first + 1;
  for (const [index, { name }] of hosts.entries()) {
    const ranks = placement.filter((host) => host === index).length;
    if (ranks <= ports) continue;
    throw new UsageError(
      `Cannot use --port-range ${first}:${last}: ${name} has ${ranks} ranks, which is more than ${ports} ports`,
    );
  }
}
