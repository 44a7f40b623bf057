// cli/launch/hosts-of-job: layer 10. The hosts of a job from the plan to what starts ranks on each. What only several
// hosts need is loaded only then. Used by run.
import { writeSync } from "node:fs";
import type { Certificate, Network } from "../../src/wire/control.ts";
import type { RemoteHost } from "../agent/remote.ts";
import type { Job, JobHosts } from "./job.ts";
import { type LocalStarter, localStarter, type RankCommand } from "./local-starter.ts";
import type { RunPlan } from "./plan.ts";
import { LOOKS, StoppedRanks } from "./stopped-ranks.ts";
import { isTerminal } from "./terminal.ts";

export interface HostsOfJob extends JobHosts {
  /** From now on the job is told of hosts that are lost. */
  watch(job: Job): void;
  /** Ends what is still there on other hosts. */
  close(): Promise<void>;
}

/** @throws HostsError when a host cannot be used */
export async function prepareHosts(plan: RunPlan, command: RankCommand, signal: AbortSignal): Promise<HostsOfJob> {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  const used = new Set(plan.placement);
  const several = used.size > 1;
  const abroad = plan.hosts.some(({ local }, index) => used.has(index) && !local);
  const remotes = abroad ? await openRemotes(plan, id, signal) : new Map<number, RemoteHost>();
  let here: LocalStarter | undefined;
  const starters = plan.hosts.map(({ name }, index) => {
    const remote = remotes.get(index);
    if (remote || !used.has(index)) return remote;
    here = localStarter(command, several ? name : undefined);
    return here;
  });
  let looks: Timer | undefined;
  signal.addEventListener("abort", () => {
    for (const remote of remotes.values()) remote.kill();
  });
  return {
    id,
    starters,
    networks: several ? await networksOf(plan) : plan.hosts.map(() => undefined),
    watch(job) {
      for (const [index, remote] of remotes) {
        remote.onLost = (reason) => job.hostLost(index, reason);
        remote.onNote = (text) => job.note(text);
        remote.onFrozen = (rank) => job.frozen(rank);
      }
      const ranksHere = here;
      if (ranksHere === undefined || remotes.size === 0) return;
      const stopped = new StoppedRanks({
        stopped: (rank) => job.note(`rank ${rank} on ${ranksHere.host} was stopped by a signal (SIGSTOP)`),
        frozen: (rank) => job.frozen(rank),
      });
      looks = setInterval(() => stopped.found(ranksHere.stopped()), (plan.network.heartbeat * 1000) / LOOKS);
    },
    async close() {
      clearInterval(looks);
      await Promise.all([...remotes.values()].map((remote) => remote.close()));
    },
  };
}

async function openRemotes(plan: RunPlan, job: string, signal: AbortSignal): Promise<Map<number, RemoteHost>> {
  const [{ openHosts }, { Progress }] = await Promise.all([
    import("../agent/open-hosts.ts"),
    import("../agent/progress.ts"),
  ]);
  const progress = new Progress(plan.quiet ? undefined : (text) => writeSync(2, text), isTerminal(2));
  return openHosts(plan, { job, progress, signal });
}

/** What the ranks of each host are told. The certificate goes over the control channels only. */
async function networksOf({ hosts, network }: RunPlan): Promise<Network[]> {
  const tls: Certificate | undefined = network.tls
    ? await (await import("../../src/transport/certificate.ts")).makeCertificate()
    : undefined;
  return hosts.map(({ name }, host) => ({
    host,
    hosts: hosts.length,
    named: name,
    ...(network.interface !== undefined && { interface: network.interface }),
    ...(network.portRange !== undefined && { ports: network.portRange }),
    ...(tls && { tls }),
    connectTimeout: network.connectTimeout,
    heartbeat: network.heartbeat,
  }));
}
