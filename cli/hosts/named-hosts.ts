// cli/hosts/named-hosts: layer 10. The hosts of a job, each once, from how the command line and host files name them,
// program by program. Pure; used by launch/plan-hosts.
import type { Host } from "./host.ts";
import type { HostEntry } from "./host-list.ts";
import { canonicalName, isLoopback, isThisMachine, type Machine } from "./this-machine.ts";

/** Tells hosts apart: all names of this machine mean the same one, and a host is another one for another user. */
type Key = string;

export class NamedHosts {
  #machine: Machine;
  #hosts = new Map<Key, Host>();
  #allHere: boolean;

  /** @param allHere take every host for this machine, as `-launcher fork` does */
  constructor(machine: Machine, allHere = false) {
    this.#machine = machine;
    this.#allHere = allHere;
  }

  get hosts(): Host[] {
    return [...this.#hosts.values()];
  }

  /**
   * Adds the hosts that one program names; a host that it names again has the sum of the slots, one that another program
   * has named the larger number.
   * @returns them, each once, in their order
   */
  add(entries: readonly HostEntry[]): Host[] {
    const mine = new Map<Key, Host>();
    for (const entry of entries) {
      const host = this.#hostOf(entry);
      const key = this.keyOf(host);
      const before = mine.get(key);
      mine.set(key, before ? joined(before, host, before.slots + host.slots) : host);
    }
    for (const [key, host] of mine) {
      const before = this.#hosts.get(key);
      this.#hosts.set(key, before ? joined(before, host, Math.max(before.slots, host.slots)) : host);
    }
    return [...mine.values()];
  }

  /** The same text for all mentions of one host. */
  keyOf({ name, user = "", local }: Pick<Host, "name" | "user" | "local">): Key {
    return local ? "" : `${user}@${canonicalName(name)}`;
  }

  #hostOf({ name, user, slots = 1, maxSlots }: HostEntry): Host {
    const local = this.#allHere || isThisMachine(name, this.#machine);
    return {
      name: this.#allHere ? "localhost" : name,
      ...(user !== undefined && { user }),
      slots,
      ...(maxSlots !== undefined && { maxSlots }),
      local,
    };
  }
}

/** Two mentions of one host. Of its names the one counts that others can reach it by; of its limits the lower one. */
function joined(a: Host, b: Host, slots: number): Host {
  const limits = [a.maxSlots, b.maxSlots].filter((limit) => limit !== undefined);
  const { name } = isLoopback(a.name) && !isLoopback(b.name) ? b : a;
  return { ...a, name, slots, ...(limits.length > 0 && { maxSlots: Math.min(...limits) }) };
}

/** The entries of `picked` as `listed` has them, as `-host` picks from a host file. @returns the ones that it lacks, too */
export function pickHosts(
  listed: readonly HostEntry[],
  picked: readonly HostEntry[],
  machine: Machine,
): { hosts: HostEntry[]; missing: HostEntry[] } {
  const same = (a: HostEntry, b: HostEntry) =>
    (canonicalName(a.name) === canonicalName(b.name) ||
      (isThisMachine(a.name, machine) && isThisMachine(b.name, machine))) &&
    (b.user === undefined || a.user === b.user);
  const hosts: HostEntry[] = [];
  const missing: HostEntry[] = [];
  for (const pick of picked) {
    const found = listed.filter((host) => same(host, pick));
    if (found.length === 0) missing.push(pick);
    // Slots that are said with the pick count in place of the file's.
    else if (pick.slots !== undefined) hosts.push({ ...found[0]!, slots: pick.slots });
    else hosts.push(...found);
  }
  return { hosts, missing };
}
