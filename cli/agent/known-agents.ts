// cli/agent/known-agents: layer 10. Which agents there are: those that announce themselves, and those whose codes this user
// has. Used by commands/run (for --agents without a list) and commands/hosts.
import { connect } from "node:net";
import { UsageError } from "../usage-error.ts";
import { type Found, findAgents } from "./discovery.ts";
import type { JoinCode } from "./join-code.ts";
import { meet, place } from "./join-dial.ts";
import { type KnownCodes, knownCodes } from "./known-codes.ts";

/** How long agents may take to answer. */
const LISTEN_MS = 1500;
/** Time for the way to an agent, where only its state is asked. */
const LOOK_SECONDS = 3;

const give = "tsmpi run --agents CODE …, as `tsmpi agent` prints it there";
const list = "`tsmpi hosts` lists them";
const nobody = `start \`tsmpi agent\` on a machine of the same network (a firewall or a guest Wi-Fi may hide it), or ${give}`;

/** An agent as `tsmpi hosts` shows it. */
export interface Seen {
  readonly name: string;
  readonly slots: number;
  /** Empty where the agent was not announced. */
  readonly version: string;
  readonly platform: string;
  /** Where it is, and how far away in milliseconds; undefined where no connection is made. */
  readonly address: string;
  readonly roundTrip: number | undefined;
  /** The state, where this user has the code and it is right: an agent tells nobody else. */
  readonly state: "free" | "busy" | undefined;
  readonly code: JoinCode | undefined;
}

/** A code with the addresses that its agent announces now: it may have moved since. */
function current(code: JoinCode, found: Found | undefined): JoinCode {
  if (found === undefined) return code;
  return { ...code, port: found.port, addresses: [...new Set([...found.addresses.slice(0, 2), ...code.addresses])] };
}

/** Everyone who is there, agents whose codes are known first. @param wanted where to ask; undefined: everywhere */
export async function seeAgents({ codes }: KnownCodes, wanted: string | undefined): Promise<Seen[]> {
  const found = await findAgents(LISTEN_MS, wanted);
  const strangers = [...found.values()].filter(({ id }) => !codes.has(id));
  const seen = await Promise.all([
    ...[...codes].map(([id, code]) => lookAt(current(code, found.get(id)), found.get(id))),
    ...strangers.map((agent) => lookFrom(agent)),
  ]);
  return seen.filter((agent) => agent !== undefined);
}

/**
 * The codes of the agents that are there, free, and known to this user by their codes.
 * @throws UsageError when there are none
 */
export async function agentsFor(
  wanted: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<JoinCode[]> {
  const known = codesOf(env);
  const seen = await seeAgents(known, wanted);
  const codes = seen.flatMap(({ code, state }) => (code !== undefined && state === "free" ? [code] : []));
  if (codes.length > 0) return codes;
  if (seen.length === 0) throw new UsageError("Cannot use --agents: no agent answers", nobody);
  const busy = seen.filter(({ state }) => state === "busy").length;
  if (busy > 0) throw new UsageError(`Cannot use --agents: ${busy} of ${seen.length} are known, and busy`, list);
  const names = seen.map(({ name }) => name).join(", ");
  throw new UsageError(`Cannot use --agents: there are ${names}, of which you have no code`, `give it once: ${give}`);
}

/** The codes that this user has. @throws UsageError where TSMPI_AGENT_CODE is wrong */
export function codesOf(env: Readonly<Record<string, string | undefined>>): KnownCodes {
  try {
    const known = knownCodes(env);
    for (const note of known.notes) process.stderr.write(`tsmpi: ${note}\n`);
    return known;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function lookAt(code: JoinCode, found: Found | undefined): Promise<Seen | undefined> {
  try {
    const { address, free, socket, host } = await meet(code, "look", { connectTimeout: LOOK_SECONDS });
    socket.kill();
    const { slots, port } = code;
    const roundTrip = await timeTo(host, port);
    const { name = host, version = "", platform = "" } = found ?? {};
    return { name, slots, version, platform, address, roundTrip, state: free ? "free" : "busy", code };
  } catch {
    // A code from before: the agent has ended, or another one is at its address.
    return found === undefined ? undefined : lookFrom(found);
  }
}

/** An agent of whose code nothing is known, or nothing that is right. */
async function lookFrom({ name, slots, version, platform, addresses, port }: Found): Promise<Seen> {
  const host = addresses[0] ?? "";
  const roundTrip = await timeTo(host, port);
  const address = place(host, port);
  return { name, slots, version, platform, address, roundTrip, state: undefined, code: undefined };
}

/** Milliseconds until a connection is made: one round trip; the best of three. */
async function timeTo(host: string, port: number): Promise<number | undefined> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const time = await new Promise<number | undefined>((resolve) => {
      const begun = performance.now();
      const socket = connect({ host, port });
      socket.setTimeout(1000, () => socket.destroy());
      socket.on("connect", () => {
        resolve(performance.now() - begun);
        socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(undefined));
    });
    if (time === undefined) break;
    times.push(time);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}
