// cli/agent/discovery: layer 10. Agents on the local network by mDNS, as `_tsmpi._tcp`: what they announce, and who is
// there. It only says whom to ask: what it says is believed of nobody before the proof. Used by waiting.ts, known-agents.ts.
import { Bonjour } from "bonjour-service";
import { ipVersion } from "../hosts/ip-version.ts";
import { printable } from "./printable.ts";
import { reachableAddresses } from "./reachable.ts";

/** What an agent announces; never its secret. */
export interface Announced {
  /** The certificate's fingerprint, as `agentId` writes it. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly slots: number;
  /** `linux-x64`. */
  readonly platform: string;
  readonly port: number;
}

/** An agent that was found. */
export interface Found extends Announced {
  /** Numeric; the one that its answer came from is first. */
  readonly addresses: readonly string[];
}

const TYPE = "tsmpi";
/** When the question is asked again: answers get lost, above all on Wi-Fi. */
const AGAIN_MS = [250, 750];
/** Interfaces that are asked at most. */
const MOST_INTERFACES = 6;
/** Answers that are kept. */
const MOST_FOUND = 1000;

/** A responder or browser for each interface: a socket sends to one only. */
function open(wanted: string | undefined): Bonjour[] {
  const four = reachableAddresses(wanted).filter((address) => ipVersion(address) === 4);
  return four.slice(0, MOST_INTERFACES).map((address) => {
    // Bound to all addresses, as a multicast has another one; its types leave out what multicast-dns takes.
    const options = { interface: address, bind: "0.0.0.0" } as object;
    // No network, or another program that has the port for itself: agents are found by their codes then.
    const ignore = (): void => {};
    const bonjour = new Bonjour(options, ignore);
    const { mdns } = (bonjour as unknown as { server: { mdns: NodeJS.EventEmitter } }).server;
    mdns.on("error", ignore);
    return bonjour;
  });
}

/** Announces an agent until the returned function is called. */
export function announce(agent: Announced, wanted: string | undefined): () => Promise<void> {
  const { id, name, version, slots, platform, port } = agent;
  const opened = open(wanted);
  for (const bonjour of opened) {
    // Both names are unique by the fingerprint: nobody else's host or service is meant, and none needs to be renamed.
    const own = `tsmpi-${id.toLowerCase()}`;
    const txt = { id, name, version, slots: String(slots), platform };
    bonjour.publish({ name: own, host: `${own}.local`, type: TYPE, port, probe: false, txt });
  }
  return async () => {
    const gone = opened.map(
      (bonjour) => new Promise<void>((resolve) => bonjour.unpublishAll(() => bonjour.destroy(() => resolve()))),
    );
    await Promise.race([Promise.all(gone), Bun.sleep(300)]);
  };
}

/**
 * The agents that answer.
 * @param ms how long to listen
 * @param enough called for each new one: true ends it early
 */
export async function findAgents(
  ms: number,
  wanted: string | undefined,
  enough: (found: ReadonlyMap<string, Found>) => boolean = () => false,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const opened = open(wanted);
  const browsers = opened.map((bonjour) =>
    bonjour.find({ type: TYPE }, (service) => {
      const agent = understand(service);
      if (agent === undefined || found.has(agent.id) || found.size >= MOST_FOUND) return;
      found.set(agent.id, agent);
      if (enough(found)) resolve();
    }),
  );
  const timers = AGAIN_MS.map((after) => setTimeout(() => browsers.map((browser) => browser.update()), after));
  timers.push(setTimeout(resolve, ms));
  await promise;
  for (const timer of timers) clearTimeout(timer);
  for (const browser of browsers) browser.stop();
  for (const bonjour of opened) bonjour.destroy();
  return found;
}

/** What somebody on the network says of an agent; undefined where it makes no sense. */
function understand(service: {
  readonly txt?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  readonly addresses?: readonly string[];
  readonly referer?: { readonly address: string };
}): Found | undefined {
  const text = (key: string): string => printable(String(service.txt?.[key] ?? "")).slice(0, 64);
  const [id, slots, port] = [text("id"), Number(text("slots")), service.port ?? 0];
  if (!/^[0-9A-Z]{16}$/.test(id) || !(slots >= 1 && slots <= 255 && Number.isInteger(slots))) return undefined;
  if (!(port >= 1 && port <= 65535)) return undefined;
  const came = service.referer?.address;
  const addresses = [...new Set([...(came === undefined ? [] : [came]), ...(service.addresses ?? [])])].slice(0, 8);
  return { id, name: text("name"), version: text("version"), slots, platform: text("platform"), port, addresses };
}
