// test/support/slurm: a real Slurm on this machine: munged, slurmctld and two slurmd, on loopback, with files, keys and ports of their own
// below a temporary directory. They die with this process, even when it is killed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workspace } from "./tsmpi.ts";

const needed = { "slurm-wlm": ["slurmctld", "slurmd", "srun", "sbatch", "salloc", "scontrol"], munge: ["munged"] };
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Why this machine cannot run Slurm; undefined: it can. */
export function noSlurm(): string | undefined {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "this is not root";
  for (const [name, programs] of Object.entries(needed)) {
    const missing = programs.filter((program) => !Bun.which(program, { PATH }));
    if (missing.length > 0) return `${missing.join(", ")} of the package ${name} is not installed`;
  }
  return undefined;
}

/** The nodes' names are known to Slurm alone. */
export const NODES = ["t1", "t2"] as const;

export interface Slurm {
  /** What its commands need in their environment. */
  readonly env: Record<string, string>;
  end(): Promise<void>;
}

/** Ports that nobody listens at. They are given back before Slurm takes them: nothing else here listens at fixed ports. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }),
  );
  const ports = listeners.map(({ port }) => port);
  for (const listener of listeners) listener.stop(true);
  return ports;
}

function configuration(directory: string, [controller, ...nodes]: readonly number[]): string {
  const at = (name: string) => join(directory, name);
  return `ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${at("munge.sock")}
CredType=cred/munge
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool-%n")}
SlurmctldPidFile=${at("slurmctld.pid")}
SlurmdPidFile=${at("slurmd-%n.pid")}
SlurmctldLogFile=${at("slurmctld.log")}
SlurmdLogFile=${at("slurmd-%n.log")}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
KillWait=1
MailProg=/bin/true
${NODES.map((node, i) => `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${nodes[i]} CPUs=4 State=UNKNOWN`).join("\n")}
PartitionName=all Nodes=ALL Default=YES State=UP
`;
}

/** Starts Slurm, and resolves when its nodes are idle. */
export async function startSlurm(): Promise<Slurm> {
  const directory = workspace();
  for (const name of ["state", ...NODES.map((node) => `spool-${node}`)]) mkdirSync(join(directory, name));
  const conf = join(directory, "slurm.conf");
  writeFileSync(conf, configuration(directory, freePorts(1 + NODES.length)));
  writeFileSync(join(directory, "munge.key"), crypto.getRandomValues(new Uint8Array(64)), { mode: 0o600 });
  const env = { SLURM_CONF: conf, HOME: workspace() };
  const servers: Bun.Subprocess[] = [];
  const serve = (command: readonly string[]) => {
    const full = ["setpriv", "--pdeathsig", "KILL", ...command];
    servers.push(Bun.spawn(full, { env: { ...process.env, ...env, PATH }, stdio: ["ignore", "ignore", "ignore"] }));
  };
  const end = async () => {
    for (const server of servers) server.kill("SIGKILL");
    await Promise.all(servers.map(({ exited }) => exited));
  };
  const munge = (what: string, name: string) => `--${what}=${join(directory, `munge.${name}`)}`;
  const files = [munge("socket", "sock"), munge("key-file", "key"), munge("log-file", "log"), munge("pid-file", "pid")];
  serve(["munged", "--foreground", "--force", ...files, munge("seed-file", "seed")]);
  serve(["slurmctld", "-D", "-f", conf]);
  for (const node of NODES) serve(["slurmd", "-D", "-N", node, "-f", conf]);
  const limit = performance.now() + 120_000;
  for (;;) {
    const { stdout } = Bun.spawnSync(["sinfo", "--noheader", "--format=%t %D"], { env: { ...process.env, ...env } });
    if (stdout.toString().trim() === `idle ${NODES.length}`) return { env, end };
    if (performance.now() > limit) break;
    await Bun.sleep(100);
  }
  await end();
  throw new Error(`Slurm does not start:\n${readFileSync(join(directory, "slurmctld.log"), "utf8")}`);
}
