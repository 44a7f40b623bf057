// cli/agent/ssh: layer 10. One host over the system's ssh, one connection for everything: what kind of host it is, tsmpi
// itself where it is missing, and then the agent's channel. ~/.ssh/config applies as ever. Used by open-hosts.
import type { Host } from "../hosts/host.ts";
import { version } from "../version.ts";
import { type Binary, binaryFor, type Platform, releaseName } from "./binary.ts";
import { HostProblem, isCrowded, type Phase, sshProblem } from "./host-problem.ts";
import { hostCommand, MARK } from "./host-script.ts";
import { Incoming } from "./incoming.ts";
import { PipeWriter } from "./pipe-writer.ts";
import type { Step } from "./progress.ts";
import { PROTOCOL } from "./protocol.ts";
import type { Carrier } from "./remote.ts";
import { isSrun, srunCommand } from "./srun.ts";

export interface SshOptions {
  /** The program, with arguments of its own if there are spaces: `ssh`, `ssh -p 2222`. */
  readonly rsh: string;
  readonly connectTimeout: number;
  readonly heartbeat: number;
  /** tsmpi may be put on the host. */
  readonly stage: boolean;
  readonly binaryDir: string | undefined;
  /** Told how tsmpi itself gets there. */
  readonly onStaging: (step: Step) => void;
  readonly signal: AbortSignal;
}

/** What is kept of the words on stderr. */
const WORDS = 8192;
/** ssh gives up first, as it knows more about why. */
const GRACE = 1;

/** The words that start the command on a host: the program, its options, where to. */
export function sshCommand(host: Host, options: Pick<SshOptions, "rsh" | "connectTimeout" | "heartbeat">): string[] {
  const words = options.rsh.trim().split(/\s+/);
  if (isSrun(words[0]!)) return srunCommand(words, host);
  const settings = [
    "BatchMode=yes",
    `ConnectTimeout=${Math.ceil(options.connectTimeout)}`,
    `ServerAliveInterval=${Math.max(1, Math.ceil(options.heartbeat / 3))}`,
    "ServerAliveCountMax=3",
  ];
  return [...words, "-a", "-x", "-T", ...settings.flatMap((setting) => ["-o", setting]), destination(host)];
}

/** `user@host`, or `host`. */
export function destination({ name, user }: Host): string {
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  return user === undefined ? bare : `${user}@${bare}`;
}

/** Resolves with the channel of an agent that has greeted. @throws HostProblem */
export async function openSsh(host: Host, options: SshOptions): Promise<Carrier> {
  if (/^-|[\s\0]/.test(destination(host))) throw new HostProblem("resolve", "that is no name of a host");
  const first = new Connection(host, options);
  try {
    return await first.open();
  } catch (error) {
    first.kill();
    if (!isCrowded(first.words) || options.signal.aborted) throw error;
  }
  const second = new Connection(host, options);
  try {
    await Bun.sleep(200 + Math.random() * 600);
    return await second.open();
  } catch (error) {
    second.kill();
    throw error;
  }
}

class Connection {
  #host: Host;
  #options: SshOptions;
  #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  #incoming: Incoming;
  #outgoing: PipeWriter;
  #words = "";

  constructor(host: Host, options: SshOptions) {
    this.#host = host;
    this.#options = options;
    try {
      this.#child = Bun.spawn([...sshCommand(host, options), hostCommand], {
        stdio: ["pipe", "pipe", "pipe"],
        // In a session of its own: Ctrl-C in the terminal reaches the launcher alone, and nobody is asked for passwords.
        detached: true,
      });
    } catch (error) {
      const advice = options.rsh === "ssh" ? "install the OpenSSH client, or name another program with --rsh" : "";
      throw new HostProblem("ssh", `${options.rsh} cannot be started`, (error as Error).message, advice);
    }
    this.#incoming = new Incoming(this.#child.stdout);
    this.#outgoing = new PipeWriter(this.#child.stdin);
    void this.#listen();
    options.signal.addEventListener("abort", () => this.kill());
  }

  /** The last of what ssh and the host have said on stderr. */
  get words(): string {
    return this.#words;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async open(): Promise<Carrier> {
    const { connectTimeout, stage } = this.#options;
    const here = await this.#line(connectTimeout + GRACE, "ssh");
    const [word, system = "", machine = "", libc = "", installed = "-"] = here.split(" ");
    if (word !== "here") throw new HostProblem("probe", `it answered ${JSON.stringify(here)}`, this.#words);
    const platform: Platform = { system, machine, libc };
    const binary = await binaryFor(platform, this.#options.binaryDir);
    if (binary !== undefined) {
      this.#say(`cached ${version} ${binary.sha256} ${binary.size}`);
    } else if (installed === version) {
      this.#say("installed");
    } else {
      throw otherPlatform(platform);
    }
    const answer = await this.#line(connectTimeout, "probe");
    if (answer.startsWith("lacks ")) await this.#supply(answer.slice("lacks ".length), binary!, installed, stage);
    else if (answer !== "have") throw this.#refusal("probe", answer);
    await this.#greeted(await this.#line(connectTimeout, "agent"));
    return {
      incoming: this.#incoming.bytes(),
      outgoing: this.#outgoing,
      ended: this.#child.exited.then((code) => this.#epitaph(code)),
      kill: () => this.kill(),
      killAgent: (pid) => killThere(pid, this.#host, this.#options),
    };
  }

  #say(line: string): void {
    this.#outgoing.write(new TextEncoder().encode(`${line}\n`));
  }

  /** The host's next line of ours. */
  async #line(seconds: number, phase: Phase): Promise<string> {
    let timer: Timer | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), seconds * 1000);
    });
    const line = await Promise.race([this.#incoming.line(MARK), late]);
    clearTimeout(timer);
    if (line !== undefined && line !== "late") return line;
    const code = line === "late" ? undefined : await this.#exitCode();
    if (phase === "ssh") {
      throw sshProblem(this.#words, code, destination(this.#host), this.#options.connectTimeout);
    }
    const message = code === undefined ? `it said nothing for ${seconds} s` : `its shell ended with exit code ${code}`;
    throw new HostProblem(phase, message, this.#words.trim());
  }

  /** A process that has closed its output and lives on has no exit code. */
  #exitCode(): Promise<number | undefined> {
    return Promise.race([this.#child.exited, Bun.sleep(1000).then(() => undefined)]);
  }

  /** Sends tsmpi itself. */
  async #supply(directory: string, { path, size }: Binary, installed: string, stage: boolean): Promise<void> {
    if (!stage) {
      const has = installed === "-" ? "tsmpi is not there" : `tsmpi ${installed} there is not the one here`;
      const advice = `leave --no-stage out, or put this ${path} there, as tsmpi in the PATH of ssh`;
      throw new HostProblem("stage", `${has}, and --no-stage forbids to put it there`, "", advice);
    }
    this.#options.onStaging({ total: size });
    this.#say("stage");
    let finished = false;
    // The answer may come early: when the disk is full.
    const answered = this.#nextLine().then((line) => {
      finished = true;
      return line;
    });
    const { connectTimeout } = this.#options;
    const file = Bun.file(path).stream();
    for await (const chunk of file) {
      if (finished) break;
      this.#outgoing.write(chunk);
      this.#options.onStaging({ sent: chunk.byteLength });
      const room = this.#outgoing.room();
      if (room === undefined) continue;
      const stuck = await within(Promise.race([room.then(() => true), answered.then(() => true)]), connectTimeout);
      if (stuck === undefined) throw new HostProblem("stage", `it took nothing for ${connectTimeout} s`, this.#words);
    }
    // What is under way may take as long as the host needs for checking it.
    const answer = await within(answered, 3 * connectTimeout);
    if (answer === undefined)
      throw new HostProblem("stage", `tsmpi did not arrive in ${directory}`, this.#words.trim());
    if (answer !== "staged") throw this.#refusal("stage", answer);
    this.#options.onStaging("done");
  }

  async #nextLine(): Promise<string> {
    return (await this.#incoming.line(MARK)) ?? "";
  }

  async #greeted(line: string): Promise<void> {
    const [word, protocol] = line.split(" ");
    if (word !== "agent") throw this.#refusal("agent", line);
    if (protocol === String(PROTOCOL)) return;
    const words = `it speaks version ${protocol}, and this one ${PROTOCOL}`;
    throw new HostProblem("agent", "tsmpi there is of another version", words, "install the same one");
  }

  #refusal(phase: Phase, line: string): HostProblem {
    const problem = line.startsWith("problem ") ? line.slice("problem ".length) : `it answered ${JSON.stringify(line)}`;
    const room = /no room|noexec|no space/i.test(problem + this.#words);
    const advice = room ? "make room, or let XDG_RUNTIME_DIR or TMPDIR there name a directory that has it" : "";
    return new HostProblem(phase, `there is no place for tsmpi: ${problem}`, this.#words.trim(), advice);
  }

  #epitaph(code: number): string {
    const words = this.#words.trim().split("\n").at(-1) ?? "";
    const end = this.#child.signalCode ? `was killed by ${this.#child.signalCode}` : `ended with exit code ${code}`;
    return `the connection ${end}${words && `: ${words}`}`;
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.#child.stderr) {
        this.#words = (this.#words + decoder.decode(bytes, { stream: true })).slice(-WORDS);
      }
    } catch {
      // Gone with its process.
    }
  }
}

/** Ends a process there, over a connection of its own; a host that cannot be reached is left alone in time. */
async function killThere(pid: number, host: Host, options: SshOptions): Promise<void> {
  const child = Bun.spawn([...sshCommand(host, options), `kill -9 ${pid}`], {
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
    signal: options.signal,
  });
  await within(child.exited, options.connectTimeout);
  child.kill("SIGKILL");
}

/** What the promise resolves with, or undefined when that takes too long. */
async function within<T>(promise: Promise<T>, seconds: number): Promise<T | undefined> {
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  const result = await Promise.race([promise, late]);
  clearTimeout(timer);
  return result;
}

function otherPlatform(platform: Platform): HostProblem {
  const name = releaseName(platform);
  const kind = `${platform.system} ${platform.machine}`;
  if (name === undefined) return new HostProblem("probe", `it is ${kind}, for which there is no tsmpi`);
  return new HostProblem(
    "probe",
    `it is another platform: ${kind}${platform.libc === "musl" ? " with musl" : ""}`,
    "",
    `put ${name} of release ${version} there as tsmpi, in the PATH of ssh, or name a directory that has it with --binary-dir`,
  );
}
