// cli/agent/join-dial: layer 10. The launcher's way to an agent that waits for work: to each of its addresses, until one
// has the certificate of the code and has proved that it knows the secret. Used by open-hosts.ts and commands/hosts.
import type { X509Certificate } from "node:crypto";
import type { Socket } from "bun";
import { TLS_NAME } from "../../src/transport/dialing.ts";
import { version } from "../version.ts";
import { ByteSocket, byteHandlers } from "./byte-socket.ts";
import { HostProblem } from "./host-problem.ts";
import { Incoming } from "./incoming.ts";
import { FINGERPRINT_BYTES, type JoinCode } from "./join-code.ts";
import { MOST_FAILURES, PAUSE_MS } from "./join-guard.ts";
import * as proofs from "./join-proof.ts";
import { printable } from "./printable.ts";
import { PROTOCOL } from "./protocol.ts";
import type { Carrier } from "./remote.ts";

/** Milliseconds that an address has for itself before the next one is tried too. */
const STAGGER = 250;

/** What to look at when nobody answers. */
const unreachable = [
  "is the agent still running there? Both machines have to be in the same network; a firewall there has to let its port",
  "through (--port N fixes it), and a guest Wi-Fi often keeps machines apart",
].join("\n");

/** An agent that has proved itself. */
export interface Met {
  /** The address that it was reached at; and with the port. */
  readonly host: string;
  readonly address: string;
  readonly free: boolean;
  readonly socket: ByteSocket;
  readonly incoming: Incoming;
}

export interface MeetOptions {
  /** Seconds for the whole way. */
  readonly connectTimeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reaches the agent of a code. @throws HostProblem, phase `agent` */
export async function meet(code: JoinCode, wish: proofs.Wish, { connectTimeout, signal }: MeetOptions): Promise<Met> {
  const attempts: { host: string; problem: HostProblem }[] = [];
  const sockets = new Set<ByteSocket>();
  const { promise, resolve, reject } = Promise.withResolvers<Met>();
  const late = setTimeout(() => {
    const message = `it did not answer within ${connectTimeout} s at ${places(code)}`;
    reject(attempts.at(-1)?.problem ?? new HostProblem("agent", message, "", unreachable));
  }, connectTimeout * 1000);
  const abort = () => reject(new HostProblem("agent", "the launcher was stopped"));
  signal?.addEventListener("abort", abort);
  const waiting = [...code.addresses];
  let timer: Timer | undefined;
  const next = (): void => {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) return;
    timer = setTimeout(next, STAGGER);
    meetAt(address, code, wish, sockets).then(resolve, (problem: HostProblem) => {
      attempts.push({ host: address, problem });
      if (attempts.length < code.addresses.length) return next();
      // An answer says more than silence.
      const told = attempts.find((attempt) => attempt.problem.advice !== unreachable) ?? attempts[0]!;
      reject(told.problem);
    });
  };
  next();
  try {
    const met = await promise;
    sockets.delete(met.socket);
    return met;
  } finally {
    clearTimeout(late);
    clearTimeout(timer);
    waiting.length = 0;
    signal?.removeEventListener("abort", abort);
    for (const socket of sockets) socket.kill();
  }
}

/** The channel of an agent that works for this launcher from now on. @throws HostProblem */
export async function openAgent(code: JoinCode, options: MeetOptions): Promise<Carrier> {
  const { address, socket, incoming } = await meet(code, "job", options);
  options.signal?.addEventListener("abort", () => socket.kill());
  const [protocol = "", , theirs = ""] = ((await incoming.line("tsmpi-agent ")) ?? "").split(" ");
  if (protocol !== String(PROTOCOL) || theirs !== version) {
    socket.kill();
    const message = `the agent at ${address} has tsmpi ${printable(theirs) || "of an unknown version"}, and this is ${version}`;
    throw new HostProblem("agent", message, "", "start the agent with the same version");
  }
  const { outgoing, ended } = socket;
  return { incoming: incoming.bytes(), outgoing, ended, kill: () => socket.kill() };
}

function places({ addresses, port }: JoinCode): string {
  return addresses.map((address) => place(address, port)).join(", ");
}

/** `192.168.1.7:41234`. */
export function place(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

async function meetAt(address: string, code: JoinCode, wish: proofs.Wish, sockets: Set<ByteSocket>): Promise<Met> {
  const host = place(address, code.port);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = {
    hostname: address,
    port: code.port,
    // No authority has signed the certificate, so that the chain says nothing: its hash is compared with the code's
    // before a byte is sent, and the proofs contain it.
    tls: { rejectUnauthorized: false, serverName: TLS_NAME },
    socket: {
      ...byteHandlers,
      open(socket: Socket<ByteSocket>) {
        socket.data = new ByteSocket(socket);
        sockets.add(socket.data);
        socket.data.ended.then((reason) => reject(notListening(host, reason)));
      },
      handshake(socket: Socket<ByteSocket>) {
        // Without one, the connection was closed before; that is told next.
        const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
        if (certificate) resolve(certificate.fingerprint256.replaceAll(":", "").toLowerCase());
      },
    },
  };
  let socket: ByteSocket;
  let certificate: string;
  try {
    ({ data: socket } = await Bun.connect<ByteSocket>(options as unknown as Bun.TCPSocketConnectOptions<ByteSocket>));
    certificate = await promise;
  } catch (error) {
    if (error instanceof HostProblem) throw error;
    throw refusal(host, error as NodeJS.ErrnoException);
  }
  const wanted = Buffer.from(code.fingerprint).toString("hex");
  if (certificate.slice(0, 2 * FINGERPRINT_BYTES) !== wanted) {
    socket.kill();
    const advice = "has it been started again? Its code is a new one each time";
    throw new HostProblem("agent", `what listens at ${host} is not the agent of this code`, "", advice);
  }
  return prove(address, code, wish, certificate, socket);
}

function notListening(host: string, reason: string): HostProblem {
  const advice = `after ${MOST_FAILURES} wrong codes it does not listen to a machine for ${PAUSE_MS / 1000} s`;
  return new HostProblem("agent", `the agent at ${host} does not listen to this machine (${reason})`, "", advice);
}

function refusal(host: string, error: NodeJS.ErrnoException): HostProblem {
  if (error.code === "ECONNREFUSED") {
    const advice = "the agent has ended, or was started again: its code is a new one each time";
    return new HostProblem("agent", `nobody listens at ${host}`, "", advice);
  }
  return new HostProblem("agent", `${host} cannot be reached`, error.message, unreachable);
}

/** Proves the code, and has the agent prove it. */
async function prove(
  address: string,
  code: JoinCode,
  wish: proofs.Wish,
  certificate: string,
  socket: ByteSocket,
): Promise<Met> {
  const fail = (message: string, advice = ""): HostProblem => {
    socket.kill();
    return new HostProblem("agent", message, "", advice);
  };
  const host = place(address, code.port);
  const incoming = new Incoming(socket.incoming);
  const hello = await incoming.line(proofs.JOIN);
  // It hangs up where it does not listen to us.
  if (hello === undefined) throw notListening(host, "it hung up");
  const [protocol, agentNonce] = hello.split(" ");
  if (protocol !== String(proofs.JOIN_PROTOCOL) || !proofs.isNonce(agentNonce)) {
    throw fail(`the agent at ${host} has another version of tsmpi`, `this is ${version}: start it with the same one`);
  }
  const launcherNonce = proofs.joinNonce();
  const meeting = { wish, certificate, agentNonce, launcherNonce };
  const proof = proofs.joinProof("launcher", code.secret, meeting);
  socket.outgoing.write(new TextEncoder().encode(`${proofs.PROVE}${wish} ${launcherNonce} ${proof}\n`));
  const answer = (await incoming.line("tsmpi-")) ?? "";
  const [word, first, state] = `tsmpi-${answer}`.split(" ");
  if (`${word} ` === proofs.WELCOME && proofs.isProof(first, "agent", code.secret, meeting)) {
    return { host: address, address: host, free: state === "free", socket, incoming };
  }
  if (`${word} ` === proofs.REFUSED) {
    throw fail(`the agent at ${host} refuses: ${printable(answer.slice("refused ".length))}`);
  }
  throw fail(`what answers at ${host} has not proved that it knows the code`);
}
