// cli/hosts/this-machine: layer 10. Which names of hosts mean the machine that the launcher runs on, without asking a
// resolver. Pure; used by named-hosts and launch/option-hosts.
import { type Interfaces, ownAddresses } from "../../src/transport/network.ts";
import { ipVersion } from "./ip-version.ts";

/** What the machine calls itself. */
export interface Machine {
  readonly hostName: string;
  readonly interfaces: Interfaces;
}

const loopbackNames = /^(.*\.)?localhost$|^localhost\.localdomain$|^ip6-(localhost|loopback)$/;

/** The one spelling of a name or address that all of its spellings have in common. */
export function canonicalName(name: string): string {
  if (ipVersion(name) !== 6) return name.toLowerCase().replace(/\.$/, "");
  const [address, zone] = name.toLowerCase().split("%");
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return zone === undefined ? short : `${short}%${zone}`;
}

/** True for what means this machine on every machine: nobody else can reach it by this name. */
export function isLoopback(name: string): boolean {
  const canonical = canonicalName(name);
  return loopbackNames.test(canonical) || /^127(\.\d{1,3}){3}$/.test(canonical) || canonical === "::1";
}

/** True for loopback, the machine's own name, with and without its domain, and its own addresses. */
export function isThisMachine(name: string, { hostName, interfaces }: Machine): boolean {
  const canonical = canonicalName(name);
  const own = canonicalName(hostName);
  const short = own.split(".")[0]!;
  if (isLoopback(canonical) || [own, short, `${short}.local`].includes(canonical)) return true;
  return ipVersion(canonical) !== 0 && ownAddresses(interfaces).has(canonical.split("%")[0]!);
}
