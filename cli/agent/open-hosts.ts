// cli/agent/open-hosts: layer 10. Makes all other hosts of a job ready: an agent on each, the scripts where they are
// needed. All problems of all hosts come in one report, none waits without a bound. Used by run.
import { hostname } from "node:os";
import type { Host } from "../hosts/host.ts";
import { travelling } from "../launch/environment.ts";
import type { RunPlan } from "../launch/plan.ts";
import { HostProblem, HostsError } from "./host-problem.ts";
import { openAgent } from "./join-dial.ts";
import { rememberCodes } from "./known-codes.ts";
import { ownUser } from "./own-user.ts";
import type { Progress } from "./progress.ts";
import type { AgentProgram, Hello } from "./protocol.ts";
import { RemoteHost } from "./remote.ts";
import { destination, openSsh } from "./ssh.ts";
import { gather, type Staging } from "./staging.ts";

/** Connections that are being made at the same time. */
const AT_ONCE = 16;

export interface Opening {
  /** The job's id. */
  readonly job: string;
  /** Tells a person what takes time; a line on a terminal that changes, or whole lines. */
  readonly progress: Progress;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** The hosts, other than this one, that ranks run on, by their index. */
export function remoteHosts({ hosts, placement }: Pick<RunPlan, "hosts" | "placement">): Map<number, Host> {
  return new Map(
    [...new Set(placement)].map((index) => [index, hosts[index]!] as const).filter(([, host]) => !host.local),
  );
}

/**
 * Opens the hosts of a plan.
 * @throws HostsError when one of them cannot be used; UsageError when what they need cannot be prepared
 */
export async function openHosts(plan: RunPlan, opening: Opening): Promise<Map<number, RemoteHost>> {
  const staging = gather(plan, process.cwd());
  staging.catch(() => {});
  const opened = new Map<number, RemoteHost>();
  const problems: { index: number; host: string; problem: HostProblem }[] = [];
  const waiting = [...remoteHosts(plan)];
  const hosts = waiting.length;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, host] = next;
      try {
        opened.set(index, await openHost(host, plan, staging, opening));
      } catch (error) {
        if (!(error instanceof HostProblem)) throw error;
        problems.push({ index, host: destination(host), problem: error });
      }
    }
  };
  const workers = Array.from({ length: Math.min(AT_ONCE, hosts) }, work);
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === "rejected");
  opening.progress.end();
  if (failed === undefined && problems.length === 0) {
    const codes = plan.hosts.flatMap(({ agent }) => agent ?? []);
    if (codes.length > 0) rememberCodes(codes, process.env);
    return opened;
  }
  await Promise.all([...opened.values()].map((host) => host.close()));
  if (failed !== undefined) throw failed.reason;
  problems.sort((a, b) => a.index - b.index);
  throw new HostsError(hosts, problems);
}

async function openHost(host: Host, plan: RunPlan, staging: Promise<Staging>, opening: Opening): Promise<RemoteHost> {
  const { network, remote } = plan;
  const { progress, signal } = opening;
  const { connectTimeout, heartbeat } = network;
  const onStaging = (step: Parameters<Progress["step"]>[1]) => progress.step(host.name, step);
  const carrier =
    host.agent === undefined
      ? await openSsh(host, { ...remote, connectTimeout, heartbeat, onStaging, signal })
      : await openAgent(host.agent, { connectTimeout, signal });
  const agent = new RemoteHost(host.name, carrier, travelling(process.env, remote.environment));
  try {
    const { programs, files } = await staging;
    const hello: Hello = {
      kind: "hello",
      job: opening.job,
      launcher: { host: hostname(), user: ownUser(), pid: process.pid },
      heartbeat: network.heartbeat,
      programs,
      cwd: process.cwd(),
    };
    const { needs } = await answerOf(agent.greet(hello), "agent", network.connectTimeout);
    if (needs.length > 0 && !remote.stage) throw notShared(programs, needs);
    // The agent's heartbeat bounds what follows.
    if (needs.length > 0) await answerOf(agent.stage(files), "stage");
    return agent;
  } catch (error) {
    agent.kill();
    throw error;
  }
}

/** `--no-stage`, and no shared file system. */
function notShared(programs: readonly AgentProgram[], needs: readonly number[]): HostProblem {
  const names = needs.map((index) => programs[index]!.script);
  const message = `${names.join(", ")}, or a file that it needs, is not there with the same content`;
  return new HostProblem("stage", message, "", "--no-stage needs a shared file system; without it the script is sent");
}

/** What an agent answers; that it refuses or goes away is a problem of its host. */
async function answerOf<T>(answer: Promise<T>, phase: "agent" | "stage", seconds?: number): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    if (seconds === undefined) return;
    timer = setTimeout(() => reject(new Error(`the agent said nothing for ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw new HostProblem(phase, (error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}
