// cli/agent/waiting: layer 10. An agent that waits for work: it listens, announces itself, says who asks and what runs, and
// works for one launcher at a time. Used by commands/agent.
import { hostname } from "node:os";
import { basename } from "node:path";
import { makeCertificate } from "../../src/transport/certificate.ts";
import { ipVersion } from "../hosts/ip-version.ts";
import { version } from "../version.ts";
import { Agent } from "./agent.ts";
import { announce } from "./discovery.ts";
import { JobDirectory } from "./job-directory.ts";
import { agentId, FINGERPRINT_BYTES, type JoinCode, SECRET_BYTES, writeCode } from "./join-code.ts";
import { certificateHash, type Joined, JoinListener } from "./join-listener.ts";
import { ownUser } from "./own-user.ts";
import { printable } from "./printable.ts";
import { greeting, type Hello } from "./protocol.ts";
import { reachableAddresses } from "./reachable.ts";

export interface WaitingOptions {
  readonly name: string;
  readonly slots: number;
  /** 0: whichever is free. */
  readonly port: number;
  /** An interface, a subnet or an address to be reached at; undefined: all. */
  readonly interface: string | undefined;
  readonly once: boolean;
  readonly announce: boolean;
}

/** How long a launcher that has joined may take to say what it wants. */
const HELLO_MS = 60_000;
/** How long the last words to a launcher may take. */
const LAST_WORDS_MS = 300;

interface Work {
  readonly agent: Agent;
  readonly directory: JobDirectory;
  who: string;
}

export class WaitingAgent {
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  readonly code: string;
  #end: () => void;
  #options: WaitingOptions;
  #say: (text: string) => void;
  #listener: JoinListener;
  #unannounce: () => Promise<void>;
  #work: Work | undefined;
  #stopping = false;

  /** @param say prints a line of what happens @throws Error when it cannot listen */
  static async start(options: WaitingOptions, say: (text: string) => void): Promise<WaitingAgent> {
    const certificate = await makeCertificate();
    return new WaitingAgent(options, say, certificate);
  }

  private constructor(
    options: WaitingOptions,
    say: (text: string) => void,
    certificate: Awaited<ReturnType<typeof makeCertificate>>,
  ) {
    this.#options = options;
    this.#say = say;
    const reachable = reachableAddresses(options.interface);
    if (reachable.length === 0 && options.interface !== undefined) {
      throw new Error(`no address of this machine is ${options.interface}`);
    }
    const addresses = reachable.length === 0 ? ["127.0.0.1"] : reachable;
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    const only = options.interface !== undefined && addresses.length === 1 ? addresses[0] : undefined;
    this.#listener = new JoinListener(
      { hostname: only, port: options.port, certificate, secret },
      {
        busy: () => this.#busy(),
        joined: (joined) => this.#begin(joined),
        refused: (text) => this.#say(text),
      },
    );
    const { slots, name } = options;
    const { port } = this.#listener;
    const fingerprint = Buffer.from(certificateHash(certificate), "hex").subarray(0, FINGERPRINT_BYTES);
    const code: JoinCode = { fingerprint, slots, port, addresses: forCode(addresses), secret };
    this.code = writeCode(code);
    const platform = `${process.platform}-${process.arch}`;
    const announced = { id: agentId(code), name, version, slots, platform, port };
    this.#unannounce = options.announce ? announce(announced, options.interface) : async () => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#end = resolve;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Ends the job that runs here, and listens no more. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#work?.agent.end("the agent was stopped");
    await Promise.all([this.#unannounce(), this.#work && Bun.sleep(LAST_WORDS_MS)]);
    this.#listener.close();
    this.clean();
    this.#end();
  }

  /** Removes what a job has put here. Also for a process that ends in another way. */
  clean(): void {
    this.#work?.directory.remove();
  }

  #busy(): string | undefined {
    if (this.#stopping) return "it is being stopped";
    return this.#work && `it is busy with a job of ${this.#work.who}, and takes one at a time`;
  }

  #begin({ address, socket, incoming }: Joined): void {
    socket.outgoing.write(new TextEncoder().encode(greeting(version)));
    const directory = new JobDirectory();
    const late = setTimeout(() => agent.end("the launcher said nothing"), HELLO_MS);
    const greeted = (hello: Hello): void => {
      clearTimeout(late);
      work.who = `${printable(hello.launcher.user)}@${printable(hello.launcher.host)}`;
      const scripts = hello.programs.map(({ script }) => printable(basename(script)));
      this.#say(`${work.who}, from ${address}, runs ${scripts.join(" and ")}`);
    };
    const agent = new Agent(incoming, socket.outgoing, directory.path, { slots: this.#options.slots, greeted });
    const work: Work = { agent, directory, who: address };
    this.#work = work;
    void agent.over.then(async (reason) => {
      clearTimeout(late);
      this.clean();
      this.#work = undefined;
      // Who does not take the last words is not waited for.
      setTimeout(() => socket.kill(), LAST_WORDS_MS).unref();
      this.#say(`the job of ${work.who} has ended${reason === undefined ? "" : `: ${reason}`}; nothing of it is left`);
      if (!this.#options.once || this.#stopping) return;
      await Promise.race([socket.ended, Bun.sleep(LAST_WORDS_MS)]);
      await this.stop();
    });
  }
}

/** So few that the code stays short; the launcher asks the network for the others. */
function forCode(addresses: readonly string[]): string[] {
  const four = addresses.filter((address) => ipVersion(address) === 4);
  return four.length > 0 ? four.slice(0, 2) : addresses.slice(0, 1);
}

/** `ann@lab3`. */
export function ownIdentity(): string {
  return `${ownUser()}@${hostname()}`;
}
