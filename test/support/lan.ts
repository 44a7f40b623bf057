// test/support/lan: a network of hosts on this machine, for tests of jobs on several hosts. Each host is a set of Linux
// namespaces (network, processes, mounts, host name), with its own sshd, /tmp and home, and they share nothing but a
// bridge, which is in a namespace of its own: this machine's network is not touched. No namespace has a name, and all
// processes in it die with this one, even when it is killed: nothing can be left behind, so nothing has to be swept up.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LanHost } from "./lan-host.ts";
import { HOME, type Running } from "./lan-process.ts";
import { binary, build } from "./tsmpi.ts";

export interface LanOptions {
  /** Hosts, with the launcher's, which is the first. Default: 3. */
  readonly hosts?: number;
  /** Size of the home and of /tmp on each host but the first; in tmpfs's words. Default: `400m`. */
  readonly room?: string;
  /** Where tsmpi is. Default: on the first host. */
  readonly installed?: "first" | "everywhere";
}

/** Addresses are 10.91.0.1, 10.91.0.2, …; the names, which every host knows, are lab0, lab1, …. */
const SUBNET = "10.91.0";

const needed = {
  iproute2: ["ip", "ss"],
  "openssh-server": ["sshd"],
  "openssh-client": ["ssh", "ssh-keygen"],
  "util-linux": ["unshare", "nsenter", "setpriv"],
};

let reason: string | undefined | null = null;

/** Why this machine cannot make a network of hosts; undefined: it can. */
export function noLan(): string | undefined {
  if (reason === null) reason = findReason();
  return reason;
}

function findReason(): string | undefined {
  if (process.platform !== "linux") return "there are no namespaces here: this is not Linux";
  if (process.getuid?.() !== 0) return "this is not root";
  for (const [name, programs] of Object.entries(needed)) {
    const missing = programs.filter((program) => !Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }));
    if (missing.length > 0) return `${missing.join(", ")} of the package ${name} is not installed`;
  }
  const links =
    "ip link add lan0 type bridge && ip link add port0 type veth peer name eth0 && ip link set port0 master lan0";
  const namespaces = ["--net", "--uts", "--mount", "--pid", "--ipc", "--fork", "--mount-proc"];
  const tried = Bun.spawnSync(["unshare", ...namespaces, "sh", "-c", `${links} && mount -t tmpfs tmpfs /mnt`]);
  if (tried.exitCode !== 0) return `the system allows no namespaces: ${tried.stderr.toString().trim()}`;
  return undefined;
}

export class Lan {
  readonly hosts: readonly LanHost[];
  readonly #bridge: LanHost;

  constructor(bridge: LanHost, hosts: readonly LanHost[]) {
    this.#bridge = bridge;
    this.hosts = hosts;
  }

  host(index: number): LanHost {
    return this.hosts[index]!;
  }

  /** Starts `tsmpi ...args` on the launcher's host, in its home. */
  start(
    args: readonly string[],
    options: { stdin?: string; deadline?: number; env?: Record<string, string> } = {},
  ): Running {
    return this.host(0).start(["/usr/local/bin/tsmpi", ...args], options);
  }

  /** Runs `tsmpi ...args` on the launcher's host to its end. */
  run(args: readonly string[], options: Parameters<Lan["start"]>[1] = {}): Running["ended"] {
    return this.start(args, options).ended;
  }

  /** Takes a host's cable out: what it sends is lost, and nobody tells it. */
  async down(index: number): Promise<void> {
    await this.#bridge.sh(`ip link set port${index} nomaster`);
  }

  async up(index: number): Promise<void> {
    await this.#bridge.sh(`ip link set port${index} master bridge`);
  }

  /** Does something while a host's cable is out. */
  async without(index: number, action: () => Promise<void>): Promise<void> {
    await this.down(index);
    try {
      await action();
    } finally {
      await this.up(index);
    }
  }

  /** Starts a program beside the bridge, where all that host `index` sends and gets can be seen at `port<index>`. */
  watch(command: readonly string[]): Running {
    return this.#bridge.start(command);
  }

  /** A file that a program beside the bridge has written. */
  captured(path: string): Uint8Array {
    return readFileSync(this.#bridge.path(path));
  }

  /** What jobs that have ended left behind, on all hosts or on some. Waits a while for it to go. */
  async leftovers(ms = 10_000, hosts: readonly LanHost[] = this.hosts): Promise<string[]> {
    const end = performance.now() + ms;
    for (;;) {
      const left = (await Promise.all(hosts.map((host) => host.leftovers()))).flat();
      if (left.length === 0 || performance.now() > end) return left;
      await Bun.sleep(50);
    }
  }

  /** Ends everything on every host, and the hosts. */
  async end(): Promise<void> {
    await Promise.all([...this.hosts, this.#bridge].map((host) => host.end()));
  }
}

/** Makes a network of hosts. Each has sshd running; the launcher's alone has tsmpi, and a key that lets it in everywhere. */
export async function makeLan({ hosts: count = 3, room = "400m", installed = "first" }: LanOptions = {}): Promise<Lan> {
  await build();
  const names = Array.from({ length: count }, (_, index) => `lab${index}`);
  const addresses = names.map((_, index) => `${SUBNET}.${index + 1}`);
  const known = `127.0.0.1 localhost\n${names.map((name, index) => `${addresses[index]} ${name}\n`).join("")}`;
  const passwd = readFileSync("/etc/passwd", "utf8").replace(/^root:.*$/m, `root:x:0:0:root:${HOME}:/bin/sh`);
  const bridge = await LanHost.make({ name: "bridge", address: "", files: {} });
  await bridge.sh("ip link add bridge type bridge && ip link set bridge up");
  const keys = makeKeys(["user", ...names]);
  const hostKeys = names.map((name, index) => `${name},${addresses[index]} ${keys[name]!.open}`).join("");
  const hosts = await Promise.all(
    names.map((name, index) =>
      LanHost.make({
        name,
        address: addresses[index]!,
        ...(index === 0 || installed === "everywhere" ? { binary } : { room }),
        files: {
          "/etc/hosts": known,
          "/etc/resolv.conf": "",
          "/etc/passwd": passwd,
          "/etc/ssh/ssh_host_ed25519_key": keys[name]!.secret,
          [`${HOME}/.ssh/authorized_keys`]: keys.user!.open,
          ...(index === 0 && {
            [`${HOME}/.ssh/id_ed25519`]: keys.user!.secret,
            [`${HOME}/.ssh/known_hosts`]: hostKeys,
          }),
        },
      }),
    ),
  );
  for (const [index, host] of hosts.entries()) {
    const link = `ip link add port${index} type veth peer name eth0 netns ${host.init}`;
    await bridge.sh(`${link} && ip link set port${index} master bridge up`, "outside");
    await host.sh(`ip addr add ${host.address}/24 dev eth0 && ip link set eth0 up`);
    // As on many machines: an interface that leads nowhere, with an address that is the same everywhere.
    await host.sh(
      "ip link add docker0 type bridge && ip link add inside type veth peer name outside && ip link set inside master docker0 up && ip link set outside up && ip addr add 172.17.0.1/16 dev docker0 && ip link set docker0 up",
    );
    await host.startSshd();
  }
  return new Lan(bridge, hosts);
}

/** Key pairs by name. */
function makeKeys(names: readonly string[]): Record<string, { secret: string; open: string }> {
  const directory = mkdtempSync(join(tmpdir(), "keys-"));
  try {
    const pairs = names.map((name) => {
      const path = join(directory, name);
      const made = Bun.spawnSync(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
      if (made.exitCode !== 0) throw new Error(`Cannot make a key: ${made.stderr}`);
      return [name, { secret: readFileSync(path, "utf8"), open: readFileSync(`${path}.pub`, "utf8") }] as const;
    });
    return Object.fromEntries(pairs);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export type { LanHost, Running };
