// transport/network: layer 3. Where a rank can be reached: which of its host's addresses it publishes, and which of a
// peer's it tries. Pure functions. Called by websocket.ts and dialing.ts.
import type { NetworkInterfaceInfo } from "node:os";
import type { Network } from "../wire/control.ts";

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Interfaces of virtual machines and containers: their addresses are often the same on every host. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|lxc|lxd|podman|utun|tun|tap|wg|zt|tailscale)/;

/** An address as a number, for subnets; undefined where the text is none. */
function bits(address: string): { readonly value: bigint; readonly width: number } | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const value = address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    return { value, width: 32 };
  }
  if (!/^[\da-f:]+$/i.test(address) || !address.includes(":")) return undefined;
  const [head = "", tail] = address.split("::");
  const words = (text: string) => text.split(":").filter((word) => word !== "");
  const [front, back] = [words(head), words(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const all = [...front, ...new Array<string>(Math.max(0, zeros)).fill("0"), ...back];
  if (all.length !== 8) return undefined;
  return { value: all.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n), width: 128 };
}

/** True when `address` lies in `subnet` (`10.1.0.0/16`). */
function inSubnet(address: string, subnet: string): boolean {
  const [network = "", length = ""] = subnet.split("/");
  const [a, b] = [bits(address), bits(network)];
  if (!a || !b || a.width !== b.width) return false;
  const shift = BigInt(a.width - Number(length));
  return a.value >> shift === b.value >> shift;
}

function chosen(name: string, address: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  return wanted === name || wanted === address || (wanted.includes("/") && inSubnet(address, wanted));
}

/**
 * The addresses of this host that a rank publishes to ranks of other hosts, best first: the one that the user called the
 * host by, then IPv4, then IPv6, at last those of interfaces that are likely to lead nowhere.
 */
export function publishedAddresses({ named, interface: wanted }: Network, interfaces: Interfaces): string[] {
  const found: { address: string; rank: number }[] = [];
  for (const [name, infos] of Object.entries(interfaces)) {
    for (const { address, internal, family, scopeid } of infos ?? []) {
      // A link-local address means something else on each interface.
      const linkLocal = (family === "IPv6" && (scopeid ?? 0) !== 0) || address.startsWith("169.254.");
      const left = linkLocal ? wanted !== address : internal && wanted !== address && wanted !== name;
      if (left || !chosen(name, address, wanted)) continue;
      const rank = address === named ? 0 : (family === "IPv4" ? 1 : 2) + (VIRTUAL.test(name) ? 2 : 0);
      found.push({ address, rank });
    }
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ address }) => address);
}

/** All addresses of this host. */
export function ownAddresses(interfaces: Interfaces): Set<string> {
  return new Set(Object.values(interfaces).flatMap((infos) => infos?.map(({ address }) => address) ?? []));
}

/**
 * The addresses of a rank on another host in the order in which they are worth trying: at last those that this host has
 * too, as docker0 has, which would lead back here.
 */
export function inOrder(addresses: readonly string[], own: ReadonlySet<string>): readonly string[] {
  return [...addresses.filter((address) => !own.has(address)), ...addresses.filter((address) => own.has(address))];
}
