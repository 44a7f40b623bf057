// test/support/lan-host: one host of test/support/lan.ts.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Ended, HOME, type InsideOptions, type Running, spawnInside } from "./lan-process.ts";

export interface HostOptions {
  readonly name: string;
  readonly address: string;
  /** The program that is /usr/local/bin/tsmpi there. */
  readonly binary?: string;
  /** How much its home and /tmp hold. */
  readonly room?: string;
  /** Files, by path; those in /etc stand in the place of this machine's. */
  readonly files: Readonly<Record<string, string>>;
}

/** A process on a host. */
export interface HostProcess {
  /** As this machine has it. */
  readonly pid: number;
  readonly command: string;
}

const sshdConfig = `HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
AuthorizedKeysFile ${HOME}/.ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
`;

const IDLE = "sleep 100000";

/** What PID 1 of a host does: its own directories, then nothing but to bury orphans. */
function setup({ name, binary, room = "400m" }: HostOptions): string {
  const own = ["/run", "/var/tmp", "/root", "/dev/shm", "/mnt", "/etc/ssh"];
  return [
    "set -e",
    `hostname ${name}`,
    "ip link set lo up",
    "mount -t tmpfs tmpfs /usr/local/bin",
    ...(binary ? ["touch /usr/local/bin/tsmpi", `mount --bind ${binary} /usr/local/bin/tsmpi`] : []),
    ...own.map((path) => `mount -t tmpfs tmpfs ${path}`),
    ...["/home", "/tmp"].map((path) => `mount -t tmpfs -o size=${room} tmpfs ${path}`),
    `mkdir -m 700 ${HOME}`,
    "chmod 1777 /tmp /var/tmp /dev/shm",
    "mkdir -p /run/sshd /run/etc",
    "cd /",
    "echo ready",
    `while :; do ${IDLE} & wait $!; done`,
  ].join("\n");
}

const namespaces = ["--net", "--uts", "--mount", "--pid", "--ipc", "--mount-proc", "--fork", "--kill-child"];

export class LanHost {
  readonly name: string;
  readonly address: string;
  /** Its PID 1, as this machine has it. */
  readonly init: number;
  readonly #outer: Bun.Subprocess;
  /** Processes that belong to the host, not to a job. */
  readonly #own = new Set<number>();
  #sshd: Running | undefined;
  readonly #written = new Set<string>();

  private constructor({ name, address }: HostOptions, outer: Bun.Subprocess, init: number) {
    this.name = name;
    this.address = address;
    this.#outer = outer;
    this.init = init;
    this.#own.add(init);
  }

  static async make(options: HostOptions): Promise<LanHost> {
    // Whatever ends this process, the kernel ends unshare, and with it the host.
    const command = ["setpriv", "--pdeathsig", "KILL", "unshare", ...namespaces, "sh", "-c", setup(options)];
    const outer = Bun.spawn(command, { stdio: ["ignore", "pipe", "pipe"] });
    const errors = outer.stderr.text();
    const reader = outer.stdout.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    if (value === undefined) throw new Error(`Cannot make the host ${options.name}: ${await errors}`);
    const init = Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, "utf8").trim());
    const host = new LanHost(options, outer, init);
    for (const [path, text] of Object.entries(options.files)) {
      if (!path.startsWith("/etc/") || path.startsWith("/etc/ssh/")) host.write(path, text, 0o600);
      else {
        const own = `/run/etc/${path.replaceAll("/", "-")}`;
        host.write(own, text);
        await host.sh(`touch ${path} && mount --bind ${own} ${path}`);
      }
    }
    host.write("/etc/ssh/sshd_config", sshdConfig);
    return host;
  }

  /** Starts a program here. */
  start(command: readonly string[], options?: InsideOptions): Running {
    return spawnInside(this.init, command, options);
  }

  /** Runs a program to its end. */
  exec(command: readonly string[], options?: InsideOptions): Promise<Ended> {
    return this.start(command, options).ended;
  }

  /** Runs a line of shell, which must succeed. `outside`: with this machine's processes and files in sight. */
  async sh(line: string, where: "inside" | "outside" = "inside"): Promise<string> {
    const command = ["sh", "-c", line];
    const running = where === "inside" ? this.start(command) : spawnInside(this.init, command, {}, ["--net"]);
    const { code, stdout, stderr } = await running.ended;
    if (code !== 0) throw new Error(`${this.name}: ${line}\n${stdout}${stderr}`);
    return stdout;
  }

  /** A path here, as this process can open it. */
  path(path: string): string {
    return `/proc/${this.init}/root${path}`;
  }

  /** Writes a file, which no leftover is. */
  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true, mode: 0o755 });
    writeFileSync(this.path(path), content, { mode });
    this.#written.add(path);
  }

  /** All living processes here that belong to no sshd and are not the host's own. */
  processes(): HostProcess[] {
    return this.#all().filter(({ pid, command }) => !this.#own.has(pid) && command !== IDLE);
  }

  /** The process whose command has `word`; there must be one. */
  process(word: string): HostProcess {
    const found = this.processes().filter(({ command }) => command.includes(word));
    if (found.length !== 1) {
      const all = this.processes().map(({ pid, command }) => `\n${pid} ${command.slice(0, 200)}`);
      throw new Error(`${found.length} processes on ${this.name} have ${JSON.stringify(word)}:${all.join("")}`);
    }
    return found[0]!;
  }

  async startSshd(): Promise<void> {
    const running = this.start(["/usr/sbin/sshd", "-D", "-e"], { deadline: 3600 });
    await running.prints("Server listening");
    this.#sshd = running;
    this.#own.add(await running.pid());
  }

  /** Ends sshd; connections that it has made live on. */
  async stopSshd(): Promise<void> {
    const pid = await this.#sshd!.pid();
    process.kill(pid, "SIGKILL");
    while (this.#all().some((other) => other.pid === pid)) await Bun.sleep(5);
  }

  /** Processes, listeners and files that are here and should not be. */
  async leftovers(): Promise<string[]> {
    const processes = this.processes().map(({ pid, command }) => `process ${pid} ${command.slice(0, 200)}`);
    const { stdout } = await this.exec(["ss", "--no-header", "--listening", "--tcp", "--udp", "--unix", "--numeric"]);
    const listeners = stdout.split("\n").filter((line) => line !== "" && !/:22\s/.test(line));
    const files = ["/tmp", "/var/tmp", "/dev/shm", "/run", HOME].flatMap((path) => this.#files(path));
    return [...processes, ...listeners, ...files].map((what) => `${this.name}: ${what}`);
  }

  async end(): Promise<void> {
    this.#outer.kill("SIGKILL");
    await this.#outer.exited;
  }

  #all(): HostProcess[] {
    const here = readlinkSync(`/proc/${this.init}/ns/pid`);
    return readdirSync("/proc").flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        if (readlinkSync(`/proc/${entry}/ns/pid`) !== here) return [];
        // Of a process that has ended and was not waited for, there is nothing.
        const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return command === "" ? [] : [{ pid: Number(entry), command }];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  }

  #files(directory: string): string[] {
    return readdirSync(this.path(directory)).flatMap((name) => {
      const path = join(directory, name);
      const inHome = relative(HOME, path);
      if (this.#written.has(path) || /^\/run\/(sshd|sshd\.pid|etc|mount)$/.test(path)) return [];
      if (/^\.cache\/tsmpi\/bin\/[^/]+\/tsmpi$/.test(inHome)) return [];
      if (!existsSync(this.path(path)) || !statSync(this.path(path)).isDirectory()) return [path];
      const inside = this.#files(path);
      const kept = /^(\.ssh|\.cache(\/tsmpi(\/bin(\/[^/]+)?)?)?)$/.test(inHome);
      const written = [...this.#written].some((other) => other.startsWith(`${path}/`));
      return kept || written ? inside : [path, ...inside];
    });
  }
}
