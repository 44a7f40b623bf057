// cli/hosts/ip-version: layer 10. Whether a text is an IP address. Used wherever hosts are named.

/** 4 or 6; 0: it is no address. */
export function ipVersion(text: string): number {
  // Not before it is asked for: loading node:net takes 1 ms, and most jobs name no host.
  return (require("node:net") as typeof import("node:net")).isIP(text);
}
