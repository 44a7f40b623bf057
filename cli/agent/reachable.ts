// cli/agent/reachable: layer 10. The addresses under which other machines reach an agent on this one. Used by waiting.ts and
// discovery.ts.
import { networkInterfaces } from "node:os";
import { publishedAddresses } from "../../src/transport/network.ts";

/** Numeric, best first. @param wanted an interface, a subnet, an own address; undefined: all */
export function reachableAddresses(wanted: string | undefined): string[] {
  const all = { host: 0, hosts: 2, ...(wanted !== undefined && { interface: wanted }) };
  return publishedAddresses(all, networkInterfaces());
}
